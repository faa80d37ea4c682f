//! A task: the unit of work. It is made in one place only, `task_open` in store, whoever asks for it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{CaseId, FiringId, PersonId, ProjectId, RepositoryId, RunId, TaskId};
use crate::provenance::{Provenance, Sourced};
use crate::states::TaskState;
use crate::time::Timestamp;

/// What is wanted. No change is a failure only where a change was wanted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "want", rename_all = "snake_case")]
pub enum Intent {
    Change,
    Investigate,
    Answer {
        /// A JSON schema that the answer must fit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        schema: Option<serde_json::Value>,
    },
}

impl Form for Intent {
    const NAME: &'static str = "intent";
    const VERSION: u16 = 1;
}

impl Intent {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Investigate => "investigate",
            Self::Answer { .. } => "answer",
        }
    }
}

/// Where a task's runs happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Local,
    Worktree,
    Cloud,
}

impl Mode {
    pub const ALL: [Self; 3] = [Self::Local, Self::Worktree, Self::Cloud];

    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Worktree => "worktree",
            Self::Cloud => "cloud",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The work lies on one computer only: when its lease ends it waits for that computer or a person.
    pub fn is_bound_to_its_computer(self) -> bool {
        match self {
            Self::Local | Self::Worktree => true,
            Self::Cloud => false,
        }
    }
}

/// What a runner works in.
impl Form for Vec<Mode> {
    const NAME: &'static str = "modes";
    const VERSION: u16 = 1;
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// P0 is the most urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Priority {
    P0,
    P1,
    P2,
    P3,
    P4,
}

impl Priority {
    pub const ALL: [Self; 5] = [Self::P0, Self::P1, Self::P2, Self::P3, Self::P4];

    pub fn rank(self) -> u8 {
        match self {
            Self::P0 => 0,
            Self::P1 => 1,
            Self::P2 => 2,
            Self::P3 => 3,
            Self::P4 => 4,
        }
    }

    pub fn from_rank(rank: u8) -> Option<Self> {
        Self::ALL.get(usize::from(rank)).copied()
    }

    /// `P1` or `p1`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|priority| priority.to_string().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "P{}", self.rank())
    }
}

/// Who may set a queued task going.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Starter {
    /// The dispatcher, where what it holds may start without a person (invariant 8).
    Itself,
    /// A person starts it, or takes it in hand.
    Person,
    /// A person has started this very task: the dispatcher runs it.
    Approved,
}

impl Starter {
    pub const ALL: [Self; 3] = [Self::Itself, Self::Person, Self::Approved];

    pub fn name(self) -> &'static str {
        match self {
            Self::Itself => "itself",
            Self::Person => "person",
            Self::Approved => "approved",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|starter| starter.name() == name)
    }
}

/// The recurrence of a case that a task works on, whoever wanted the task. One live task each (invariant 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskCase {
    pub case: CaseId,
    pub generation: u32,
}

/// Who wanted the task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Origin {
    /// The planner, for the case that the task names.
    Case,
    Automation {
        firing: FiringId,
    },
    Person {
        person: Option<PersonId>,
    },
    /// Another task's agent asked for it.
    Agent {
        run: RunId,
    },
}

impl Form for Origin {
    const NAME: &'static str = "origin";
    const VERSION: u16 = 1;
}

impl Origin {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Automation { .. } => "automation",
            Self::Person { .. } => "person",
            Self::Agent { .. } => "agent",
        }
    }
}

/// The task that this one descends from, and how far: what Signalbox causes cannot cause unbounded work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lineage {
    pub root: TaskId,
    pub depth: u32,
}

impl Lineage {
    /// A task that no other task caused.
    pub fn root(task: TaskId) -> Self {
        Self { root: task, depth: 0 }
    }

    #[must_use]
    pub fn child(self) -> Self {
        Self { root: self.root, depth: self.depth.saturating_add(1) }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub project: ProjectId,
    pub repository: Option<RepositoryId>,
    pub title: Sourced<String>,
    /// Markdown for whoever does the work.
    pub brief: Sourced<String>,
    pub intent: Intent,
    pub mode: Mode,
    pub priority: Priority,
    pub origin: Origin,
    /// What it works on, if that is a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<TaskCase>,
    pub lineage: Lineage,
    pub state: TaskState,
    pub starter: Starter,
    /// The least trusted writer of any field: decides whether it may start by itself outside a sandbox.
    pub provenance: Provenance,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<PersonId>,
}

impl Form for Task {
    const NAME: &'static str = "task";
    const VERSION: u16 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ranks_come_back() {
        for mode in Mode::ALL {
            assert_eq!(Mode::from_name(mode.name()), Some(mode));
        }
        for priority in Priority::ALL {
            assert_eq!(Priority::from_rank(priority.rank()), Some(priority));
            assert_eq!(Priority::from_name(&priority.to_string().to_lowercase()), Some(priority));
        }
        for starter in Starter::ALL {
            assert_eq!(Starter::from_name(starter.name()), Some(starter));
        }
        assert_eq!(Priority::from_rank(5), None);
        assert_eq!(Mode::from_name("remote"), None);
    }
}
