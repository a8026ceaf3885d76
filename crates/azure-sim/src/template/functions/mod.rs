//! The functions of the language, by subject.
//!
//! Each subject has a table; a function gets evaluated arguments and knows nothing else, except the
//! few that the evaluator handles itself because they are lazy, take lambdas or ask the world.

mod argument;
mod cidr;
mod collection;
mod date;
mod encoding;
mod format;
mod logic;
mod number;
pub(crate) mod object;
mod resource;
mod text;
mod unique_string;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::{Environment, TemplateError};

pub(crate) use argument::{Call, kind_of};
pub(crate) use logic::equal;
pub(crate) use text::to_text;

/// One function.
pub(crate) struct Function {
    name: &'static str,
    arity: (usize, usize),
    run: fn(&Call<'_>) -> Result<Value, TemplateError>,
}

/// Any number of arguments.
const MANY: usize = usize::MAX;

/// Functions that the evaluator handles itself, with how many arguments they take.
const SPECIAL: &[(&str, usize, usize)] = &[
    ("parameters", 1, 1),
    ("variables", 1, 1),
    ("if", 3, 3),
    ("and", 2, MANY),
    ("or", 2, MANY),
    ("coalesce", 1, MANY),
    ("copyIndex", 0, 2),
    ("lambda", 1, MANY),
    ("lambdaVariables", 1, 1),
    ("map", 2, 2),
    ("filter", 2, 2),
    ("reduce", 3, 3),
    ("sort", 2, 2),
    ("toObject", 2, 3),
    ("groupBy", 2, 2),
    ("mapValues", 2, 2),
    ("reference", 1, 3),
    ("references", 1, 2),
    ("resourceInfo", 1, 1),
    ("newGuid", 0, 0),
    ("utcNow", 0, 1),
];

fn tables() -> impl Iterator<Item = &'static Function> {
    [
        text::FUNCTIONS,
        collection::FUNCTIONS,
        object::FUNCTIONS,
        number::FUNCTIONS,
        logic::FUNCTIONS,
        date::FUNCTIONS,
        encoding::FUNCTIONS,
        resource::FUNCTIONS,
        cidr::FUNCTIONS,
    ]
    .into_iter()
    .flatten()
}

/// Whether a name is `list…`, a call of a resource's own action.
pub(crate) fn is_list(name: &str) -> bool {
    name.len() > 4
        && name
            .get(..4)
            .is_some_and(|p| p.eq_ignore_ascii_case("list"))
}

/// Whether a function asks the running world.
pub(crate) fn is_runtime(name: &str) -> bool {
    ["reference", "references", "resourceInfo"]
        .iter()
        .any(|n| n.eq_ignore_ascii_case(name))
        || is_list(name)
}

/// Refuses an unknown function and a wrong number of arguments, without evaluating anything.
pub(crate) fn check(name: &str, given: usize) -> Result<(), TemplateError> {
    if is_list(name) {
        return arity(name, (2, 3), given);
    }
    if let Some((name, min, max)) = SPECIAL.iter().find(|(n, ..)| n.eq_ignore_ascii_case(name)) {
        return arity(name, (*min, *max), given);
    }
    match tables().find(|f| f.name.eq_ignore_ascii_case(name)) {
        Some(function) => arity(function.name, function.arity, given),
        None => Err(TemplateError::new(format!(
            "The template function '{name}' is not valid. Please see \
             https://aka.ms/arm-functions for usage details."
        ))),
    }
}

fn arity(name: &str, (min, max): (usize, usize), given: usize) -> Result<(), TemplateError> {
    if (min..=max).contains(&given) {
        return Ok(());
    }
    let expected = match max {
        MANY => format!("at least '{min}'"),
        _ if min == max => format!("exactly '{min}'"),
        _ => format!("'{min}' to '{max}'"),
    };
    Err(TemplateError::new(format!(
        "Unable to evaluate template language function '{name}': function requires {expected} \
         argument(s) while '{given}' were provided. Please see \
         https://aka.ms/arm-functions#{} for usage details.",
        name.to_lowercase()
    )))
}

/// Runs a function of the tables.
pub(crate) fn run(
    name: &str,
    arguments: &[Value],
    environment: &Environment,
) -> Result<Value, TemplateError> {
    check(name, arguments.len())?;
    let Some(function) = tables().find(|f| f.name.eq_ignore_ascii_case(name)) else {
        return Err(TemplateError::new(format!(
            "The template function '{name}' is not expected at this location. Please see \
             https://aka.ms/arm-functions for usage details."
        )));
    };
    (function.run)(&Call::new(function.name, arguments, environment))
}

/// `utcNow([format])`
pub(crate) fn utc_now(
    environment: &Environment,
    format: Option<&str>,
) -> Result<Value, TemplateError> {
    date::utc_now(environment, format)
}
