//! `signalbox`, the binary: settings, wiring, one file a command. It decides nothing about signals, cases or tasks.

mod cli;
mod commands;
mod fail;
mod house;
mod out;
mod settings;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

use cli::Arguments;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return cli::explain(&error),
    };
    match commands::run(&arguments) {
        Ok(code) => code.into(),
        Err(failure) => failure.report().into(),
    }
}
