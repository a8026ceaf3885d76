//! From a resource as it is declared to the resources it stands for, one for each turn of its loop.

use serde_json::{Map, Value};

use super::super::copy::{Loop, ResourceLoop};
use super::super::document::is_inner_deployment;
use super::super::scope::extension_id;
use super::super::{Evaluator, Frame, Scope, TemplateError};
use super::{Nested, PlannedResource};

/// Adds the resources of one declaration, and for each the positions its batch waits for.
pub(super) fn unroll(
    evaluator: &Evaluator<'_>,
    symbol: Option<&String>,
    body: &Map<String, Value>,
    out: &mut Vec<PlannedResource>,
    batches: &mut Vec<Vec<usize>>,
) -> Result<(), TemplateError> {
    let Some(raw) = body.get("copy") else {
        out.push(planned(evaluator, symbol, body, Vec::new())?);
        batches.push(Vec::new());
        return Ok(());
    };
    let copy = ResourceLoop::parse(raw)?;
    let count = evaluator.count(&copy.name, &copy.count, &Frame::default())?;
    let batch = match &copy.batch {
        None => usize::MAX,
        Some(raw) => {
            let value = evaluator.value(raw, &Frame::default())?;
            let size = value
                .as_u64()
                .and_then(|n| usize::try_from(n).ok())
                .filter(|n| *n > 0);
            size.ok_or_else(|| {
                TemplateError::validation(format_args!(
                    "The batch size of the copy '{}' must be a positive integer, not '{value}'",
                    copy.name
                ))
            })?
        }
    };
    let first = out.len();
    for index in 0..count {
        let turn = Loop {
            name: copy.name.clone(),
            index,
        };
        // Each batch waits for the whole one before it.
        let start = (out.len() - first) / batch * batch;
        batches.push(
            (start.saturating_sub(batch)..start)
                .map(|i| first + i)
                .collect(),
        );
        out.push(planned(evaluator, symbol, body, vec![turn])?);
    }
    Ok(())
}

fn planned(
    evaluator: &Evaluator<'_>,
    symbol: Option<&String>,
    body: &Map<String, Value>,
    loops: Vec<Loop>,
) -> Result<PlannedResource, TemplateError> {
    let frame = Frame::within(&loops);
    let shown = symbol.map_or_else(
        || body.get("name").and_then(Value::as_str).unwrap_or_default(),
        String::as_str,
    );
    let eval = |key: &str| -> Result<Option<Value>, TemplateError> {
        body.get(key)
            .map(|raw| evaluator.value(raw, &frame))
            .transpose()
            .map_err(|e| e.in_resource(shown).at(key))
    };
    let text = |key: &str| -> Result<Option<String>, TemplateError> {
        match eval(key)? {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(TemplateError::validation(format_args!(
                "The template resource '{shown}' has a '{key}' that is not a string but '{other}'"
            ))),
        }
    };
    let kind = text("type")?.unwrap_or_default();
    let name = text("name")?.unwrap_or_default();
    let enabled = match eval("condition")? {
        None => true,
        Some(Value::Bool(value)) => value,
        Some(other) => {
            return Err(TemplateError::validation(format_args!(
                "The condition of the template resource '{shown}' is not a boolean but '{other}'"
            )));
        }
    };
    let names: Vec<&str> = name.split('/').collect();
    if names.iter().any(|n| n.is_empty()) || kind.split('/').count() != names.len() + 1 {
        return Err(TemplateError::validation(format_args!(
            "The template resource '{name}' for type '{kind}' has incorrect segment lengths. A \
             nested resource type must have identical number of segments as its resource name. A \
             root resource type must have segment length one greater than its resource name. Please \
             see https://aka.ms/arm-syntax-resources for usage details."
        )));
    }
    let mut scope = evaluator.environment.scope.clone();
    if let Some(subscription) = text("subscriptionId")? {
        scope = Scope {
            subscription,
            group: None,
        };
    }
    if let Some(group) = text("resourceGroup")? {
        scope.group = Some(group);
    }
    let location = text("location")?;
    let nested = kind.eq_ignore_ascii_case("Microsoft.Resources/deployments");
    if nested && scope.group.is_none() && location.is_none() {
        return Err(TemplateError::validation(format_args!(
            "The 'location' property must be specified for the deployment '{name}' at subscription \
             scope. Please see https://aka.ms/deploy-to-subscription for usage details."
        )));
    }
    let id = match text("scope")? {
        None => scope.resource_id(&kind, &names)?,
        Some(base) if base.starts_with('/') => extension_id(&base, &kind, &names)?,
        Some(base) => {
            // `Namespace/type/name`, within the deployment's scope.
            let parts: Vec<&str> = base.split('/').collect();
            let (namespace, rest) = parts.split_first().unwrap_or((&"", &[]));
            let kinds: Vec<&str> = rest.iter().copied().step_by(2).collect();
            let owners: Vec<&str> = rest.iter().copied().skip(1).step_by(2).collect();
            let owner = scope.resource_id(&format!("{namespace}/{}", kinds.join("/")), &owners)?;
            extension_id(&owner, &kind, &names)?
        }
    };
    let relative = extension_id("", &kind, &names)?;
    Ok(PlannedResource {
        relative: relative.trim_start_matches("/providers/").to_owned(),
        id,
        api_version: text("apiVersion")?.unwrap_or_default(),
        location,
        enabled,
        existing: body.get("existing") == Some(&Value::Bool(true)),
        referenced: false,
        needs: Vec::new(),
        nested: nested.then(|| Nested {
            scope,
            inner: is_inner_deployment(body),
        }),
        symbol: symbol.cloned(),
        loops,
        body: body.clone(),
        kind,
        name,
    })
}
