//! The request for a token: a form (RFC 6749 section 4.4.2), whose client may prove itself in the form or with HTTP
//! Basic (section 2.3.1).

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::refusal::Refusal;
use crate::request::{ArmRequest, percent_decode};

const FORM: &str = "application/x-www-form-urlencoded";

/// The parameters of a request. Empty ones count as absent (RFC 6749 section 3.2). No `Debug`: it holds secrets.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn of(request: &ArmRequest) -> Result<Self, Refusal> {
        Self::read(
            request.header("content-type"),
            request.header("authorization"),
            &request.body,
        )
    }

    fn read(
        content_type: Option<&str>,
        authorization: Option<&str>,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let mut fields = BTreeMap::new();
        let kind = content_type.and_then(|text| text.split(';').next());
        // Anything else is a body without parameters.
        if kind.is_none_or(|kind| kind.trim().eq_ignore_ascii_case(FORM)) {
            for (name, value) in url::form_urlencoded::parse(body) {
                if value.is_empty() {
                    continue;
                }
                if fields.contains_key(name.as_ref()) {
                    return Err(Refusal::request(
                        9_000_411,
                        format!(
                            "The request is not properly formatted. The parameter '{name}' is \
                             duplicated."
                        ),
                    ));
                }
                fields.insert(name.into_owned(), value.into_owned());
            }
        }
        let mut form = Self(fields);
        if let Some(text) = authorization.and_then(basic) {
            form.add_basic(text)?;
        }
        Ok(form)
    }

    fn add_basic(&mut self, encoded: &str) -> Result<(), Refusal> {
        let (client, secret) = decode_basic(encoded)
            .ok_or_else(|| invalid("The Authorization header is not valid HTTP Basic."))?;
        if ["client_secret", "client_assertion"]
            .iter()
            .any(|name| self.0.contains_key(*name))
        {
            return Err(invalid(
                "The client used more than one way to authenticate.",
            ));
        }
        if self
            .get("client_id")
            .is_some_and(|given| !given.eq_ignore_ascii_case(&client))
        {
            return Err(invalid(
                "The client_id is not that of the Authorization header.",
            ));
        }
        self.0.insert("client_id".to_owned(), client);
        self.0.insert("client_secret".to_owned(), secret);
        Ok(())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that must be there.
    pub(super) fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }
}

fn invalid(reason: &str) -> Refusal {
    Refusal::request(
        90013,
        format!("Invalid input received from the user. {reason}"),
    )
}

/// What follows the scheme, if it is Basic.
fn basic(header: &str) -> Option<&str> {
    let (scheme, rest) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("basic").then_some(rest.trim())
}

/// Client id and secret, each form-encoded before they were joined by a colon.
fn decode_basic(encoded: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (client, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_decode(&part.replace('+', " "));
    let (client, secret) = (plain(client)?, plain(secret)?);
    (!client.is_empty() && !secret.is_empty()).then_some((client, secret))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(pairs: &[(&str, &str)]) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    }

    fn basic_of(client: &str, secret: &str) -> String {
        let part = |text| url::form_urlencoded::byte_serialize(text).collect::<String>();
        let joined = format!("{}:{}", part(client.as_bytes()), part(secret.as_bytes()));
        format!("Basic {}", STANDARD.encode(joined))
    }

    fn code(content_type: Option<&str>, authorization: Option<&str>, body: &str) -> Option<u32> {
        Form::read(content_type, authorization, body.as_bytes())
            .err()
            .map(|refusal| refusal.code)
    }

    #[test]
    fn a_form_is_read_once_and_only_as_a_form() {
        let form = Form::read(
            Some("application/x-www-form-urlencoded; charset=utf-8"),
            None,
            b"a=b+c%2F&empty=",
        )
        .unwrap_or_else(|refusal| panic!("{refusal:?}"));
        assert_eq!(form.get("a"), Some("b c/"));
        assert_eq!(form.get("empty"), None);
        assert_eq!(form.require("empty").unwrap_err().code, 900_144);
        assert_eq!(code(None, None, "a=1&a=2"), Some(9_000_411));
        let json = Form::read(Some("application/json"), None, b"a=1")
            .ok()
            .unwrap();
        assert_eq!(json.get("a"), None);
    }

    #[test]
    fn a_client_proves_itself_in_one_way_only() {
        let basic = basic_of("app", "s");
        assert_eq!(code(None, Some(&basic), "client_secret=s"), Some(90013));
        assert_eq!(code(None, Some(&basic), "client_assertion=s"), Some(90013));
        assert_eq!(code(None, Some(&basic), "client_id=other"), Some(90013));
        assert_eq!(code(None, Some(&basic), "client_id=APP"), None);
        for broken in ["Basic !", "Basic YWJj", "Basic Og==", "basic "] {
            assert_eq!(code(None, Some(broken), ""), Some(90013), "{broken}");
        }
        assert_eq!(code(None, Some("Bearer x"), ""), None);
    }

    proptest! {
        #[test]
        fn whatever_was_encoded_is_read(client in "\\PC{1,20}", secret in "\\PC{1,20}", scope in "\\PC{1,20}") {
            let body = encoded(&[("client_id", &client), ("client_secret", &secret), ("scope", &scope)]);
            let form = Form::read(Some(FORM), None, body.as_bytes()).ok().unwrap();
            prop_assert_eq!(form.get("client_id"), Some(client.as_str()));
            prop_assert_eq!(form.get("client_secret"), Some(secret.as_str()));
            prop_assert_eq!(form.get("scope"), Some(scope.as_str()));
            let form = Form::read(None, Some(&basic_of(&client, &secret)), b"").ok().unwrap();
            prop_assert_eq!(form.get("client_id"), Some(client.as_str()));
            prop_assert_eq!(form.get("client_secret"), Some(secret.as_str()));
        }

        #[test]
        fn any_bytes_are_read_or_refused(body in any::<Vec<u8>>(), header in "\\PC{0,40}") {
            let form = Form::read(None, Some(&header), &body);
            if let Ok(form) = form {
                prop_assert!(form.0.values().all(|value| !value.is_empty()));
            }
        }
    }
}
