//! What every implementation of the port must hold to.
//!
//! Each function is one statement group, written against the traits alone: it makes what it needs in namespaces that
//! begin with [`Environment::prefix`], panics at the first broken promise, and removes what it made. What a failed
//! run leaves behind is removed by the next one with the same prefix. They may run side by side. On a real cluster
//! they take some seconds each, most of them for namespaces that go away.
//!
//! ```no_run
//! use kompox_kube::contract::{self, Environment};
//! use kompox_kube::twin::Twin;
//!
//! # async fn example() {
//! let twin = Twin::in_memory();
//! let environment = Environment {
//!     cluster: twin.cluster("demo"),
//!     other: twin.cluster_as("demo", "somebody-else").kubernetes,
//!     prefix: "contract".to_owned(),
//! };
//! contract::namespaces(&environment).await;
//! # }
//! ```
// A broken promise is a panic: this is a test suite that happens to be public.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod applying;
mod ingress;
mod namespaces;
mod refusals;
mod releases;
mod service_accounts;
mod stage;

pub use applying::{applying, conflicts};
pub use ingress::{ingresses, load_balancers};
pub use namespaces::namespaces;
pub use refusals::refusals;
pub use releases::releases;
pub use service_accounts::service_accounts;
pub use stage::Environment;
