//! Tasks as people handle them: make one, start it, cancel it, take the next in hand, finish it, put it back. `reads`
//! shows them.

mod hand;

use std::sync::LazyLock;

use signalbox_domain::access::{Action, Actor, Denied, Target};
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{OutcomeId, TaskId};
use signalbox_domain::names::{Label, ProjectName, RepositoryName};
use signalbox_domain::policy::Policy;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::states::TaskState;
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Starter, Task};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, Wakeups};
use signalbox_store::dispatcher::Cancel;
use signalbox_store::tasks::Opened;
use signalbox_store::{Store, StoreError};

use crate::Problem;
use crate::views::{IntentKind, Making, NewTask, TaskMade};
use crate::wakes::{OUTCOMES, TASKS};

pub(crate) use hand::{FINISHED, TAKEN};

const LONGEST_ONCE: usize = 200;
/// What is wrong with a schema is said in so many letters.
const LONGEST_FAULT: usize = 500;

#[expect(clippy::expect_used, reason = "the text is a label: a test cancels a task")]
static CANCELLED: LazyLock<Label> = LazyLock::new(|| "cancelled".parse().expect("a label"));

#[expect(clippy::expect_used, reason = "the text is a label: a test starts a task")]
static STARTED: LazyLock<Label> = LazyLock::new(|| "started-by-a-person".parse().expect("a label"));

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
    /// The same key again in the same project is the same wish.
    pub once: Option<String>,
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
    wakeups: Wakeups,
}

impl Tasks {
    pub fn new(store: Store, clock: Clock, ids: IdSource, policy: Policy, wakeups: Wakeups) -> Self {
        Self { store, clock, ids, policy, wakeups }
    }

    /// Makes a task. A person wrote all of it, so it may start by itself.
    pub async fn make(&self, actor: &Actor, wish: TaskWish) -> Result<(TaskId, Opened), TaskError> {
        let found = self.store.project_find(&wish.project).await?;
        // Whoever may not touch a project is not told whether it is there.
        let target = found.as_ref().map_or(Target::System, |project| Target::Project(project.id));
        actor.authorize(Action::WorkOnTasks, target)?;
        let project = found.ok_or(TaskError::NoProject(wish.project))?;
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
        self.wakeups.wake(TASKS);
        Ok((id, opened))
    }

    /// A person starts this very task: what strangers wrote in it, they have been shown.
    pub async fn start(&self, actor: &Actor, id: TaskId, mode: Option<Mode>) -> Result<TaskState, TaskError> {
        let task = self.task(id).await?;
        actor.authorize(Action::WorkOnTasks, Target::Project(task.project))?;
        let (mode, now) = (mode.unwrap_or(task.mode), self.clock.now());
        let words = format!("{} started it in {mode}", actor.name);
        let decision = self.decided(id, &STARTED, words, now);
        let state = self.store.task_approve(id, mode, &decision, now).await?;
        self.wakeups.wake(TASKS);
        Ok(state)
    }

    /// Makes a task that a face was asked for, and says whether the same wish made it before.
    pub async fn order(&self, actor: &Actor, wish: NewTask) -> Result<TaskMade, Problem> {
        if wish.once.as_ref().is_some_and(|once| once.is_empty() || once.len() > LONGEST_ONCE) {
            return Err(Problem::invalid("once", format!("1 to {LONGEST_ONCE} bytes")));
        }
        if wish.schema.is_some() && wish.intent != IntentKind::Answer {
            return Err(Problem::invalid("schema", "a schema only where the intent is answer"));
        }
        if let Some(fault) = wish.schema.as_ref().and_then(schema_fault) {
            return Err(Problem::invalid("schema", format!("a JSON schema: {fault}")));
        }
        let intent = wish.intent();
        let wish = TaskWish {
            project: wish.project,
            repository: wish.repository,
            title: wish.title,
            brief: wish.brief,
            intent,
            mode: wish.mode,
            priority: wish.priority,
            once: wish.once,
        };
        match self.make(actor, wish).await? {
            (task, Opened::New) => Ok(TaskMade { task, made: Making::Now }),
            (_, Opened::Repeated { task }) => Ok(TaskMade { task, made: Making::Before }),
            (_, Opened::AlreadyLive { task }) => Err(Problem::Conflict(format!("{task} works on it"))),
            (_, Opened::TooDeep { depth, limit }) => {
                Err(Problem::Conflict(format!("its depth is {depth}, and the limit is {limit}")))
            }
        }
    }

    /// Ends a task with the run that works on it; whoever holds the run learns of it at its next call.
    pub async fn cancel(&self, actor: &Actor, id: TaskId) -> Result<TaskState, Problem> {
        let task = self.task(id).await?;
        actor.authorize(Action::WorkOnTasks, Target::Project(task.project))?;
        let now = self.clock.now();
        let decisions = [self.decided(id, &CANCELLED, format!("{} cancelled it", actor.name), now)];
        let cancel =
            Cancel { by: actor.name.as_str(), outcome: self.ids.next::<OutcomeId>(), decisions: &decisions };
        let state = self.store.task_cancel(id, cancel, now).await?;
        self.wakeups.wake(OUTCOMES);
        Ok(state)
    }

    /// What a person did with a task.
    fn decided(&self, task: TaskId, code: &Label, words: String, now: Timestamp) -> Decision {
        Decision {
            id: self.ids.next(),
            stage: Stage::Control,
            subject: Subject::Task(task),
            reason: Reason { code: code.clone(), words },
            first_at: now,
            last_at: now,
            count: 1,
        }
    }

    async fn task(&self, id: TaskId) -> Result<Task, TaskError> {
        self.store.task_show(id).await?.ok_or(TaskError::Missing(id))
    }
}

/// Why this is no schema that an answer can be held against. Nothing is fetched for it, and its patterns are linear.
fn schema_fault(schema: &serde_json::Value) -> Option<String> {
    let patterns = jsonschema::PatternOptions::regex();
    let built = jsonschema::options().with_pattern_options(patterns).build(schema);
    built.err().map(|error| error.to_string().chars().take(LONGEST_FAULT).collect())
}

#[cfg(test)]
mod tests;
