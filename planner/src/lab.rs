//! `lab actionability`: one text in, both judgements out; no clock, no store. Called by the command of that name.

use serde::{Deserialize, Serialize};

use crate::actionability::{Material, judge, writer_of};

#[derive(Debug, Clone, Deserialize)]
pub struct ActionabilityRow {
    pub id: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionabilityAnswer {
    pub id: String,
    pub actionable: bool,
    pub safe: bool,
    pub reason: String,
}

pub fn actionability_row(row: ActionabilityRow) -> ActionabilityAnswer {
    let ActionabilityRow { id, source, title, text } = row;
    let verdict = judge(&Material { writer: writer_of(&source), title: &title, text: &text });
    ActionabilityAnswer {
        id,
        actionable: verdict.is_actionable(),
        safe: verdict.is_safe(),
        reason: verdict.reason(),
    }
}
