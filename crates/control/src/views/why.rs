//! The whole chain behind a signal, a case, a task or a run: what happened, why, and what is waited for now.

use serde::{Deserialize, Serialize};
use signalbox_domain::time::Timestamp;

use super::DecisionLine;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// The id that was asked about.
    pub asked: String,
    /// Signals, case, tasks with their runs and outcomes; the earlier before the later.
    pub chain: Vec<WhyLink>,
    /// What comes next, or what has to happen for anything to come.
    pub waits_for: WaitFor,
}

/// A noun of the chain with all that was decided about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyLink {
    pub noun: ChainNoun,
    pub id: String,
    /// Its state, where it has one; of an outcome, its result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// What it is, in one line.
    pub words: String,
    pub at: Timestamp,
    /// The reasons about it, the earlier before the later.
    pub decisions: Vec<DecisionLine>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainNoun {
    Signal,
    Case,
    Task,
    Run,
    Outcome,
    Change,
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitFor {
    pub wait: Wait,
    /// For people, with the command to type where there is one.
    pub words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// It has ended; nothing comes.
    Nothing,
    /// A person does or decides something.
    Person,
    /// The next pass of the planner.
    Planner,
    /// The next pass of the dispatcher.
    Dispatcher,
    /// A runner that takes it, works on it, or comes back.
    Runner,
    /// Something in the settings.
    Setup,
    /// Time, or more signals.
    World,
}
