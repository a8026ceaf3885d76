//! `format()`: .NET's composite formatting, as far as templates use it.

use serde_json::Value;

use super::argument::Call;
use super::text::to_text;
use crate::template::TemplateError;

pub(super) fn format(call: &Call<'_>) -> Result<Value, TemplateError> {
    let pattern = call.text(0)?;
    let mut out = String::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '{' | '}' if characters.peek() == Some(&character) => {
                characters.next();
                out.push(character);
            }
            '{' => {
                let mut item = String::new();
                loop {
                    match characters.next() {
                        Some('}') => break,
                        Some(c) => item.push(c),
                        None => return Err(malformed(call, pattern)),
                    }
                }
                out.push_str(&place(call, pattern, &item)?);
            }
            '}' => return Err(malformed(call, pattern)),
            c => out.push(c),
        }
    }
    Ok(out.into())
}

fn malformed(call: &Call<'_>, pattern: &str) -> TemplateError {
    call.error(format_args!(
        "the format string '{pattern}' is not in a correct format"
    ))
}

/// One `{index[,alignment][:format]}`.
fn place(call: &Call<'_>, pattern: &str, item: &str) -> Result<String, TemplateError> {
    let (head, spec) = match item.split_once(':') {
        Some((head, spec)) => (head, Some(spec)),
        None => (item, None),
    };
    let (index, alignment) = match head.split_once(',') {
        Some((index, alignment)) => (index, Some(alignment)),
        None => (head, None),
    };
    let index: usize = index.trim().parse().map_err(|_| malformed(call, pattern))?;
    let value = call.arguments.get(index.saturating_add(1)).ok_or_else(|| {
        call.error(format_args!(
            "the format string '{pattern}' asks for value '{index}' but '{}' were provided",
            call.arguments.len() - 1
        ))
    })?;
    let mut text = match (value.as_i64(), spec) {
        (Some(number), Some(spec)) => number_text(number, spec).ok_or_else(|| {
            call.error(format_args!("the number format '{spec}' is not supported"))
        })?,
        _ => to_text(value),
    };
    if let Some(alignment) = alignment {
        let width: i64 = alignment
            .trim()
            .parse()
            .ok()
            .filter(|w: &i64| w.unsigned_abs() <= 131_072)
            .ok_or_else(|| malformed(call, pattern))?;
        let missing = usize::try_from(width.unsigned_abs())
            .unwrap_or(0)
            .saturating_sub(text.chars().count());
        let pad = " ".repeat(missing);
        text = if width < 0 { text + &pad } else { pad + &text };
    }
    Ok(text)
}

/// The standard formats `D`, `X`, `N`, `F`, and digits such as `000`.
fn number_text(number: i64, spec: &str) -> Option<String> {
    if spec.is_empty() {
        return Some(number.to_string());
    }
    let sign = if number < 0 { "-" } else { "" };
    let digits = number.unsigned_abs();
    if spec.bytes().all(|b| b == b'0') {
        return Some(format!("{sign}{digits:0width$}", width = spec.len()));
    }
    let mut characters = spec.chars();
    let letter = characters.next()?;
    let precision: Option<usize> = match characters.as_str() {
        "" => None,
        text => Some(text.parse().ok().filter(|p| *p <= 99)?),
    };
    let fraction = |default: usize| match precision.unwrap_or(default) {
        0 => String::new(),
        n => format!(".{}", "0".repeat(n)),
    };
    Some(match letter {
        'D' | 'd' => format!("{sign}{digits:0width$}", width = precision.unwrap_or(1)),
        'X' => format!("{number:0width$X}", width = precision.unwrap_or(1)),
        'x' => format!("{number:0width$x}", width = precision.unwrap_or(1)),
        'F' | 'f' => format!("{number}{}", fraction(2)),
        'N' | 'n' => {
            let plain = digits.to_string();
            let mut grouped = String::new();
            for (index, digit) in plain.chars().enumerate() {
                if index > 0 && (plain.len() - index).is_multiple_of(3) {
                    grouped.push(',');
                }
                grouped.push(digit);
            }
            format!("{sign}{grouped}{}", fraction(2))
        }
        'G' | 'g' => number.to_string(),
        _ => return None,
    })
}
