//! The `Retry-After` header.

use std::time::Duration;

use azure_core::http::headers::{HeaderName, Headers, RETRY_AFTER};
use azure_core::time::{OffsetDateTime, parse_rfc7231};

const DATE: HeaderName = HeaderName::from_static("date");

/// How long the server wants us to wait: seconds, or a date. A date counts from the answer's own `Date`, for the
/// clocks of the two may differ. `None` when the server says nothing that can be understood.
///
/// Source: RFC 9110, section 10.2.3.
pub(crate) fn retry_after(headers: &Headers) -> Option<Duration> {
    let value = headers.get_optional_str(&RETRY_AFTER)?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = parse_rfc7231(value).ok()?;
    let now = headers
        .get_optional_str(&DATE)
        .and_then(|date| parse_rfc7231(date).ok())
        .unwrap_or_else(OffsetDateTime::now_utc);
    Some((until - now).try_into().unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in pairs {
            headers.insert(*name, *value);
        }
        headers
    }

    #[test]
    fn seconds_and_dates_are_understood_and_nothing_else() {
        let date = "Tue, 18 Nov 2025 21:18:19 GMT";
        for (value, expected) in [
            ("15", Some(15)),
            ("0", Some(0)),
            ("Tue, 18 Nov 2025 21:18:49 GMT", Some(30)),
            ("Tue, 18 Nov 2025 21:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(
                retry_after(&headers(&[("date", date), ("retry-after", value)])),
                expected.map(Duration::from_secs),
                "{value}"
            );
        }
        assert_eq!(retry_after(&headers(&[])), None);
    }

    proptest::proptest! {
        #[test]
        fn no_value_makes_it_panic(value in "\\PC{0,40}") {
            let mut headers = Headers::new();
            headers.insert("retry-after", value);
            let _ = retry_after(&headers);
        }
    }
}
