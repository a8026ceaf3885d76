//! Where requests for Entra ID arrive: from a route to its answer, and how answers look.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::form::Form;
use super::jwt::{KeyError, SigningKey};
use super::managed_identity::{self, Denial, Endpoint};
use super::refusal::Refusal;
use super::route::Route;
use super::{Version, discovery, service_account, token};
use crate::builder::{Settings, is_guid};
use crate::request::ArmRequest;
use crate::store::World;

/// The domain name of the tenant.
const DOMAIN: &str = "simulated.onmicrosoft.com";

/// One request for Entra ID.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) key: &'a SigningKey,
    pub(crate) request: &'a ArmRequest,
    pub(crate) now: Timestamp,
    /// The number of the answer in this process.
    pub(crate) answer: u64,
}

/// Why there is no good answer.
enum Failure {
    Refused(Refusal),
    Key(KeyError),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        Self::Key(error)
    }
}

/// Answers a request.
pub(crate) fn respond(call: Call<'_>, route: &Route, world: &World) -> Response<Bytes> {
    let generated = |purpose: &str| {
        let name = format!("{purpose}:{}:{}", call.answer, call.now);
        call.settings.guid(&name).to_string()
    };
    let given = ["client-request-id", "x-ms-client-request-id"]
        .iter()
        .find_map(|name| call.request.header(name))
        .filter(|id| is_guid(id));
    let desk = Desk {
        call,
        trace: generated("trace"),
        correlation: given.map_or_else(|| generated("correlation"), str::to_owned),
    };
    let (status, body) = match desk.answer(route, world) {
        Ok(answer) => answer,
        Err(Failure::Refused(refusal)) => desk.refused(&refusal),
        Err(Failure::Key(error)) => (
            500,
            json!({"error": "server_error", "error_description": error.to_string()}),
        ),
    };
    desk.response(status, &body)
}

/// A call with the ids that its answer carries.
struct Desk<'a> {
    call: Call<'a>,
    trace: String,
    correlation: String,
}

/// Status and body.
type Answer = (u16, Value);

impl Desk<'_> {
    fn answer(&self, route: &Route, world: &World) -> Result<Answer, Failure> {
        let Call { key, request, .. } = self.call;
        let origin = &request.origin;
        Ok(match route {
            Route::Token { tenant, version } => {
                self.accepts(&Method::POST)?;
                (200, self.token(tenant, *version, world)?)
            }
            Route::Identity(endpoint) => self.identity(*endpoint, world)?,
            Route::Configuration { tenant, version } => {
                self.accepts(&Method::GET)?;
                let tenant = self.tenant(tenant)?;
                (200, discovery::configuration(origin, tenant, *version))
            }
            Route::Keys { tenant } => {
                self.accepts(&Method::GET)?;
                self.tenant(tenant)?;
                (200, discovery::keys(key))
            }
            Route::Instance => {
                self.accepts(&Method::GET)?;
                let body = discovery::instance(
                    origin,
                    request.parameter("api-version"),
                    request.parameter("authorization_endpoint"),
                )?;
                (200, body)
            }
            Route::Cluster { path, keys } => {
                self.accepts(&Method::GET)?;
                match service_account::issuer_at(world, path) {
                    None => (404, json!({"error": "not_found"})),
                    Some(_) if *keys => (200, discovery::keys(key)),
                    Some(issuer) => (200, discovery::cluster(&issuer)),
                }
            }
        })
    }

    fn accepts(&self, method: &Method) -> Result<(), Refusal> {
        let given = &self.call.request.method;
        if given == method {
            return Ok(());
        }
        Err(Refusal::request(
            900_561,
            format!("The endpoint only accepts {method} requests. Received a {given} request."),
        ))
    }

    /// The tenant by its id, its domain, or as one of the names for any tenant.
    fn tenant<'b>(&'b self, name: &'b str) -> Result<&'b str, Refusal> {
        let own = &self.call.settings.tenant_id;
        if name.eq_ignore_ascii_case(own) || name.eq_ignore_ascii_case(DOMAIN) {
            return Ok(own);
        }
        for any in ["common", "organizations"] {
            if name.eq_ignore_ascii_case(any) {
                return Ok(any);
            }
        }
        if !is_guid(name) && !name.contains('.') {
            return Err(Refusal::request(
                900_023,
                format!(
                    "Specified tenant identifier '{name}' is neither a valid DNS name, nor a valid \
                     external domain."
                ),
            ));
        }
        Err(Refusal::request(
            90002,
            format!(
                "Tenant '{name}' not found. Check to make sure you have the correct tenant ID and \
                 are signing into the correct cloud. Check with your subscription administrator, \
                 this may happen if there are no active subscriptions for the tenant."
            ),
        ))
    }

    fn token(&self, tenant: &str, version: Version, world: &World) -> Result<Value, Failure> {
        let tenant = self.tenant(tenant)?;
        let form = Form::of(self.call.request)?;
        let grant = token::grant(&self.call, version, &form, world)?;
        // An application signs in to a tenant of its own, and nothing in the request says which.
        if !is_guid(tenant) {
            let refusal = Refusal::request(
                50059,
                "No tenant-identifying information found in either the request or implied by any \
                 provided credentials.",
            );
            return Err(refusal.into());
        }
        Ok(token::answer(&self.call, &grant)?)
    }

    fn identity(&self, endpoint: Endpoint, world: &World) -> Result<Answer, KeyError> {
        let Call {
            settings,
            request,
            now,
            ..
        } = self.call;
        let refused = |denial: &Denial| {
            managed_identity::refuse(endpoint, denial, (&self.trace, &self.correlation), now)
        };
        let header = settings.identity_header.as_ref();
        let grant = managed_identity::check(endpoint, request, header)
            .and_then(|()| managed_identity::grant(world, request));
        match grant {
            Err(denial) => Ok(refused(&denial)),
            Ok(grant) => {
                let token = token::issue(&self.call, &grant)?;
                let body = managed_identity::answer(endpoint, &grant, &token, now);
                Ok((200, body))
            }
        }
    }

    fn refused(&self, refusal: &Refusal) -> Answer {
        let origin = &self.call.request.origin;
        let body = refusal.body(origin, &self.trace, &self.correlation, self.call.now);
        (refusal.status, body)
    }

    fn response(&self, status: u16, body: &Value) -> Response<Bytes> {
        let Call { request, now, .. } = self.call;
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let echo = request
            .header("return-client-request-id")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("cache-control", "no-store, no-cache"),
            ("pragma", "no-cache"),
            ("expires", "-1"),
            (
                "strict-transport-security",
                "max-age=31536000; includeSubDomains",
            ),
            ("x-content-type-options", "nosniff"),
            ("date", &date),
            ("x-ms-request-id", &self.trace),
        ]
        .into_iter()
        .chain(echo.then_some(("client-request-id", self.correlation.as_str())));
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response
                    .headers_mut()
                    .append(HeaderName::from_static(name), value);
            }
        }
        response
    }
}
