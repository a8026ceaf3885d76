//! The template of a deployment, as it was sent, without its secrets.

use serde_json::{Map, Value};

use crate::store::World;

const TEMPLATES: &str = "deployment/template";

/// Keeps the template of a deployment, or with `None` forgets it. What it says itself of the values of secure
/// parameters is left out.
pub(super) fn keep(world: &mut World, id: &str, template: Option<&Value>) {
    let key = key(id);
    if template.is_some() || world.document(&key).is_some() {
        let kept = template.map(|template| {
            let mut template = template.clone();
            forget_secrets(&mut template);
            template
        });
        world.set_document(&key, kept);
    }
}

/// The template that was kept.
pub(super) fn template<'a>(world: &'a World, id: &str) -> Option<&'a Value> {
    world.document(&key(id))
}

fn key(id: &str) -> String {
    format!("{TEMPLATES}{}", id.to_ascii_lowercase())
}

/// Removes the default values of secure parameters, and literal values that nested deployments give to theirs.
fn forget_secrets(template: &mut Value) {
    for declaration in members(template, "parameters") {
        if is_secure(declaration) {
            remove(declaration, "defaultValue");
        }
    }
    let resources = match member(template, "resources") {
        Some(Value::Array(resources)) => resources.iter_mut().collect(),
        Some(Value::Object(resources)) => resources.values_mut().collect(),
        _ => Vec::new(),
    };
    for resource in resources {
        forget_nested(resource);
    }
}

fn forget_nested(resource: &mut Value) {
    if let Some(Value::Array(children)) = member(resource, "resources") {
        children.iter_mut().for_each(forget_nested);
    }
    let Some(properties) = member(resource, "properties") else {
        return;
    };
    let Some(template) = member(properties, "template") else {
        return;
    };
    let secure: Vec<String> = member(template, "parameters")
        .and_then(|declarations| declarations.as_object())
        .into_iter()
        .flatten()
        .filter(|(_, declaration)| is_secure(declaration))
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    forget_secrets(template);
    let Some(Value::Object(given)) = member(properties, "parameters") else {
        return;
    };
    for (name, value) in given {
        if secure.contains(&name.to_ascii_lowercase()) && !is_expression(value.get("value")) {
            remove(value, "value");
        }
    }
}

fn is_secure(declaration: &Value) -> bool {
    declaration
        .as_object()
        .into_iter()
        .flatten()
        .find(|(name, _)| name.eq_ignore_ascii_case("type"))
        .and_then(|(_, kind)| kind.as_str())
        .is_some_and(|kind| {
            ["securestring", "secureobject"]
                .iter()
                .any(|secure| secure.eq_ignore_ascii_case(kind))
        })
}

/// `[…]`, which says where a value comes from and not what it is.
fn is_expression(value: Option<&Value>) -> bool {
    value
        .and_then(Value::as_str)
        .is_some_and(|text| text.starts_with('[') && !text.starts_with("[[") && text.ends_with(']'))
}

fn member<'a>(object: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    object
        .as_object_mut()?
        .iter_mut()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

fn members<'a>(object: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    member(object, name)
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
}

fn remove(object: &mut Value, name: &str) {
    if let Some(object) = object.as_object_mut() {
        object.retain(|key, _| !key.eq_ignore_ascii_case(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_template_keeps_everything_but_the_values_of_secure_parameters() {
        let inner = json!({
            "parameters": {"key": {"type": "SecureObject", "defaultValue": {"a": "hidden"}}},
            "resources": [],
        });
        let mut template = json!({
            "parameters": {
                "name": {"type": "string", "defaultValue": "shown"},
                "password": {"Type": "secureString", "DefaultValue": "hidden", "minLength": 1},
            },
            "resources": {
                "nested": {
                    "type": "Microsoft.Resources/deployments",
                    "properties": {
                        "template": inner,
                        "parameters": {"KEY": {"value": {"a": "hidden"}}},
                    },
                },
                "passed": {
                    "type": "Microsoft.Resources/deployments",
                    "properties": {
                        "template": inner,
                        "parameters": {"key": {"value": "[parameters('password')]"}},
                    },
                },
            },
        });
        forget_secrets(&mut template);
        let text = template.to_string();
        assert!(!text.contains("hidden"), "{text}");
        assert!(text.contains("shown") && text.contains("[parameters('password')]"));
        assert_eq!(
            template["parameters"]["password"],
            json!({"Type": "secureString", "minLength": 1})
        );
    }
}
