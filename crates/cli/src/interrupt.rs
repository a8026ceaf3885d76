//! Waiting for an operation, and stopping to wait when somebody says so.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use crate::exit::{Failure, Result};
use crate::progress::Reporter;

/// How often live lines are redrawn.
const TICK: Duration = Duration::from_millis(200);

/// Runs `operation` to its end, or until the first Ctrl-C (or termination request), which ends the wait at once with
/// `farewell`. A second one ends the process without further ado.
pub(crate) fn run<T>(
    reporter: &Reporter,
    farewell: impl FnOnce() -> String,
    operation: impl Future<Output = Result<T>>,
) -> Result<T> {
    let refused = |error| Failure::failed(format!("preparing to wait for Azure: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(refused)?;
    let asked = Arc::new(AtomicBool::new(false));
    for number in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag unset and sets it, the second finds it set and ends us even
        // when nobody is there to notice.
        signal_hook::flag::register_conditional_shutdown(number, 130, Arc::clone(&asked))
            .and_then(|_| signal_hook::flag::register(number, Arc::clone(&asked)))
            .map_err(refused)?;
    }
    let result = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(refused)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(refused)?;
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut operation = pin!(operation);
        loop {
            tokio::select! {
                biased;
                _ = interrupt.recv() => return Err(Failure::Interrupted(farewell())),
                _ = terminate.recv() => return Err(Failure::Interrupted(farewell())),
                result = &mut operation => return result,
                _ = ticks.tick() => reporter.tick(),
            }
        }
    });
    match &result {
        Err(Failure::Interrupted(_)) => reporter.abandon(),
        _ => reporter.finish(),
    }
    // A call that blocks in the background (a sign-in program) must not hold us up.
    runtime.shutdown_background();
    result
}
