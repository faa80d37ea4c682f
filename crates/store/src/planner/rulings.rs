//! What people decide about a case, by compare-and-set on the version of the case that they saw: of two who decide at once,
//! one is told. The project's plan revision moves with it, so no plan that was made before overwrites it.

use signalbox_domain::decision::Decision;
use signalbox_domain::ids::{CaseId, ProjectId};
use signalbox_domain::ruling::Ruling;
use signalbox_domain::states::{CaseEvent, CaseState, Machine as _};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_one, fetch_optional};
use crate::step::Step;

/// A decision about a case as it is to be kept.
#[derive(Debug, Clone, Copy)]
pub struct CaseRuling<'a> {
    pub case: CaseId,
    /// The version that was seen; none: whatever it is now.
    pub seen: Option<i64>,
    /// None where the case stays as it is.
    pub event: Option<CaseEvent>,
    /// None takes away what was decided before.
    pub ruling: Option<&'a Ruling>,
    /// When the planner looks at it again.
    pub due: Timestamp,
    pub decisions: &'a [Decision],
    pub now: Timestamp,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseRuled {
    Yes {
        state: CaseState,
        version: i64,
    },
    /// Somebody else decided about the case meanwhile: nothing was changed.
    Overtaken {
        version: i64,
    },
}

/// A case that is locked until the step ends.
pub(super) struct Held {
    pub(super) project: ProjectId,
    pub(super) state: CaseState,
    pub(super) version: i64,
    pub(super) generation: i64,
}

struct ProjectRow {
    project_id: Uuid,
}

struct HeldRow {
    state: String,
    version: i64,
    generation: i64,
}

struct CountRow {
    count: i64,
}

impl Store {
    /// Moves a case as a person says and keeps why.
    pub async fn case_rule(&self, ruling: &CaseRuling<'_>) -> Result<CaseRuled, StoreError> {
        let mut step = self.write(Method::CaseRule).await?;
        let held = hold_within(&mut step, ruling.case).await?;
        if ruling.seen.is_some_and(|seen| seen != held.version) {
            return Ok(CaseRuled::Overtaken { version: held.version });
        }
        let state = match ruling.event {
            Some(event) => held.state.next(event)?,
            None => held.state,
        };
        let kept = ruling.ruling.map(column::form).transpose()?;
        execute!(
            step,
            "queries/planner/case_rule.sqlite.sql",
            "queries/planner/case_rule.postgres.sql",
            ruling.case.uuid(),
            state.name(),
            kept,
            ruling.now.micros(),
            ruling.due.micros()
        )?;
        decisions::record_within(&mut step, ruling.decisions).await?;
        step.commit().await?;
        Ok(CaseRuled::Yes { state, version: held.version + 1 })
    }

    /// Records of all signals of a case.
    pub async fn case_records(&self, case: CaseId) -> Result<u64, StoreError> {
        let mut step = self.read(Method::CaseRecords).await?;
        let row = fetch_one!(
            step,
            CountRow,
            "queries/planner/case_records.sqlite.sql",
            "queries/planner/case_records.postgres.sql",
            case.uuid()
        )?;
        column::count(row.count).map_err(|source| StoreError::damaged("case", source))
    }
}

/// The head before the case, as a plan takes them: two writers never wait for each other in a ring.
pub(super) async fn hold_within(step: &mut Step, case: CaseId) -> Result<Held, StoreError> {
    let missing = || StoreError::Missing { what: "case", id: case.to_string() };
    let project = fetch_optional!(
        step,
        ProjectRow,
        "queries/planner/case_project.sqlite.sql",
        "queries/planner/case_project.postgres.sql",
        case.uuid()
    )?;
    let project = ProjectId::from_uuid(project.ok_or_else(missing)?.project_id);
    push_head_within(step, project).await?;
    let row = fetch_optional!(
        step,
        HeldRow,
        "queries/planner/case_hold.sqlite.sql",
        "queries/planner/case_hold.postgres.sql",
        case.uuid()
    )?;
    let HeldRow { state, version, generation } = row.ok_or_else(missing)?;
    let state = CaseState::from_name(&state).map_err(|error| StoreError::damaged("case", error))?;
    Ok(Held { project, state, version, generation })
}

/// A plan that was read before is not written any more.
pub(super) async fn push_head_within(step: &mut Step, project: ProjectId) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/planner/head_begin.sqlite.sql",
        "queries/planner/head_begin.postgres.sql",
        project.uuid()
    )?;
    execute!(
        step,
        "queries/planner/head_push.sqlite.sql",
        "queries/planner/head_push.postgres.sql",
        project.uuid()
    )
    .map(drop)
}
