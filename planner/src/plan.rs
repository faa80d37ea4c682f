//! The decision of the planner. Pure: (input, policy, now, ids) in, a plan with its reasons out.
//!
//! In this first form a signal that belongs to no case opens one of its own: equal fingerprints are one signal
//! already. A case that wants work gets one task, in the repository that its sender named or the project's only one.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::case::Case;
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{CaseId, DecisionId, PlanId, RepositoryId, SignalId, TaskId};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::policy::{Policy, Start};
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::Signal;
use signalbox_domain::states::{CaseEvent, CaseState, Machine as _, TaskState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Starter, Task, TaskCase};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::IdSource;
use signalbox_store::planner::{CaseRecord, PlanCommit, PlanInput, PlanSignal};

use crate::score::score;
use crate::{brief, gates};
use gates::Gate;

/// What a plan is made of while it is being made.
struct Plan<'a> {
    input: &'a PlanInput,
    policy: &'a Policy,
    now: Timestamp,
    ids: &'a IdSource,
    cases: BTreeMap<CaseId, Case>,
    joins: Vec<(SignalId, CaseId)>,
    tasks: Vec<Task>,
    decisions: Vec<Decision>,
}

/// What this policy makes of what was read.
pub fn decide(input: &PlanInput, policy: &Policy, now: Timestamp, ids: &IdSource) -> PlanCommit {
    let mut plan = Plan {
        input,
        policy,
        now,
        ids,
        cases: BTreeMap::new(),
        joins: Vec::new(),
        tasks: Vec::new(),
        decisions: Vec::new(),
    };
    for record in &input.cases {
        plan.close_task(record);
    }
    for signal in &input.signals {
        plan.signal(signal);
    }
    plan.finish()
}

impl Plan<'_> {
    /// A tasked case without a live task goes back to watching; what its task brought stands in its outcome.
    fn close_task(&mut self, record: &CaseRecord) {
        let mut case = record.case.clone();
        let live = record.tasks.iter().any(|(_, state)| state.is_live());
        if case.state == CaseState::Tasked && !live {
            let (code, words) = ended_words(&record.tasks);
            self.move_case(&mut case, CaseEvent::CloseTask);
            self.decide(Subject::Case(case.id), code, words.to_owned());
        }
        self.cases.insert(case.id, case);
    }

    fn signal(&mut self, changed: &PlanSignal) {
        let signal = &changed.signal;
        let mut case =
            changed.case.and_then(|id| self.cases.remove(&id)).unwrap_or_else(|| self.new_case(signal));
        case.score = score(&[signal]);
        let record = self.input.cases.iter().find(|record| record.case.id == case.id);
        match gates::pass(signal, &case, record, &self.input.repositories) {
            Gate::Open { repository } => self.open_task(&mut case, changed, repository),
            Gate::Closed { reason } => {
                self.decide(Subject::Signal(signal.id), reason.code(), reason.to_string());
                self.decide(Subject::Case(case.id), reason.code(), reason.to_string());
            }
        }
        self.cases.insert(case.id, case);
    }

    fn new_case(&mut self, signal: &Signal) -> Case {
        let id: CaseId = self.ids.next();
        self.joins.push((signal.id, id));
        self.decide(
            Subject::Signal(signal.id),
            "new-case",
            format!("no open case shares its fingerprint: it opens {id}"),
        );
        Case {
            id,
            project: signal.key.project,
            title: signal.title.clone(),
            state: CaseState::FIRST,
            generation: 1,
            score: score(&[signal]),
            signals: vec![signal.id],
            opened_at: self.now,
            changed_at: self.now,
            merged_into: None,
        }
    }

    fn open_task(&mut self, case: &mut Case, changed: &PlanSignal, repository: RepositoryId) {
        let id: TaskId = self.ids.next();
        let brief = brief::compose(case, changed);
        let mode = mode_of(self.policy.start);
        let provenance = Provenance::of_all([case.title.from, brief.from]);
        let task = Task {
            id,
            project: case.project,
            repository: Some(repository),
            title: case.title.clone(),
            brief,
            intent: Intent::Change,
            mode,
            priority: case.score.priority,
            origin: Origin::Case,
            case: Some(TaskCase { case: case.id, generation: case.generation }),
            lineage: Lineage::root(id),
            state: if self.policy.start == Start::Propose { TaskState::Proposed } else { TaskState::Queued },
            starter: starter_of(self.policy.start),
            provenance,
            opened_at: self.now,
            changed_at: self.now,
            assignee: None,
        };
        self.move_case(case, CaseEvent::Promote);
        self.move_case(case, CaseEvent::OpenTask);
        let words = format!("passed every gate ({}): it opens {id}", case.score.sentence());
        self.decide(Subject::Case(case.id), "task-opened", words.clone());
        self.decide(Subject::Signal(changed.signal.id), "task-opened", words);
        self.decide(Subject::Task(id), "opened", opened_words(&task, self.policy.start));
        self.tasks.push(task);
    }

    /// A move that the machine does not have changes nothing: the case stays where it is.
    fn move_case(&self, case: &mut Case, event: CaseEvent) {
        if let Ok(to) = case.state.next(event) {
            case.state = to;
            case.changed_at = self.now;
        }
    }

    fn decide(&mut self, subject: Subject, code: &str, words: String) {
        self.decisions.extend(decision(subject, code, words, self.now, self.ids));
    }

    fn finish(self) -> PlanCommit {
        let seen: BTreeSet<CaseId> = self.joins.iter().map(|(_, case)| *case).collect();
        let summary = PlanSummary {
            signals: count(self.input.signals.len()),
            new_cases: count(seen.len()),
            tasks: count(self.tasks.len()),
        };
        PlanCommit {
            id: self.ids.next::<PlanId>(),
            project: self.input.project,
            revision: self.input.revision,
            at: self.now,
            planned: self
                .input
                .signals
                .iter()
                .map(|signal| (signal.signal.id, signal.signal.revision))
                .collect(),
            cases: self.cases.into_values().collect(),
            joins: self.joins,
            tasks: self.tasks,
            policy: self.policy.clone(),
            decisions: self.decisions,
            summary,
        }
    }
}

/// A task that policy forbids because of the tasks that caused it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its task would be {depth} tasks deep; the limit is {limit}")]
pub(crate) struct TooDeep {
    pub(crate) depth: u32,
    pub(crate) limit: u32,
}

/// Why a plan was not written: on the signals of the case whose task stood in its way, and on the case itself unless it
/// is new and so was not written either.
pub(crate) fn refused(
    plan: &PlanCommit,
    task: TaskId,
    why: TooDeep,
    now: Timestamp,
    ids: &IdSource,
) -> Vec<Decision> {
    let on = plan.tasks.iter().find(|one| one.id == task).and_then(|task| task.case);
    let case = on.and_then(|on| plan.cases.iter().find(|case| case.id == on.case));
    let about: Vec<Subject> = match case {
        Some(case) => {
            let is_kept = !plan.joins.iter().any(|(_, joined)| *joined == case.id);
            let kept = is_kept.then_some(Subject::Case(case.id));
            kept.into_iter().chain(case.signals.iter().copied().map(Subject::Signal)).collect()
        }
        None => vec![Subject::Project(plan.project)],
    };
    about.into_iter().filter_map(|subject| decision(subject, "too-deep", why.to_string(), now, ids)).collect()
}

fn decision(subject: Subject, code: &str, words: String, now: Timestamp, ids: &IdSource) -> Option<Decision> {
    // Every code here is a literal that is a label; a test runs through them all.
    let reason = Reason { code: code.parse().ok()?, words };
    let (id, stage) = (ids.next::<DecisionId>(), Stage::Planner);
    Some(Decision { id, stage, subject, reason, first_at: now, last_at: now, count: 1 })
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
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

/// What became of the last task of the generation.
fn ended_words(tasks: &[(TaskId, TaskState)]) -> (&'static str, &'static str) {
    match tasks.last().map(|(_, state)| *state) {
        Some(TaskState::Done) => ("task-done", "its task is done; its signals are watched"),
        Some(TaskState::Failed) => ("task-failed", "its task failed; the outcome says why"),
        Some(TaskState::Cancelled) => ("task-cancelled", "its task was cancelled"),
        _ => ("task-gone", "its task is no longer there"),
    }
}

/// The repository that the sender named, or the project's only one.
pub(crate) fn route(named: Option<&Sourced<String>>, repositories: &[Repository]) -> Routed {
    match (named, repositories) {
        (Some(named), _) => repositories
            .iter()
            .find(|repository| repository.name.as_str() == named.value)
            .map_or(Routed::Unknown, |repository| Routed::To(repository.id)),
        (None, []) => Routed::NoneKnown,
        (None, [only]) => Routed::To(only.id),
        (None, several) => Routed::Several(several.len()),
    }
}

/// Where a case's work would happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Routed {
    To(RepositoryId),
    /// The sender named one that the project does not have.
    Unknown,
    NoneKnown,
    Several(usize),
}

#[cfg(test)]
mod tests;
