//! Recorded Azure against the simulator: every exchange of `data/` is sent again after the same set-up, and status,
//! headers and body must be those that were recorded. What differs all the same is listed in `differences/`, each with
//! its reason; a difference that is not listed fails, and so does one that is listed and no longer there.
//!
//! `cargo test -p kompox-azure-sim --test wire -- --nocapture` prints the whole comparison.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // What cannot be read or sent fails the test.

mod compare;
mod difference;
mod header;
mod mask;
mod mutation;
mod plan;
mod recording;
mod replay;
mod report;
mod target;

use std::sync::LazyLock;

use crate::report::Report;

/// One run for all tests: the files are replayed beside each other, each on its own simulator.
static REPORT: LazyLock<Report> = LazyLock::new(Report::run);

#[test]
fn every_recorded_exchange_is_answered_as_recorded_but_for_the_listed_differences() {
    // One write, so that nothing comes in between.
    println!("{}", *REPORT);
    let surprises = REPORT.surprises();
    assert!(
        surprises.is_empty(),
        "{} surprises:\n{}",
        surprises.len(),
        surprises.join("\n")
    );
}

#[test]
fn every_listed_difference_is_still_there() {
    let stale = REPORT.stale();
    assert!(
        stale.is_empty(),
        "listed, but not seen any more:\n{}",
        stale.join("\n")
    );
}
