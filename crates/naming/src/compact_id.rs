//! Compact ids: names for what a user does not name.

use std::fmt;

use jiff::Timestamp;

/// Twelve characters of `[0-9a-z]`: seven of Unix seconds, zero-padded, then five random ones. Sorts by time.
///
/// ```
/// use kompox_naming::CompactId;
///
/// let id = CompactId::new("2026-02-17T23:42:52Z".parse()?, 35);
/// assert_eq!(id.as_str(), "0tamn7g0000z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Spec: §2.8.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CompactId(String);

impl CompactId {
    const SECONDS: u32 = 7;
    const RANDOM: u32 = 5;

    /// The id of a moment, made unique by `random`, which should come evenly from the whole of `u64`.
    ///
    /// A moment before 1970 counts as 1970.
    #[must_use]
    pub fn new(now: Timestamp, random: u64) -> Self {
        let seconds = u64::try_from(now.as_second()).unwrap_or(0);
        let mut digits = base36(seconds, Self::SECONDS);
        digits.push_str(&base36(random, Self::RANDOM));
        Self(digits)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CompactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The last `digits` digits of `value` in base 36.
fn base36(value: u64, digits: u32) -> String {
    (0..digits)
        .rev()
        .map(|place| {
            let digit = value / 36_u64.pow(place) % 36;
            char::from_digit(u32::try_from(digit).unwrap_or(0), 36).unwrap_or('0')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_padded_and_the_random_part_keeps_its_five_digits() {
        let id = |seconds, random| {
            let now = Timestamp::from_second(seconds).unwrap();
            CompactId::new(now, random).to_string()
        };
        assert_eq!(id(0, 0), "000000000000");
        assert_eq!(id(36, 36_u64.pow(5) - 1), "0000010zzzzz");
        assert_eq!(id(1, 36_u64.pow(5) + 1), "000000100001");
        assert_eq!(id(-1, 0), "000000000000");
    }
}
