//! Signed polling URLs: over three kilobytes, bound to their path and query, of no use when altered.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use url::form_urlencoded;

use crate::builder::Settings;
use crate::error::ArmError;
use crate::reply::PollingPath;
use crate::request::ArmRequest;

/// Lengths of the certificate and the signature as recorded.
const CERTIFICATE: usize = 2634;
const SIGNATURE: usize = 342;

/// .NET ticks at the Unix epoch.
const EPOCH_TICKS: i128 = 621_355_968_000_000_000;

/// A time in .NET ticks.
pub(crate) fn ticks(at: Timestamp) -> i128 {
    EPOCH_TICKS + at.as_nanosecond() / 100
}

/// The absolute URL of `path`, signed at `now`; `nonce` makes two URLs of one moment differ.
pub(crate) fn sign(
    settings: &Settings,
    origin: &str,
    path: &PollingPath,
    now: Timestamp,
    nonce: u64,
) -> String {
    let ticks = ticks(now) + i128::from(nonce % 1000);
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in &path.query {
        query.append_pair(key, value);
    }
    let plain = format!("{}?{}", path.path.to_ascii_lowercase(), query.finish());
    let (signature, hash) = proof(settings, &plain, &ticks.to_string());
    let certificate = certificate(settings);
    let question = plain.split_once('?').map_or("", |(_, query)| query);
    let port = match origin.strip_prefix("https://") {
        Some(host) if path.explicit_port && !host.contains(':') => ":443",
        _ => "",
    };
    format!(
        "{origin}{port}{}?{question}&t={ticks}&c={certificate}&s={signature}&h={hash}",
        path.path
    )
}

/// Checks that a polling URL is one that was handed out, unaltered.
///
/// # Errors
/// `InvalidAuthenticationInfo`-like 403 when anything was changed, added or left out.
pub(crate) fn verify(settings: &Settings, request: &ArmRequest) -> Result<(), ArmError> {
    let refused = || {
        ArmError::gateway(
            403,
            "AuthorizationFailed",
            "The signature of the operation's URL is missing or does not match: follow the URL that \
             the response gave without altering it.",
        )
    };
    let keys: Vec<&str> = request.query.iter().map(|(key, _)| key.as_str()).collect();
    let split = keys.len().checked_sub(4).ok_or_else(refused)?;
    if keys.get(split..) != Some(&["t", "c", "s", "h"]) {
        return Err(refused());
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in request.query.iter().take(split) {
        query.append_pair(key, value);
    }
    let plain = format!("{}?{}", request.path.to_ascii_lowercase(), query.finish());
    let value = |name: &str| request.parameter(name).unwrap_or_default();
    let (signature, hash) = proof(settings, &plain, value("t"));
    let good = value("s") == signature && value("h") == hash && value("c") == certificate(settings);
    if good { Ok(()) } else { Err(refused()) }
}

/// The same in every URL, so it is made once.
fn certificate(settings: &Settings) -> &str {
    settings
        .certificate
        .get_or_init(|| settings.text("certificate", CERTIFICATE))
}

fn proof(settings: &Settings, plain: &str, ticks: &str) -> (String, String) {
    let signature = settings.text(&format!("signature:{plain}:{ticks}"), SIGNATURE);
    let hash = URL_SAFE_NO_PAD.encode(settings.digest(&format!("hash:{plain}:{ticks}")));
    (signature, hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn check(url: &str) -> bool {
        let request = http::Request::get(url).body(Bytes::new()).unwrap();
        verify(&Settings::default(), &ArmRequest::read(request).unwrap()).is_ok()
    }

    #[test]
    fn a_url_works_as_it_is_and_not_otherwise() {
        let path = PollingPath {
            path: "/subscriptions/s/operationresults/abc=".into(),
            query: vec![
                ("monitor", "true".into()),
                ("api-version", "2024-11-01".into()),
            ],
            explicit_port: false,
        };
        let url = sign(
            &Settings::default(),
            "https://host",
            &path,
            Timestamp::UNIX_EPOCH,
            7,
        );
        assert!(url.len() > 3000, "{}", url.len());
        assert!(check(&url));
        assert!(!check(&url.replace("2024-11-01", "2024-11-02")));
        assert!(!check(&url.replace("/abc=", "/abd=")));
        assert!(!check(&format!("{url}&api-version=2024-11-01")));
        assert!(!check("https://host/subscriptions/s/operationresults/abc="));
        let again = sign(
            &Settings::default(),
            "https://host",
            &path,
            Timestamp::UNIX_EPOCH,
            8,
        );
        assert_ne!(url, again);
    }
}
