//! Tasks as people handle them: make one, list, look, start, take the next in hand.

use signalbox_domain::access::{Action, Actor, Denied, Target};
use signalbox_domain::change::Change;
use signalbox_domain::ids::{ProjectId, TaskId};
use signalbox_domain::names::{ProjectName, RepositoryName};
use signalbox_domain::outcome::Outcome;
use signalbox_domain::policy::Policy;
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::states::TaskState;
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Starter, Task};
use signalbox_runtime::{Clock, IdSource};
use signalbox_store::dispatcher::{RunFilter, RunRecord};
use signalbox_store::tasks::{Opened, TaskFilter};
use signalbox_store::{Page, Store, StoreError};

const RUNS_SHOWN: u32 = 50;

/// A task that a person wants.
#[derive(Debug, Clone)]
pub struct TaskWish {
    pub project: ProjectName,
    pub repository: RepositoryName,
    pub title: String,
    pub brief: String,
    pub intent: Intent,
    pub mode: Mode,
    pub priority: Priority,
    /// The same key again is the same wish.
    pub once: Option<String>,
}

/// A task with all that came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskPage {
    pub task: Task,
    pub repository: Option<Repository>,
    pub runs: Vec<RunRecord>,
    pub outcomes: Vec<Outcome>,
    pub changes: Vec<Change>,
}

#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("there is no project {0}")]
    NoProject(ProjectName),
    #[error("the project has no repository {0}")]
    NoRepository(RepositoryName),
    #[error("a title has 1 to 500 characters, got {0}")]
    Title(usize),
    #[error("there is no task {0}")]
    Missing(TaskId),
    #[error("reading or writing tasks")]
    Store(#[from] StoreError),
}

#[derive(Clone)]
pub struct Tasks {
    store: Store,
    clock: Clock,
    ids: IdSource,
    policy: Policy,
}

impl Tasks {
    pub fn new(store: Store, clock: Clock, ids: IdSource, policy: Policy) -> Self {
        Self { store, clock, ids, policy }
    }

    /// Makes a task. A person wrote all of it, so it may start by itself.
    pub async fn make(&self, actor: &Actor, wish: TaskWish) -> Result<(TaskId, Opened), TaskError> {
        let project =
            self.store.project_find(&wish.project).await?.ok_or(TaskError::NoProject(wish.project))?;
        actor.authorize(Action::WorkOnTasks, Target::Project(project.id))?;
        let repository = self
            .store
            .repository_find(project.id, &wish.repository)
            .await?
            .ok_or(TaskError::NoRepository(wish.repository))?;
        let length = wish.title.chars().count();
        if wish.title.trim().is_empty() || length > 500 {
            return Err(TaskError::Title(length));
        }
        let (id, now) = (self.ids.next::<TaskId>(), self.clock.now());
        let task = Task {
            id,
            project: project.id,
            repository: Some(repository.id),
            title: Sourced::person(wish.title),
            brief: Sourced::person(wish.brief),
            intent: wish.intent,
            mode: wish.mode,
            priority: wish.priority,
            origin: Origin::Person { person: None },
            case: None,
            lineage: Lineage::root(id),
            state: TaskState::Queued,
            starter: Starter::Itself,
            provenance: Provenance::Person,
            opened_at: now,
            changed_at: now,
            assignee: None,
        };
        let opened = self.store.task_open(&task, wish.once.as_deref(), &self.policy).await?;
        Ok((id, opened))
    }

    pub async fn list(
        &self,
        actor: &Actor,
        filter: TaskFilter,
        page: Page<TaskId>,
    ) -> Result<Vec<Task>, TaskError> {
        actor.authorize(Action::Read, filter.project.map_or(Target::System, Target::Project))?;
        Ok(self.store.tasks_list(filter, page).await?)
    }

    pub async fn show(&self, actor: &Actor, id: TaskId) -> Result<TaskPage, TaskError> {
        let task = self.task(id).await?;
        actor.authorize(Action::Read, Target::Project(task.project))?;
        let repository = match task.repository {
            Some(repository) => self.store.repository_show(repository).await?,
            None => None,
        };
        let filter = RunFilter { task: Some(id), state: None };
        let runs = self.store.runs_list(filter, Page::first(RUNS_SHOWN)).await?;
        let outcomes = self.store.outcomes_list(id).await?;
        let changes = self.store.changes_list(id).await?;
        Ok(TaskPage { task, repository, runs, outcomes, changes })
    }

    /// A person starts this very task: what strangers wrote in it, they have been shown.
    pub async fn start(&self, actor: &Actor, id: TaskId, mode: Option<Mode>) -> Result<TaskState, TaskError> {
        let task = self.task(id).await?;
        actor.authorize(Action::WorkOnTasks, Target::Project(task.project))?;
        Ok(self.store.task_approve(id, mode.unwrap_or(task.mode), self.clock.now()).await?)
    }

    /// Gives the most urgent queued task into a person's hand.
    pub async fn next(&self, actor: &Actor, project: Option<ProjectId>) -> Result<Option<Task>, TaskError> {
        actor.authorize(Action::WorkOnTasks, project.map_or(Target::System, Target::Project))?;
        Ok(self.store.task_pick_up(project, None, self.clock.now()).await?)
    }

    async fn task(&self, id: TaskId) -> Result<Task, TaskError> {
        self.store.task_show(id).await?.ok_or(TaskError::Missing(id))
    }
}

#[cfg(test)]
mod tests;
