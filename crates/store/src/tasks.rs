//! Tasks. `task_open` is the only way in, whoever wants the task; the partial unique index `tasks_one_live` is what
//! makes a second live task of a case generation impossible.
//!
//! Owner: this module, for every origin. Other modules of the store that open a task within their own step call
//! `open_within`.

mod contexts;
mod disown;
mod hand;
mod row;

use signalbox_domain::decision::Decision;
use signalbox_domain::ids::{CaseId, PersonId, ProjectId, TaskId};
use signalbox_domain::policy::Policy;
use signalbox_domain::states::{Machine, TaskEvent, TaskState};
use signalbox_domain::task::{Mode, Priority, Task};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;
use row::TaskRow;

pub use contexts::TaskContext;
pub(crate) use contexts::context_within;
pub use disown::Disown;
pub use hand::{PutDown, PutDownEvent};

/// What became of a wish for a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    New,
    /// The case generation has a live task already (invariant 5).
    AlreadyLive {
        task: TaskId,
    },
    /// The same wish, by its key, was granted before: a retry, a replay, a second firing.
    Repeated {
        task: TaskId,
    },
    /// Tasks that cause tasks end somewhere (invariant 12).
    TooDeep {
        depth: u32,
        limit: u32,
    },
}

/// Which tasks to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct TaskFilter {
    pub project: Option<ProjectId>,
    pub state: Option<TaskState>,
    /// Of every generation of this case.
    pub case: Option<CaseId>,
}

/// How often an insert is tried again when what stood in its way has just ended.
const OPEN_TRIES: u32 = 5;

struct StateRow {
    state: String,
}

struct InTheWayRow {
    id: Uuid,
    once_key: Option<String>,
}

struct IdRow {
    id: Uuid,
}

impl Store {
    /// The only way to make a task. `once` names the wish within the task's project: the same key opens no second task
    /// there for as long as the first is kept, which is `RetentionConfig::ended_tasks_days` after its end (180 where
    /// nothing else is set) or longer. In another project it is another wish, and says nothing about this one.
    pub async fn task_open(
        &self,
        task: &Task,
        once: Option<&str>,
        policy: &Policy,
    ) -> Result<Opened, StoreError> {
        let mut step = self.write(Method::TaskOpen).await?;
        let opened = open_within(&mut step, task, once, policy).await?;
        step.commit().await?;
        Ok(opened)
    }

    /// Moves a task along its machine; an illegal move changes nothing and says which it was.
    pub async fn task_move(
        &self,
        task: TaskId,
        event: TaskEvent,
        assignee: Option<PersonId>,
        now: Timestamp,
    ) -> Result<TaskState, StoreError> {
        let mut step = self.write(Method::TaskMove).await?;
        let to = move_within(&mut step, task, event, assignee, now).await?;
        step.commit().await?;
        Ok(to)
    }

    /// Gives the next queued task into a person's hand, one of their own first. `decide` says of that task who took it.
    pub async fn task_pick_up(
        &self,
        project: Option<ProjectId>,
        person: Option<PersonId>,
        decide: impl FnOnce(TaskId) -> Decision,
        now: Timestamp,
    ) -> Result<Option<Task>, StoreError> {
        let mut step = self.write(Method::TaskPickUp).await?;
        let next = fetch_optional!(
            step,
            IdRow,
            "queries/tasks/next_for_person.sqlite.sql",
            "queries/tasks/next_for_person.postgres.sql",
            project.map(ProjectId::uuid),
            person.map(PersonId::uuid)
        )?;
        let Some(next) = next else { return Ok(None) };
        let id = TaskId::from_uuid(next.id);
        move_within(&mut step, id, TaskEvent::PickUp, person, now).await?;
        decisions::record_within(&mut step, &[decide(id)]).await?;
        let task = show_within(&mut step, id).await?;
        step.commit().await?;
        Ok(task)
    }

    /// A person starts this very task, in a mode of their choice: the dispatcher may run it now. `decision` says who.
    pub async fn task_approve(
        &self,
        task: TaskId,
        mode: Mode,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<TaskState, StoreError> {
        let mut step = self.write(Method::TaskApprove).await?;
        let from = state_within(&mut step, task).await?;
        let to = match from {
            TaskState::Queued => from,
            TaskState::Proposed => move_within(&mut step, task, TaskEvent::Accept, None, now).await?,
            _ => move_within(&mut step, task, TaskEvent::Release, None, now).await?,
        };
        execute!(
            step,
            "queries/tasks/approve.sqlite.sql",
            "queries/tasks/approve.postgres.sql",
            task.uuid(),
            mode.name(),
            now.micros()
        )?;
        decisions::record_within(&mut step, std::slice::from_ref(decision)).await?;
        step.commit().await?;
        Ok(to)
    }

    pub async fn task_show(&self, task: TaskId) -> Result<Option<Task>, StoreError> {
        let mut step = self.read(Method::TaskShow).await?;
        show_within(&mut step, task).await
    }

    /// A page of tasks, the newest first.
    pub async fn tasks_list(&self, filter: TaskFilter, page: Page<TaskId>) -> Result<Vec<Task>, StoreError> {
        let mut step = self.read(Method::TasksList).await?;
        let rows = fetch_all!(
            step,
            TaskRow,
            "queries/tasks/list.sqlite.sql",
            "queries/tasks/list.postgres.sql",
            filter.project.map(ProjectId::uuid),
            filter.state.map(Machine::name),
            page.before.map(TaskId::uuid),
            limit(page.size),
            filter.case.map(CaseId::uuid)
        )?;
        rows.into_iter().map(Task::try_from).collect()
    }
}

pub(crate) async fn open_within(
    step: &mut Step,
    task: &Task,
    once: Option<&str>,
    policy: &Policy,
) -> Result<Opened, StoreError> {
    let depth = task.lineage.depth;
    if depth > policy.depth_limit {
        return Ok(Opened::TooDeep { depth, limit: policy.depth_limit });
    }
    let key = once.map(|once| format!("{}/{once}", task.project));
    let once = key.as_deref();
    for _ in 0..OPEN_TRIES {
        if insert(step, task, once).await? == 1 {
            return Ok(Opened::New);
        }
        // What stood in the way may have ended between the two statements: then the next try goes in.
        if let Some(opened) = standing(step, task, once).await? {
            return Ok(opened);
        }
    }
    Err(StoreError::InTheWay { task: task.id })
}

/// The task that keeps this one out, as it stands now.
async fn standing(step: &mut Step, task: &Task, once: Option<&str>) -> Result<Option<Opened>, StoreError> {
    let (case, generation) = case_of(task);
    let row = fetch_optional!(
        step,
        InTheWayRow,
        "queries/tasks/standing_in_the_way.sqlite.sql",
        "queries/tasks/standing_in_the_way.postgres.sql",
        once,
        case,
        generation
    )?;
    Ok(row.map(|row| {
        let task = TaskId::from_uuid(row.id);
        let same_wish = once.is_some() && row.once_key.as_deref() == once;
        if same_wish { Opened::Repeated { task } } else { Opened::AlreadyLive { task } }
    }))
}

async fn insert(step: &mut Step, task: &Task, once: Option<&str>) -> Result<u64, StoreError> {
    let (case, generation) = case_of(task);
    let intent = column::form(&task.intent)?;
    let origin = column::form(&task.origin)?;
    execute!(
        step,
        "queries/tasks/insert.sqlite.sql",
        "queries/tasks/insert.postgres.sql",
        task.id.uuid(),
        task.project.uuid(),
        task.repository.map(Uuid::from),
        case,
        generation,
        task.title.value,
        task.title.from.name(),
        task.brief.value,
        task.brief.from.name(),
        intent,
        task.mode.name(),
        i64::from(task.priority.rank()),
        origin,
        task.lineage.root.uuid(),
        i64::from(task.lineage.depth),
        task.state.name(),
        task.starter.name(),
        task.provenance.name(),
        task.assignee.map(PersonId::uuid),
        once,
        task.opened_at.micros()
    )
}

fn case_of(task: &Task) -> (Option<Uuid>, Option<i64>) {
    (task.case.map(|on| on.case.uuid()), task.case.map(|on| i64::from(on.generation)))
}

pub(crate) async fn move_within(
    step: &mut Step,
    task: TaskId,
    event: TaskEvent,
    assignee: Option<PersonId>,
    now: Timestamp,
) -> Result<TaskState, StoreError> {
    let from = state_within(step, task).await?;
    let to = from.next(event)?;
    if to.is_live() && !from.is_live() {
        nothing_live_beside(step, task).await?;
    }
    if from == TaskState::Running && to != from {
        execute!(
            step,
            "queries/tasks/unheld_runs_end.sqlite.sql",
            "queries/tasks/unheld_runs_end.postgres.sql",
            task.uuid(),
            now.micros()
        )?;
    }
    execute!(
        step,
        "queries/tasks/move.sqlite.sql",
        "queries/tasks/move.postgres.sql",
        task.uuid(),
        to.name(),
        assignee.map(PersonId::uuid),
        now.micros()
    )
    .map_err(StoreError::contended_if_taken)?;
    Ok(to)
}

/// A task that ended comes to life only where no other task of its case generation lives. One that is opened between
/// this look and the move is seen by the index; the caller's next try is told its name here.
async fn nothing_live_beside(step: &mut Step, task: TaskId) -> Result<(), StoreError> {
    let live = fetch_optional!(
        step,
        IdRow,
        "queries/tasks/live_beside.sqlite.sql",
        "queries/tasks/live_beside.postgres.sql",
        task.uuid()
    )?;
    match live {
        Some(row) => Err(StoreError::AlreadyLive { task, live: TaskId::from_uuid(row.id) }),
        None => Ok(()),
    }
}

/// Gives a task that nobody has begun another place in the queue.
pub(crate) async fn rank_within(step: &mut Step, task: TaskId, priority: Priority) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/tasks/rank.sqlite.sql",
        "queries/tasks/rank.postgres.sql",
        task.uuid(),
        i64::from(priority.rank())
    )
    .map(drop)
}

/// The state, with the row locked until the step ends.
async fn state_within(step: &mut Step, task: TaskId) -> Result<TaskState, StoreError> {
    let row = fetch_optional!(
        step,
        StateRow,
        "queries/tasks/state_for_move.sqlite.sql",
        "queries/tasks/state_for_move.postgres.sql",
        task.uuid()
    )?;
    let row = row.ok_or_else(|| StoreError::Missing { what: "task", id: task.to_string() })?;
    TaskState::from_name(&row.state).map_err(|error| StoreError::damaged("task", error))
}

pub(crate) async fn show_within(step: &mut Step, task: TaskId) -> Result<Option<Task>, StoreError> {
    let row = fetch_optional!(
        step,
        TaskRow,
        "queries/tasks/show.sqlite.sql",
        "queries/tasks/show.postgres.sql",
        task.uuid()
    )?;
    row.map(Task::try_from).transpose()
}
