//! How a call goes: written down, delayed, refused, or the last one of its caller.

use kompox_azure::{Error, Result};

use super::{Cloud, State};

/// When the caller dies, seen from the call that it dies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Death {
    /// Azure never hears of the call.
    Before,
    /// Azure does it all, and nobody hears the answer.
    After,
    /// Azure has begun, and ends well later.
    Halfway,
    /// Azure has begun, and fails later.
    HalfwayToFailure,
}

impl Cloud {
    /// Runs an operation whose caller dies in its call of that number, if it comes so far; without an answer then.
    pub(crate) async fn unless_killed<T>(
        &self,
        death: Option<(usize, Death)>,
        operation: impl Future<Output = T>,
    ) -> Option<T> {
        {
            let mut state = self.state();
            let made = state.log.len();
            state.death = death.map(|(calls, death)| (made + calls, death));
        }
        let answer = tokio::select! {
            biased;
            answer = operation => Some(answer),
            () = self.died.notified() => None,
        };
        let mut state = self.state();
        state.death = None;
        state.under_way.clear();
        answer
    }

    /// Writes down a call and has its effect, unless somebody dies.
    pub(crate) async fn call<T>(
        &self,
        call: String,
        effect: impl FnOnce(&mut State) -> Result<T> + Send,
    ) -> Result<T> {
        let kind = call.split(' ').next().unwrap_or_default().to_owned();
        let (number, death) = self.state().begin(&call, &kind);
        if let Some((calls, barrier)) = &self.meeting
            && calls.iter().any(|meeting| call.starts_with(meeting))
        {
            barrier.wait().await;
        }
        // Whatever is to run together gets the time to begin, and whatever watches to see it; and calls that are under
        // way together end in another order than they began in.
        for _ in 0..2 + (number * 5) % 3 {
            tokio::task::yield_now().await;
        }
        if death == Some(Death::Before) {
            self.died.notify_one();
            return std::future::pending().await;
        }
        let silent = self.state().silent;
        if silent.is_some_and(|silent| call.starts_with(silent)) {
            return std::future::pending().await;
        }
        let result = self.state().end(&call, &kind, death, effect)?;
        if death.is_some() {
            self.died.notify_one();
            return std::future::pending().await;
        }
        result
    }
}

impl State {
    /// The number of the call, and the death that its caller dies in it.
    fn begin(&mut self, call: &str, kind: &str) -> (usize, Option<Death>) {
        let number = self.log.len();
        self.log.push(call.to_owned());
        let under_way = self.under_way.entry(kind.to_owned()).or_default();
        *under_way += 1;
        let most = self.most.entry(kind.to_owned()).or_default();
        *most = (*most).max(*under_way);
        let death = self.death.filter(|(at, _)| *at == number);
        (number, death.map(|(_, death)| death))
    }

    /// The answer to the call; the outer error when it was to be refused.
    fn end<T>(
        &mut self,
        call: &str,
        kind: &str,
        death: Option<Death>,
        effect: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<Result<T>> {
        *self.under_way.entry(kind.to_owned()).or_default() -= 1;
        let mut refusals = self.refusals.iter();
        if let Some(refused) = refusals.position(|(at, _)| call.starts_with(at)) {
            let (_, failure) = self.refusals.remove(refused);
            return Err(Error::Refused(Box::new(failure)));
        }
        let result = effect(self);
        match death {
            Some(Death::Halfway) => self.leave_halfway(call, "Creating"),
            Some(Death::HalfwayToFailure) => self.leave_halfway(call, super::FAILING),
            _ => {}
        }
        self.check_assigned(call);
        Ok(result)
    }

    /// What the call wrote is still being made.
    fn leave_halfway(&mut self, call: &str, how: &str) {
        if let Some(name) = call.strip_prefix("disks.put ") {
            self.leave_disk_halfway(name, how);
        }
        if let Some(name) = call.strip_prefix("accounts.put ") {
            self.leave_account_halfway(name, how);
        }
    }
}
