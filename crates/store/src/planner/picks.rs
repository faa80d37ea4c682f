//! Where a person says that a case's cause is, by compare-and-set on the version of the case that they saw. It stays with the
//! case through its generations, and later cases learn from it.

use signalbox_domain::decision::Decision;
use signalbox_domain::ids::{CaseId, RepositoryId};
use signalbox_domain::time::Timestamp;

use super::rulings::{CaseRuled, hold_within};
use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::execute;

/// A choice as it is to be kept.
#[derive(Debug, Clone, Copy)]
pub struct CasePick<'a> {
    pub case: CaseId,
    /// The version that was seen; none: whatever it is now.
    pub seen: Option<i64>,
    pub repository: RepositoryId,
    pub decisions: &'a [Decision],
    pub now: Timestamp,
}

impl Store {
    /// Keeps the choice and has the planner look at the case again.
    pub async fn case_pick(&self, pick: &CasePick<'_>) -> Result<CaseRuled, StoreError> {
        let mut step = self.write(Method::CasePick).await?;
        let held = hold_within(&mut step, pick.case).await?;
        if pick.seen.is_some_and(|seen| seen != held.version) {
            return Ok(CaseRuled::Overtaken { version: held.version });
        }
        execute!(
            step,
            "queries/planner/case_pick.sqlite.sql",
            "queries/planner/case_pick.postgres.sql",
            pick.case.uuid(),
            pick.repository.uuid(),
            pick.now.micros()
        )?;
        decisions::record_within(&mut step, pick.decisions).await?;
        step.commit().await?;
        Ok(CaseRuled::Yes { state: held.state, version: held.version + 1 })
    }
}
