//! Tokens for managed identities: the instance metadata service of virtual machines (IMDS), and the endpoint of App
//! Service.
//!
//! See <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token> and
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Version;
use super::application::SecretDigest;
use super::audience::{self, Audience};
use super::directory::{self, IdentityId, Principal};
use super::refusal::Refusal;
use super::token::{Grant, Proof};
use crate::request::ArmRequest;
use crate::store::World;

/// How long a token of a managed identity lives, in seconds.
const LIFETIME: i64 = 24 * 60 * 60 - 1;

/// Api-versions of the token endpoint of IMDS.
const IMDS_VERSIONS: &[&str] = &["2018-02-01", "2019-08-01", "2020-06-01", "2021-02-01"];
/// Api-versions of the endpoint of App Service.
const APP_SERVICE_VERSIONS: &[&str] = &["2019-08-01"];

/// Which of the two endpoints was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Imds,
    AppService,
}

/// Why there is no token; the endpoints say it in different ways.
#[derive(Debug)]
pub(super) enum Denial {
    /// The request itself is wrong.
    Request(u16, &'static str),
    /// There is no such identity here.
    NoIdentity,
    /// Entra ID refused.
    Entra(Refusal),
}

/// What may be asked before the world is looked at.
pub(super) fn check(
    endpoint: Endpoint,
    request: &ArmRequest,
    header: Option<&SecretDigest>,
) -> Result<(), Denial> {
    let versions = match endpoint {
        Endpoint::Imds => {
            let marked = request
                .header("metadata")
                .is_some_and(|value| value.eq_ignore_ascii_case("true"));
            if !marked {
                return Err(Denial::Request(
                    400,
                    "Required metadata header not specified",
                ));
            }
            if request.header("x-forwarded-for").is_some() {
                return Err(Denial::Request(400, "Proxied requests are not allowed"));
            }
            IMDS_VERSIONS
        }
        Endpoint::AppService => {
            let given = request
                .header("x-identity-header")
                .ok_or(Denial::Request(401, "The X-IDENTITY-HEADER is missing."))?;
            if header != Some(&SecretDigest::of(given)) {
                return Err(Denial::Request(
                    403,
                    "The X-IDENTITY-HEADER is not that of this site.",
                ));
            }
            APP_SERVICE_VERSIONS
        }
    };
    if request.method != http::Method::GET {
        return Err(Denial::Request(405, "Only GET is supported"));
    }
    let version = request.parameter("api-version").ok_or(Denial::Request(
        400,
        "Required query variable 'api-version' is missing",
    ))?;
    if !versions.contains(&version) {
        return Err(Denial::Request(400, "The api-version is not supported"));
    }
    Ok(())
}

/// Decides about a request that passed [`check`].
pub(super) fn grant(world: &World, request: &ArmRequest) -> Result<Grant, Denial> {
    let settings = world.settings();
    let named: Vec<IdentityId<'_>> = [
        ("client_id", IdentityId::Client as fn(_) -> _),
        ("object_id", IdentityId::Object),
        ("principal_id", IdentityId::Object),
        ("msi_res_id", IdentityId::Resource),
        ("mi_res_id", IdentityId::Resource),
    ]
    .into_iter()
    .filter_map(|(name, id)| request.parameter(name).map(id))
    .collect();
    let principal = match named.as_slice() {
        [] => settings.system_assigned.as_ref().map(Principal::from),
        [one] => directory::identity(world, *one).map(directory::principal),
        _ => {
            return Err(Denial::Request(
                400,
                "Only one of client_id, object_id and msi_res_id can be specified",
            ));
        }
    };
    let principal = principal.ok_or(Denial::NoIdentity)?;
    let resource = request
        .parameter("resource")
        .filter(|resource| !resource.is_empty())
        .ok_or(Denial::Request(
            400,
            "Required audience parameter not specified",
        ))?;
    let audience: Audience =
        audience::resource(settings, &request.origin, resource).map_err(Denial::Entra)?;
    Ok(Grant {
        principal,
        audience,
        proof: Proof::Key,
        version: Version::V1,
        lifetime: LIFETIME,
    })
}

/// The answer with the token: every value is a string.
pub(super) fn answer(endpoint: Endpoint, grant: &Grant, token: &str, now: Timestamp) -> Value {
    let from = now.as_second();
    let ends = from.saturating_add(grant.lifetime).to_string();
    match endpoint {
        Endpoint::Imds => json!({
            "access_token": token,
            "client_id": grant.principal.client_id,
            "expires_in": grant.lifetime.to_string(),
            "expires_on": ends,
            "ext_expires_in": grant.lifetime.to_string(),
            "not_before": from.to_string(),
            "resource": grant.audience.name,
            "token_type": "Bearer",
        }),
        Endpoint::AppService => json!({
            "access_token": token,
            "client_id": grant.principal.client_id,
            "expires_on": ends,
            "resource": grant.audience.name,
            "token_type": "Bearer",
        }),
    }
}

/// Status and body of a refusal. `trace` and `correlation` are what support would ask for.
pub(super) fn refuse(
    endpoint: Endpoint,
    denial: &Denial,
    (trace, correlation): (&str, &str),
    now: Timestamp,
) -> (u16, Value) {
    match endpoint {
        Endpoint::Imds => {
            let (status, error, description) = match denial {
                Denial::Request(status, reason) => {
                    (*status, "invalid_request", (*reason).to_owned())
                }
                Denial::NoIdentity => (400, "invalid_request", "Identity not found".to_owned()),
                Denial::Entra(refusal) => (
                    refusal.status,
                    refusal.error,
                    refusal.description(trace, correlation, now),
                ),
            };
            (
                status,
                json!({"error": error, "error_description": description}),
            )
        }
        Endpoint::AppService => {
            let (status, message) = match denial {
                Denial::Request(status, reason) => (*status, *reason),
                Denial::NoIdentity => (
                    400,
                    "No User Assigned or Delegated Managed Identity found for specified \
                     ClientId/ResourceId/PrincipalId.",
                ),
                // What Entra ID said is not passed on.
                Denial::Entra(_) => (
                    500,
                    "An unexpected error occured while fetching the AAD Token. Please contact \
                     support with this provided Correlation Id",
                ),
            };
            (
                status,
                json!({"statusCode": status, "message": message, "correlationId": correlation}),
            )
        }
    }
}
