//! A decision: why something was done, or not. It answers "why?" and "why not?" for every signal, case and task.
//!
//! Written when the reason changes; otherwise only its count and last time grow.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{CaseId, DecisionId, ProjectId, RunId, SignalId, TaskId};
use crate::names::Label;
use crate::time::Timestamp;

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    Ingest,
    Planner,
    Dispatcher,
    Runner,
    Automations,
    Control,
}

impl Stage {
    pub const ALL: [Self; 6] =
        [Self::Ingest, Self::Planner, Self::Dispatcher, Self::Runner, Self::Automations, Self::Control];

    pub fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Planner => "planner",
            Self::Dispatcher => "dispatcher",
            Self::Runner => "runner",
            Self::Automations => "automations",
            Self::Control => "control",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What was decided about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "about", content = "id", rename_all = "snake_case")]
pub enum Subject {
    Signal(SignalId),
    Case(CaseId),
    Task(TaskId),
    Run(RunId),
    Project(ProjectId),
}

/// A reason, made by a stage: a code that programs compare and words that people read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: Label,
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub id: DecisionId,
    pub stage: Stage,
    pub subject: Subject,
    pub reason: Reason,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
    pub count: u64,
}

impl Form for Decision {
    const NAME: &'static str = "decision";
    const VERSION: u16 = 1;
}
