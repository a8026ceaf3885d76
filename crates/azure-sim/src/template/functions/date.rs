//! Dates.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde_json::Value;

use super::Function;
use super::argument::Call;
use crate::template::{Environment, TemplateError};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "dateTimeAdd",
        arity: (2, 3),
        run: date_time_add,
    },
    Function {
        name: "dateTimeFromEpoch",
        arity: (1, 1),
        run: from_epoch,
    },
    Function {
        name: "dateTimeToEpoch",
        arity: (1, 1),
        run: to_epoch,
    },
];

/// `utcNow()`, by default as `yyyyMMddTHHmmssZ`.
pub(super) fn utc_now(
    environment: &Environment,
    format: Option<&str>,
) -> Result<Value, TemplateError> {
    let now = environment.now.to_zoned(TimeZone::UTC);
    render(&now, format.unwrap_or("yyyyMMddTHHmmssZ")).map(Value::from)
}

fn timestamp(call: &Call<'_>, index: usize) -> Result<Timestamp, TemplateError> {
    let text = call.text(index)?;
    text.parse::<Timestamp>()
        .or_else(|_| {
            text.parse::<jiff::civil::DateTime>()
                .and_then(|d| d.to_zoned(TimeZone::UTC))
                .map(|z| z.timestamp())
        })
        .map_err(|_| call.error(format_args!("'{text}' is not an ISO 8601 date and time")))
}

fn date_time_add(call: &Call<'_>) -> Result<Value, TemplateError> {
    let base = timestamp(call, 0)?.to_zoned(TimeZone::UTC);
    let text = call.text(1)?;
    let span: Span = text.parse().map_err(|_| {
        call.error(format_args!(
            "'{text}' is not an ISO 8601 duration such as 'PT1H'"
        ))
    })?;
    let sum = base
        .checked_add(span)
        .map_err(|_| call.error("the result is no date any more"))?;
    render(
        &sum,
        call.optional_text(2)?.unwrap_or("yyyy-MM-ddTHH:mm:ssZ"),
    )
    .map(Value::from)
}

fn from_epoch(call: &Call<'_>) -> Result<Value, TemplateError> {
    let seconds = call.integer(0)?;
    let at = Timestamp::from_second(seconds)
        .map_err(|_| call.error(format_args!("'{seconds}' seconds are no date")))?;
    render(&at.to_zoned(TimeZone::UTC), "yyyy-MM-ddTHH:mm:ssZ").map(Value::from)
}

fn to_epoch(call: &Call<'_>) -> Result<Value, TemplateError> {
    Ok(timestamp(call, 0)?.as_second().into())
}

/// Writes a date in a .NET standard (`d`, `o`, `u`, …) or custom (`yyyy-MM-dd`) format.
fn render(at: &Zoned, format: &str) -> Result<String, TemplateError> {
    let pattern = match format {
        "d" => "M/d/yyyy",
        "D" => "dddd, MMMM d, yyyy",
        "f" => "dddd, MMMM d, yyyy h:mm tt",
        "F" | "U" => "dddd, MMMM d, yyyy h:mm:ss tt",
        "g" => "M/d/yyyy h:mm tt",
        "G" => "M/d/yyyy h:mm:ss tt",
        "m" | "M" => "MMMM d",
        "o" | "O" => "yyyy-MM-ddTHH:mm:ss.fffffffZ",
        "r" | "R" => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        "s" => "yyyy-MM-ddTHH:mm:ss",
        "t" => "h:mm tt",
        "T" => "h:mm:ss tt",
        "u" => "yyyy-MM-dd HH:mm:ssZ",
        "y" | "Y" => "MMMM yyyy",
        one if one.chars().count() == 1 => {
            return Err(TemplateError::new(format!(
                "'{format}' is not a standard date and time format. Please see \
                 https://aka.ms/arm-functions#utcnow for usage details."
            )));
        }
        custom => custom,
    };
    let characters: Vec<char> = pattern.chars().collect();
    let mut out = String::new();
    let mut position = 0;
    while let Some(&letter) = characters.get(position) {
        let run = characters[position..]
            .iter()
            .take_while(|c| **c == letter)
            .count();
        position += run;
        match letter {
            '\'' | '"' => {
                position -= run - 1;
                while let Some(&c) = characters.get(position) {
                    position += 1;
                    if c == letter {
                        break;
                    }
                    out.push(c);
                }
            }
            '\\' => {
                position -= run - 1;
                out.extend(characters.get(position));
                position += 1;
            }
            _ => out.push_str(&field(at, letter, run)),
        }
    }
    Ok(out)
}

fn field(at: &Zoned, letter: char, run: usize) -> String {
    let hour12 = (at.hour() + 11) % 12 + 1;
    let number = |value: i64| {
        if run >= 2 {
            format!("{value:02}")
        } else {
            value.to_string()
        }
    };
    let name = |pattern: &str| at.strftime(pattern).to_string();
    match letter {
        'y' if run >= 3 => format!("{:0run$}", at.year()),
        'y' => number(i64::from(at.year() % 100)),
        'M' if run == 3 => name("%b"),
        'M' if run > 3 => name("%B"),
        'M' => number(at.month().into()),
        'd' if run == 3 => name("%a"),
        'd' if run > 3 => name("%A"),
        'd' => number(at.day().into()),
        'H' => number(at.hour().into()),
        'h' => number(hour12.into()),
        'm' => number(at.minute().into()),
        's' => number(at.second().into()),
        'f' => {
            let digits = format!("{:09}", at.subsec_nanosecond());
            digits.chars().take(run).collect()
        }
        't' => {
            let half = if at.hour() < 12 { "AM" } else { "PM" };
            half.chars().take(run).collect()
        }
        'K' => "Z".to_owned(),
        'z' => match run {
            1 => "+0".to_owned(),
            2 => "+00".to_owned(),
            _ => "+00:00".to_owned(),
        },
        other => std::iter::repeat_n(other, run).collect(),
    }
}
