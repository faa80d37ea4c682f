//! Signals that a person moved from one case to another: merging, splitting and moving are one thing. Kept so that it can be
//! undone.

use serde::{Deserialize, Serialize};

use crate::case::Bond;
use crate::form::Form;
use crate::ids::{CaseId, SignalId, TaskId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseMove {
    pub kind: MoveKind,
    /// The name of whoever did it.
    pub by: String,
    pub from: CaseId,
    pub to: CaseId,
    pub signals: Vec<MovedSignal>,
    pub task: TaskFate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// All signals, and the case is another's from now on.
    Merge,
    /// Some signals, to a case of their own.
    Split,
    /// Some signals, to a case that is there.
    Move,
}

/// A signal, and how it had come to the case that it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedSignal {
    pub signal: SignalId,
    pub bond: Bond,
}

/// What became of the live task of a case that was merged. Otherwise a task stays with its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fate", rename_all = "snake_case")]
pub enum TaskFate {
    /// There was none, or it stays where it is.
    Stays,
    /// It works on the other case from now on.
    CameAlong { task: TaskId },
    /// The other case has one, and nobody had begun this one.
    Cancelled { task: TaskId },
    /// The other case has one, and somebody works on this one: it is not taken from them.
    GoesOn { task: TaskId },
}

impl TaskFate {
    pub fn words(self) -> Option<String> {
        match self {
            Self::Stays => None,
            Self::CameAlong { task } => Some(format!("{task} works on both now")),
            Self::Cancelled { task } => {
                Some(format!("{task} is cancelled: nobody had begun it, and the other case has one"))
            }
            Self::GoesOn { task } => {
                Some(format!("{task} goes on beside the other case's; a person decides about it"))
            }
        }
    }

    pub fn task(self) -> Option<TaskId> {
        match self {
            Self::Stays => None,
            Self::CameAlong { task } | Self::Cancelled { task } | Self::GoesOn { task } => Some(task),
        }
    }
}

impl Form for CaseMove {
    const NAME: &'static str = "case_move";
    const VERSION: u16 = 1;
}
