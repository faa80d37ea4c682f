//! `signalbox task list|show|new|start|cancel|done|release|not-mine`, and `signalbox next`.

use std::io::Read as _;
use std::path::Path;

use signalbox_control::views::{
    DisownTask, FinishResult, FinishTask, Listing, Making, NewTask as Wish, NextTask, StartTask, TaskLine,
    TaskMade, TaskView, TasksAsk,
};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use super::face::{Face, after, query};
use super::parts;
use crate::cli::{NewTask, Next, TaskCommand, Tasks};
use crate::fail::Failure;
use crate::settings::Settings;
use crate::show::{Facts, list, plain, quoted, when};

/// A brief is read by people and agents; the server takes no more in one request.
const LARGEST_BRIEF: u64 = 512 << 10;

pub(crate) async fn run(tasks: &Tasks, settings: Settings) -> Result<ExitCode, Failure> {
    // What was typed is looked at before anything is opened.
    let wish = match &tasks.command {
        TaskCommand::New(new) => Some(wish(new)?),
        _ => None,
    };
    let face = Face::open(&tasks.ask, settings).await?;
    let done = match &tasks.command {
        TaskCommand::List { project, state, page } => {
            let ask =
                TasksAsk { project: project.clone(), state: *state, after: after(page)?, limit: page.limit };
            let told = face.client.get(&query("/tasks", &ask)?).await;
            told.and_then(|told| face.show(&told, lines))
        }
        TaskCommand::Show { id } => {
            let told = face.client.get(&format!("/tasks/{id}")).await;
            told.and_then(|told| face.show(&told, view))
        }
        TaskCommand::New(_) => {
            let told = face.client.post("/tasks", &wish).await;
            told.and_then(|told| face.show(&told, made))
        }
        TaskCommand::Start { id, mode } => {
            let told = face.client.post(&format!("/tasks/{id}/start"), &StartTask { mode: *mode }).await;
            told.and_then(|told| face.show(&told, started))
        }
        TaskCommand::Cancel { id } => {
            let told = face.client.post(&format!("/tasks/{id}/cancel"), &serde_json::json!({})).await;
            told.and_then(|told| face.show(&told, short))
        }
        TaskCommand::Done { id, branch, nothing_to_do, note } => {
            let result = if *nothing_to_do { FinishResult::NothingToDo } else { FinishResult::Changed };
            let wish = FinishTask { result, note: note.clone(), branch: branch.clone() };
            let told = face.client.post(&format!("/tasks/{id}/finish"), &wish).await;
            told.and_then(|told| face.show(&told, short))
        }
        TaskCommand::Release { id } => {
            let told = face.client.post(&format!("/tasks/{id}/release"), &serde_json::json!({})).await;
            told.and_then(|told| face.show(&told, short))
        }
        TaskCommand::NotMine { id, person } => {
            let ask = DisownTask { person: person.clone() };
            let told = face.client.post(&format!("/tasks/{id}/disown"), &ask).await;
            told.and_then(|told| face.show(&told, short))
        }
    };
    face.close(done).await
}

/// Gives the most urgent queued task into a person's hand.
pub(crate) async fn next(next: &Next, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(&next.ask, settings).await?;
    let told = face.client.post("/tasks/next", &NextTask { project: next.project.clone() }).await;
    let done = told.and_then(|told| face.show_or(&told, "nothing is queued", view));
    face.close(done).await
}

fn wish(new: &NewTask) -> Result<Wish, Failure> {
    let brief = if new.brief == "-" { standard_input()? } else { new.brief.clone() };
    Ok(Wish {
        project: new.project.clone(),
        repository: new.repository.clone(),
        title: new.title.clone(),
        brief,
        intent: new.intent,
        schema: new.schema.as_deref().map(schema).transpose()?,
        mode: new.mode,
        priority: new.priority,
        once: new.once.clone(),
    })
}

fn schema(path: &Path) -> Result<serde_json::Value, Failure> {
    let usage = |line: String| Failure::new(ExitCode::Usage, format!("--schema {}: {line}", path.display()));
    let text = std::fs::read(path).map_err(|error| usage(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| usage(format!("expected JSON: {error}")))
}

fn standard_input() -> Result<String, Failure> {
    let usage = |line: String| Failure::new(ExitCode::Usage, line);
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST_BRIEF + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST_BRIEF {
        return Err(usage(format!("--brief: expected at most {LARGEST_BRIEF} bytes on standard input")));
    }
    String::from_utf8(bytes).map_err(|error| usage(format!("--brief: expected text in UTF-8: {error}")))
}

fn lines(listing: &Listing<TaskLine>, now: Timestamp) -> String {
    list(&parts::tasks(&listing.items, now), "no tasks yet", listing.next.as_deref())
}

fn made(made: &TaskMade, _now: Timestamp) -> String {
    match made.made {
        Making::Now => format!("{} is queued", made.task),
        Making::Before => format!("{} was made before by the same key", made.task),
    }
}

fn short(view: &TaskView, _now: Timestamp) -> String {
    format!("{} is {}: {}", view.task.id, parts::word(&view.task.state), plain(&view.task.title.value))
}

/// Whoever starts it is told who could have written what they start.
fn started(view: &TaskView, now: Timestamp) -> String {
    let written = view.task.provenance;
    format!("{}\nparts of it could have been written by: {written}", short(view, now))
}

fn view(view: &TaskView, now: Timestamp) -> String {
    let task = &view.task;
    let mut facts = Facts::default();
    facts.raw(&format!("{}  {}", task.id, plain(&task.title.value)));
    facts.line("project", view.project.as_str());
    if let Some(repository) = &view.repository {
        let branch = &repository.default_branch;
        facts.line("repository", format!("{} at {}, {branch}", repository.name, repository.location));
    }
    facts.line("state", parts::word(&task.state));
    facts.line("wanted", format!("{}, {}, {}", task.intent.name(), task.mode, task.priority));
    facts.line("starts by", task.starter.name());
    facts.line("written by", task.provenance.name());
    if let Some(assignee) = &view.assignee {
        facts.line("first for", assignee);
    }
    facts.line("opened", when(now, task.opened_at));
    facts.line("changed", when(now, task.changed_at));
    for change in &view.changes {
        facts.line(
            "branch",
            format!("{}, {} ({})", change.branch, commits(change.commits), parts::word(&change.state)),
        );
    }
    for outcome in &view.outcomes {
        facts.line("outcome", parts::verdict(&outcome.verdict));
    }
    facts.part("cases", &parts::cases(&view.links));
    facts.part("runs", &parts::runs(&view.runs, now));
    facts.part("brief", &quoted(&task.brief.value));
    facts.part("why", &parts::decisions(&view.decisions, now));
    facts.text()
}

fn commits(count: u32) -> String {
    if count == 1 { "1 commit".to_owned() } else { format!("{count} commits") }
}
