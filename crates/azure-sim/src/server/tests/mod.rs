//! A server as its clients see it.

mod authority;
mod client;
mod fault;
mod log;
mod stop;
mod stuck;
mod url;
