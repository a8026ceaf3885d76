//! Copy loops.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Evaluator, Frame, TemplateError};

/// One turn of a loop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loop {
    pub(crate) name: String,
    pub(crate) index: i64,
}

/// `{"name", "count", "input"}` of a variable, a property or an output.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Copy {
    pub(crate) name: String,
    pub(crate) count: Value,
    pub(crate) input: Value,
}

/// More turns than Azure allows.
const MAX: i64 = 800;

impl Copy {
    /// Reads one entry; `name` is the name where the entry itself has none (outputs).
    pub(crate) fn parse(raw: &Value, name: Option<&str>) -> Result<Self, TemplateError> {
        let mistake = |what: &str| {
            TemplateError::validation(format_args!(
                "A copy entry needs '{what}'. Please see https://aka.ms/arm-copy for usage details."
            ))
        };
        let members = raw.as_object().ok_or_else(|| mistake("name"))?;
        let own = members.get("name").and_then(Value::as_str);
        Ok(Self {
            name: own.or(name).ok_or_else(|| mistake("name"))?.to_owned(),
            count: members
                .get("count")
                .ok_or_else(|| mistake("count"))?
                .clone(),
            input: members
                .get("input")
                .ok_or_else(|| mistake("input"))?
                .clone(),
        })
    }
}

/// The copies of an object that has a member `copy`, if that is what the member means.
pub(crate) fn property_copies(raw: &Value) -> Option<Result<Vec<Copy>, TemplateError>> {
    let entries = raw.as_array()?;
    let looks_right = |e: &Value| e.get("count").is_some() && e.get("input").is_some();
    if entries.is_empty() || !entries.iter().all(looks_right) {
        return None;
    }
    Some(entries.iter().map(|e| Copy::parse(e, None)).collect())
}

impl Evaluator<'_> {
    /// How many turns a loop has.
    pub(super) fn count(
        &self,
        name: &str,
        raw: &Value,
        frame: &Frame,
    ) -> Result<i64, TemplateError> {
        let value = self.value(raw, frame)?;
        value.as_i64().filter(|n| (0..=MAX).contains(n)).ok_or_else(|| {
            TemplateError::validation(format_args!(
                "The count of the copy '{name}' must be an integer of 0 to {MAX}, not '{value}'. \
                 Please see https://aka.ms/arm-copy for usage details."
            ))
        })
    }

    /// The array that a copy gives.
    pub(super) fn copied(&self, copy: &Copy, frame: &Frame) -> Result<Value, TemplateError> {
        let count = self.count(&copy.name, &copy.count, frame)?;
        (0..count)
            .map(|index| {
                let turn = Loop {
                    name: copy.name.clone(),
                    index,
                };
                self.value(&copy.input, &frame.entering(turn))
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Value::from)
    }
}

/// The loop of a resource.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ResourceLoop {
    pub(crate) name: String,
    pub(crate) count: Value,
    /// Turns that run together; `None` for all.
    pub(crate) batch: Option<Value>,
}

impl ResourceLoop {
    /// Reads the `copy` member of a resource.
    pub(crate) fn parse(raw: &Value) -> Result<Self, TemplateError> {
        let mistake = |why: &str| {
            TemplateError::validation(format_args!(
                "The copy of a resource {why}. Please see https://aka.ms/arm-copy for usage details."
            ))
        };
        let members: &Map<String, Value> = raw
            .as_object()
            .ok_or_else(|| mistake("must be an object with 'name' and 'count'"))?;
        let text = |key: &str| members.get(key).and_then(Value::as_str);
        let batch = match text("mode") {
            None => None,
            Some(mode) if mode.eq_ignore_ascii_case("parallel") => None,
            Some(mode) if mode.eq_ignore_ascii_case("serial") => Some(
                members
                    .get("batchSize")
                    .cloned()
                    .unwrap_or_else(|| 1.into()),
            ),
            Some(mode) => {
                return Err(mistake(&format!(
                    "has mode '{mode}', not 'Parallel' or 'Serial'"
                )));
            }
        };
        Ok(Self {
            name: text("name")
                .ok_or_else(|| mistake("needs a 'name'"))?
                .to_owned(),
            count: members
                .get("count")
                .ok_or_else(|| mistake("needs a 'count'"))?
                .clone(),
            batch,
        })
    }
}
