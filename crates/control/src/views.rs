//! What crosses the API, in both directions: the server answers with these types, the command line and runners read them.
//!
//! Built of the domain's nouns; ids are TypeIDs, times are RFC 3339. Nothing here decides or reads anything.

mod access;
mod asks;
mod automation;
mod case;
mod erasure;
mod hook;
mod load;
mod person;
mod plan;
mod position;
mod problem;
mod project;
mod quarantine;
mod ruling;
mod run;
mod runner;
mod signal;
mod task;
mod who;
mod why;

use serde::{Deserialize, Serialize};
use signalbox_domain::decision::{Decision, Stage};
use signalbox_domain::names::Label;
use signalbox_domain::time::Timestamp;

pub use access::{
    HiddenText, NewSecret, NewTokenAsk, SECRET_LIMIT, SecretEncoding, SecretLine, TokenMade, TokenRevoked,
};
pub use asks::{
    CasesAsk, PAGE, PAGE_LIMIT, PlansAsk, QuarantineAsk, RunAsk, RunsAsk, SignalsAsk, SuppressionsAsk,
    TasksAsk, TokensAsk,
};
pub use automation::{AutomationLine, FiringLine};
pub use case::{CaseLine, CaseView};
pub use erasure::{EraseAsk, Erased, ErasureCursor, ErasureLine, ErasuresAsk};
pub use hook::{DeliveryMade, Receiving};
pub use load::{LoadAsk, LoadRecord, LoadResult};
pub use person::{PersonLine, PutPerson};
pub use plan::{DryRunAsk, PlanLine, PlanReasonLine, PlanView};
pub use position::{PositionLine, SeekAsk};
pub use problem::{ProblemBody, ProblemLine};
pub use project::{KeyLine, NewProject, NewRepository};
pub use quarantine::{QuarantineLine, QuarantineView, RetryResult};
pub use ruling::{
    AcceptCase, CaseDecided, CaseMoved, DismissCase, MergeCase, MoveLine, MoveSignals, NewSuppression,
    PickRepository, ReopenCase, SnoozeCase, SplitCase, SuppressionLine, SuppressionMade,
};
pub use run::{NoteLine, RunLine, RunView};
pub use runner::{FinishAnswer, FinishAsk, Finishing, LeaseAsk, MovedAsk, NotesAsk, RenewAsk, RunnerSelf};
pub use signal::{SignalLine, SignalReleased, SignalResult, SignalResults, SignalView};
pub use task::{
    DisownTask, FinishResult, FinishTask, IntentKind, Making, NewTask, NextTask, StartTask, TaskLine,
    TaskMade, TaskView,
};
pub use who::{Me, SignInLink};
pub use why::{ChainNoun, Wait, WaitFor, Why, WhyLink};

/// A page of a list, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listing<T> {
    pub items: Vec<T>,
    /// Where the next page begins: `?after=<next>`; none at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A reason, with how often and since when it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionLine {
    pub stage: Stage,
    pub code: Label,
    pub words: String,
    pub count: u64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

impl From<Decision> for DecisionLine {
    fn from(decision: Decision) -> Self {
        Self {
            stage: decision.stage,
            code: decision.reason.code,
            words: decision.reason.words,
            count: decision.count,
            first_at: decision.first_at,
            last_at: decision.last_at,
        }
    }
}
