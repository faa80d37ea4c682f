//! What else a plan looks at in its snapshot: the work that is under way or was done lately in the project, whoever does it;
//! what people said of earlier cases; and what the project is called.

use std::collections::BTreeMap;

use signalbox_domain::change::{Change, TouchedLines};
use signalbox_domain::context::Work;
use signalbox_domain::form::from_form;
use signalbox_domain::ids::{CaseId, PersonId, ProjectId, RepositoryId, TaskId};
use signalbox_domain::names::{NameError, ProjectName};
use signalbox_domain::outcome::Outcome;
use signalbox_domain::project::Person;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::ruling::Ruling;
use signalbox_domain::states::{CaseState, ChangeState, Machine as _, TaskState};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::control;
use crate::error::{DamageSource, StoreError};
use crate::statement::{fetch_all, fetch_optional};
use crate::step::Step;

/// Tasks of cases, tasks of others, and changes that are read, the newest of each.
const MOST_WORK: i64 = 500;
/// Closed cases that are read, the newest.
const MOST_CLOSED: i64 = 200;
/// Earlier choices that are read, the newest.
const MOST_CHOICES: i64 = 500;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    pub project: Option<ProjectName>,
    /// Tasks first, then changes; the newest first.
    pub work: Vec<WorkBeside>,
    pub choices: Vec<Choice>,
    /// The team, and who of it said of which file that it is not theirs.
    pub people: Vec<Person>,
    pub not_owners: Vec<NotOwner>,
    /// How ended tasks of the plan's cases ended, where an outcome says so.
    pub ended: BTreeMap<TaskId, Outcome>,
    /// Cases that are over, the newest first.
    pub closed: Vec<ClosedCase>,
}

/// A case that is over.
#[derive(Debug, Clone, PartialEq)]
pub struct ClosedCase {
    pub case: CaseId,
    pub title: Sourced<String>,
    pub state: CaseState,
    pub ruling: Option<Ruling>,
}

/// A task or a change, and what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkBeside {
    pub work: Work,
    /// The task whose change it is.
    pub of: Option<TaskId>,
    pub repository: Option<RepositoryId>,
    pub case: Option<CaseId>,
    pub stands: Stands,
    /// A task's likeliest place first; all of a change's.
    pub touches: Vec<TouchedLines>,
    /// Where a case may be named: the words of a task that was opened for none, the branch of a change.
    pub text: String,
    /// In words: "running", "open as https://…".
    pub shown: String,
}

/// Whether it is still under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    Live,
    Done { at: Timestamp },
}

/// Where a person said that an earlier case's cause was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub title: String,
    pub repository: String,
}

/// Somebody who said of a file that it is not theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotOwner {
    pub repository: RepositoryId,
    pub path: String,
    pub person: PersonId,
}

struct ClosedRow {
    id: Uuid,
    title: String,
    title_from: String,
    state: String,
    ruling: Option<String>,
}

struct OutcomeRow {
    document: String,
}

struct NotOwnerRow {
    repository_id: Uuid,
    path: String,
    person_id: Uuid,
}

struct NameRow {
    name: String,
}

struct OfCaseRow {
    id: Uuid,
    repository_id: Option<Uuid>,
    case_id: Option<Uuid>,
    state: String,
    changed_at: i64,
    places: Option<String>,
}

struct OfOthersRow {
    id: Uuid,
    repository_id: Option<Uuid>,
    state: String,
    changed_at: i64,
    text: String,
}

struct ChangeRow {
    document: String,
    state: String,
    task_state: Option<String>,
    task_changed_at: Option<i64>,
}

struct ChoiceRow {
    title: String,
    repository: String,
}

pub(super) async fn within(
    step: &mut Step,
    project: ProjectId,
    since: Timestamp,
    ended: &[TaskId],
) -> Result<Beside, StoreError> {
    let name = fetch_optional!(
        step,
        NameRow,
        "queries/planner/project_name.sqlite.sql",
        "queries/planner/project_name.postgres.sql",
        project.uuid()
    )?;
    let name: Option<Result<ProjectName, NameError>> = name.map(|row| row.name.parse());
    let name = name.transpose().map_err(|source| StoreError::damaged("project", source))?;
    let mut work = tasks_within(step, project, since).await?;
    work.extend(changes_within(step, project, since).await?);
    let rows = fetch_all!(
        step,
        ChoiceRow,
        "queries/planner/choices.sqlite.sql",
        "queries/planner/choices.postgres.sql",
        project.uuid(),
        MOST_CHOICES
    )?;
    let choices = rows.into_iter().map(|row| Choice { title: row.title, repository: row.repository });
    Ok(Beside {
        project: name,
        work,
        choices: choices.collect(),
        people: control::people_within(step).await?,
        not_owners: not_owners_within(step, project).await?,
        ended: ended_within(step, ended).await?,
        closed: closed_within(step, project).await?,
    })
}

async fn ended_within(step: &mut Step, tasks: &[TaskId]) -> Result<BTreeMap<TaskId, Outcome>, StoreError> {
    let mut ended = BTreeMap::new();
    for task in tasks {
        let row = fetch_optional!(
            step,
            OutcomeRow,
            "queries/planner/how_it_ended.sqlite.sql",
            "queries/planner/how_it_ended.postgres.sql",
            task.uuid()
        )?;
        let Some(row) = row else { continue };
        let outcome = from_form(&row.document).map_err(|source| StoreError::damaged("outcome", source))?;
        ended.insert(*task, outcome);
    }
    Ok(ended)
}

async fn closed_within(step: &mut Step, project: ProjectId) -> Result<Vec<ClosedCase>, StoreError> {
    let rows = fetch_all!(
        step,
        ClosedRow,
        "queries/planner/closed_cases.sqlite.sql",
        "queries/planner/closed_cases.postgres.sql",
        project.uuid(),
        MOST_CLOSED
    )?;
    let closed = |row: ClosedRow| -> Result<ClosedCase, DamageSource> {
        Ok(ClosedCase {
            case: CaseId::from_uuid(row.id),
            title: Sourced::new(row.title, column::provenance(&row.title_from)?),
            state: CaseState::from_name(&row.state)?,
            ruling: row.ruling.as_deref().map(from_form).transpose()?,
        })
    };
    let all: Result<_, DamageSource> = rows.into_iter().map(closed).collect();
    all.map_err(|source| StoreError::damaged("case", source))
}

async fn not_owners_within(step: &mut Step, project: ProjectId) -> Result<Vec<NotOwner>, StoreError> {
    let rows = fetch_all!(
        step,
        NotOwnerRow,
        "queries/planner/not_owners.sqlite.sql",
        "queries/planner/not_owners.postgres.sql",
        project.uuid(),
        MOST_CHOICES
    )?;
    let not_owner = |row: NotOwnerRow| NotOwner {
        repository: RepositoryId::from_uuid(row.repository_id),
        path: row.path,
        person: PersonId::from_uuid(row.person_id),
    };
    Ok(rows.into_iter().map(not_owner).collect())
}

async fn tasks_within(
    step: &mut Step,
    project: ProjectId,
    since: Timestamp,
) -> Result<Vec<WorkBeside>, StoreError> {
    let of_cases = fetch_all!(
        step,
        OfCaseRow,
        "queries/planner/work_of_cases.sqlite.sql",
        "queries/planner/work_of_cases.postgres.sql",
        project.uuid(),
        since.micros(),
        MOST_WORK
    )?;
    let of_others = fetch_all!(
        step,
        OfOthersRow,
        "queries/planner/work_of_others.sqlite.sql",
        "queries/planner/work_of_others.postgres.sql",
        project.uuid(),
        MOST_WORK
    )?;
    let of_cases = of_cases.into_iter().map(|row| {
        let touches = row.places.as_deref().map(from_form).transpose()?.unwrap_or_default();
        let case = row.case_id.map(CaseId::from_uuid);
        Ok(WorkBeside { case, touches, ..task(row.id, row.repository_id, &row.state, row.changed_at)? })
    });
    let of_others = of_others.into_iter().map(|row| {
        Ok(WorkBeside { text: row.text, ..task(row.id, row.repository_id, &row.state, row.changed_at)? })
    });
    let all: Result<_, DamageSource> = of_cases.chain(of_others).collect();
    all.map_err(|source| StoreError::damaged("task", source))
}

fn task(
    id: Uuid,
    repository: Option<Uuid>,
    state: &str,
    changed_at: i64,
) -> Result<WorkBeside, DamageSource> {
    let state = TaskState::from_name(state)?;
    let at = Timestamp::from_micros(changed_at);
    Ok(WorkBeside {
        work: Work::Task(TaskId::from_uuid(id)),
        of: None,
        repository: repository.map(RepositoryId::from_uuid),
        case: None,
        stands: if state.is_live() { Stands::Live } else { Stands::Done { at } },
        touches: Vec::new(),
        text: String::new(),
        shown: state.name().replace('_', " "),
    })
}

async fn changes_within(
    step: &mut Step,
    project: ProjectId,
    since: Timestamp,
) -> Result<Vec<WorkBeside>, StoreError> {
    let rows = fetch_all!(
        step,
        ChangeRow,
        "queries/planner/changes_about.sqlite.sql",
        "queries/planner/changes_about.postgres.sql",
        project.uuid(),
        since.micros(),
        MOST_WORK
    )?;
    let all: Result<_, DamageSource> = rows.iter().map(change).collect();
    all.map_err(|source| StoreError::damaged("change", source))
}

fn change(row: &ChangeRow) -> Result<WorkBeside, DamageSource> {
    let change: Change = from_form(&row.document)?;
    let state = ChangeState::from_name(&row.state)?;
    let task = row.task_state.as_deref().map(TaskState::from_name).transpose()?;
    let stands = match (state, task, row.task_changed_at) {
        (ChangeState::Merged | ChangeState::Released, ..) => Stands::Done { at: change.changed_at },
        // Nobody has said what became of the branch; that its task is done says that it is in.
        (ChangeState::Committed | ChangeState::Pushed, Some(TaskState::Done), Some(at)) => {
            Stands::Done { at: Timestamp::from_micros(at) }
        }
        _ => Stands::Live,
    };
    let address = change.pull_request.as_ref().map_or_else(String::new, |asked| format!(" as {}", asked.url));
    Ok(WorkBeside {
        work: Work::Change(change.id),
        of: change.task,
        repository: Some(change.repository),
        case: change.case,
        stands,
        touches: change.touches,
        shown: format!("the branch {}, {}{address}", change.branch, state.name()),
        text: change.branch,
    })
}
