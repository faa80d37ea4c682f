//! The pass: load, decide, commit, project by project. Killed anywhere, the next pass finds the same work.

use signalbox_domain::ids::ProjectId;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{IdSource, NextPass, PassEnd};
use signalbox_store::planner::Committed;
use signalbox_store::{Store, StoreError};

use crate::config::PlannerConfig;
use crate::plan::{TooDeep, decide, refused};
use crate::status::PlannerStatus;

#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("finding projects to plan")]
    Projects(#[source] StoreError),
    #[error("loading {project}")]
    Load { project: ProjectId, source: StoreError },
    #[error("committing the plan of {project}")]
    Commit { project: ProjectId, source: StoreError },
    #[error("recording why the plan of {project} was not written")]
    Refusal { project: ProjectId, source: StoreError },
}

/// The planner of one process.
#[derive(Clone)]
pub struct Planner {
    store: Store,
    ids: IdSource,
    config: PlannerConfig,
}

impl Planner {
    pub fn new(store: Store, ids: IdSource, config: PlannerConfig) -> Self {
        Self { store, ids, config }
    }

    /// One pass over every project that has something to plan.
    pub async fn pass(&self, now: Timestamp) -> Result<PassEnd<PlannerStatus>, PlanError> {
        let projects = self.store.projects_to_plan().await.map_err(PlanError::Projects)?;
        let mut status = PlannerStatus::default();
        for project in projects {
            self.project(project, now, &mut status).await?;
        }
        let next = if status.more { NextPass::AtOnce } else { NextPass::AtPeriod };
        Ok(PassEnd { report: status, next })
    }

    async fn project(
        &self,
        project: ProjectId,
        now: Timestamp,
        status: &mut PlannerStatus,
    ) -> Result<(), PlanError> {
        let at_most = self.config.signals_a_plan.get();
        let input = self
            .store
            .plan_load(project, at_most)
            .await
            .map_err(|source| PlanError::Load { project, source })?;
        let plan = decide(&input, &self.config.policy, now, &self.ids);
        let committed =
            self.store.plan_commit(&plan).await.map_err(|source| PlanError::Commit { project, source })?;
        status.projects += 1;
        match committed {
            Committed::Stale => {
                status.stale += 1;
                status.more = true;
            }
            Committed::TooDeep { task, depth, limit } => {
                status.refused += 1;
                let reasons = refused(&plan, task, TooDeep { depth, limit }, now, &self.ids);
                self.store
                    .decisions_record(&reasons)
                    .await
                    .map_err(|source| PlanError::Refusal { project, source })?;
            }
            Committed::Yes => {
                status.signals += length(plan.planned.len());
                status.cases += length(plan.cases.len());
                status.tasks += length(plan.tasks.len());
                status.more |= input.signals.len() >= usize::try_from(at_most).unwrap_or(usize::MAX);
                tracing::info!(%project, signals = plan.planned.len(), tasks = plan.tasks.len(), "planned");
            }
        }
        Ok(())
    }
}

fn length(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}
