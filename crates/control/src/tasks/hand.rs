//! A task in a person's hand: taken as the next one, finished, or put back into the queue. Each says who it was.

use std::sync::LazyLock;

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_domain::ids::{ProjectId, TaskId};
use signalbox_domain::names::Label;
use signalbox_domain::outcome::{Effort, Outcome, Verdict};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::states::TaskState;
use signalbox_domain::task::Task;
use signalbox_domain::time::Timestamp;
use signalbox_store::tasks::{Disown, PutDown, PutDownEvent};

use super::{TaskError, Tasks};
use crate::people::person_of;
use crate::views::{DisownTask, FinishResult, FinishTask, NextTask};
use crate::wakes::{OUTCOMES, TASKS};
use crate::{Problem, scope};

const LONGEST_NOTE: usize = 2_000;
const LONGEST_BRANCH: usize = 255;

#[expect(clippy::expect_used, reason = "the text is a label: a test takes a task")]
pub(crate) static TAKEN: LazyLock<Label> = LazyLock::new(|| "taken-in-hand".parse().expect("a label"));

#[expect(clippy::expect_used, reason = "the text is a label: a test finishes a task")]
pub(crate) static FINISHED: LazyLock<Label> =
    LazyLock::new(|| "finished-by-a-person".parse().expect("a label"));

#[expect(clippy::expect_used, reason = "the text is a label: a test puts a task back")]
static PUT_BACK: LazyLock<Label> = LazyLock::new(|| "put-back".parse().expect("a label"));

#[expect(clippy::expect_used, reason = "the text is a label: a test disowns a task")]
static NOT_OWNED: LazyLock<Label> = LazyLock::new(|| "not-owned".parse().expect("a label"));

impl Tasks {
    /// The next task for a person who names a project, or any.
    pub async fn next_of(&self, actor: &Actor, wish: &NextTask) -> Result<Option<Task>, Problem> {
        let wanted = match &wish.project {
            Some(name) => {
                let found = self.store.project_find(name).await?;
                let target = found.as_ref().map_or(Target::System, |project| Target::Project(project.id));
                actor.authorize(Action::WorkOnTasks, target)?;
                Some(found.ok_or_else(|| Problem::missing("project", name))?.id)
            }
            None => scope::own_project(actor),
        };
        Ok(self.next(actor, wanted).await?)
    }

    /// Gives a queued task into a person's hand: the most urgent of their own, or else of those that are nobody's.
    pub async fn next(&self, actor: &Actor, project: Option<ProjectId>) -> Result<Option<Task>, TaskError> {
        actor.authorize(Action::WorkOnTasks, project.map_or(Target::System, Target::Project))?;
        let now = self.clock.now();
        let person = person_of(&self.store, actor).await?.map(|person| person.id);
        let taken = |task| self.decided(task, &TAKEN, format!("{} took it in hand", actor.name), now);
        Ok(self.store.task_pick_up(project, person, taken, now).await?)
    }

    /// A person has done what a task in their hand, or in review, wants.
    pub async fn finish(&self, actor: &Actor, id: TaskId, wish: &FinishTask) -> Result<TaskState, Problem> {
        let task = self.task(id).await?;
        actor.authorize(Action::WorkOnTasks, Target::Project(task.project))?;
        check(wish)?;
        let now = self.clock.now();
        let outcome = self.nothing_to_do(id, wish, now);
        let decision = self.decided(id, &FINISHED, finished_words(&actor.name, wish), now);
        let finish = PutDown { event: PutDownEvent::Finish, outcome: outcome.as_ref(), decision: &decision };
        let state = self.store.task_put_down(id, finish, now).await?;
        self.wakeups.wake(OUTCOMES);
        Ok(state)
    }

    /// A person says that it is not theirs: they are taken off it, and tasks about the same file are not offered to them
    /// first again.
    pub async fn disown(&self, actor: &Actor, id: TaskId, ask: &DisownTask) -> Result<(), Problem> {
        let task = self.task(id).await?;
        actor.authorize(Action::WorkOnTasks, Target::Project(task.project))?;
        let name = ask.person.as_deref().unwrap_or(actor.name.as_str());
        let people = self.store.people_list().await?;
        let person = people.iter().find(|person| person.name == name);
        let person = person.ok_or_else(|| Problem::missing("person", &name))?;
        if task.state == TaskState::InHand && task.assignee == Some(person.id) {
            return Err(Problem::Conflict(format!(
                "{id} is in hand: signalbox task release {id} puts it back"
            )));
        }
        let now = self.clock.now();
        let kept = self.store.task_context(id).await?;
        let path = kept.as_ref().and_then(|kept| kept.places.first()).map(|place| place.path.as_str());
        let file = task.repository.zip(path);
        let about = path.map_or_else(String::new, |path| format!(", nor is {path}"));
        let words = format!("{} said that it is not {name}'s{about}", actor.name);
        let decision = self.decided(id, &NOT_OWNED, words, now);
        self.store.task_disown(id, Disown { person: person.id, file, decision: &decision }, now).await?;
        self.wakeups.wake(TASKS);
        Ok(())
    }

    /// Out of a person's hand into the queue.
    pub async fn release(&self, actor: &Actor, id: TaskId) -> Result<TaskState, Problem> {
        let task = self.task(id).await?;
        actor.authorize(Action::WorkOnTasks, Target::Project(task.project))?;
        let now = self.clock.now();
        let decision = self.decided(id, &PUT_BACK, format!("{} put it back into the queue", actor.name), now);
        let back = PutDown { event: PutDownEvent::PutBack, outcome: None, decision: &decision };
        let state = self.store.task_put_down(id, back, now).await?;
        self.wakeups.wake(TASKS);
        Ok(state)
    }

    /// What a person says of a change has no commit that was looked at, so it stands in the reason alone.
    fn nothing_to_do(&self, task: TaskId, wish: &FinishTask, now: Timestamp) -> Option<Outcome> {
        if wish.result == FinishResult::Changed {
            return None;
        }
        let text = Sourced::person(note(wish).unwrap_or_default().to_owned());
        let verdict = Verdict::NothingToDo { text };
        Some(Outcome { id: self.ids.next(), task, run: None, verdict, effort: Effort::default(), at: now })
    }
}

fn check(wish: &FinishTask) -> Result<(), Problem> {
    if wish.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Problem::invalid("note", format!("at most {LONGEST_NOTE} characters")));
    }
    let Some(branch) = &wish.branch else { return Ok(()) };
    if wish.result == FinishResult::NothingToDo {
        return Err(Problem::invalid("branch", "a branch only where the result is changed"));
    }
    let plain = |letter: char| !letter.is_whitespace() && !letter.is_control();
    if !(1..=LONGEST_BRANCH).contains(&branch.len()) || !branch.chars().all(plain) {
        let expected = format!("the name of a branch: 1 to {LONGEST_BRANCH} bytes without spaces");
        return Err(Problem::invalid("branch", expected));
    }
    Ok(())
}

/// The note, where there is something in it.
fn note(wish: &FinishTask) -> Option<&str> {
    wish.note.as_deref().map(str::trim).filter(|note| !note.is_empty())
}

fn finished_words(who: &Label, wish: &FinishTask) -> String {
    let result = match (wish.result, &wish.branch) {
        (FinishResult::Changed, Some(branch)) => format!("a change on the branch {branch}"),
        (FinishResult::Changed, None) => "a change".to_owned(),
        (FinishResult::NothingToDo, _) => "nothing to do".to_owned(),
    };
    let note = note(wish).map(|note| format!(": {note}")).unwrap_or_default();
    format!("{who} finished it, {result}{note}")
}
