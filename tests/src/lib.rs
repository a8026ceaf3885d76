//! What the end-to-end suites share: the built binary, projects to run it in, and an Azure on the loopback.
//!
//! The suites in `tests/` drive `kompoxops` as a user does, each command as its own process, over the offline Azure.
//! `cargo xtask e2e` runs them by name.
#![forbid(unsafe_code)]
// A test's harness fails by panicking.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod binary;
mod loopback;
mod project;
mod state;

pub use binary::binary;
pub use loopback::{Loopback, Reply};
pub use project::{Project, Request, Run};
pub use state::{differences, state};
