//! The simulator behind its faults.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::count::{Tally, draw};
use super::effect::Effect;
use super::file::Fault;
use super::matcher::Subject;
use super::{Exchange, Faults, throttling};
use crate::provider::routes::principal_not_found;
use crate::reply::Reply;
use crate::simulator::Simulator;

/// A [`Simulator`] with [`Faults`]. Cloning it gives another handle on the same one: what was counted is shared.
///
/// ```
/// use bytes::Bytes;
/// use kompox_azure_sim::{Exchange, Faults, Faulty, Simulator};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let faults: Faults = serde_json::from_str(r#"{"faults": [{"path": "/tenants", "reset": true}]}"#)?;
/// let azure = Faulty::new(Simulator::builder().build()?, faults);
/// let tenants = || http::Request::get("/tenants?api-version=2022-12-01").body(Bytes::new());
/// assert!(matches!(azure.exchange(tenants()?).await, Exchange::Reset));
/// assert!(matches!(azure.exchange(tenants()?).await, Exchange::Answered(_)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Faulty {
    simulator: Simulator,
    faults: Arc<Faults>,
    tallies: Arc<Mutex<Vec<Tally>>>,
}

impl Faulty {
    /// Puts faults before a simulator. They are counted from here on, by this process alone: faults of another process on the
    /// same state directory are counted there.
    pub fn new(simulator: Simulator, faults: Faults) -> Self {
        Self {
            tallies: Arc::new(Mutex::new(vec![Tally::default(); faults.faults.len()])),
            simulator,
            faults: Arc::new(faults),
        }
    }

    /// Answers one request, or doesn't. Waits as long as a fault says, before the request is applied.
    ///
    /// Blocks as [`Simulator::handle`] does.
    pub async fn exchange(&self, request: http::Request<Bytes>) -> Exchange {
        let subject = Subject::of(&request);
        let Some((index, fault)) = self.strike(&subject) else {
            return Exchange::Answered(self.simulator.handle(request));
        };
        tracing::debug!(fault = fault.label, method = %subject.method, "a fault strikes");
        match &fault.effect {
            Effect::Reset => Exchange::Reset,
            Effect::LoseAnswer => {
                self.simulator.handle(request);
                Exchange::Reset
            }
            Effect::Truncate(bytes) => truncated(self.simulator.handle(request), *bytes),
            Effect::Delay(delay) => {
                tokio::time::sleep(*delay).await;
                Exchange::Answered(self.simulator.handle(request))
            }
            Effect::Operation(fate) => {
                let (response, started) = self.simulator.handle_fated(request, Some(fate.clone()));
                if !started {
                    // The request was refused or done at once: the fault waits for one that starts an operation.
                    self.spare(index);
                }
                Exchange::Answered(response)
            }
            Effect::Respond(canned) => {
                let mut response = self
                    .simulator
                    .reply_unseen(request, |_| Ok(Reply::empty(canned.status.as_u16())));
                canned.put_into(&mut response, &subject.method);
                Exchange::Answered(response)
            }
            Effect::Throttle(throttle) => {
                let reply = throttling::reply(*throttle, &subject);
                Exchange::Answered(self.simulator.reply_unseen(request, |_| Ok(reply)))
            }
            Effect::PrincipalNotFound => {
                let principal = subject.principal.unwrap_or_default();
                Exchange::Answered(self.simulator.reply_unseen(request, |settings| {
                    Err(principal_not_found(
                        settings,
                        &principal.to_ascii_lowercase(),
                    ))
                }))
            }
        }
    }

    /// How many requests each fault has struck so far, in the order of the list.
    pub fn struck(&self) -> Vec<u64> {
        self.tallies().iter().map(|tally| tally.struck).collect()
    }

    /// The first fault that strikes a request. One that is used up, or does not strike, leaves it to those after it.
    fn strike(&self, subject: &Subject) -> Option<(usize, &Fault)> {
        let mut tallies = self.tallies();
        let all = self.faults.faults.iter().zip(tallies.iter_mut());
        for (index, (fault, tally)) in all.enumerate() {
            if !tally.is_used_up(fault.rule)
                && fault.matcher.matches(subject, &fault.effect)
                && tally.strikes(fault.rule, |number| draw(self.faults.seed, index, number))
            {
                return Some((index, fault));
            }
        }
        None
    }

    fn spare(&self, index: usize) {
        if let Some(tally) = self.tallies().get_mut(index) {
            tally.struck = tally.struck.saturating_sub(1);
        }
    }

    fn tallies(&self) -> MutexGuard<'_, Vec<Tally>> {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer whose body ends after `bytes`, or one byte before its end where it is no longer than that. There is
/// nothing to cut off from an empty one.
fn truncated(response: http::Response<Bytes>, bytes: usize) -> Exchange {
    match response.body().len().checked_sub(1) {
        None => Exchange::Answered(response),
        Some(most) => Exchange::Truncated {
            response,
            sent: bytes.min(most),
        },
    }
}
