//! Who may call Resource Manager: the token of a request, and how one that is not good enough is refused.

use jiff::Timestamp;

use super::Version;
use super::audience;
use super::jwt::{Jwt, PublicKey};
use super::key::KeyChain;
use super::token::issuer;
use crate::builder::Settings;
use crate::error::ArmError;
use crate::request::ArmRequest;

/// How far clocks may be apart, in seconds.
const SKEW: i64 = 300;

/// What Resource Manager wants to see of a caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Nothing: a token is not looked at, the caller is the configured one.
    #[default]
    Anonymous,
    /// An `Authorization: Bearer` header, whatever the token is; the caller is the configured one.
    AnyBearer,
    /// A token that this simulator issued for Resource Manager and that has not expired. The caller is its `oid`.
    Verified,
}

/// Who calls Resource Manager, where that is looked at; refuses who must not call.
pub(crate) fn caller(
    settings: &Settings,
    keys: &KeyChain,
    request: &ArmRequest,
    now: Timestamp,
) -> Result<Option<String>, ArmError> {
    match settings.access {
        Access::Anonymous => Ok(None),
        Access::AnyBearer => bearer(request).map(|_| None),
        Access::Verified => {
            let token = bearer(request)?;
            let key = keys.get().map_err(|error| ArmError::no_state(&error))?;
            verify(settings, key.public(), &request.origin, token, now).map(Some)
        }
    }
}

/// The token of the request.
fn bearer(request: &ArmRequest) -> Result<&str, ArmError> {
    let refused = |code, message| Err(ArmError::gateway(401, code, message));
    let invalid = || {
        refused(
            "AuthenticationFailedInvalidHeader",
            "Authentication failed. The 'Authorization' header is provided in an invalid format.",
        )
    };
    if request.headers.get_all("authorization").iter().count() > 1 {
        return invalid();
    }
    let Some(header) = request.header("authorization") else {
        return refused(
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        );
    };
    match header.split_once(' ') {
        Some((scheme, token))
            if scheme.eq_ignore_ascii_case("bearer") && !token.trim().is_empty() =>
        {
            Ok(token.trim())
        }
        _ => invalid(),
    }
}

/// The `oid` of a token that is good for Resource Manager now.
fn verify(
    settings: &Settings,
    key: &PublicKey,
    origin: &str,
    token: &str,
    now: Timestamp,
) -> Result<String, ArmError> {
    let refused = |code: &str, message: String| ArmError::gateway(401, code, message);
    let invalid = || {
        refused(
            "InvalidAuthenticationToken",
            "The access token is invalid.".to_owned(),
        )
    };
    let token = Jwt::parse(token)
        .filter(|token| token.is_signed_by(std::slice::from_ref(key)))
        .ok_or_else(invalid)?;
    let given = token.claim("iss").ok_or_else(invalid)?;
    let tenant = &settings.tenant_id;
    let right = issuer(Version::V1, origin, tenant);
    if given != right {
        // Clusters' service-account tokens have the same signature and are none of Entra ID.
        if !given.starts_with("https://sts.windows.net/") {
            return Err(invalid());
        }
        return Err(refused(
            "InvalidAuthenticationTokenTenant",
            format!(
                "The access token is from the wrong issuer '{given}'. It must match the tenant \
                 '{right}' associated with this subscription. Please use the authority (URL) \
                 '{origin}/{tenant}' to get the token. Note, if the subscription is transferred \
                 to another tenant there is no impact to the services, but information about new \
                 tenant could take time to propagate (up to an hour). If you just transferred your \
                 subscription and see this error message, please try back later."
            ),
        ));
    }
    let audience = token.claim("aud").unwrap_or_default();
    if !audience::is_resource_manager(origin, audience) {
        return Err(refused(
            "InvalidAuthenticationTokenAudience",
            format!(
                "The access token has been obtained for wrong audience or resource '{audience}'. \
                 It should exactly match with one of the allowed audiences \
                 'https://management.core.windows.net/','https://management.core.windows.net',\
                 'https://management.azure.com/','https://management.azure.com'."
            ),
        ));
    }
    let ends = token.time("exp").ok_or_else(invalid)?;
    let second = now.as_second();
    if ends <= second {
        let show = |second: i64| {
            Timestamp::from_second(second).map_or_else(
                |_| second.to_string(),
                |time| time.strftime("%-m/%-d/%Y %-I:%M:%S %p").to_string(),
            )
        };
        return Err(refused(
            "ExpiredAuthenticationToken",
            format!(
                "The access token expiry UTC time '{}' is earlier than current UTC time '{}'.",
                show(ends),
                show(second)
            ),
        ));
    }
    // After the clock went back, or on another machine's clock.
    if token.time("nbf").ok_or_else(invalid)? > second + SKEW {
        return Err(invalid());
    }
    token.claim("oid").map(str::to_owned).ok_or_else(invalid)
}

/// The `WWW-Authenticate` header of a 401: where to get a better token (RFC 6750 section 3).
pub(crate) fn challenge(settings: &Settings, origin: &str, code: &str) -> String {
    let reason = match code {
        "AuthenticationFailed" => {
            "The authentication failed because of missing 'Authorization' header."
        }
        "AuthenticationFailedInvalidHeader" => {
            "The authentication failed because of an invalid 'Authorization' header."
        }
        "ExpiredAuthenticationToken" => "The access token has expired.",
        "InvalidAuthenticationTokenAudience" => {
            "The access token has been obtained for wrong audience or resource."
        }
        "InvalidAuthenticationTokenTenant" => "The access token is from the wrong issuer.",
        _ => "The access token is invalid.",
    };
    format!(
        "Bearer authorization_uri=\"{origin}/{}\", error=\"invalid_token\", \
         error_description=\"{reason}\"",
        settings.tenant_id
    )
}
