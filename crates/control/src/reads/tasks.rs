//! Tasks: lists, and one with all that came of it.

use signalbox_domain::access::Actor;
use signalbox_domain::context::Work;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::TaskId;
use signalbox_domain::task::{Intent, Task};
use signalbox_store::Page;
use signalbox_store::dispatcher::RunFilter;
use signalbox_store::tasks::TaskFilter;

use super::page::{listing, page};
use super::{Names, Reads, run_line};
use crate::Problem;
use crate::views::{IntentKind, Listing, RunLine, TaskLine, TaskView, TasksAsk};

/// Runs of one task that are shown, the newest.
const RUNS_SHOWN: u32 = 50;

impl Reads {
    pub async fn tasks(&self, actor: &Actor, ask: &TasksAsk) -> Result<Listing<TaskLine>, Problem> {
        let project = self.project_of(actor, ask.project.as_ref()).await?;
        let (page, shown) = page(ask.after, ask.limit)?;
        let filter = TaskFilter { project, state: ask.state, case: None };
        let tasks = self.store.tasks_list(filter, page).await?;
        let names = self.names().await?;
        Ok(listing(self.task_lines(tasks, &names).await?, shown, |line| line.id))
    }

    pub async fn task(&self, actor: &Actor, id: TaskId) -> Result<TaskView, Problem> {
        let task = self.store.task_show(id).await?.ok_or_else(|| Problem::missing("task", &id))?;
        self.may_read(actor, task.project)?;
        let repository = match task.repository {
            Some(repository) => self.store.repository_show(repository).await?,
            None => None,
        };
        Ok(TaskView {
            project: self.names().await?.project(task.project)?,
            repository,
            runs: self.runs_of(id).await?,
            outcomes: self.store.outcomes_list(id).await?,
            changes: self.store.changes_list(id).await?,
            decisions: self.decisions(Subject::Task(id)).await?,
            assignee: match task.assignee {
                Some(wanted) => self.store.people_list().await?.into_iter().find(|one| one.id == wanted),
                None => None,
            }
            .map(|person| person.name),
            links: self.store.work_links(Work::Task(id)).await?,
            context: self.store.task_context(id).await?.map(|kept| kept.context),
            task,
        })
    }

    pub(crate) async fn runs_of(&self, task: TaskId) -> Result<Vec<RunLine>, Problem> {
        let filter = RunFilter { task: Some(task), ..RunFilter::default() };
        let runs = self.store.runs_list(filter, Page::first(RUNS_SHOWN)).await?;
        let runners = self.runner_names().await?;
        Ok(runs.into_iter().map(|record| run_line(record, &runners)).collect())
    }

    pub(super) async fn task_lines(&self, tasks: Vec<Task>, names: &Names) -> Result<Vec<TaskLine>, Problem> {
        let repositories = self.repositories(tasks.iter().map(|task| task.project)).await?;
        let line = |task: Task| {
            Ok(TaskLine {
                id: task.id,
                project: names.project(task.project)?,
                repository: task.repository.and_then(|id| repositories.get(&id).cloned()),
                intent: kind(&task.intent),
                mode: task.mode,
                priority: task.priority,
                state: task.state,
                starter: task.starter,
                case: task.case.map(|of| of.case),
                opened_at: task.opened_at,
                changed_at: task.changed_at,
                title: task.title,
            })
        };
        tasks.into_iter().map(line).collect()
    }
}

fn kind(intent: &Intent) -> IntentKind {
    match intent {
        Intent::Change => IntentKind::Change,
        Intent::Investigate => IntentKind::Investigate,
        Intent::Answer { .. } => IntentKind::Answer,
    }
}
