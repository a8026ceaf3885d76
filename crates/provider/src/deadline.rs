//! The time that an operation may take.

use std::fmt;
use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::{Error, Result};

/// How far a running operation has come and how to go on, told when its time runs out.
///
/// The operation writes it while it runs; [`within`] reads it.
#[derive(Debug, Default)]
pub struct Stage(Mutex<String>);

impl Stage {
    /// The stage that an operation begins in.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(Mutex::new(text.into()))
    }

    /// The operation has come to here.
    pub fn reached(&self, text: impl Into<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text.into();
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs an operation for at most `limit`. `hint` says how far it is and how to go on; it is asked when the time
/// has run out: a plain text, or a [`Stage`] that the operation moves on.
///
/// Needs a Tokio runtime with time.
///
/// # Errors
/// What the operation returns, and [`Error::Timeout`] with the hint when the time runs out. The operation is
/// dropped then; what the cloud is doing for it goes on.
///
/// ```
/// use std::time::Duration;
/// use kompox_provider::deadline::{Stage, within};
///
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// let hint = "run it again to go on waiting";
/// let answer = within("VolumeDiskList", Duration::from_secs(60), hint, async { Ok(42) }).await?;
/// assert_eq!(answer, 42);
/// # Ok::<(), kompox_provider::Error>(())
/// # }).unwrap();
/// ```
pub async fn within<T>(
    operation: &str,
    limit: Duration,
    hint: impl fmt::Display,
    future: impl Future<Output = Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(limit, future).await {
        Ok(result) => result,
        Err(_) => Err(Error::Timeout {
            operation: operation.to_owned(),
            limit,
            state: hint.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_timeout_tells_the_last_stage() {
        let stage = Stage::default();
        let error = within("SnapshotCreate", Duration::from_secs(60), &stage, async {
            stage.reached("10 %");
            tokio::time::sleep(Duration::from_secs(59)).await;
            stage.reached("90 %");
            std::future::pending::<Result<()>>().await
        })
        .await
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "SnapshotCreate did not finish within 1 min: 90 %"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_ends_in_time_keeps_its_result() {
        let result = within("X", Duration::from_secs(60), "", async {
            tokio::time::sleep(Duration::from_secs(59)).await;
            Err::<(), _>(Error::not_found("disk"))
        })
        .await;
        assert!(matches!(result, Err(Error::NotFound { .. })));
    }
}
