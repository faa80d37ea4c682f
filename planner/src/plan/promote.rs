//! A case that has passed every gate becomes a task, started as the project's policy says. Pure.

use signalbox_domain::code::{CodeFacts, PlaceAt};
use signalbox_domain::context::LinkedWork;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::{PersonId, TaskId};
use signalbox_domain::policy::{Assign, Beginning, Begins, Start, may_start_by_itself};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::states::{CaseEvent, TaskState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Starter, Task, TaskCase};

use super::Plan;
use super::beside::Spot;
use super::subject::Planned;
use crate::code::Looked;
use crate::compose::{Composed, Evidence, compose};

/// A task as it is to be opened, and why it begins as it does.
struct Opening {
    task: Task,
    composed: signalbox_domain::context::Context,
    begins: Begins,
}

impl Plan<'_> {
    pub(super) fn open_task(&mut self, mut planned: Planned<'_>, spot: &Spot, links: &[LinkedWork]) {
        let Opening { task, composed, begins } = self.opening(&planned, spot, links);
        let case = &mut planned.record.case;
        self.move_case(case, CaseEvent::Promote);
        self.move_case(case, CaseEvent::OpenTask);
        let words = format!("passed every gate ({}): it opens {}", case.score.sentence(), task.id);
        self.decide(Subject::Case(case.id), "task-opened", words.clone());
        for changed in &planned.changed {
            self.decide(Subject::Signal(changed.signal.id), "task-opened", words.clone());
        }
        self.decide(Subject::Task(task.id), "opened", self.opened_words(&task, begins));
        self.opened_beside(&task, case.id, spot, links);
        self.due.insert(case.id, self.from.now.plus(self.from.config.gates.rank_again));
        self.evidence.contexts.insert(task.id, (spot.places.clone(), composed));
        self.tasks.push(task);
        self.cases.push(planned.record.case);
    }

    fn opening(&self, planned: &Planned<'_>, spot: &Spot, links: &[LinkedWork]) -> Opening {
        let (case, id) = (&planned.record.case, self.ids.next::<TaskId>());
        let code = self.from.code.get(&case.id);
        let Composed { brief, context } = compose(&Evidence {
            case,
            facts: &planned.facts,
            signals: &planned.read(),
            earlier: &planned.record.earlier,
            located: spot.whereabouts.as_ref(),
            code,
            linked: links,
            beside: &self.from.facts.beside,
        });
        let begins = self.begins(planned, spot, &context.kind);
        let provenance = Provenance::of_all([case.title.from, brief.from]);
        let mode = mode_of(begins.start);
        let owner = code.and_then(Looked::facts).and_then(|facts| self.owner(facts, spot));
        let task = Task {
            id,
            project: case.project,
            repository: Some(spot.repository),
            title: case.title.clone(),
            intent: Intent::Change,
            mode,
            priority: case.score.priority,
            origin: Origin::Case,
            case: Some(TaskCase { case: case.id, generation: case.generation }),
            lineage: Lineage::root(id),
            state: if begins.start == Start::Propose { TaskState::Proposed } else { TaskState::Queued },
            starter: starter_of(begins.start, mode, provenance),
            provenance,
            brief,
            opened_at: self.from.now,
            changed_at: self.from.now,
            assignee: owner.filter(|_| begins.assign == Assign::Owners),
        };
        Opening { task, composed: context, begins }
    }

    fn begins(&self, planned: &Planned<'_>, spot: &Spot, kind: &str) -> Begins {
        let named =
            spot.whereabouts.iter().flat_map(|found| &found.places).filter_map(|place| match &place.at {
                PlaceAt::Path(path) => Some(path.as_str()),
                PlaceAt::Symbol(_) => None,
            });
        let looked = spot.places.iter().map(|place| place.path.as_str());
        let paths: Vec<&str> = looked.chain(named).take(MOST_PATHS).collect();
        self.from.config.policy.begins(&Beginning {
            project: self.from.facts.beside.project.as_ref(),
            kind,
            priority: planned.record.case.score.priority,
            paths: &paths,
        })
    }

    /// The first of the team among the owners who has not said that it is not theirs. Nobody where none is known: then it is
    /// anybody's.
    fn owner(&self, facts: &CodeFacts, spot: &Spot) -> Option<PersonId> {
        let path = spot.places.first().map_or("", |place| place.path.as_str());
        let known = facts.owners.iter().filter_map(|owner| owner.person);
        let mut willing = known.filter(|person| {
            let said = |no: &&signalbox_store::planner::NotOwner| {
                no.person == *person && no.repository == spot.repository && no.path == path
            };
            self.from.facts.beside.not_owners.iter().find(said).is_none()
        });
        willing.next()
    }

    fn opened_words(&self, task: &Task, begins: Begins) -> String {
        let Begins { start, rule, .. } = begins;
        let by = rule.map_or_else(String::new, |rule| format!(" (rule {rule} of the policy)"));
        let people = &self.from.facts.beside.people;
        let owner = task.assignee.and_then(|id| people.iter().find(|person| person.id == id));
        let first = owner.map_or_else(String::new, |owner| format!(", {} first", owner.name));
        let written = task.provenance;
        match (start, task.starter) {
            (Start::Propose, _) => format!("proposed: the project's policy is to ask first{by}"),
            (Start::Queue, _) => {
                format!("queued for an engineer{first}{by}; written by {written}, so a person starts it")
            }
            (Start::Cloud | Start::Worktree, Starter::Itself | Starter::Approved) => {
                format!("queued to start by itself in {}{by}", task.mode)
            }
            (Start::Cloud | Start::Worktree, Starter::Person) => format!(
                "queued{first}{by}: it would start by itself in {}, which is no sandbox, and parts of it could have been \
                 written by a {written}; a person reads it and starts it",
                task.mode
            ),
        }
    }
}

/// Places that rules of the policy are held against.
const MOST_PATHS: usize = 6;

fn mode_of(start: Start) -> Mode {
    match start {
        Start::Cloud => Mode::Cloud,
        Start::Propose | Start::Queue | Start::Worktree => Mode::Worktree,
    }
}

/// What a stranger could have written starts by itself in a sandbox alone; a worktree is none that a plan knows of.
fn starter_of(start: Start, mode: Mode, provenance: Provenance) -> Starter {
    match start {
        Start::Propose | Start::Queue => Starter::Person,
        Start::Cloud | Start::Worktree if may_start_by_itself(mode, false, provenance).is_ok() => {
            Starter::Itself
        }
        Start::Cloud | Start::Worktree => Starter::Person,
    }
}
