//! Client assertions (RFC 7523 section 2.2): tokens of another issuer that stand for an identity here.
//!
//! Rules: <https://learn.microsoft.com/entra/workload-id/workload-identity-federation>.

use jiff::Timestamp;

use super::application::FederatedCredential;
use super::jwt::{Jwt, PublicKey};
use super::refusal::Refusal;
use super::service_account;
use crate::store::World;

/// The only type of assertion.
pub(super) const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// By how much clocks may differ, in seconds.
const SKEW: i64 = 300;

/// Accepts an assertion for the client that has these credentials.
pub(super) fn check(
    world: &World,
    own: &PublicKey,
    client_id: &str,
    credentials: &[FederatedCredential],
    assertion: &str,
) -> Result<(), Refusal> {
    let token = Jwt::parse(assertion)
        .ok_or_else(|| malformed("It is not a token in the compact form signed with RS256."))?;
    check_certificate(&token, client_id)?;
    let [Some(issuer), Some(subject)] = [token.claim("iss"), token.claim("sub")] else {
        return Err(malformed("It must have the claims 'iss' and 'sub'."));
    };
    check_match(client_id, credentials, issuer, subject, &token.audiences())?;
    let known = world.settings().issuers.get(issuer);
    let keys = match known {
        Some(keys) => keys.as_slice(),
        None if service_account::is_issuer(world, issuer) => std::slice::from_ref(own),
        None => {
            return Err(Refusal::request(
                50166,
                "Request to External OIDC endpoint failed.",
            ));
        }
    };
    if !token.is_signed_by(keys) {
        return Err(Refusal::client(
            50013,
            "Assertion failed signature validation. [Reason - The key was not found or the \
             signature is not that of the token.]",
        ));
    }
    check_time(&token, world.now())
}

/// An assertion that the client made itself is signed with a certificate, and no application has one.
fn check_certificate(token: &Jwt<'_>, client_id: &str) -> Result<(), Refusal> {
    let thumbprint = ["x5t", "x5t#S256"]
        .iter()
        .find_map(|name| token.header(name));
    let own = token
        .claim("iss")
        .is_some_and(|issuer| issuer.eq_ignore_ascii_case(client_id));
    if thumbprint.is_none() && !own {
        return Ok(());
    }
    Err(Refusal::client(
        700_027,
        format!(
            "The certificate with identifier used to sign the client assertion is not registered \
             on application. [Reason - The key was not found., Thumbprint of key used by client: \
             '{}']",
            thumbprint.unwrap_or_default()
        ),
    ))
}

fn check_match(
    client_id: &str,
    credentials: &[FederatedCredential],
    issuer: &str,
    subject: &str,
    audiences: &[&str],
) -> Result<(), Refusal> {
    if credentials.is_empty() {
        return Err(Refusal::client(
            70025,
            format!("The client '{client_id}' has no configured federated identity credentials."),
        ));
    }
    let of_issuer: Vec<_> = credentials.iter().filter(|c| c.issuer == issuer).collect();
    let of_subject: Vec<_> = of_issuer.iter().filter(|c| c.subject == subject).collect();
    let fits = of_subject
        .iter()
        .any(|c| audiences.contains(&c.audience.as_str()));
    if fits {
        return Ok(());
    }
    let (code, what, value) = if of_issuer.is_empty() {
        (700_211, "issuer", issuer.to_owned())
    } else if of_subject.is_empty() {
        (700_213, "subject", subject.to_owned())
    } else {
        (700_212, "audience", audiences.join(","))
    };
    Err(Refusal::client(
        code,
        format!(
            "No matching federated identity record found for presented assertion {what} \
             '{value}'. Check your federated identity credential Subject, Audience and Issuer \
             against the presented assertion. \
             https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
        ),
    ))
}

fn check_time(token: &Jwt<'_>, now: Timestamp) -> Result<(), Refusal> {
    let Some(ends) = token.time("exp") else {
        return Err(malformed("It must have the claim 'exp'."));
    };
    let begins = token.time("nbf").or_else(|| token.time("iat")).unwrap_or(0);
    let second = now.as_second();
    if begins.saturating_sub(SKEW) <= second && second < ends.saturating_add(SKEW) {
        return Ok(());
    }
    let show = |second: i64| {
        Timestamp::from_second(second).map_or_else(|_| second.to_string(), |time| time.to_string())
    };
    Err(Refusal::client(
        700_024,
        format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion \
             valid from {}, expiry time of assertion {}. Review the documentation at \
             https://learn.microsoft.com/entra/identity-platform/certificate-credentials .",
            show(second),
            show(begins),
            show(ends)
        ),
    ))
}

fn malformed(reason: &str) -> Refusal {
    Refusal::request(
        50027,
        format!("JWT token is invalid or malformed. {reason}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential(issuer: &str, subject: &str, audience: &str) -> FederatedCredential {
        FederatedCredential {
            issuer: issuer.into(),
            subject: subject.into(),
            audience: audience.into(),
        }
    }

    #[test]
    fn issuer_subject_and_audience_match_exactly_and_together() {
        let known = [credential("i", "s", "a"), credential("j", "t", "b")];
        let code = |issuer, subject, audiences: &[&str]| {
            check_match("c", &known, issuer, subject, audiences)
                .err()
                .map(|refusal| refusal.code)
        };
        assert_eq!(code("i", "s", &["a"]), None);
        assert_eq!(code("j", "t", &["x", "b"]), None);
        assert_eq!(code("I", "s", &["a"]), Some(700_211));
        assert_eq!(code("i", "S", &["a"]), Some(700_213));
        assert_eq!(code("i", "t", &["b"]), Some(700_213));
        assert_eq!(code("i", "s", &["A"]), Some(700_212));
        assert_eq!(code("i", "s", &[]), Some(700_212));
        let none = check_match("c", &[], "i", "s", &["a"]).unwrap_err();
        assert_eq!((none.status, none.code), (401, 70025));
    }
}
