//! The pass: load, group, gather, decide, commit, project by project. Killed anywhere, the next pass finds the same work.
//!
//! What grouping knows of a project is kept between passes for as long as its plan revision is the one that this process
//! wrote last; otherwise it is read from the store anew. A plan that is not written takes it away too.

mod grouping;
pub(crate) mod looking;
mod remembered;

use signalbox_domain::decision::Decision;
use signalbox_domain::ids::ProjectId;
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::time::Timestamp;
use signalbox_llm::{Off, Sharpen};
use signalbox_runtime::{IdSource, NextPass, PassEnd};
use signalbox_similarity::group::KeptError;
use signalbox_store::planner::{Committed, PlanCommit, PlanInput};
use signalbox_store::{Store, StoreError};

use crate::code::{CodeByCase, Reader};
use crate::config::PlannerConfig;
use crate::groups::Grouping;
use crate::plan::{Decided, TooDeep, refused, wish};
use crate::status::PlannerStatus;
use remembered::Remembered;

#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("finding projects to plan")]
    Projects(#[source] StoreError),
    #[error("loading {project}")]
    Load { project: ProjectId, source: StoreError },
    #[error("reading what grouping compares with in {project}")]
    Groups { project: ProjectId, source: StoreError },
    #[error("writing down what grouping compares with in {project}")]
    Kept { project: ProjectId, source: KeptError },
    #[error("gathering the facts of {project}")]
    Gather { project: ProjectId, source: StoreError },
    #[error("committing the plan of {project}")]
    Commit { project: ProjectId, source: StoreError },
    #[error("recording why the plan of {project} was not written")]
    Refusal { project: ProjectId, source: StoreError },
}

/// The planner of one process. `S` is asked where likeness is in doubt.
#[derive(Clone)]
pub struct Planner<S = Off> {
    store: Store,
    ids: IdSource,
    config: PlannerConfig,
    remembered: Remembered,
    sharpener: S,
    reader: Option<Reader>,
}

impl Planner {
    pub fn new(store: Store, ids: IdSource, config: PlannerConfig) -> Self {
        Self { store, ids, config, remembered: Remembered::default(), sharpener: Off, reader: None }
    }

    pub fn sharpened_by<S: Sharpen>(self, sharpener: S) -> Planner<S> {
        let Self { store, ids, config, remembered, sharpener: Off, reader } = self;
        Planner { store, ids, config, remembered, sharpener, reader }
    }
}

impl<S: Sharpen> Planner<S> {
    /// Looks into the repositories of what becomes a task.
    #[must_use]
    pub fn reading(self, reader: Reader) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// One pass over every project that has something to plan.
    pub async fn pass(&self, now: Timestamp) -> Result<PassEnd<PlannerStatus>, PlanError> {
        let projects = self.store.projects_to_plan(now).await.map_err(PlanError::Projects)?;
        let mut status = PlannerStatus::default();
        for project in projects {
            self.project(project, now, &mut status).await?;
        }
        let next = if status.more { NextPass::AtOnce } else { NextPass::AtPeriod };
        Ok(PassEnd { report: status, next })
    }

    /// What a pass would write for a project now; nothing is written. One plan: where there is more than it takes, the rest
    /// would follow.
    pub async fn preview(&self, project: ProjectId, now: Timestamp) -> Result<PlanSummary, PlanError> {
        let mut input = self.load(project, now).await?;
        loop {
            if let Some((groups, grouping)) = self.group(&input).await? {
                drop(groups);
                return Ok(self.decided(&input, &grouping, now).await?.summary);
            }
            input = self.load(project, now).await?;
        }
    }

    async fn load(&self, project: ProjectId, now: Timestamp) -> Result<PlanInput, PlanError> {
        let at_most = self.config.signals_a_plan.get();
        let input = self.store.plan_load(project, at_most, now).await;
        input.map_err(|source| PlanError::Load { project, source })
    }

    async fn decided(
        &self,
        input: &PlanInput,
        grouping: &Grouping,
        now: Timestamp,
    ) -> Result<PlanCommit, PlanError> {
        let project = input.project;
        let wish = wish(input, grouping, &self.config, now);
        let facts =
            self.store.plan_gather(&wish).await.map_err(|source| PlanError::Gather { project, source })?;
        let code = CodeByCase::new();
        let decided = Decided { input, grouping, facts: &facts, code: &code, config: &self.config, now };
        // On the heap: calls of git are large, and every pass of a house lies in one future.
        Ok(Box::pin(looking::decided(self.reader.as_ref(), &decided, &self.ids)).await)
    }

    async fn project(
        &self,
        project: ProjectId,
        now: Timestamp,
        status: &mut PlannerStatus,
    ) -> Result<(), PlanError> {
        let input = self.load(project, now).await?;
        let Some((groups, grouping)) = self.group(&input).await? else {
            status.overtaken();
            return Ok(());
        };
        let plan = self.decided(&input, &grouping, now).await?;
        status.more |= is_full(&input, self.config.signals_a_plan.get());
        if self.commit(&plan, now, status).await? {
            status.parted(grouping.parted.len());
            self.remembered.keep(project, groups, &plan);
        }
        Ok(())
    }

    /// Whether it was written.
    async fn commit(
        &self,
        plan: &PlanCommit,
        now: Timestamp,
        status: &mut PlannerStatus,
    ) -> Result<bool, PlanError> {
        let project = plan.project;
        let committed =
            self.store.plan_commit(plan).await.map_err(|source| PlanError::Commit { project, source })?;
        match committed {
            Committed::Stale => status.overtaken(),
            Committed::TooDeep { task, depth, limit } => {
                status.refused += 1;
                let reasons = refused(plan, task, TooDeep { depth, limit }, now, &self.ids);
                self.record(project, &reasons).await?;
            }
            Committed::Yes => {
                status.written(plan);
                tracing::info!(%project, signals = plan.planned.len(), tasks = plan.tasks.len(), "planned");
            }
        }
        Ok(committed == Committed::Yes)
    }

    async fn record(&self, project: ProjectId, reasons: &[Decision]) -> Result<(), PlanError> {
        self.store.decisions_record(reasons).await.map_err(|source| PlanError::Refusal { project, source })
    }
}

/// As much was read as a plan takes: more may be left.
fn is_full(input: &PlanInput, at_most: u32) -> bool {
    let most = usize::try_from(at_most).unwrap_or(usize::MAX);
    input.signals.len() >= most || input.cases.len() >= most
}

#[cfg(test)]
pub(crate) mod tests;
