//! The body of a deployment request.

use serde_json::{Map, Value};

use crate::error::ArmError;
use crate::location;
use crate::tags;
use crate::template::Scope;

/// A deployment that somebody wants.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    pub(super) scope: Scope,
    pub(super) name: String,
    pub(super) location: Option<String>,
    pub(super) tags: Option<Value>,
    pub(super) template: Value,
    pub(super) parameters: Map<String, Value>,
    /// The template was evaluated outside, secrets included: it is never shown.
    pub(super) evaluated: bool,
}

const MEMBERS: &[&str] = &["location", "properties", "tags", "scope", "identity"];

const PROPERTIES: &[&str] = &[
    "debugSetting",
    "expressionEvaluationOptions",
    "mode",
    "onErrorDeployment",
    "parameters",
    "parametersLink",
    "template",
    "templateLink",
    "validationLevel",
    "whatIfSettings",
];

/// Azure's rules for deployment names.
pub(super) fn check_name(name: &str) -> Result<(), ArmError> {
    let length = name.chars().count();
    if length > 64 {
        return Err(ArmError::gateway(
            400,
            "InvalidDeploymentName",
            format!(
                "The provided deployment name '{name}' has a length of '{length}' which exceeds \
                 the maximum length of '64'. Please see https://aka.ms/arm-deploy for usage details."
            ),
        ));
    }
    let legal = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if name.is_empty() || !name.chars().all(legal) || name.ends_with('.') {
        return Err(ArmError::gateway(
            400,
            "InvalidDeploymentName",
            format!(
                "The provided deployment name '{name}' is not valid. Names have 1 to 64 letters, \
                 digits, '-', '_', '.', '(' and ')' and do not end with a period."
            ),
        ));
    }
    Ok(())
}

fn unknown(
    object: &Map<String, Value>,
    known: &[&str],
    kind: &str,
    path: &str,
) -> Option<ArmError> {
    let key = object
        .keys()
        .find(|k| !known.iter().any(|n| n.eq_ignore_ascii_case(k)))?;
    Some(ArmError::invalid_request_content(format!(
        "Could not find member '{key}' on object of type '{kind}'. Path '{path}{key}'"
    )))
}

fn missing(name: &str, path: &str) -> ArmError {
    ArmError::invalid_request_content(format!(
        "Required property '{name}' not found in JSON. Path '{path}'"
    ))
}

impl Wanted {
    /// Reads and checks the body of a PUT or of a validation.
    pub(super) fn read(scope: Scope, name: &str, body: &Value) -> Result<Self, ArmError> {
        check_name(name)?;
        let body = body.as_object().ok_or_else(|| missing("properties", ""))?;
        if let Some(error) = unknown(body, MEMBERS, "DeploymentContent", "") {
            return Err(error);
        }
        let location = match body.get("location") {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.replace(' ', "").to_ascii_lowercase()),
            Some(_) => {
                return Err(ArmError::invalid_request_content(
                    "'location' must be a string",
                ));
            }
        };
        match (&scope.group, &location) {
            (None, None) => {
                return Err(ArmError::gateway(
                    400,
                    "InvalidDeployment",
                    format!(
                        "The 'location' property must be specified for '{name}'. Please see \
                         https://aka.ms/deploy-to-subscription for usage details."
                    ),
                ));
            }
            (Some(_), Some(_)) => {
                return Err(ArmError::gateway(
                    400,
                    "InvalidDeployment",
                    format!(
                        "The 'location' property is not allowed for '{name}' at resource group \
                         scope. Please see https://aka.ms/deploy-to-subscription for usage details."
                    ),
                ));
            }
            (None, Some(location)) if !location::exists(location) => {
                return Err(ArmError::gateway(
                    400,
                    "LocationNotAvailableForDeployment",
                    format!(
                        "The provided location '{location}' is not available for deployment. List of \
                         available regions is '{}'.",
                        location::names()
                    ),
                ));
            }
            (None, Some(_)) => {}
            (Some(_), None) => {}
        }
        let tags = body.get("tags").filter(|t| !t.is_null()).cloned();
        if let Some(tags) = &tags {
            tags::check(tags, "Microsoft.Resources/deployments")?;
        }
        let properties = body
            .get("properties")
            .and_then(Value::as_object)
            .ok_or_else(|| missing("properties", ""))?;
        if let Some(error) = unknown(
            properties,
            PROPERTIES,
            "DeploymentProperties",
            "properties.",
        ) {
            return Err(error);
        }
        check_mode(properties)?;
        let given = |key: &str| properties.get(key).filter(|v| !v.is_null());
        for key in ["templateLink", "parametersLink", "onErrorDeployment"] {
            if given(key).is_some() {
                return Err(ArmError::gateway(
                    400,
                    "InvalidDeployment",
                    format!(
                        "'properties.{key}' is not supported by this simulator: send template and \
                         parameters in the request."
                    ),
                ));
            }
        }
        let template = given("template").ok_or_else(|| {
            ArmError::gateway(
                400,
                "InvalidTemplate",
                "Deployment template validation failed: 'The template is missing: the request needs \
                 'properties.template'.'.",
            )
        })?;
        Ok(Self {
            scope,
            name: name.to_owned(),
            location,
            tags,
            template: template.clone(),
            parameters: parameters(given("parameters"))?,
            evaluated: false,
        })
    }
}

fn check_mode(properties: &Map<String, Value>) -> Result<(), ArmError> {
    match properties.get("mode").and_then(Value::as_str) {
        None => Err(missing("mode", "properties")),
        Some(mode) if mode.eq_ignore_ascii_case("Incremental") => Ok(()),
        Some(mode) if mode.eq_ignore_ascii_case("Complete") => Err(ArmError::gateway(
            400,
            "InvalidDeployment",
            "The deployment mode 'Complete', which deletes what the template does not mention, is \
             not supported by this simulator: use 'Incremental'.",
        )),
        Some(mode) => Err(ArmError::invalid_request_content(format!(
            "Error converting value '{mode}' to type 'DeploymentMode'. Path 'properties.mode'"
        ))),
    }
}

/// `{name: {"value": …}}` without the wrapping.
pub(super) fn parameters(raw: Option<&Value>) -> Result<Map<String, Value>, ArmError> {
    let mut out = Map::new();
    let raw = match raw {
        None | Some(Value::Null) => return Ok(out),
        Some(Value::Object(raw)) => raw,
        Some(_) => {
            return Err(ArmError::invalid_request_content(
                "'properties.parameters' must be an object of '{\"value\": …}' by name",
            ));
        }
    };
    for (name, entry) in raw {
        let path = format!("properties.parameters.{name}");
        let entry = entry.as_object().ok_or_else(|| {
            ArmError::invalid_request_content(format!(
                "Error converting value to type 'DeploymentParameterDefinition': an object with \
                 'value' is expected. Path '{path}'"
            ))
        })?;
        let known = ["value", "reference", "metadata", "type", "expression"];
        let path_dot = format!("{path}.");
        if let Some(error) = unknown(entry, &known, "DeploymentParameterDefinition", &path_dot) {
            return Err(error);
        }
        if entry.get("reference").is_some_and(|r| !r.is_null()) {
            return Err(ArmError::gateway(
                400,
                "InvalidTemplate",
                format!(
                    "The parameter '{name}' refers to a Key Vault secret, which this simulator does \
                     not support: give its value."
                ),
            ));
        }
        if let Some(value) = entry.get("value") {
            out.insert(name.clone(), value.clone());
        }
    }
    Ok(out)
}
