//! The `kompoxops` command line.
#![forbid(unsafe_code)]

mod cluster;
mod command;
mod console;
mod disk;
mod dns;
mod exit;
mod init;
mod interrupt;
mod log;
mod output;
mod progress;
mod project;
mod session;
mod sim;
mod simulate;
mod snapshot;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main(std::env::args_os())
}
