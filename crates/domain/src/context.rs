//! The context of a task: what is known of its case, field by field with who could have written it. The brief says the same
//! to people; this is for programs. Kept beside the task, shown with it and handed to its runs. Made by the planner.
//!
//! Nothing in it is an instruction. A field without a writer of its own was made by the house from numbers and ids.

use serde::{Deserialize, Serialize};

use crate::code::{CodeFacts, Whereabouts};
use crate::form::Form;
use crate::ids::{CaseId, ChangeId, SignalId, TaskId};
use crate::provenance::{Provenance, Sourced};
use crate::signal::{Sample, Severity, SourceFamily};
use crate::states::TaskState;
use crate::task::TaskCase;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// Which skill the job asks for: `error`, `rage-click`, …
    pub kind: String,
    pub case: TaskCase,
    pub title: Sourced<String>,
    pub numbers: Numbers,
    /// The largest first.
    pub signals: Vec<ContextSignal>,
    /// Records as they were kept: each field that others wrote says who.
    pub samples: Vec<Sample>,
    /// By the stacks and texts alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whereabouts: Option<Sourced<Whereabouts>>,
    /// What git says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Sourced<CodeFacts>>,
    /// Why nothing was read of the repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_read: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierTry>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub linked: Vec<LinkedWork>,
    /// Closed cases of the project that are called alike.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub similar: Vec<SimilarCase>,
    /// How a job of this kind is done, and when it counts as fixed, by the skill.
    pub how: Sourced<String>,
    pub fixed: Sourced<String>,
    /// Signals whose records will be watched afterwards.
    pub watched: Vec<SignalId>,
    /// Records and signals that were left out because there were too many.
    pub left_out: u64,
    /// The least trusted writer of any field.
    pub provenance: Provenance,
}

impl Form for Context {
    const NAME: &'static str = "context";
    const VERSION: u16 = 1;
}

/// How bad, since when: sums over all signals of the case, at the moment when the task was opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Numbers {
    pub records: u64,
    pub signals: u64,
    /// Of the signal that has most; none where no record named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<u64>,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub severity: Severity,
    /// The score as one sentence.
    pub score: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ContextSignal {
    pub id: SignalId,
    pub family: SourceFamily,
    pub kind: String,
    pub title: Sourced<String>,
    pub records: u64,
}

/// What an earlier generation of the case brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierTry {
    pub generation: u32,
    pub task: TaskId,
    pub state: TaskState,
    /// What came of it, where an outcome says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Sourced<String>>,
}

/// A case that is over and is called alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimilarCase {
    pub case: CaseId,
    pub title: Sourced<String>,
    /// How it is over, in words.
    pub ended: String,
}

/// Work that touches the same place, or names the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedWork {
    pub work: Work,
    pub how: LinkKind,
    pub words: String,
}

/// Whose work it is: a task's, or a change of whomever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "work", content = "id", rename_all = "snake_case")]
pub enum Work {
    Task(TaskId),
    Change(ChangeId),
}

impl std::fmt::Display for Work {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Task(task) => task.fmt(f),
            Self::Change(change) => change.fmt(f),
        }
    }
}

/// What two pieces of work have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// A file, and no line of it.
    File,
    /// The lines that the case points at.
    Lines,
    /// The case, by its name.
    Named,
}

impl LinkKind {
    pub const ALL: [Self; 3] = [Self::File, Self::Lines, Self::Named];

    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Lines => "lines",
            Self::Named => "named",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// It is enough that somebody does this: no second task is opened (invariant 5).
    pub fn is_the_same_work(self) -> bool {
        match self {
            Self::Lines | Self::Named => true,
            Self::File => false,
        }
    }
}

/// A case and work that it is linked with, kept for both sides to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLink {
    pub case: CaseId,
    pub work: Work,
    pub how: LinkKind,
    pub words: String,
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_link_has_a_name_of_its_own() {
        for kind in LinkKind::ALL {
            assert_eq!(LinkKind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(LinkKind::from_name("luck"), None);
        assert!(!LinkKind::File.is_the_same_work());
    }
}
