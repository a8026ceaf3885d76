//! Truth and comparison.

use serde_json::Value;

use super::Function;
use super::argument::Call;
use crate::template::TemplateError;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "true",
        arity: (0, 0),
        run: |_| Ok(true.into()),
    },
    Function {
        name: "false",
        arity: (0, 0),
        run: |_| Ok(false.into()),
    },
    Function {
        name: "bool",
        arity: (1, 1),
        run: boolean,
    },
    Function {
        name: "not",
        arity: (1, 1),
        run: |c| Ok((!c.boolean(0)?).into()),
    },
    Function {
        name: "xor",
        arity: (2, 2),
        run: |c| Ok((c.boolean(0)? ^ c.boolean(1)?).into()),
    },
    Function {
        name: "equals",
        arity: (2, 2),
        run: |c| Ok(equal(c.value(0), c.value(1)).into()),
    },
    Function {
        name: "less",
        arity: (2, 2),
        run: |c| Ok(order(c)?.is_lt().into()),
    },
    Function {
        name: "lessOrEquals",
        arity: (2, 2),
        run: |c| Ok(order(c)?.is_le().into()),
    },
    Function {
        name: "greater",
        arity: (2, 2),
        run: |c| Ok(order(c)?.is_gt().into()),
    },
    Function {
        name: "greaterOrEquals",
        arity: (2, 2),
        run: |c| Ok(order(c)?.is_ge().into()),
    },
    Function {
        name: "fail",
        arity: (1, 1),
        run: |c| Err(TemplateError::new(c.text(0)?)),
    },
];

/// Deep equality; `1` equals `1.0`.
pub(crate) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(l), Value::Number(r)) => l == r || l.as_f64() == r.as_f64(),
        (Value::Array(l), Value::Array(r)) => {
            l.len() == r.len() && l.iter().zip(r).all(|(l, r)| equal(l, r))
        }
        (Value::Object(l), Value::Object(r)) => {
            l.len() == r.len() && l.iter().all(|(k, l)| r.get(k).is_some_and(|r| equal(l, r)))
        }
        _ => left == right,
    }
}

fn order(call: &Call<'_>) -> Result<std::cmp::Ordering, TemplateError> {
    match (call.value(0), call.value(1)) {
        (Value::String(left), Value::String(right)) => Ok(left.cmp(right)),
        (Value::Number(left), Value::Number(right)) => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Ok(left.cmp(&right)),
            _ => left
                .as_f64()
                .zip(right.as_f64())
                .and_then(|(l, r)| l.partial_cmp(&r))
                .ok_or_else(|| call.wrong(0, "a number")),
        },
        (Value::String(_) | Value::Number(_), _) => {
            Err(call.wrong(1, "of the same type as the first one"))
        }
        _ => Err(call.wrong(0, "an integer or a string")),
    }
}

fn boolean(call: &Call<'_>) -> Result<Value, TemplateError> {
    match call.value(0) {
        Value::Bool(value) => Ok((*value).into()),
        Value::Number(number) => Ok((number.as_f64() != Some(0.0)).into()),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true.into()),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false.into()),
        Value::String(text) if text.trim() == "1" => Ok(true.into()),
        Value::String(text) if text.trim() == "0" => Ok(false.into()),
        _ => Err(call.wrong(
            0,
            "a boolean, an integer, or one of the strings 'true' and 'false'",
        )),
    }
}
