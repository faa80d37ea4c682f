//! The command line: what can be asked for. What it means is each command's own file.

mod access;
mod faces;
mod kept;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use signalbox_domain::names::{ProjectName, RepositoryName};

use crate::settings::{PREFIX, Role as HouseRole, Sources};

pub(crate) use access::{SecretCommand, Secrets, TokenCommand, Tokens};
pub(crate) use faces::{
    Ask, CaseCommand, Cases, FaceCommand, LoadArgs, NewTask, Next, Page, PlanCommand, Plans, ProjectCommand,
    Projects, Repositories, RepositoryCommand, RunCommand, RunnerArgs, RunnerCommand, RunnerWork, Runs, Seen,
    SignalCommand, Signals, SuppressionCommand, Suppressions, TaskCommand, Tasks, Why,
};

pub(crate) use kept::{
    AutomationCommand, Automations, Ingest, IngestCommand, People, PersonCommand, Quarantine,
    QuarantineCommand,
};

/// Turns what a product is telling its team into coding tasks, runs them, and checks that the signal went away.
#[derive(Debug, Parser)]
#[command(name = "signalbox", version, about, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// The settings file [default: signalbox.toml, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Overrides one setting: --set store.url=sqlite:other.db
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Starts the server
    Up(Up),
    #[command(flatten)]
    Face(FaceCommand),
    /// Shows an example of the settings, or checks them
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Shows in a minute what Signalbox does: a bug, records about it, a task, an agent, a branch
    Demo(Demo),
    /// Looks at this machine and its settings, and says what to do about what it finds
    Doctor,
    /// Answers JSON Lines with JSON Lines: what Signalbox makes of them, without clock or network
    #[command(subcommand)]
    Lab(LabCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// {"id","text"} → {"id","kind","frames","fingerprint"}
    Fingerprint,
    /// {"id","source","title","text"} → {"id","case","new","score","candidates"}
    Group,
    /// {"id","stream","text"} → {"id","template_id","template"}
    Normalize,
    /// {"stream","timestamp","value"} → {"stream","timestamp","score"}
    Anomaly,
    /// {"id","format","payload"} → {"id","ok","signals"|"error"}
    Ingest,
    /// {"id","text","repositories":["owner/name",…]} → {"id","repository"|null,"candidates"}
    Route,
    /// {"id","text","paths"?} → {"id","files":[{"path"|"symbol","score"}…],"evidence"}; paths are a list, or a file with one a line
    Locate,
    /// {"id","source","title","text"} → {"id","actionable","safe","reason"}
    Actionability,
    /// What the planner of these settings makes of records: cases, tasks and reasons, as a page. Each line of the file is
    /// {"at"?,"format","payload"} or a native signal; "at" is when it came, and event time is the only clock
    Backtest(Backtest),
    /// Why two texts are, or are not, one case
    Explain {
        #[arg(value_name = "FILE")]
        one: PathBuf,
        #[arg(value_name = "OTHER")]
        other: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Backtest {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Of records that name no project
    #[arg(long, value_name = "NAME", default_value = "backtest")]
    pub(crate) project: ProjectName,
    /// Of each project; several times for several
    #[arg(long = "repository", value_name = "OWNER/NAME", default_value = "the/code")]
    pub(crate) repositories: Vec<RepositoryName>,
    /// Its projects have none
    #[arg(long, conflicts_with = "repositories")]
    pub(crate) without_repository: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Up {
    /// One pass of every stage, and an end; ends at once where something cannot be reached. Starts no agents
    #[arg(long)]
    pub(crate) once: bool,
    /// What this process does, instead of all or what the settings say
    #[arg(long, value_name = "ROLE,…", value_delimiter = ',')]
    pub(crate) roles: Vec<HouseRole>,
    /// Starts the broker that is built in, in memory only, for trying things; prints its address
    #[arg(long)]
    pub(crate) dev_kafka: bool,
    /// Stops when this process, its parent, ends in whatever way
    #[arg(long, value_name = "PID", hide = true)]
    pub(crate) ends_with: Option<i32>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// Where it plays; made anew. Without it: a temporary folder, which stays
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Prints a settings file with every key, its default and its meaning
    Example,
    /// Says whether the settings are understood, and where each came from
    Check,
}

impl Arguments {
    /// Where settings come from: the one place that reads the environment for them.
    pub(crate) fn sources(&self) -> Sources {
        let (variables, unreadable) = variables(std::env::vars_os());
        Sources {
            file: self.config.clone(),
            variables,
            unreadable,
            flags: if self.set.is_empty() { Vec::new() } else { every_set(std::env::args().skip(1)) },
        }
    }
}

/// Variables as text, and the names of ours that hold something else.
fn variables(all: impl Iterator<Item = (OsString, OsString)>) -> (Vec<(String, String)>, Vec<String>) {
    let (mut variables, mut unreadable) = (Vec::new(), Vec::new());
    for (name, value) in all {
        let Ok(name) = name.into_string() else { continue };
        match value.into_string() {
            Ok(text) => variables.push((name, text)),
            Err(_) if name.starts_with(PREFIX) => unreadable.push(name),
            // Somebody else's business.
            Err(_) => {}
        }
    }
    (variables, unreadable)
}

/// Every `--set` of a command line, before the command and behind it: clap keeps those of one place only.
fn every_set(arguments: impl Iterator<Item = String>) -> Vec<String> {
    let mut arguments = arguments.take_while(|argument| argument != "--");
    let mut found = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--set") {
            Some("") => found.extend(arguments.next()),
            Some(rest) => found.extend(rest.strip_prefix('=').map(str::to_owned)),
            None => {}
        }
    }
    found
}

/// Help and version are no failure; anything else is a wrong command line.
pub(crate) fn explain(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    if error.use_stderr() || printed.is_err() {
        signalbox_runtime::ExitCode::Usage.into()
    } else {
        ExitCode::SUCCESS
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn no_set_is_lost_wherever_it_stands() {
        let line = ["--set", "a=1", "up", "--set=b=2", "--once", "--set", "c=3", "--", "--set", "d=4"];
        assert_eq!(every_set(line.iter().map(|word| (*word).to_owned())), ["a=1", "b=2", "c=3"]);
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
