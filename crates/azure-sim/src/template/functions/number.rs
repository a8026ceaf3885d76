//! Numbers.

use serde_json::Value;

use super::argument::Call;
use super::{Function, MANY};
use crate::template::TemplateError;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "add",
        arity: (2, 2),
        run: |c| two(c, i64::checked_add),
    },
    Function {
        name: "sub",
        arity: (2, 2),
        run: |c| two(c, i64::checked_sub),
    },
    Function {
        name: "mul",
        arity: (2, 2),
        run: |c| two(c, i64::checked_mul),
    },
    Function {
        name: "div",
        arity: (2, 2),
        run: |c| two(c, i64::checked_div),
    },
    Function {
        name: "mod",
        arity: (2, 2),
        run: |c| two(c, i64::checked_rem),
    },
    Function {
        name: "int",
        arity: (1, 1),
        run: int,
    },
    Function {
        name: "float",
        arity: (1, 1),
        run: float,
    },
    Function {
        name: "max",
        arity: (1, MANY),
        run: |c| extreme(c, i64::max),
    },
    Function {
        name: "min",
        arity: (1, MANY),
        run: |c| extreme(c, i64::min),
    },
];

fn two(call: &Call<'_>, run: fn(i64, i64) -> Option<i64>) -> Result<Value, TemplateError> {
    let (left, right) = (call.integer(0)?, call.integer(1)?);
    run(left, right).map(Value::from).ok_or_else(|| {
        call.error(format_args!(
            "the result of '{left}' and '{right}' is not a 64-bit integer"
        ))
    })
}

fn int(call: &Call<'_>) -> Result<Value, TemplateError> {
    match call.value(0) {
        Value::String(text) => text
            .trim()
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| call.error(format_args!("the string '{text}' is not an integer"))),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Ok(value.into()),
            (None, Some(value)) => Ok((value.round_ties_even() as i64).into()),
            _ => Err(call.wrong(0, "an integer")),
        },
        _ => Err(call.wrong(0, "a string or an integer")),
    }
}

fn float(call: &Call<'_>) -> Result<Value, TemplateError> {
    let value = match call.value(0) {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_f64(),
        _ => None,
    };
    value
        .and_then(serde_json::Number::from_f64)
        .map(Value::from)
        .ok_or_else(|| call.wrong(0, "a string or an integer that is a number"))
}

fn extreme(call: &Call<'_>, pick: fn(i64, i64) -> i64) -> Result<Value, TemplateError> {
    let mut values = Vec::new();
    if let (Value::Array(items), 1) = (call.value(0), call.arguments.len()) {
        for item in items {
            values.push(
                item.as_i64()
                    .ok_or_else(|| call.wrong(0, "an array of integers"))?,
            );
        }
    } else {
        for index in 0..call.arguments.len() {
            values.push(call.integer(index)?);
        }
    }
    values
        .into_iter()
        .reduce(pick)
        .map(Value::from)
        .ok_or_else(|| call.error("the array is empty"))
}
