//! The knobs of a runner.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::task::Mode;
use signalbox_runtime::LeaseConfig;
use signalbox_sandbox::SandboxConfig;
use signalbox_workspace::GitConfig;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RunnerConfig {
    /// Where repositories, worktrees and clones lie.
    pub root: PathBuf,
    pub modes: Vec<Mode>,
    /// Variables of this process that agents outside of a sandbox get too, besides the everyday ones. Those inside get
    /// none of them.
    pub variables: Vec<String>,
    /// How much of an agent's output is told at its beginning, and how much at its end; in between, less and less of a
    /// flood.
    pub history_bytes: usize,
    /// How long another run in the same place is waited for.
    #[serde(with = "signalbox_runtime::duration")]
    pub place_limit: Duration,
    pub lease: LeaseConfig,
    pub git: GitConfig,
    pub sandbox: SandboxConfig,
}

impl Default for RunnerConfig {
    fn default() -> Self {
        Self {
            root: PathBuf::from("data/runner"),
            modes: vec![Mode::Local, Mode::Worktree],
            variables: Vec::new(),
            history_bytes: 32 << 10,
            place_limit: Duration::from_secs(60),
            lease: LeaseConfig::default(),
            git: GitConfig::default(),
            sandbox: SandboxConfig::default(),
        }
    }
}
