//! One file a command.

mod automation;
mod case;
mod config;
mod demo;
mod doctor;
mod face;
mod ingest;
mod lab;
mod parts;
mod person;
mod plan;
mod project;
mod quarantine;
mod run;
mod runner;
mod secret;
mod signal;
mod status;
mod suppression;
mod task;
mod token;
mod up;
mod why;

use signalbox_runtime::{ExitCode, enter};

use crate::cli::{Arguments, Command, FaceCommand};
use crate::fail::Failure;
use crate::settings::Settings;

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let sources = arguments.sources();
    match &arguments.command {
        Command::Config(command) => config::run(command, &sources),
        Command::Lab(command) => lab::run(command, &sources),
        Command::Up(up) => within(up::run(up, sources.load()?)),
        Command::Demo(demo) => within(demo::run(demo)),
        Command::Doctor => within(doctor::run(sources)),
        Command::Face(command) => within(ask(command, sources.load()?.settings)),
    }
}

/// The commands that speak to the house.
async fn ask(command: &FaceCommand, settings: Settings) -> Result<ExitCode, Failure> {
    match command {
        FaceCommand::Signal(signals) => signal::run(signals, settings).await,
        FaceCommand::Case(cases) => case::run(cases, settings).await,
        FaceCommand::Plan(plans) => plan::run(plans, settings).await,
        FaceCommand::Suppression(suppressions) => suppression::run(suppressions, settings).await,
        FaceCommand::Task(tasks) => task::run(tasks, settings).await,
        FaceCommand::Next(next) => task::next(next, settings).await,
        FaceCommand::Run(runs) => run::run(runs, settings).await,
        FaceCommand::Why(why) => why::run(why, settings).await,
        FaceCommand::Project(projects) => project::projects(projects, settings).await,
        FaceCommand::Repository(repositories) => project::repositories(repositories, settings).await,
        FaceCommand::Person(people) => person::run(people, settings).await,
        FaceCommand::Runner(arguments) => runner::run(arguments, settings).await,
        FaceCommand::Automation(automations) => automation::run(automations, settings).await,
        FaceCommand::Ingest(wanted) => ingest::run(wanted, settings).await,
        FaceCommand::Quarantine(quarantine) => quarantine::run(quarantine, settings).await,
        FaceCommand::Token(tokens) => token::run(tokens, settings).await,
        FaceCommand::Secret(secrets) => secret::run(secrets, settings).await,
        FaceCommand::SignIn(ask) => status::sign_in(ask, settings).await,
        FaceCommand::Status(ask) => status::run(ask, settings).await,
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
