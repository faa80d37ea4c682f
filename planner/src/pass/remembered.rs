//! What a process remembers of grouping between passes, and how it is read from the store anew. Bounded; all of it could
//! be forgotten at any moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use signalbox_domain::ids::ProjectId;
use signalbox_similarity::group::SourcePair;
use signalbox_store::planner::PlanCommit;
use signalbox_store::{Store, StoreError};

use crate::groups::Groups;

/// Projects that are remembered at a time.
const MOST_PROJECTS: usize = 64;
/// Cases read at a time.
const CASES_A_PAGE: u32 = 1000;

#[derive(Debug, Clone, Default)]
pub(super) struct Remembered {
    projects: Arc<Mutex<BTreeMap<ProjectId, Groups>>>,
}

impl Remembered {
    /// What was kept, if it is of this revision. It is gone from here until it is kept again.
    pub(super) fn take(&self, project: ProjectId, revision: i64) -> Option<Groups> {
        self.lock().remove(&project).filter(|groups| groups.revision() == revision)
    }

    /// Keeps it where the plan that was written left the set of open cases as it is known here.
    pub(super) fn keep(&self, project: ProjectId, groups: Option<Groups>, plan: &PlanCommit) {
        let Some(groups) = groups else { return };
        let is_known = |case: &signalbox_domain::case::Case| groups.has(case.id) == case.state.is_open();
        if !groups.is_in_order() || !plan.cases.iter().all(is_known) {
            return;
        }
        let mut projects = self.lock();
        if projects.len() >= MOST_PROJECTS {
            projects.pop_first();
        }
        projects.insert(project, groups.moved_to(plan.revision + 1));
    }

    /// A pass that panicked held nothing half done: a project is taken out as a whole.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ProjectId, Groups>> {
        self.projects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The open cases at this revision; none where somebody wrote to the project meanwhile.
pub(super) async fn read(
    store: &Store,
    project: ProjectId,
    revision: i64,
    thresholds: Vec<SourcePair>,
) -> Result<Option<Groups>, StoreError> {
    let mut groups = Groups::new(revision, thresholds);
    let mut after = None;
    loop {
        let page = store.exemplars_list(project, after, CASES_A_PAGE).await?;
        if page.revision != revision {
            return Ok(None);
        }
        let Some(last) = page.cases.last() else { return Ok(Some(groups)) };
        after = Some(last.id);
        for case in &page.cases {
            let kept = case.exemplars.as_deref();
            if kept.is_none_or(|text| groups.open_kept(case.id, text).is_err()) {
                groups.open_told(case.id, &store.case_members(case.id).await?);
            }
        }
    }
}
