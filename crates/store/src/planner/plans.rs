//! Plans that were written, as people read them. They are bounded: retention keeps the newest of each project.

use signalbox_domain::form::from_form;
use signalbox_domain::ids::{PlanId, ProjectId};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{fetch_all, fetch_optional};

/// A plan as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRecord {
    pub id: PlanId,
    pub project: ProjectId,
    /// Of the project, once it was written.
    pub revision: i64,
    pub at: Timestamp,
    pub summary: PlanSummary,
}

struct PlanRow {
    id: Uuid,
    project_id: Uuid,
    revision: i64,
    at: i64,
    document: String,
}

impl TryFrom<PlanRow> for PlanRecord {
    type Error = StoreError;

    fn try_from(row: PlanRow) -> Result<Self, StoreError> {
        let summary = from_form(&row.document).map_err(|source| StoreError::damaged("plan", source))?;
        Ok(Self {
            id: PlanId::from_uuid(row.id),
            project: ProjectId::from_uuid(row.project_id),
            revision: row.revision,
            at: Timestamp::from_micros(row.at),
            summary,
        })
    }
}

impl Store {
    /// A page of plans, the newest first.
    pub async fn plans_list(
        &self,
        project: Option<ProjectId>,
        page: Page<PlanId>,
    ) -> Result<Vec<PlanRecord>, StoreError> {
        let mut step = self.read(Method::PlansList).await?;
        let rows = fetch_all!(
            step,
            PlanRow,
            "queries/planner/plans_list.sqlite.sql",
            "queries/planner/plans_list.postgres.sql",
            project.map(ProjectId::uuid),
            page.before.map(PlanId::uuid),
            limit(page.size)
        )?;
        rows.into_iter().map(PlanRecord::try_from).collect()
    }

    pub async fn plan_show(&self, plan: PlanId) -> Result<Option<PlanRecord>, StoreError> {
        let mut step = self.read(Method::PlanShow).await?;
        let row = fetch_optional!(
            step,
            PlanRow,
            "queries/planner/plan_show.sqlite.sql",
            "queries/planner/plan_show.postgres.sql",
            plan.uuid()
        )?;
        row.map(PlanRecord::try_from).transpose()
    }
}
