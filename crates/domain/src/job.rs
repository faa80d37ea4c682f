//! A job: all that a runner is told about a leased run, and what it answers. These types cross the wire.
//!
//! A runner reads nothing else: no store, no settings of the server. Filled by control at the lease; the report is
//! turned into an outcome and a change by control too.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::change::TouchedLines;
use crate::form::{Form, FormError, grown};
use crate::ids::{OutcomeId, RunId, TaskId};
use crate::names::RepositoryName;
use crate::outcome::{Effort, Verdict};
use crate::provenance::Sourced;
use crate::run::RunLease;
use crate::task::{Intent, Mode};
use crate::workspace::Script;

/// Who does the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AgentSpec {
    /// A configured program, run without a shell. It reads the brief from its input or from the file that
    /// `SIGNALBOX_BRIEF` names, and the context from the one that `SIGNALBOX_CONTEXT` names.
    Command { program: String, arguments: Vec<String> },
}

/// The repository of a job, as a runner needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRepository {
    pub name: RepositoryName,
    /// A path or URL that git understands on the runner's computer; never with a password in it.
    pub location: String,
    pub default_branch: String,
}

/// What becomes of the branch once its work is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publish {
    /// It stays on the runner's computer.
    #[default]
    Keep,
    /// The runner pushes this one branch to the repository.
    Push,
}

/// Where a run is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobLimits {
    /// How long the agent may take.
    pub wall: Duration,
    /// How much it may print.
    pub output_bytes: u64,
    /// How large the files that it adds or changes may be together.
    #[serde(default = "usual_change")]
    pub change_bytes: u64,
}

fn usual_change() -> u64 {
    JobLimits::default().change_bytes
}

impl Default for JobLimits {
    fn default() -> Self {
        Self { wall: Duration::from_secs(30 * 60), output_bytes: 32 << 20, change_bytes: 50 << 20 }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    pub task: TaskId,
    pub run: RunId,
    pub title: Sourced<String>,
    /// Markdown for whoever does the work.
    pub brief: Sourced<String>,
    /// The same for programs: a kept `context`, where the task was opened for a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<serde_json::Value>,
    pub intent: Intent,
    pub mode: Mode,
    pub repository: JobRepository,
    pub agent: AgentSpec,
    /// Run in the workspace after the agent; the run fails where it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Script>,
    /// `signalbox/<task>-<slug>`; a runner refuses any other.
    pub branch: String,
    pub publish: Publish,
    pub limits: JobLimits,
}

impl Form for Job {
    const NAME: &'static str = "job";
    /// Since 2: limits.change_bytes. Since 3: context.
    const VERSION: u16 = 3;

    fn from_older(version: u16, body: &str) -> Result<Self, FormError> {
        grown(version, body)
    }
}

/// A run in a runner's hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeasedRun {
    pub lease: RunLease,
    pub job: Job,
}

impl Form for LeasedRun {
    const NAME: &'static str = "leased_run";
    /// Since 2: limits.change_bytes of the job. Since 3: its context.
    const VERSION: u16 = 3;

    fn from_older(version: u16, body: &str) -> Result<Self, FormError> {
        grown(version, body)
    }
}

/// The commits that a run made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeReport {
    pub branch: String,
    /// The commit of the default branch that the work stands on.
    pub base: String,
    pub head: String,
    pub commits: u32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub touches: Vec<TouchedLines>,
}

/// What a runner says at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    /// The same for the same attempt, so that a report sent twice is one outcome.
    pub outcome: OutcomeId,
    pub verdict: Verdict,
    pub effort: Effort,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeReport>,
}

impl Form for RunReport {
    const NAME: &'static str = "run_report";
    /// Since 2: the failures of an outcome 2.
    const VERSION: u16 = 2;

    fn from_older(version: u16, body: &str) -> Result<Self, FormError> {
        grown(version, body)
    }
}
