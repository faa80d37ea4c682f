//! What is kept of a plan for people to read later: how much it read and what it opened. The planner makes it.

use serde::{Deserialize, Serialize};

use crate::form::Form;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// Changed signals that it was made of.
    pub signals: u64,
    pub new_cases: u64,
    pub tasks: u64,
}

impl Form for PlanSummary {
    const NAME: &'static str = "plan";
    const VERSION: u16 = 1;
}
