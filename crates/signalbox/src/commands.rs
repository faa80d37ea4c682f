//! One file a command.

mod config;
mod doctor;
mod lab;
mod secret;
mod token;
mod up;

use signalbox_runtime::{ExitCode, enter};

use crate::cli::{Arguments, Command};
use crate::fail::Failure;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let sources = arguments.sources();
    match &arguments.command {
        Command::Config(command) => config::run(command, &sources),
        Command::Lab(command) => lab::run(command),
        Command::Up(up) => within(up::run(up, sources.load()?)),
        Command::Doctor => within(doctor::run(sources)),
        Command::Token(command) => within(token::run(command, sources.load()?.settings)),
        Command::Secret(command) => within(secret::run(command, sources.load()?.settings)),
    }
}

/// Into asynchronous code and back, the only way.
fn within(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    let code = enter(async {
        match work.await {
            Ok(code) => code,
            Err(failure) => failure.report(),
        }
    });
    Ok(code?)
}
