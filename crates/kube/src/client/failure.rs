//! From kube-rs' errors to the port's.

use std::error::Error as StdError;

use kube::client::AuthError;

use crate::refusal::{Cause, Refusal};
use crate::{Error, ObjectRef};

/// What a failed call about an object means.
pub(super) fn classify(error: kube::Error, server: &str, object: &ObjectRef) -> Error {
    if let Some(reason) = sign_in(&error) {
        return Error::Kubeconfig(reason);
    }
    match error {
        kube::Error::Api(status) => {
            let causes = status.details.map(|details| details.causes);
            Refusal {
                code: status.code,
                // kube-rs fills this in where the body was no Status.
                reason: Some(status.reason)
                    .filter(|reason| !reason.contains(' '))
                    .unwrap_or_default(),
                message: status.message,
                causes: causes
                    .into_iter()
                    .flatten()
                    .map(|cause| Cause {
                        reason: cause.reason,
                        message: cause.message,
                        field: cause.field,
                    })
                    .collect(),
            }
            .about(object)
        }
        kube::Error::SerdeError(error) => Error::Malformed {
            what: object.to_string(),
            message: format!(
                "something unexpected at line {}, column {}",
                error.line(),
                error.column()
            ),
        },
        error => {
            let chain = chain(&error);
            Error::Unreachable {
                server: server.to_owned(),
                what: object.to_string(),
                message: match way_out(&chain) {
                    Some(way_out) => format!("{chain}. {way_out}"),
                    None => chain,
                },
                source: Box::new(error),
            }
        }
    }
}

/// Why signing in as the kubeconfig says failed, if it is that. The sign-in program's output is left out: it may hold
/// tokens.
pub(super) fn sign_in(error: &kube::Error) -> Option<String> {
    let kube::Error::Auth(error) = error else {
        return None;
    };
    Some(match error {
        AuthError::AuthExecStart(error) => {
            format!("the program that it names for signing in cannot be started: {error}")
        }
        AuthError::AuthExecRun { cmd, out } => {
            format!(
                "signing in with {cmd:?}, as it says, failed with {}",
                out.status
            )
        }
        AuthError::MissingCommand => "it asks for a sign-in program and names none".to_owned(),
        _ => "signing in the way that it says does not work".to_owned(),
    })
}

/// An error and those behind it, each once.
fn chain(error: &dyn StdError) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        // kube-rs repeats what is behind.
        match texts.last_mut() {
            Some(last) if last.contains(&text) => {}
            _ => texts.push(text),
        }
        next = error.source();
    }
    texts.join(": ")
}

/// What to do about a connection that did not come about, by what TLS, the resolver and the system say.
fn way_out(chain: &str) -> Option<&'static str> {
    let text = chain.to_lowercase();
    let any = |needles: &[&str]| needles.iter().any(|needle| text.contains(needle));
    if any(&[
        "certificateexpired",
        "certificate expired",
        "certificate has expired",
    ]) {
        return Some(
            "A certificate has expired: fetch the kubeconfig again, and check this machine's clock",
        );
    }
    if any(&["notvalidyet", "not valid yet"]) {
        return Some("A certificate is not valid yet: check this machine's clock");
    }
    if any(&[
        "unknownissuer",
        "unknown issuer",
        "badsignature",
        "unknownca",
        "unknown ca",
        "certificateunknown",
    ]) {
        return Some(
            "The kubeconfig belongs to another cluster, or one that was made anew: fetch it again",
        );
    }
    if any(&[
        "failed to lookup address",
        "dns error",
        "name or service not known",
        "nodename nor servname",
    ]) {
        return Some(
            "The name does not resolve: the cluster may be gone, stopped or private; check that it runs, and this \
             machine's DNS",
        );
    }
    if any(&["connection refused"]) {
        return Some(
            "Nobody listens there: check that the cluster runs (a stopped one does not answer)",
        );
    }
    if any(&["timed out", "deadline has elapsed", "timeout"]) {
        return Some(
            "Check that the cluster runs and that this machine may reach it (firewall, authorized IP ranges, proxy)",
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_library_says_leads_to_the_way_out() {
        for (said, hint) in [
            ("received fatal alert: CertificateExpired", "clock"),
            ("invalid peer certificate: UnknownIssuer", "another cluster"),
            (
                "dns error: failed to lookup address information: Name or service not known",
                "resolve",
            ),
            (
                "tcp connect error: Connection refused (os error 111)",
                "listens",
            ),
            ("operation timed out", "firewall"),
        ] {
            let error = kube::Error::Service(said.into());
            let object = ObjectRef::of_namespace("web");
            let text = classify(error, "https://c:443", &object).to_string();
            for part in [said, hint, "https://c:443", "Namespace \"web\""] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
    }
}
