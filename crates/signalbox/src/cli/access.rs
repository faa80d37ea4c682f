//! What `signalbox token` and `signalbox secret` take. What they do is each command's own file.

use clap::{Args, Subcommand};
use signalbox_domain::access::Role;
use signalbox_domain::ids::TokenId;
use signalbox_domain::names::{Label, ProjectName};

use super::faces::{Ask, Page};

#[derive(Debug, Args)]
pub(crate) struct Tokens {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: TokenCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Makes a token and shows its secret once
    Create {
        name: Label,
        /// viewer, engineer, operator, admin, runner
        #[arg(long, value_parser = role)]
        role: Role,
        /// Ends by itself after this many days
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..))]
        days: Option<u32>,
        /// Sees and sends this project alone
        #[arg(long)]
        project: Option<ProjectName>,
    },
    /// Lists tokens, without their secrets, the newest first
    List {
        #[command(flatten)]
        page: Page,
    },
    /// Ends a token at once
    Revoke { id: TokenId },
}

#[derive(Debug, Args)]
pub(crate) struct Secrets {
    #[command(flatten)]
    pub(crate) ask: Ask,
    #[command(subcommand)]
    pub(crate) command: SecretCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SecretCommand {
    /// Keeps a value under a name; the value is read from standard input
    Set { name: Label },
    /// Lists names and times, never values
    List,
    /// Forgets a value
    Remove { name: Label },
}

fn role(name: &str) -> Result<Role, String> {
    match Role::from_name(name) {
        Some(Role::Run) => Err("expected viewer, engineer, operator, admin or runner".to_owned()),
        Some(role) => Ok(role),
        None => Err("expected viewer, engineer, operator, admin or runner".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_named_or_refused_with_what_was_expected() {
        assert_eq!(role("admin"), Ok(Role::Admin));
        assert!(role("king").unwrap_err().contains("viewer"));
        assert!(role("run").is_err());
    }
}
