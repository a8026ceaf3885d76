//! JSON as ARM reads it: comments and bare member names are let through.

use serde_json::Value;

/// Parses strict JSON, or JSON with `//` and `/* */` comments and unquoted member names, which is
/// what azure-cli sends (`template:{`).
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
        .or_else(|strict| serde_json::from_str(&tighten(text)).map_err(|_| strict))
}

fn tighten(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let length = match character {
            '"' => string_length(rest),
            '/' if rest.starts_with("//") => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            '/' if rest.starts_with("/*") => {
                rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
                continue;
            }
            c if c.is_ascii_alphabetic() || c == '_' || c == '$' => {
                let end = rest
                    .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$')
                    .unwrap_or(rest.len());
                if rest[end..].trim_start().starts_with(':') {
                    out.push('"');
                    out.push_str(&rest[..end]);
                    out.push('"');
                    rest = &rest[end..];
                    continue;
                }
                end
            }
            c => c.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn comments_and_bare_names_are_accepted() {
        let text = "{\"a\": \"x // no comment\", template:{ // why\n \"$schema\": true, /* c */ n_1 : [null] } }";
        assert_eq!(
            parse(text).unwrap(),
            json!({"a": "x // no comment", "template": {"$schema": true, "n_1": [null]}})
        );
    }

    #[test]
    fn garbage_is_still_refused() {
        for text in ["{a}", "{\"a\": b}", "{", "// only", "\"x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[{}\\[\\]a:\"/*\\\\ \\n,é]{0,30}") {
            let _ = parse(&text);
        }
    }
}
