//! What `signalbox automation` and `signalbox quarantine` take. What they do is each command's own file.

use clap::{Args, Subcommand};

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
}
