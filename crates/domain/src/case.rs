//! A case: the signals thought to share one cause, fixable by one change.

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{CaseId, ProjectId, SignalId};
use crate::provenance::Sourced;
use crate::states::CaseState;
use crate::task::Priority;
use crate::time::Timestamp;

/// One line of a score: what was measured, and what it added.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScorePart {
    pub name: String,
    pub value: f64,
    pub points: f64,
    /// The part as words: "312 users in 2 h".
    pub words: String,
    /// Where the number comes from: a statement of the store by its name, asked for the case.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query: String,
}

/// How much a case matters, and why; the parts add up to the total.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub total: f64,
    pub priority: Priority,
    pub parts: Vec<ScorePart>,
}

impl Score {
    /// "P1: 312 users in 2 h, 14 × its baseline, on /checkout".
    pub fn sentence(&self) -> String {
        let words: Vec<&str> =
            self.parts.iter().map(|part| part.words.as_str()).filter(|words| !words.is_empty()).collect();
        if words.is_empty() {
            self.priority.to_string()
        } else {
            format!("{}: {}", self.priority, words.join(", "))
        }
    }
}

impl Form for Score {
    const NAME: &'static str = "score";
    const VERSION: u16 = 1;
}

/// How a signal came into its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bond {
    /// Grouping put it there, and may take it away again.
    Likeness,
    /// A person did: it stays.
    Person,
}

impl Bond {
    pub const ALL: [Self; 2] = [Self::Likeness, Self::Person];

    pub fn name(self) -> &'static str {
        match self {
            Self::Likeness => "likeness",
            Self::Person => "person",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|bond| bond.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    pub id: CaseId,
    pub project: ProjectId,
    pub title: Sourced<String>,
    pub state: CaseState,
    /// One more at each recurrence; a generation has at most one live task.
    pub generation: u32,
    pub score: Score,
    pub signals: Vec<SignalId>,
    pub opened_at: Timestamp,
    pub changed_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<CaseId>,
}

impl Form for Case {
    const NAME: &'static str = "case";
    const VERSION: u16 = 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_reads_as_one_sentence() {
        let part = |words: &str| ScorePart {
            name: "n".into(),
            value: 1.0,
            points: 1.0,
            words: words.into(),
            query: String::new(),
        };
        let score = |parts| Score { total: 3.0, priority: Priority::P1, parts };
        assert_eq!(
            score(vec![part("312 users in 2 h"), part(""), part("on /pay")]).sentence(),
            "P1: 312 users in 2 h, on /pay"
        );
        assert_eq!(score(vec![]).sentence(), "P1");
    }
}
