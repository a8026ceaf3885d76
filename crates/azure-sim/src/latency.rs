//! How long Azure takes, from nothing at all to what it really needs.

use std::str::FromStr;
use std::time::Duration;

/// The time that asynchronous operations take.
///
/// Parsed from `none`, `realistic`, or a duration such as `5s`, `250ms` or `2m`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Latency {
    /// Everything is finished at the next request; `Retry-After` is `0`. The asynchronous
    /// protocol is spoken all the same.
    #[default]
    None,
    /// What Azure was measured to take, from fractions of a second for a disk to minutes for
    /// a cluster; `Retry-After` as recorded.
    Realistic,
    /// Every operation takes this long; `Retry-After` is the recorded value or this, whichever is
    /// shorter.
    Fixed(Duration),
}

/// A latency that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("latency {0:?} is none of `none`, `realistic` and a duration like `5s` or `250ms`")]
pub struct ParseLatencyError(String);

impl Latency {
    /// The duration of an operation that takes `realistic` in Azure.
    pub(crate) fn duration(self, realistic: Duration) -> Duration {
        match self {
            Self::None => Duration::ZERO,
            Self::Realistic => realistic,
            Self::Fixed(fixed) => fixed,
        }
    }

    /// The `Retry-After` to send, in seconds, where Azure sends `recorded`.
    pub(crate) fn retry_after(self, recorded: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::Realistic => recorded,
            Self::Fixed(fixed) => {
                recorded.min(fixed.as_secs() + u64::from(fixed.subsec_nanos() > 0))
            }
        }
    }
}

impl FromStr for Latency {
    type Err = ParseLatencyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || ParseLatencyError(text.to_owned());
        let trimmed = text.trim();
        match trimmed.to_ascii_lowercase().as_str() {
            "none" => return Ok(Self::None),
            "realistic" => return Ok(Self::Realistic),
            _ => {}
        }
        duration(trimmed).map(Self::Fixed).ok_or_else(unknown)
    }
}

/// A duration such as `5s`, `250ms` or `2m`; `None` for anything else, also for a negative one.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let duration: jiff::SignedDuration = text.trim().parse().ok()?;
    Duration::try_from(duration).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_words_and_durations() {
        assert_eq!("none".parse(), Ok(Latency::None));
        assert_eq!("Realistic".parse(), Ok(Latency::Realistic));
        assert_eq!(
            "250ms".parse(),
            Ok(Latency::Fixed(Duration::from_millis(250)))
        );
        assert_eq!("5s".parse(), Ok(Latency::Fixed(Duration::from_secs(5))));
        assert!("-5s".parse::<Latency>().is_err());
        assert!("soon".parse::<Latency>().is_err());
        assert!("".parse::<Latency>().is_err());
    }

    #[test]
    fn retry_after_is_never_longer_than_the_operation() {
        assert_eq!(Latency::None.retry_after(17), 0);
        assert_eq!(Latency::Realistic.retry_after(17), 17);
        assert_eq!(
            Latency::Fixed(Duration::from_millis(1200)).retry_after(17),
            2
        );
        assert_eq!(Latency::Fixed(Duration::from_secs(60)).retry_after(17), 17);
    }
}
