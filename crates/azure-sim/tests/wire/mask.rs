//! What Azure makes up anew each time, hidden, so that the rest of a text can be compared to the letter.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::{Captures, Regex};

/// Patterns and what is put in their place, in this order.
static MASKS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (
            r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            "<guid>",
        ),
        (r"(?i)\b[0-9a-f]{32}\b", "<guid>"),
        // The end of a time, `Z` or an offset, is told.
        (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?", "<time>"),
        (
            r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}Z",
            "<time with a blank>",
        ),
        (
            r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2} [AP]M",
            "<American time>",
        ),
        (r"0x[0-9A-F]{8,}", "<hex>"),
        (r"\b[0-9A-F]{16}\b", "<hex>"),
        (r"delzone\d{18}[0-9a-f]{8,}", "delzone<id>"),
        (r"\bVVR8MD[0-9A-Za-z_-]{60,}", "<purge>"),
        (r"\d{12,}", "<digits>"),
        (r"^PT(\d+M)?\d+(\.\d{1,7})?S$|^PT\d+M$", "<duration>"),
    ]
    .into_iter()
    .map(|(pattern, word)| (Regex::new(pattern).unwrap(), word))
    .collect()
});

static JOB: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"eyJqb2JJZCI6[\w-]+").unwrap());

/// The text with ids, times and counters hidden, and what a job is polled by decoded.
pub(crate) fn mask(text: &str) -> String {
    let text = JOB.replace_all(text, |found: &Captures<'_>| {
        let job = STANDARD_NO_PAD.decode(&found[0]).unwrap_or_default();
        String::from_utf8_lossy(&job).into_owned()
    });
    MASKS
        .iter()
        .fold(text.into_owned(), |text, (pattern, word)| {
            pattern.replace_all(&text, *word).into_owned()
        })
}

static OFFSET: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d{4}-\d{2}-\d{2}T[\d:.]+)[+-]\d{2}:\d{2}$").unwrap());

/// A time with an offset as if its offset were nothing; any other text as it is.
pub(crate) fn utc(text: &str) -> String {
    OFFSET.replace(text, "$1+00:00").into_owned()
}

#[cfg(test)]
mod tests {
    use super::{mask, utc};

    #[test]
    fn an_offset_is_taken_for_utc() {
        assert_eq!(
            utc("2025-09-16T15:24:50.0662311-04:00"),
            "2025-09-16T15:24:50.0662311+00:00"
        );
        assert_eq!(utc("2025-09-16T15:24:50Z"), "2025-09-16T15:24:50Z");
        assert_eq!(utc("a-04:00"), "a-04:00");
    }

    #[test]
    fn ids_and_times_are_hidden_and_the_rest_is_kept() {
        assert_eq!(
            mask(
                "Principal 0b1fe1c0a3f54b7ea4f8a9d2b6c7d8e9 in tenant 00000000-0000-0000-0000-00000000000A"
            ),
            "Principal <guid> in tenant <guid>"
        );
        assert_eq!(mask("2025-07-07T08:07:17.2272669Z"), "<time>Z");
        assert_eq!(mask("2025-07-07T08:07:17+00:00"), "<time>+00:00");
        assert_eq!(mask("of <subscription>"), "of <subscription>");
        assert_eq!(
            mask("from '4/18/2023 9:04:41 PM' on"),
            "from '<American time>' on"
        );
        assert_eq!(mask("\"0x8DBFA1B2C3D4E5F\""), "\"<hex>\"");
        assert_eq!(mask("PT35.148644S"), "<duration>");
        assert_eq!(mask("/eyJqb2JJZCI6IkpPQi1BIn0?"), r#"/{"jobId":"JOB-A"}?"#);
        assert_eq!(
            mask("Standard_LRS 128 10.244.0.0/16"),
            "Standard_LRS 128 10.244.0.0/16"
        );
    }
}
