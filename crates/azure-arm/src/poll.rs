//! Asking again and again until something has ended.

use std::time::Duration;

use azure_core::http::Url;
use kompox_azure::{Error, Result};
use tokio::time::{Instant, sleep, timeout_at};

use crate::client::{Answer, Call, Client, Waits};

/// How often in a row a poll may fail, each time after the pipeline's own retries, before it counts. What is waited
/// for goes on whether we can see it or not.
const MAX_FAILURES: u32 = 5;

/// What an answer means.
pub(crate) enum Look<T> {
    /// Not yet: look there next.
    Again { url: Url, state: String },
    /// Over.
    Ended(T),
}

impl Client {
    /// Polls, beginning at a URL, until `look` sees the end. `first_wait` is what the server asked for, if it did. `call`
    /// is what began it all, for errors.
    pub(crate) async fn poll<T>(
        &self,
        call: &Call,
        url: Url,
        first_wait: Option<Duration>,
        look: impl FnMut(&Call, Answer) -> Result<Look<T>> + Send,
    ) -> Result<T> {
        let mut state = "unknown".to_owned();
        let timeout = self.waits.operation_timeout;
        // An instant too far away to exist is no deadline.
        let polling = self.poll_on(url, first_wait, look, &mut state);
        let Some(deadline) = Instant::now().checked_add(timeout) else {
            return polling.await;
        };
        match timeout_at(deadline, polling).await {
            Ok(result) => result,
            Err(_) => Err(Error::Timeout {
                call: call.to_string(),
                seconds: timeout.as_secs(),
                state,
            }),
        }
    }

    async fn poll_on<T>(
        &self,
        url: Url,
        first_wait: Option<Duration>,
        mut look: impl FnMut(&Call, Answer) -> Result<Look<T>> + Send,
        state: &mut String,
    ) -> Result<T> {
        let mut wait = first_wait;
        let mut waited = None;
        let mut pauses = Pauses::new(self.waits);
        let mut failures = 0;
        let mut call = Call::get(url);
        loop {
            // "At once" is taken at its word, but not over and over.
            if wait == Some(Duration::ZERO) && waited == wait {
                wait = None;
            }
            waited = wait;
            sleep(wait.unwrap_or_else(|| pauses.next())).await;
            let answer = match self.send(&call).await {
                Ok(answer) if answer.is_transient() => {
                    wait = answer.retry_after();
                    Err(answer.refusal())
                }
                Err(error @ Error::Transport { .. }) => {
                    wait = None;
                    Err(error)
                }
                Ok(answer) => Ok(answer),
                Err(error) => return Err(error),
            };
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) if failures == MAX_FAILURES => return Err(error),
                Err(error) => {
                    failures += 1;
                    tracing::debug!(%call, %error, failures, "a poll failed; it is repeated");
                    continue;
                }
            };
            failures = 0;
            wait = answer.retry_after();
            match look(&call, answer)? {
                Look::Ended(result) => return Ok(result),
                Look::Again {
                    url,
                    state: current,
                } => {
                    *state = current;
                    call = Call::get(url);
                }
            }
        }
    }
}

/// Waits where the server says nothing: short ones first, then longer ones.
struct Pauses {
    next: Duration,
    longest: Duration,
}

impl Pauses {
    fn new(waits: Waits) -> Self {
        Self {
            next: waits.first.min(waits.longest),
            longest: waits.longest,
        }
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 3 / 2).min(self.longest);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_by_half_up_to_the_longest() {
        let mut pauses = Pauses::new(Waits {
            first: Duration::from_millis(250),
            longest: Duration::from_secs(1),
            operation_timeout: Duration::MAX,
        });
        let millis: Vec<_> = (0..6).map(|_| pauses.next().as_millis()).collect();
        assert_eq!(millis, [250, 375, 562, 843, 1000, 1000]);
    }
}
