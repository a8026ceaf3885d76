//! A request as the routes see it.

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

use crate::error::ArmError;

/// A request, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct ArmRequest {
    /// The verb.
    pub(crate) method: Method,
    /// `https://host[:port]` as the client wrote it: polling URLs and next links start with it.
    pub(crate) origin: String,
    /// The decoded path.
    pub(crate) path: String,
    /// The decoded query, in order.
    pub(crate) query: Vec<(String, String)>,
    api_version: Option<String>,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// The raw body.
    pub(crate) body: Bytes,
}

impl ArmRequest {
    /// Takes a request apart. A path that is no UTF-8 after decoding is `None`.
    pub(crate) fn read(request: http::Request<Bytes>) -> Option<Self> {
        let (parts, body) = request.into_parts();
        let host = parts
            .uri
            .authority()
            .map(|authority| authority.as_str().to_owned())
            .or_else(|| {
                parts
                    .headers
                    .get(http::header::HOST)?
                    .to_str()
                    .ok()
                    .map(str::to_owned)
            })
            .unwrap_or_else(|| "management.azure.com".to_owned());
        let scheme = parts.uri.scheme_str().unwrap_or("http");
        let query = parts.uri.query().unwrap_or_default();
        let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let versions: Vec<&str> = query
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case("api-version"))
            .map(|(_, value)| value.as_str())
            .collect();
        Some(Self {
            method: parts.method,
            origin: format!("{scheme}://{host}"),
            path: with_provider(single_slashes(&percent_decode(parts.uri.path())?)),
            api_version: (!versions.is_empty()).then(|| versions.join(",")),
            query,
            headers: parts.headers,
            body,
        })
    }

    /// A query parameter, its name in any case.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The `api-version`. Several are none that any type has: they are joined by commas, as ASP.NET reads them.
    ///
    /// # Errors
    /// `MissingApiVersionParameter`.
    pub(crate) fn api_version(&self) -> Result<&str, ArmError> {
        self.api_version
            .as_deref()
            .map(str::trim)
            .filter(|version| !version.is_empty())
            .ok_or_else(|| {
                ArmError::gateway(
                    400,
                    "MissingApiVersionParameter",
                    "The api-version query parameter (?api-version=) is required for all requests.",
                )
            })
    }

    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Refuses every other method than this one.
    ///
    /// # Errors
    /// `MethodNotAllowed`.
    pub(crate) fn must_be(&self, method: &Method) -> Result<(), ArmError> {
        if self.method == *method {
            Ok(())
        } else {
            Err(self.not_allowed())
        }
    }

    /// The refusal of the method on this path.
    pub(crate) fn not_allowed(&self) -> ArmError {
        ArmError::method_not_allowed(self.method.as_str(), &self.path)
    }

    /// The refusal of a path that means nothing.
    pub(crate) fn invalid_path(&self) -> ArmError {
        ArmError::gateway(
            404,
            "InvalidRequestUri",
            format!(
                "The request URI '{}' does not name anything in Azure Resource Manager.",
                self.path
            ),
        )
    }

    /// The body as JSON; an empty body is `null`.
    ///
    /// # Errors
    /// `UnsupportedMediaType` for a body that says that it is something else, `InvalidRequestContent`.
    pub(crate) fn json(&self) -> Result<Value, ArmError> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Null);
        }
        if let Some(media_type) = self.header("content-type") {
            let media_type = media_type.split(';').next().unwrap_or_default().trim();
            if !media_type.eq_ignore_ascii_case("application/json") {
                return Err(ArmError::gateway(
                    415,
                    "UnsupportedMediaType",
                    format!(
                        "The content media type '{media_type}' is not supported. Only 'application/json' is supported."
                    ),
                ));
            }
        }
        let text = self
            .body
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.body);
        serde_json::from_slice(text).map_err(ArmError::invalid_request_content)
    }
}

/// Resource Manager takes several slashes for one; the Azure CLI writes `Microsoft.Compute//disks`.
fn single_slashes(path: &str) -> String {
    let mut single = String::with_capacity(path.len());
    for c in path.chars() {
        if c != '/' || !single.ends_with('/') {
            single.push(c);
        }
    }
    single
}

/// Operations of a group's deployments may be asked for without their provider, as the Azure CLI does:
/// `…/resourcegroups/g/deployments/d/operations`.
fn with_provider(path: String) -> String {
    let words: Vec<&str> = path.split('/').collect();
    match words.as_slice() {
        [
            "",
            subscriptions,
            _,
            groups,
            _,
            deployments,
            _,
            operations,
            ..,
        ] if subscriptions.eq_ignore_ascii_case("subscriptions")
            && groups.eq_ignore_ascii_case("resourcegroups")
            && deployments.eq_ignore_ascii_case("deployments")
            && operations.eq_ignore_ascii_case("operations") =>
        {
            let (group, deployment) = words.split_at(5);
            format!(
                "{}/providers/Microsoft.Resources/{}",
                group.join("/"),
                deployment.join("/")
            )
        }
        _ => path,
    }
}

/// Percent-decoding of a path. What is no UTF-8 afterwards is `None`.
pub(crate) fn percent_decode(path: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        let hex = (*first == b'%').then(|| tail.get(..2)).flatten();
        let value = hex
            .filter(|hex| hex.iter().all(u8::is_ascii_hexdigit))
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(value) => {
                bytes.push(value);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_decoded() {
        assert_eq!(
            percent_decode("/a%20b/%28x%29").as_deref(),
            Some("/a b/(x)")
        );
        assert_eq!(percent_decode("/100%").as_deref(), Some("/100%"));
        assert_eq!(percent_decode("/%zz").as_deref(), Some("/%zz"));
        assert_eq!(percent_decode("/%ff"), None);
    }

    #[test]
    fn several_slashes_are_one() {
        assert_eq!(single_slashes("//a//b/c///"), "/a/b/c/");
        assert_eq!(single_slashes(""), "");
    }

    #[test]
    fn operations_of_a_deployment_need_no_provider() {
        assert_eq!(
            with_provider("/subscriptions/s/resourcegroups/g/deployments/d/operations/o".into()),
            "/subscriptions/s/resourcegroups/g/providers/Microsoft.Resources/deployments/d/operations/o"
        );
        for path in ["/subscriptions/s/resourcegroups/g/deployments/d", "/", ""] {
            assert_eq!(with_provider(path.into()), path);
        }
    }

    #[test]
    fn parameters_are_found_in_any_case() {
        let request =
            http::Request::get("https://host/x?API-Version=1&%24filter=a+b").body(Bytes::new());
        let request = ArmRequest::read(request.unwrap()).unwrap();
        assert_eq!(request.api_version().unwrap(), "1");
        assert_eq!(request.parameter("$filter"), Some("a b"));
        assert_eq!(request.origin, "https://host");
    }

    #[test]
    fn several_api_versions_are_none_that_there_is() {
        let request = http::Request::get("https://host/x?api-version=1&Api-Version=1");
        let request = ArmRequest::read(request.body(Bytes::new()).unwrap()).unwrap();
        assert_eq!(request.api_version().unwrap(), "1,1");
    }

    #[test]
    fn a_body_is_json_and_says_nothing_else() {
        let code = |media_type: &str| {
            let request = http::Request::put("https://host/x")
                .header("content-type", media_type)
                .body(Bytes::from_static(b"{}"));
            let request = ArmRequest::read(request.unwrap()).unwrap();
            request.json().map_err(|error| error.code)
        };
        assert!(code("application/json").is_ok());
        assert!(code("Application/JSON ; charset=utf-8").is_ok());
        for other in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/merge-patch+json",
        ] {
            assert_eq!(code(other).unwrap_err(), "UnsupportedMediaType", "{other}");
        }
    }
}
