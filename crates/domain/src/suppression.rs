//! A person's rule that keeps signals away from work: with its owner, its reason and its end. What the system itself keeps
//! away says so by other reasons (`HoldReason`).

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{ProjectId, SuppressionId};
use crate::signal::{Signal, SourceFamily};
use crate::time::Timestamp;

/// Which signals; what is not named does not matter. A rule that names nothing takes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuppressionRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceFamily>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Letters that stand in the title as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    pub id: SuppressionId,
    pub project: ProjectId,
    pub owner: String,
    pub reason: String,
    pub rule: SuppressionRule,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
    /// When somebody took it back before its end.
    pub lifted_at: Option<Timestamp>,
}

impl SuppressionRule {
    pub fn takes(&self, signal: &Signal) -> bool {
        self.source.is_none_or(|source| source == signal.key.family)
            && self.kind.as_ref().is_none_or(|kind| kind == signal.key.kind.as_str())
            && self.title.as_ref().is_none_or(|title| signal.title.value.contains(title.as_str()))
    }

    pub fn words(&self) -> String {
        let source = self.source.map(|source| format!("source {source}"));
        let kind = self.kind.as_ref().map(|kind| format!("kind {kind}"));
        let title = self.title.as_ref().map(|title| format!("title with {title:?}"));
        let parts: Vec<String> = [source, kind, title].into_iter().flatten().collect();
        if parts.is_empty() { "every signal".to_owned() } else { parts.join(", ") }
    }
}

impl Suppression {
    pub fn holds(&self, now: Timestamp) -> bool {
        self.lifted_at.is_none() && now < self.expires_at
    }
}

impl Form for SuppressionRule {
    const NAME: &'static str = "suppression_rule";
    const VERSION: u16 = 1;
}
