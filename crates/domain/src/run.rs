//! A run: one attempt chain at a task by one agent on one runner in one mode, and its append-only history.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{RunId, RunnerId, TaskId};
use crate::names::{HolderName, Label};
use crate::states::RunState;
use crate::task::Mode;
use crate::time::Timestamp;

/// The right to write to a run. It grows with every claim; a smaller one changes nothing and is told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FencingToken(pub i64);

/// What a holder was given at its claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLease {
    pub run: RunId,
    pub task: TaskId,
    pub token: FencingToken,
    /// Counted at the claim, so a crash counts.
    pub attempt: u32,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub id: RunId,
    pub task: TaskId,
    pub state: RunState,
    pub mode: Mode,
    pub agent: Label,
    pub attempt: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<RunnerId>,
    /// The computer that has the workspace, for modes that are bound to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer: Option<HolderName>,
    pub queued_at: Timestamp,
    pub changed_at: Timestamp,
}

impl Form for Run {
    const NAME: &'static str = "run";
    const VERSION: u16 = 1;
}

/// One line of a run's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum RunNote {
    Moved {
        to: RunState,
    },
    /// What the agent printed, redacted and bounded.
    Said {
        text: String,
    },
    /// How many bytes of output were left out, and why the history stays small.
    Cut {
        bytes: u64,
    },
    Tool {
        name: String,
        summary: String,
    },
    Question {
        id: String,
        text: String,
    },
    Answered {
        id: String,
        text: String,
    },
    CheckEnded {
        code: Option<i32>,
        tail: String,
    },
}

impl Form for RunNote {
    const NAME: &'static str = "run_note";
    const VERSION: u16 = 1;
}

/// A process that leases runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runner {
    pub id: RunnerId,
    pub name: HolderName,
    pub computer: HolderName,
    pub modes: Vec<Mode>,
    pub slots: u32,
    pub seen_at: Timestamp,
}

impl Form for Runner {
    const NAME: &'static str = "runner";
    const VERSION: u16 = 1;
}
