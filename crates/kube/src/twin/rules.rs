//! What an API server refuses.
//!
//! Source: <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>

use serde_json::{Map, Value};

use super::kinds::kind;
use crate::ObjectRef;
use crate::refusal::{Cause, Refusal};

/// Checks an object's kind, place, name and the types of what is in it.
pub(super) fn check(reference: &ObjectRef, value: &Value) -> Result<(), Refusal> {
    let Some(kind) =
        kind(reference).filter(|kind| kind.namespaced == reference.namespace.is_some())
    else {
        return Err(Refusal {
            code: 404,
            reason: "NotFound".to_owned(),
            message: "the server could not find the requested resource".to_owned(),
            causes: Vec::new(),
        });
    };
    let mut causes = Vec::new();
    let legal = match reference.kind.as_str() {
        "Namespace" => is_label(&reference.name),
        "Service" => {
            is_label(&reference.name)
                && reference
                    .name
                    .starts_with(|first: char| first.is_ascii_lowercase())
        }
        _ => is_subdomain(&reference.name),
    };
    if !legal {
        causes.push(invalid(
            "metadata.name",
            &format!(
                "Invalid value: {:?}: a lowercase RFC 1123 name must consist of lower case alphanumeric characters, '-' \
                 or '.', and must start and end with an alphanumeric character",
                reference.name
            ),
        ));
    }
    for (member, _) in members(value) {
        let standard = ["apiVersion", "kind", "metadata", "status"];
        if !standard.contains(&member.as_str()) && !kind.members.contains(&member.as_str()) {
            return Err(bad_request(format!(
                "strict decoding error: unknown field {member:?}"
            )));
        }
    }
    for pointer in ["/metadata/labels", "/metadata/annotations"]
        .iter()
        .chain(kind.texts)
    {
        for (name, text) in value.pointer(pointer).map(members).into_iter().flatten() {
            let field = format!("{}.{name}", pointer[1..].replace('/', "."));
            match text.as_str() {
                None => causes.push(invalid(
                    &field,
                    &format!("Invalid value: {field} must be of type string"),
                )),
                Some(text) if *pointer == "/metadata/labels" && !is_label_value(text) => {
                    causes.push(invalid(
                        &field,
                        &format!("Invalid value: {text:?}: a valid label must be 63 characters or less of letters, \
                                  digits, '-', '_' and '.'"),
                    ));
                }
                Some(_) => {}
            }
        }
    }
    if causes.is_empty() {
        return Ok(());
    }
    Err(Refusal {
        code: 422,
        reason: "Invalid".to_owned(),
        message: format!("{} {:?} is invalid", reference.kind, reference.name),
        causes,
    })
}

fn members(value: &Value) -> serde_json::map::Iter<'_> {
    static NONE: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE).iter()
}

fn invalid(field: &str, message: &str) -> Cause {
    Cause {
        reason: "FieldValueInvalid".to_owned(),
        message: message.to_owned(),
        field: field.to_owned(),
    }
}

fn bad_request(message: String) -> Refusal {
    Refusal {
        code: 400,
        reason: "BadRequest".to_owned(),
        message,
        causes: Vec::new(),
    }
}

/// RFC 1123 label.
fn is_label(name: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    name.len() <= 63
        && edge(name.chars().next())
        && edge(name.chars().last())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// RFC 1123 subdomain.
fn is_subdomain(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|part| {
            // Kubernetes limits the whole and not its parts.
            !part.is_empty()
                && !part.starts_with('-')
                && !part.ends_with('-')
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        })
}

fn is_label_value(text: &str) -> bool {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.is_empty()
        || (text.len() <= 63
            && edge(text.chars().next())
            && edge(text.chars().last())
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(value: &Value) -> Option<u16> {
        let object = crate::Object::new(value).unwrap();
        check(object.reference(), value)
            .err()
            .map(|refusal| refusal.code)
    }

    #[test]
    fn parameters_of_a_secret_provider_class_are_strings() {
        let class = |parameter: Value| {
            json!({
                "apiVersion": "secrets-store.csi.x-k8s.io/v1", "kind": "SecretProviderClass",
                "metadata": {"name": "traefik-kv-v", "namespace": "traefik"},
                "spec": {"provider": "azure", "parameters": {"usePodIdentity": parameter}},
            })
        };
        assert_eq!(refused(&class(json!("false"))), None);
        assert_eq!(refused(&class(json!(false))), Some(422));
    }

    #[test]
    fn kinds_places_names_members_and_labels_are_checked() {
        let map = |metadata: Value| json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata});
        for (value, code) in [
            (
                map(json!({"name": "a.b-c", "namespace": "n", "labels": {"a/b": "C_1"}})),
                None,
            ),
            (map(json!({"name": "a"})), Some(404)),
            (map(json!({"name": "A", "namespace": "n"})), Some(422)),
            (
                map(json!({"name": "a", "namespace": "n", "labels": {"a": "-"}})),
                Some(422),
            ),
            (
                map(json!({"name": "a", "namespace": "n", "annotations": {"a": 1}})),
                Some(422),
            ),
            (
                json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "n"}, "dta": {}}),
                Some(400),
            ),
            (
                json!({"apiVersion": "v2", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "n"}}),
                Some(404),
            ),
            (
                json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a.b"}}),
                Some(422),
            ),
            (
                json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "1a", "namespace": "n"}}),
                Some(422),
            ),
        ] {
            assert_eq!(refused(&value), code, "{value}");
        }
    }
}
