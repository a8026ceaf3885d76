//! Base64, data URIs and URIs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use url::Url;

use super::Function;
use super::argument::Call;
use super::text::to_text;
use crate::template::TemplateError;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "base64",
        arity: (1, 1),
        run: |c| Ok(STANDARD.encode(c.text(0)?).into()),
    },
    Function {
        name: "base64ToString",
        arity: (1, 1),
        run: |c| Ok(decode(c, c.text(0)?)?.into()),
    },
    Function {
        name: "base64ToJson",
        arity: (1, 1),
        run: base64_to_json,
    },
    Function {
        name: "dataUri",
        arity: (1, 1),
        run: |c| {
            let text = STANDARD.encode(to_text(c.value(0)));
            Ok(format!("data:text/plain;charset=utf8;base64,{text}").into())
        },
    },
    Function {
        name: "dataUriToString",
        arity: (1, 1),
        run: data_uri_to_string,
    },
    Function {
        name: "uri",
        arity: (2, 2),
        run: uri,
    },
    Function {
        name: "uriComponent",
        arity: (1, 1),
        run: |c| Ok(component(c.text(0)?).into()),
    },
    Function {
        name: "uriComponentToString",
        arity: (1, 1),
        run: component_to_string,
    },
];

fn decode(call: &Call<'_>, text: &str) -> Result<String, TemplateError> {
    STANDARD
        .decode(text)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| call.wrong(0, "base64 of UTF-8 text"))
}

fn base64_to_json(call: &Call<'_>) -> Result<Value, TemplateError> {
    serde_json::from_str(&decode(call, call.text(0)?)?)
        .map_err(|error| call.error(format_args!("the decoded text is not JSON: {error}")))
}

fn data_uri_to_string(call: &Call<'_>) -> Result<Value, TemplateError> {
    let (head, data) = call
        .text(0)?
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
        .ok_or_else(|| call.wrong(0, "a data URI"))?;
    if head.ends_with(";base64") {
        Ok(decode(call, data)?.into())
    } else {
        Ok(unescape(call, data)?.into())
    }
}

fn uri(call: &Call<'_>) -> Result<Value, TemplateError> {
    let base = Url::parse(call.text(0)?)
        .map_err(|error| call.error(format_args!("the base is not a URI: {error}")))?;
    let joined = base
        .join(call.text(1)?)
        .map_err(|error| call.error(format_args!("the relative part is not a URI: {error}")))?;
    Ok(joined.to_string().into())
}

/// Escapes everything but RFC 3986's unreserved characters, as .NET's `EscapeDataString` does.
fn component(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn component_to_string(call: &Call<'_>) -> Result<Value, TemplateError> {
    Ok(unescape(call, call.text(0)?)?.into())
}

fn unescape(call: &Call<'_>, text: &str) -> Result<String, TemplateError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        let hex = tail
            .get(..2)
            .and_then(|two| std::str::from_utf8(two).ok())
            .filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match (byte, hex) {
            (b'%', Some(decoded)) => {
                bytes.push(decoded);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| call.wrong(0, "escaped UTF-8 text"))
}
