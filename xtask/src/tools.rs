//! The programs that gates need, and how to get each. A missing one fails by name before any gate runs.
//!
//! A tool must never be treated as optional. Called by `ci`, and by single chores through it.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::bail;

use crate::{house, postgres};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tool {
    Rustfmt,
    Clippy,
    Rustdoc,
    Git,
    Postgres,
    Setpriv,
}

impl Tool {
    pub fn name(self) -> &'static str {
        match self {
            Self::Rustfmt => "rustfmt",
            Self::Clippy => "clippy",
            Self::Rustdoc => "rustdoc",
            Self::Git => "git",
            Self::Postgres => "postgres",
            Self::Setpriv => "setpriv",
        }
    }

    /// How to get it, said to whoever lacks it.
    fn how_to_get(self) -> &'static str {
        match self {
            Self::Rustfmt => "rustup component add rustfmt",
            Self::Clippy => "rustup component add clippy",
            Self::Rustdoc => "rustup component add rustc (rustdoc comes with it)",
            Self::Git => "your system's package `git`",
            Self::Postgres => "your system's package `postgresql` (initdb, postgres, psql)",
            Self::Setpriv => "your system's package `util-linux`",
        }
    }

    /// Asks the tool itself: being on disk is not enough.
    fn answers(self) -> bool {
        match self {
            Self::Rustfmt => answers(house::cargo_path(), &["fmt", "--version"]),
            Self::Clippy => answers(house::cargo_path(), &["clippy", "--version"]),
            Self::Rustdoc => answers(PathBuf::from("rustdoc"), &["--version"]),
            Self::Git => answers(PathBuf::from("git"), &["--version"]),
            Self::Setpriv => answers(PathBuf::from("setpriv"), &["--version"]),
            Self::Postgres => postgres::programs().is_ok_and(|programs| {
                ["initdb", "postgres", "psql"].iter().all(|name| answers(programs.join(name), &["--version"]))
            }),
        }
    }
}

fn answers(program: PathBuf, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Fails with every tool that does not answer, each by name with the way to get it.
pub fn require(tools: impl IntoIterator<Item = Tool>) -> anyhow::Result<()> {
    let missing: Vec<String> = tools
        .into_iter()
        .filter(|tool| !tool.answers())
        .map(|tool| format!("missing tool: {} (get it: {})", tool.name(), tool.how_to_get()))
        .collect();
    if !missing.is_empty() {
        bail!("{}", missing.join("\n"));
    }
    Ok(())
}
