//! Which requests a fault is about.

use bytes::Bytes;
use http::Method;
use serde_json::Value;

use super::effect::Effect;
use super::path::PathPattern;
use crate::id::ResourceId;
use crate::request;

/// What a request must look like. What is not said matches any.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    pub(super) methods: Vec<Method>,
    pub(super) path: Option<PathPattern>,
    pub(super) api_version: Option<String>,
}

/// What of a request faults look at.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) method: Method,
    /// Decoded; none if that gives no UTF-8.
    pub(super) path: Option<String>,
    api_version: Option<String>,
    /// Whom the request gives a role, if it does.
    pub(super) principal: Option<String>,
}

impl Subject {
    pub(super) fn of(request: &http::Request<Bytes>) -> Self {
        let path = request::percent_decode(request.uri().path());
        let query = request.uri().query().unwrap_or_default();
        let api_version = url::form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key.eq_ignore_ascii_case("api-version"))
            .map(|(_, value)| value.into_owned());
        let assigns = request.method() == Method::PUT
            && path
                .as_deref()
                .and_then(ResourceId::parse)
                .and_then(|id| id.resource_type())
                .is_some_and(|kind| {
                    kind.eq_ignore_ascii_case("Microsoft.Authorization/roleAssignments")
                });
        let principal = assigns
            .then(|| serde_json::from_slice::<Value>(request.body()).ok())
            .flatten()
            .and_then(|body| {
                let principal = body.pointer("/properties/principalId")?.as_str()?;
                Some(principal.to_owned())
            });
        Self {
            method: request.method().clone(),
            path,
            api_version,
            principal,
        }
    }
}

impl Matcher {
    /// Whether a fault with this effect is about a request.
    pub(super) fn matches(&self, subject: &Subject, effect: &Effect) -> bool {
        let possible = match effect {
            Effect::Operation(_) => Effect::starts_operation(&subject.method),
            Effect::PrincipalNotFound => subject.principal.is_some(),
            _ => true,
        };
        possible
            && (self.methods.is_empty() || self.methods.contains(&subject.method))
            && self.path.as_ref().is_none_or(|pattern| {
                subject
                    .path
                    .as_deref()
                    .is_some_and(|path| pattern.matches(path))
            })
            && self.api_version.as_ref().is_none_or(|wanted| {
                subject
                    .api_version
                    .as_ref()
                    .is_some_and(|version| version.eq_ignore_ascii_case(wanted))
            })
    }
}
