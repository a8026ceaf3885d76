//! The adapter against scripted answers, most of them recorded, and against the simulator.

mod calling;
mod clusters;
mod deploying;
mod failing;
mod listing;
mod script;
mod secrecy;
mod signing_in;
mod simulated;
mod storing;
mod waiting;
