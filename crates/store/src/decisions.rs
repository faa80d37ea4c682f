//! Decisions: why something was done, or not. A subject has one current reason a stage; a new row is written when
//! its code changes, otherwise the current one grows.
//!
//! Owner: this module, for every stage. Other modules of the store that decide within their own step call
//! `record_within`.

mod row;

use signalbox_domain::decision::{Decision, Subject};

use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::page::limit;
use crate::statement::{execute, fetch_all};
use crate::step::Step;
use row::{DecisionRow, subject_columns};

impl Store {
    /// Records reasons, all or none.
    pub async fn decisions_record(&self, decisions: &[Decision]) -> Result<(), StoreError> {
        let mut step = self.write(Method::DecisionsRecord).await?;
        record_within(&mut step, decisions).await?;
        step.commit().await
    }

    /// The reasons about a subject, the newest first, those that stand and those that stood.
    pub async fn decisions_list(&self, subject: Subject, size: u32) -> Result<Vec<Decision>, StoreError> {
        let (kind, id) = subject_columns(subject);
        let mut step = self.read(Method::DecisionsList).await?;
        let rows = fetch_all!(
            step,
            DecisionRow,
            "queries/decisions/list.sqlite.sql",
            "queries/decisions/list.postgres.sql",
            kind,
            id,
            limit(size)
        )?;
        rows.into_iter().map(Decision::try_from).collect()
    }
}

/// Rows are taken in the order of their keys, so that two batches never wait for each other in a ring. Reasons about
/// one subject keep the order they were given in.
pub(crate) async fn record_within(step: &mut Step, decisions: &[Decision]) -> Result<(), StoreError> {
    let mut ordered: Vec<&Decision> = decisions.iter().collect();
    ordered.sort_by_key(|decision| (decision.stage, subject_columns(decision.subject)));
    for decision in ordered {
        record_one(step, decision).await?;
    }
    Ok(())
}

async fn record_one(step: &mut Step, decision: &Decision) -> Result<(), StoreError> {
    if grow(step, decision).await? == 1 {
        return Ok(());
    }
    close(step, decision).await?;
    if insert(step, decision).await? == 1 {
        return Ok(());
    }
    // Another transaction made its reason, of another code, current between the two statements. The conflict has
    // locked that row, so the second time nothing can come between.
    close(step, decision).await?;
    insert(step, decision).await?;
    Ok(())
}

async fn grow(step: &mut Step, decision: &Decision) -> Result<u64, StoreError> {
    let (kind, id) = subject_columns(decision.subject);
    execute!(
        step,
        "queries/decisions/grow.sqlite.sql",
        "queries/decisions/grow.postgres.sql",
        decision.stage.name(),
        kind,
        id,
        decision.reason.code.as_str(),
        column::from_count(decision.count),
        decision.last_at.micros(),
        decision.reason.words
    )
}

async fn close(step: &mut Step, decision: &Decision) -> Result<u64, StoreError> {
    let (kind, id) = subject_columns(decision.subject);
    execute!(
        step,
        "queries/decisions/close.sqlite.sql",
        "queries/decisions/close.postgres.sql",
        decision.stage.name(),
        kind,
        id,
        decision.reason.code.as_str()
    )
}

async fn insert(step: &mut Step, decision: &Decision) -> Result<u64, StoreError> {
    let (kind, id) = subject_columns(decision.subject);
    execute!(
        step,
        "queries/decisions/insert.sqlite.sql",
        "queries/decisions/insert.postgres.sql",
        decision.id.uuid(),
        decision.stage.name(),
        kind,
        id,
        decision.reason.code.as_str(),
        decision.reason.words,
        decision.first_at.micros(),
        decision.last_at.micros(),
        column::from_count(decision.count)
    )
}
