//! A case that has passed every gate becomes a task, started as the project's policy says. Pure.

use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{RepositoryId, TaskId};
use signalbox_domain::policy::Start;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::states::{CaseEvent, TaskState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Starter, Task, TaskCase};

use super::Plan;
use super::subject::Planned;
use crate::compose::{Evidence, compose};
use crate::place::whereabouts;

impl Plan<'_> {
    pub(super) fn open_task(&mut self, mut planned: Planned<'_>, repository: RepositoryId) {
        let task = self.task(&planned, repository);
        let case = &mut planned.record.case;
        self.move_case(case, CaseEvent::Promote);
        self.move_case(case, CaseEvent::OpenTask);
        let words = format!("passed every gate ({}): it opens {}", case.score.sentence(), task.id);
        self.decide(Subject::Case(case.id), "task-opened", words.clone());
        for changed in &planned.changed {
            self.decide(Subject::Signal(changed.signal.id), "task-opened", words.clone());
        }
        let start = self.from.config.policy.start;
        self.decide(Subject::Task(task.id), "opened", opened_words(&task, start));
        self.due.insert(case.id, self.from.now.plus(self.from.config.gates.rank_again));
        self.tasks.push(task);
        self.cases.push(planned.record.case);
    }

    fn task(&self, planned: &Planned<'_>, repository: RepositoryId) -> Task {
        let (case, start) = (&planned.record.case, self.from.config.policy.start);
        let id: TaskId = self.ids.next();
        let (read, repositories) = (planned.read(), &self.from.input.repositories);
        let name = repositories.iter().find(|one| one.id == repository).map_or("", |one| one.name.as_str());
        let located = whereabouts(&read, name);
        let brief = compose(&Evidence {
            case,
            facts: &planned.facts,
            signals: &read,
            earlier: &planned.record.earlier,
            located: located.as_ref(),
            code: self.from.code.get(&case.id),
        });
        Task {
            id,
            project: case.project,
            repository: Some(repository),
            title: case.title.clone(),
            intent: Intent::Change,
            mode: mode_of(start),
            priority: case.score.priority,
            origin: Origin::Case,
            case: Some(TaskCase { case: case.id, generation: case.generation }),
            lineage: Lineage::root(id),
            state: if start == Start::Propose { TaskState::Proposed } else { TaskState::Queued },
            starter: starter_of(start),
            provenance: Provenance::of_all([case.title.from, brief.from]),
            brief,
            opened_at: self.from.now,
            changed_at: self.from.now,
            assignee: None,
        }
    }
}

fn mode_of(start: Start) -> Mode {
    match start {
        Start::Cloud => Mode::Cloud,
        Start::Propose | Start::Queue | Start::Worktree => Mode::Worktree,
    }
}

fn starter_of(start: Start) -> Starter {
    match start {
        Start::Propose | Start::Queue => Starter::Person,
        Start::Cloud | Start::Worktree => Starter::Itself,
    }
}

fn opened_words(task: &Task, start: Start) -> String {
    match start {
        Start::Propose => "proposed: the project's policy is to ask first".to_owned(),
        Start::Queue => {
            format!("queued for an engineer; written by {}, so a person starts it", task.provenance)
        }
        Start::Cloud | Start::Worktree => format!("queued to start by itself in {}", task.mode),
    }
}
