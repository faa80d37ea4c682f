//! People's rules that keep signals away from work. A rule that is made or taken back has the open cases looked at again
//! whose signals it takes; one that ends by itself is seen by the planner, which knows when.

use signalbox_domain::decision::Decision;
use signalbox_domain::form::from_form;
use signalbox_domain::ids::{ProjectId, SuppressionId};
use signalbox_domain::signal::SourceFamily;
use signalbox_domain::suppression::{Suppression, SuppressionRule};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::rulings::push_head_within;
use crate::column;
use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{execute, fetch_all, fetch_one, fetch_optional};
use crate::step::Step;

/// How many signals of a project a rule takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub taken: u64,
    pub of: u64,
}

struct SuppressionRow {
    id: Uuid,
    project_id: Uuid,
    owner: String,
    reason: String,
    rule: String,
    made_at: i64,
    expires_at: i64,
    lifted_at: Option<i64>,
}

struct TakenRow {
    taken: i64,
    all: i64,
}

impl TryFrom<SuppressionRow> for Suppression {
    type Error = StoreError;

    fn try_from(row: SuppressionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: SuppressionId::from_uuid(row.id),
            project: ProjectId::from_uuid(row.project_id),
            owner: row.owner,
            reason: row.reason,
            rule: from_form(&row.rule).map_err(|source| StoreError::damaged("suppression", source))?,
            made_at: Timestamp::from_micros(row.made_at),
            expires_at: Timestamp::from_micros(row.expires_at),
            lifted_at: row.lifted_at.map(Timestamp::from_micros),
        })
    }
}

impl Store {
    /// How many signals a rule would take.
    pub async fn suppression_count(
        &self,
        project: ProjectId,
        rule: &SuppressionRule,
    ) -> Result<Taken, StoreError> {
        let mut step = self.read(Method::SuppressionCount).await?;
        let row = fetch_one!(
            step,
            TakenRow,
            "queries/planner/suppression_count.sqlite.sql",
            "queries/planner/suppression_count.postgres.sql",
            project.uuid(),
            rule.source.map(SourceFamily::name),
            rule.kind.as_deref(),
            rule.title.as_deref()
        )?;
        let count = |number| column::count(number).map_err(|source| StoreError::damaged("signal", source));
        Ok(Taken { taken: count(row.taken)?, of: count(row.all)? })
    }

    /// Keeps a rule.
    pub async fn suppression_put(
        &self,
        suppression: &Suppression,
        decision: &Decision,
    ) -> Result<(), StoreError> {
        let mut step = self.write(Method::SuppressionPut).await?;
        push_head_within(&mut step, suppression.project).await?;
        let rule = column::form(&suppression.rule)?;
        execute!(
            step,
            "queries/planner/suppression_insert.sqlite.sql",
            "queries/planner/suppression_insert.postgres.sql",
            suppression.id.uuid(),
            suppression.project.uuid(),
            suppression.owner,
            suppression.reason,
            rule,
            suppression.made_at.micros(),
            suppression.expires_at.micros()
        )?;
        due_within(&mut step, suppression, suppression.made_at).await?;
        decisions::record_within(&mut step, std::slice::from_ref(decision)).await?;
        step.commit().await
    }

    /// Takes a rule back before its end; one that is over already stays as it is.
    pub async fn suppression_lift(
        &self,
        suppression: &Suppression,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut step = self.write(Method::SuppressionLift).await?;
        push_head_within(&mut step, suppression.project).await?;
        let lifted = execute!(
            step,
            "queries/planner/suppression_lift.sqlite.sql",
            "queries/planner/suppression_lift.postgres.sql",
            suppression.id.uuid(),
            now.micros()
        )?;
        if lifted > 0 {
            due_within(&mut step, suppression, now).await?;
            decisions::record_within(&mut step, std::slice::from_ref(decision)).await?;
        }
        step.commit().await
    }

    pub async fn suppression_show(&self, id: SuppressionId) -> Result<Option<Suppression>, StoreError> {
        let mut step = self.read(Method::SuppressionShow).await?;
        let row = fetch_optional!(
            step,
            SuppressionRow,
            "queries/planner/suppression_show.sqlite.sql",
            "queries/planner/suppression_show.postgres.sql",
            id.uuid()
        )?;
        row.map(Suppression::try_from).transpose()
    }

    /// A page of rules, those that are over among them, the newest first.
    pub async fn suppressions_list(
        &self,
        project: Option<ProjectId>,
        page: Page<SuppressionId>,
    ) -> Result<Vec<Suppression>, StoreError> {
        let mut step = self.read(Method::SuppressionsList).await?;
        let rows = fetch_all!(
            step,
            SuppressionRow,
            "queries/planner/suppressions_list.sqlite.sql",
            "queries/planner/suppressions_list.postgres.sql",
            project.map(ProjectId::uuid),
            page.before.map(SuppressionId::uuid),
            limit(page.size)
        )?;
        rows.into_iter().map(Suppression::try_from).collect()
    }
}

/// Every rule of a project that holds.
pub(super) async fn holding_within(
    step: &mut Step,
    project: ProjectId,
    now: Timestamp,
) -> Result<Vec<Suppression>, StoreError> {
    let rows = fetch_all!(
        step,
        SuppressionRow,
        "queries/planner/suppressions_holding.sqlite.sql",
        "queries/planner/suppressions_holding.postgres.sql",
        project.uuid(),
        now.micros()
    )?;
    rows.into_iter().map(Suppression::try_from).collect()
}

/// The open cases with signals that the rule takes are looked at again.
async fn due_within(step: &mut Step, suppression: &Suppression, now: Timestamp) -> Result<(), StoreError> {
    let rule = &suppression.rule;
    execute!(
        step,
        "queries/planner/suppression_due.sqlite.sql",
        "queries/planner/suppression_due.postgres.sql",
        suppression.project.uuid(),
        rule.source.map(SourceFamily::name),
        rule.kind.as_deref(),
        rule.title.as_deref(),
        now.micros()
    )
    .map(drop)
}
