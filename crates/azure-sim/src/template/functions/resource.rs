//! Ids of resources, and the deployment's surroundings.

use serde_json::{Value, json};

use super::argument::Call;
use super::{Function, MANY};
use crate::template::scope::extension_id;
use crate::template::{Scope, TemplateError};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "resourceId",
        arity: (2, MANY),
        run: resource_id,
    },
    Function {
        name: "subscriptionResourceId",
        arity: (2, MANY),
        run: subscription_resource_id,
    },
    Function {
        name: "tenantResourceId",
        arity: (2, MANY),
        run: tenant_resource_id,
    },
    Function {
        name: "managementGroupResourceId",
        arity: (3, MANY),
        run: management_group_id,
    },
    Function {
        name: "extensionResourceId",
        arity: (3, MANY),
        run: extension_resource_id,
    },
    Function {
        name: "subscription",
        arity: (0, 0),
        run: |c| Ok(c.environment.subscription.clone()),
    },
    Function {
        name: "resourceGroup",
        arity: (0, 0),
        run: resource_group,
    },
    Function {
        name: "tenant",
        arity: (0, 0),
        run: |c| Ok(c.environment.tenant.clone()),
    },
    Function {
        name: "managementGroup",
        arity: (0, 0),
        run: management_group,
    },
    Function {
        name: "deployment",
        arity: (0, 0),
        run: |c| Ok(c.environment.deployment.clone()),
    },
    Function {
        name: "deployer",
        arity: (0, 0),
        run: |c| Ok(c.environment.deployer.clone()),
    },
    Function {
        name: "environment",
        arity: (0, 0),
        run: |c| Ok(c.environment.cloud.clone()),
    },
    Function {
        name: "pickZones",
        arity: (3, 5),
        run: pick_zones,
    },
    Function {
        name: "providers",
        arity: (1, 2),
        run: |c| Err(c.error("the function is deprecated: write the api version in the template")),
    },
];

/// Splits the arguments into those before the resource type, the type, and the names.
fn parts<'a>(call: &Call<'a>) -> Result<(Vec<&'a str>, &'a str, Vec<&'a str>), TemplateError> {
    let texts = call.texts()?;
    // A scope id may come first and has slashes too, but a type never starts with one.
    let at = texts
        .iter()
        .position(|t| t.contains('/') && !t.starts_with('/'))
        .ok_or_else(|| {
            call.error(format_args!(
                "a resource type such as 'Microsoft.Storage/storageAccounts' is missing in '{}'",
                texts.join("', '")
            ))
        })?;
    Ok((texts[..at].to_vec(), texts[at], texts[at + 1..].to_vec()))
}

fn framed(call: &Call<'_>) -> impl FnOnce(TemplateError) -> TemplateError {
    let name = call.name.to_owned();
    move |error| {
        TemplateError::new(format!(
            "Unable to evaluate template language function '{name}': {} Please see \
             https://aka.ms/arm-functions#{} for usage details.",
            error.message,
            name.to_lowercase()
        ))
    }
}

fn resource_id(call: &Call<'_>) -> Result<Value, TemplateError> {
    let (before, kind, names) = parts(call)?;
    let mut scope = call.environment.scope.clone();
    match before.as_slice() {
        [] => {}
        [group] => scope.group = Some((*group).to_owned()),
        [subscription, group] => {
            scope.subscription = (*subscription).to_owned();
            scope.group = Some((*group).to_owned());
        }
        _ => {
            return Err(
                call.error("at most a subscription id and a resource group come before the type")
            );
        }
    }
    scope
        .resource_id(kind, &names)
        .map(Value::from)
        .map_err(framed(call))
}

fn subscription_resource_id(call: &Call<'_>) -> Result<Value, TemplateError> {
    let (before, kind, names) = parts(call)?;
    let subscription = match before.as_slice() {
        [] => &call.environment.scope.subscription,
        [subscription] => *subscription,
        _ => return Err(call.error("at most a subscription id comes before the type")),
    };
    let scope = Scope {
        subscription: subscription.to_owned(),
        group: None,
    };
    scope
        .resource_id(kind, &names)
        .map(Value::from)
        .map_err(framed(call))
}

fn tenant_resource_id(call: &Call<'_>) -> Result<Value, TemplateError> {
    let (before, kind, names) = parts(call)?;
    if !before.is_empty() {
        return Err(call.error("nothing comes before the type"));
    }
    extension_id("", kind, &names)
        .map(Value::from)
        .map_err(framed(call))
}

fn management_group_id(call: &Call<'_>) -> Result<Value, TemplateError> {
    let (before, kind, names) = parts(call)?;
    let [group] = before.as_slice() else {
        return Err(call.error("the management group comes before the type"));
    };
    let base = format!("/providers/Microsoft.Management/managementGroups/{group}");
    extension_id(&base, kind, &names)
        .map(Value::from)
        .map_err(framed(call))
}

fn extension_resource_id(call: &Call<'_>) -> Result<Value, TemplateError> {
    let texts = call.texts()?;
    extension_id(texts[0], texts[1], &texts[2..])
        .map(Value::from)
        .map_err(framed(call))
}

fn resource_group(call: &Call<'_>) -> Result<Value, TemplateError> {
    call.environment.resource_group.clone().ok_or_else(|| {
        call.error("the deployment is not in a resource group but at subscription scope")
    })
}

fn management_group(call: &Call<'_>) -> Result<Value, TemplateError> {
    Err(call.error("the deployment is not at management group scope"))
}

/// Every region here has three zones.
fn pick_zones(call: &Call<'_>) -> Result<Value, TemplateError> {
    for index in 0..3 {
        call.text(index)?;
    }
    let number = |index, default| match call.arguments.get(index) {
        Some(_) => call.integer(index),
        None => Ok(default),
    };
    let (count, offset) = (number(3, 1)?, number(4, 0)?);
    if !(1..=3).contains(&count) || !(0..=2).contains(&offset) || count + offset > 3 {
        return Err(call.error(format_args!(
            "the region has 3 zones, '{count}' from offset '{offset}' are not there"
        )));
    }
    Ok(json!(
        (offset + 1..=offset + count)
            .map(|z| z.to_string())
            .collect::<Vec<_>>()
    ))
}
