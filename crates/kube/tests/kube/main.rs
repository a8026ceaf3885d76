//! The adapters against scripted answers, the twin, and the port's contract.
// What is not a test itself but serves one may fail like one.
#![allow(clippy::needless_pass_by_value, clippy::panic, clippy::unwrap_used)]

mod answering;
mod contract;
mod helm;
mod reaching;
mod refusing;
mod script;
mod secrecy;
mod twin;
