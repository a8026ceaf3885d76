//! How an operation is made to end other than it would.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::resource::Failure;

/// What happens to the operation that a request starts. It is kept with the operation, so a process that is gone
/// takes nothing of it along.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Fate {
    /// It ends badly.
    Fail(Failure),
    /// It takes longer.
    Slow(Slowness),
    /// It ends `Canceled`.
    Cancel,
}

/// How much longer an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Slowness {
    /// This long, whatever it takes else.
    Takes(Duration),
    /// So many times as long.
    Times(f64),
}

impl Slowness {
    /// The duration of what takes `usual` else. More than a duration can hold is the longest one.
    pub(crate) fn of(self, usual: Duration) -> Duration {
        match self {
            Self::Takes(duration) => duration,
            Self::Times(factor) => {
                Duration::try_from_secs_f64(usual.as_secs_f64() * factor).unwrap_or(Duration::MAX)
            }
        }
    }
}
