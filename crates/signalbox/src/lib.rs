//! `signalbox`, the program: settings, wiring, one file a command. It decides nothing about signals, cases or tasks.
//!
//! A library only so that the end-to-end tests can build the same program with failpoints in it; nothing else calls it.

mod cli;
mod client;
mod commands;
mod fail;
mod house;
mod out;
mod rehearsal;
mod remote_port;
mod sealing;
mod settings;
mod show;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use cli::Arguments;

/// The whole program, from its arguments to its exit code.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return cli::explain(&error),
    };
    match commands::run(&arguments) {
        Ok(code) => code.into(),
        Err(failure) => failure.report().into(),
    }
}
