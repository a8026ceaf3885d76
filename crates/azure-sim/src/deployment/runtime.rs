//! `reference` and `list*`, answered from the world.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::{record, view};
use crate::error::ArmError;
use crate::id::ResourceId;
use crate::store::World;
use crate::template::{Plan, PlannedResource, Runtime, TemplateError};

/// The world as the expressions of one deployment see it.
pub(super) struct Sight<'a> {
    pub(super) world: RefCell<&'a mut World>,
    pub(super) plan: &'a Plan,
}

fn told(error: ArmError) -> TemplateError {
    TemplateError {
        code: error.code,
        message: error.message,
        path: String::new(),
    }
}

/// A resource or a deployment, as a GET shows it.
pub(super) fn read(world: &World, id: &str, api_version: &str) -> Result<Value, ArmError> {
    let parsed = ResourceId::parse(id).ok_or_else(|| {
        ArmError::gateway(
            400,
            "InvalidResourceReference",
            format!("The template references '{id}', which is no resource id."),
        )
    })?;
    let kind = parsed.resource_type().unwrap_or_default();
    if kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") {
        return record::load(world, id)
            .map(|deployment| view::deployment(&deployment, false))
            .ok_or_else(|| not_found(parsed.name()));
    }
    world.get(&parsed, api_version)
}

/// There is no deployment of that name.
pub(super) fn not_found(name: &str) -> ArmError {
    ArmError::gateway(
        404,
        "DeploymentNotFound",
        format!("Deployment '{name}' could not be found."),
    )
}

impl Sight<'_> {
    fn planned(&self, target: &str) -> Result<Option<&PlannedResource>, TemplateError> {
        self.plan.find_one(target)
    }

    fn look(
        &self,
        id: &str,
        api_version: &str,
        planned: Option<&PlannedResource>,
        full: bool,
    ) -> Result<Value, TemplateError> {
        let world = self.world.borrow();
        let mut body = read(&world, id, api_version).map_err(told)?;
        if !full {
            return Ok(body
                .get_mut("properties")
                .map_or_else(|| json!({}), Value::take));
        }
        if let Some(members) = body.as_object_mut() {
            let parsed = ResourceId::parse(id).unwrap_or_default();
            members.insert("apiVersion".into(), api_version.into());
            members.insert("resourceId".into(), id.into());
            members.insert("subscriptionId".into(), json!(parsed.subscription()));
            members.insert("resourceGroupName".into(), json!(parsed.group()));
            members.insert("scope".into(), "".into());
            members.insert(
                "existing".into(),
                planned.is_some_and(|p| p.existing).into(),
            );
            members.insert(
                "isConditionTrue".into(),
                planned.is_none_or(|p| p.enabled).into(),
            );
            members.insert("isTemplateResource".into(), planned.is_some().into());
        }
        Ok(body)
    }
}

impl Runtime for Sight<'_> {
    fn reference(
        &self,
        target: &str,
        api_version: Option<&str>,
        full: bool,
    ) -> Result<Value, TemplateError> {
        let planned = self.planned(target)?;
        match (planned, api_version) {
            (Some(planned), version) => {
                let version = version.unwrap_or(&planned.api_version);
                self.look(&planned.id, version, Some(planned), full)
            }
            (None, Some(version)) => self.look(target, version, None, full),
            // A deployment is read the same with any version.
            (None, None) if is_deployment(target) => self.look(target, "2022-09-01", None, full),
            (None, None) => Err(TemplateError::new(format!(
                "The template reference '{target}' is not valid: it is no resource of this template, \
                 so that the api version must be specified. Please see \
                 https://aka.ms/arm-function-reference for usage details."
            ))),
        }
    }

    fn references(&self, name: &str, full: bool) -> Result<Value, TemplateError> {
        self.plan
            .find(name)?
            .into_iter()
            .map(|index| {
                let planned = &self.plan.resources[index];
                self.look(&planned.id, &planned.api_version, Some(planned), full)
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Value::from)
    }

    fn resource_info(&self, symbol: &str) -> Result<Value, TemplateError> {
        match self.planned(symbol)? {
            Some(planned) => Ok(json!({
                "id": planned.id,
                "name": planned.name,
                "type": planned.kind,
                "apiVersion": planned.api_version,
            })),
            None => Err(TemplateError::new(format!(
                "The template function 'resourceInfo' finds no resource '{symbol}' in the template."
            ))),
        }
    }

    fn list(
        &self,
        function: &str,
        target: &str,
        api_version: &str,
        body: &Value,
    ) -> Result<Value, TemplateError> {
        let id = match self.planned(target)? {
            Some(planned) => planned.id.clone(),
            None => target.to_owned(),
        };
        let parsed = ResourceId::parse(&id).ok_or_else(|| {
            TemplateError::new(format!(
                "The template function '{function}' is not valid: '{target}' is neither a resource \
                 of the template nor a resource id."
            ))
        })?;
        let mut world = self.world.borrow_mut();
        world
            .post(&parsed, function, api_version, body)
            .map_err(told)
    }
}

fn is_deployment(id: &str) -> bool {
    ResourceId::parse(id)
        .and_then(|id| id.resource_type())
        .is_some_and(|kind| kind.eq_ignore_ascii_case("Microsoft.Resources/deployments"))
}
