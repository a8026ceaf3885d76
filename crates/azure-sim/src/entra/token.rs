//! The token endpoints: client credentials (RFC 6749 section 4.4) with a secret or an assertion.
//!
//! See <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

use serde_json::{Map, Value, json};

use super::audience::{self, Audience};
use super::desk::Call;
use super::directory::{self, IdentityId, Principal};
use super::form::Form;
use super::jwt::KeyError;
use super::refusal::Refusal;
use super::{Version, assertion};
use crate::store::World;

/// How long a token of an application lives, in seconds.
pub(super) const LIFETIME: i64 = 3599;

/// How the client proved itself: `appidacr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// A shared secret.
    Secret,
    /// A key: an assertion, or the platform on behalf of a managed identity.
    Key,
}

/// A token that may be issued.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) principal: Principal,
    pub(super) audience: Audience,
    pub(super) proof: Proof,
    pub(super) version: Version,
    pub(super) lifetime: i64,
}

/// Decides about a request.
pub(super) fn grant(
    call: &Call<'_>,
    version: Version,
    form: &Form,
    world: &World,
) -> Result<Grant, Refusal> {
    let settings = call.settings;
    let origin = &call.request.origin;
    let kind = form.require("grant_type")?;
    if kind != "client_credentials" {
        return Err(Refusal::unsupported_grant(kind));
    }
    let client_id = form.require("client_id")?;
    let wanted = match version {
        Version::V1 => form.require("resource")?,
        Version::V2 => form.require("scope")?,
    };
    let application = directory::application(settings, client_id);
    let identity = directory::identity(world, IdentityId::Client(client_id));
    let (principal, credentials) = match (application, identity) {
        (Some(application), _) => (application.into(), application.federated.clone()),
        (None, Some(identity)) => (
            directory::principal(identity),
            directory::credentials(world, identity),
        ),
        (None, None) => return Err(Refusal::unknown_application(client_id)),
    };
    let proof = match (form.get("client_assertion"), form.get("client_secret")) {
        (Some(assertion), None) => {
            let kind = form.require("client_assertion_type")?;
            if kind != assertion::TYPE {
                return Err(Refusal::client(
                    70002,
                    format!("The client assertion type '{kind}' is not supported."),
                ));
            }
            assertion::check(world, call.key.public(), client_id, &credentials, assertion)?;
            Proof::Key
        }
        (None, Some(secret)) => {
            if !application.is_some_and(|application| application.has_secret(secret)) {
                return Err(Refusal::client(
                    7_000_215,
                    format!(
                        "Invalid client secret provided. Ensure the secret being sent in the \
                         request is the client secret value, not the client secret ID, for a \
                         secret added to app '{client_id}'."
                    ),
                ));
            }
            Proof::Secret
        }
        (Some(_), Some(_)) => {
            return Err(Refusal::request(
                90013,
                "Invalid input received from the user. The client used more than one way to \
                 authenticate.",
            ));
        }
        (None, None) => {
            return Err(Refusal::client(
                7_000_216,
                "'client_assertion', 'client_secret' or 'request' is required for the \
                 'client_credentials' grant type.",
            ));
        }
    };
    let audience = match version {
        Version::V1 => audience::resource(settings, origin, wanted)?,
        Version::V2 => audience::of_scope(settings, origin, wanted)?,
    };
    Ok(Grant {
        principal,
        audience,
        proof,
        version,
        lifetime: LIFETIME,
    })
}

/// The answer with the token.
pub(super) fn answer(call: &Call<'_>, grant: &Grant) -> Result<Value, KeyError> {
    let token = issue(call, grant)?;
    let now = call.now;
    let ends = now.as_second().saturating_add(grant.lifetime);
    Ok(match grant.version {
        Version::V1 => json!({
            "token_type": "Bearer",
            "expires_in": grant.lifetime.to_string(),
            "ext_expires_in": grant.lifetime.to_string(),
            "expires_on": ends.to_string(),
            "not_before": now.as_second().to_string(),
            "resource": grant.audience.name,
            "access_token": token,
        }),
        Version::V2 => json!({
            "token_type": "Bearer",
            "expires_in": grant.lifetime,
            "ext_expires_in": grant.lifetime,
            "access_token": token,
        }),
    })
}

/// The token itself. Claims: <https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference>.
pub(super) fn issue(call: &Call<'_>, grant: &Grant) -> Result<String, KeyError> {
    let Call {
        settings,
        key,
        request,
        now,
        answer,
    } = *call;
    let origin = &request.origin;
    let tenant = &settings.tenant_id;
    let principal = &grant.principal;
    let version = if grant.audience.first_party {
        Version::V1
    } else {
        grant.version
    };
    let from = now.as_second();
    let unique = format!("{answer}:{now}");
    let proof = match grant.proof {
        Proof::Secret => "1",
        Proof::Key => "2",
    };
    let (client, strength, number) = match version {
        Version::V1 => ("appid", "appidacr", "1.0"),
        Version::V2 => ("azp", "azpacr", "2.0"),
    };
    let mut claims = Map::new();
    let mut add = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    add("aud", json!(grant.audience.name));
    add("iss", json!(issuer(version, origin, tenant)));
    add("iat", json!(from));
    add("nbf", json!(from));
    add("exp", json!(from.saturating_add(grant.lifetime)));
    add("aio", json!(settings.text(&format!("aio:{unique}"), 48)));
    add(client, json!(principal.client_id));
    add(strength, json!(proof));
    add("idp", json!(issuer(Version::V1, origin, tenant)));
    add("idtyp", json!("app"));
    add("oid", json!(principal.object_id));
    add("sub", json!(principal.object_id));
    add("tid", json!(tenant));
    add("uti", json!(settings.text(&format!("uti:{unique}"), 22)));
    add("ver", json!(number));
    if let Some(resource) = &principal.resource {
        add("xms_mirid", json!(resource));
    }
    key.sign(&Value::Object(claims))
}

/// The `iss` of a token, as the OpenID configuration of that version announces it.
pub(super) fn issuer(version: Version, origin: &str, tenant: &str) -> String {
    match version {
        Version::V1 => format!("https://sts.windows.net/{tenant}/"),
        Version::V2 => format!("{origin}/{tenant}/v2.0"),
    }
}
