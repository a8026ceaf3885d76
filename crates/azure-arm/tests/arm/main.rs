//! The adapter against scripted answers, most of them recorded, and against the simulator.
// What the lints allow in a test function is fine in what test functions share.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // In what the tests share.

mod calling;
mod clusters;
mod deploying;
mod dns;
mod failing;
mod faults;
mod graph;
mod listing;
mod pools;
mod script;
mod secrecy;
mod sharing;
mod signing_in;
mod simulated;
mod storing;
mod waiting;
