//! What `signalbox automation`, `signalbox person`, `signalbox quarantine` and `signalbox ingest` take. What they do is each command's own file.

use clap::{Args, Subcommand};
use signalbox_domain::ids::QuarantineId;
use signalbox_domain::names::SourceName;

use super::faces::{Ask, Page};

#[derive(Debug, Args)]
pub(crate) struct Automations {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: AutomationCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AutomationCommand {
    /// By name: when each fires next, and what became of its last firings
    List,
}

#[derive(Debug, Args)]
pub(crate) struct People {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: PersonCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    /// By name
    List,
    /// Keeps a person; whom it knows gets these logins and addresses in place of the earlier ones
    Put {
        /// The name of their token, where they have one
        name: String,
        /// At the forge, as CODEOWNERS writes it
        #[arg(long = "login", value_name = "LOGIN")]
        logins: Vec<String>,
        /// As their commits have it
        #[arg(long = "email", value_name = "ADDRESS")]
        emails: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Quarantine {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: QuarantineCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// The newest first: where each record stood, and why it was not read
    List {
        #[command(flatten)]
        page: Page,
    },
    /// One record as it came, with whatever secrets stand in it
    Show { id: QuarantineId },
    /// Reads one again, as its source reads records now
    Retry { id: QuarantineId },
    /// Takes one out for good
    Drop { id: QuarantineId },
}

#[derive(Debug, Args)]
pub(crate) struct Ingest {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: IngestCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IngestCommand {
    /// What became of all that was read, and up to where each partition was read
    Status,
    /// Moves a partition: the only way back. What is read again counts again where its window has passed
    Seek {
        source: SourceName,
        topic: String,
        partition: i32,
        /// The offset to read next
        to: i64,
    },
}
