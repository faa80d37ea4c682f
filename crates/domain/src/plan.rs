//! What is kept of a plan for people to read later: how much it read, what it opened, and why. The planner makes it.

use serde::{Deserialize, Serialize};

use crate::decision::{Decision, Reason, Subject};
use crate::form::{Form, FormError};

/// Reasons that are kept of one plan.
const MOST_REASONS: usize = 300;
/// Letters that are kept of each.
const LONGEST_REASON: usize = 400;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// Changed signals that it was made of.
    pub signals: u64,
    pub new_cases: u64,
    pub tasks: u64,
    /// Of tasks before cases before signals, each in the order in which it was given.
    pub reasons: Vec<PlanReason>,
    /// Reasons beyond those that are kept.
    pub left_out: u64,
}

/// Why something was done in a plan, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReason {
    #[serde(flatten)]
    pub subject: Subject,
    pub reason: Reason,
}

impl PlanSummary {
    /// The same with the reasons of its decisions, as many as are kept.
    #[must_use]
    pub fn explained(self, decisions: &[Decision]) -> Self {
        let mut told: Vec<&Decision> = decisions.iter().collect();
        told.sort_by_key(|decision| weight(decision.subject));
        let left_out = u64::try_from(told.len().saturating_sub(MOST_REASONS)).unwrap_or(u64::MAX);
        let reasons = told.into_iter().take(MOST_REASONS).map(kept).collect();
        Self { reasons, left_out, ..self }
    }
}

fn weight(subject: Subject) -> u8 {
    match subject {
        Subject::Project(_) => 0,
        Subject::Task(_) | Subject::Run(_) => 1,
        Subject::Case(_) => 2,
        Subject::Signal(_) => 3,
    }
}

fn kept(decision: &Decision) -> PlanReason {
    let words = match decision.reason.words.char_indices().nth(LONGEST_REASON) {
        Some((at, _)) => format!("{}…", &decision.reason.words[..at]),
        None => decision.reason.words.clone(),
    };
    PlanReason { subject: decision.subject, reason: Reason { code: decision.reason.code.clone(), words } }
}

/// Before plans kept their reasons.
#[derive(Deserialize)]
struct First {
    signals: u64,
    new_cases: u64,
    tasks: u64,
}

impl Form for PlanSummary {
    const NAME: &'static str = "plan";
    const VERSION: u16 = 2;

    fn from_older(version: u16, body: &str) -> Result<Self, FormError> {
        if version != 1 {
            return Err(FormError::UnknownVersion {
                form: Self::NAME,
                found: version,
                newest: Self::VERSION,
            });
        }
        let First { signals, new_cases, tasks } =
            serde_json::from_str(body).map_err(|source| FormError::Json { form: Self::NAME, source })?;
        Ok(Self { signals, new_cases, tasks, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Stage;
    use crate::form::from_form;
    use crate::ids::{CaseId, DecisionId, SignalId, TaskId};
    use crate::time::Timestamp;

    fn decision(subject: Subject, words: &str) -> Decision {
        Decision {
            id: DecisionId::from_uuid(uuid::Uuid::nil()),
            stage: Stage::Planner,
            subject,
            reason: Reason { code: "held".parse().unwrap(), words: words.to_owned() },
            first_at: Timestamp::EPOCH,
            last_at: Timestamp::EPOCH,
            count: 1,
        }
    }

    #[test]
    fn what_matters_most_is_kept_and_the_rest_is_counted() {
        let id = uuid::Uuid::nil();
        let signal = decision(Subject::Signal(SignalId::from_uuid(id)), &"ä".repeat(1000));
        let mut all = vec![signal; MOST_REASONS];
        all.push(decision(Subject::Case(CaseId::from_uuid(id)), "a case"));
        all.push(decision(Subject::Task(TaskId::from_uuid(id)), "a task"));
        let summary = PlanSummary::default().explained(&all);
        assert_eq!((summary.reasons.len(), summary.left_out), (MOST_REASONS, 2));
        let words: Vec<&str> = summary.reasons.iter().map(|one| one.reason.words.as_str()).take(2).collect();
        assert_eq!(words, ["a task", "a case"]);
        assert_eq!(summary.reasons[2].reason.words.chars().count(), LONGEST_REASON + 1);
    }

    #[test]
    fn an_older_plan_has_no_reasons() {
        let first = r#"{"form":"plan","version":1,"body":{"signals":12,"new_cases":3,"tasks":2}}"#;
        let read: PlanSummary = from_form(first).unwrap();
        assert_eq!((read.signals, read.new_cases, read.tasks, read.reasons.len()), (12, 3, 2, 0));
    }
}
