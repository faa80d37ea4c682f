//! The decision of the planner. Pure: (input, grouping, facts, settings, now, ids) in, a plan with its reasons out.
//!
//! ```text
//!   changed signals ┐                       ┌▶ end of its task, return, score, spike ─▶ gates ─▶ closed, with its reason
//!   cases due       ┴▶ subjects (subject.rs) ┘                                            └▶ passed ─▶ room for all of
//!          └▶ fell apart: parted (part.rs), judged by the next plan      them, the weightiest first ─▶ task (promote.rs)
//! ```

mod beside;
mod part;
mod promote;
mod routed;
mod subject;
mod upstream;

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::case::Case;
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{CaseId, DecisionId, PlanId, ProjectId, RepositoryId, SignalId, TaskId};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::states::{CaseEvent, CaseState, Machine as _, TaskState};
use signalbox_domain::task::{Priority, Task};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::IdSource;
use signalbox_store::planner::{
    EarlierTask, GatherWish, PlanCommit, PlanFacts, PlanInput, PlanSignal, TaskEvidence, WorkBeside,
};

use crate::addressed::Addressed;
use crate::code::CodeByCase;
use crate::config::PlannerConfig;
use crate::detect::{Pace, pace, since_hour, times_words, trend};
use crate::gates::{self, Candidate, Closed, Gate, Room};
use crate::groups::{Grouping, in_order};
use crate::hints::{Hint, hints};
use crate::recur::{Recurrence, recurrence};
use crate::ruled::wakes;
use crate::score::{Judged, RATE, score, span_words};
use beside::Spot;
use subject::{Planned, planned};

/// All that a plan is decided from.
pub struct Decided<'a> {
    pub input: &'a PlanInput,
    pub grouping: &'a Grouping,
    pub facts: &'a PlanFacts,
    /// Of the cases that were looked at in their repositories.
    pub(crate) code: &'a CodeByCase,
    pub config: &'a PlannerConfig,
    pub now: Timestamp,
}

/// What a plan is made of while it is being made.
struct Plan<'a> {
    from: &'a Decided<'a>,
    ids: &'a IdSource,
    cases: Vec<Case>,
    joins: Vec<(SignalId, CaseId)>,
    /// Cases that fell apart: they and their signals are looked at by the next plan.
    parted: BTreeSet<CaseId>,
    due: BTreeMap<CaseId, Timestamp>,
    tasks: Vec<Task>,
    /// The same, as the next case of the plan may be addressed by them.
    opened: Vec<WorkBeside>,
    evidence: TaskEvidence,
    ranks: Vec<(TaskId, Priority)>,
    decisions: Vec<Decision>,
}

/// The facts that deciding needs, once it is known which cases the signals belong to.
pub fn wish(input: &PlanInput, grouping: &Grouping, config: &PlannerConfig, now: Timestamp) -> GatherWish {
    let mut cases: BTreeMap<CaseId, u64> = input.cases.iter().map(|case| (*case, 0)).collect();
    let mut signals = Vec::new();
    for changed in &input.signals {
        match (changed.case, grouping.joined.get(&changed.signal.id)) {
            (Some(case), _) => *cases.entry(case).or_default() += 1,
            (None, Some(joined)) => {
                signals.push(changed.signal.id);
                if !joined.is_new {
                    cases.entry(joined.case).or_default();
                }
            }
            (None, None) => {}
        }
    }
    // Cases that were opened within this plan are not in the store.
    for joined in grouping.joined.values().filter(|joined| joined.is_new) {
        cases.remove(&joined.case);
    }
    let since_hour = since_hour(now, &config.detect);
    GatherWish {
        project: input.project,
        cases,
        signals,
        since_hour,
        quota: quota(input.project, config),
        work_since: now.minus(config.gates.addressed_within),
        now,
    }
}

/// New tasks of a project, however many planners open them.
fn quota(project: ProjectId, config: &PlannerConfig) -> QuotaLimit {
    let gates = &config.gates;
    // A project's id is made of letters, digits and underscores: with the words before it, it is a label.
    #[expect(clippy::expect_used, reason = "a literal and an id, shorter than a label may be")]
    let name = format!("planner/tasks/{project}").parse().expect("a literal and an id are a label");
    QuotaLimit { name, units: gates.new_tasks, window: gates.new_tasks_window }
}

/// The signals of a case that were read, the largest first, and when it was first seen.
pub(crate) fn reads_of<'a>(from: &Decided<'a>, case: CaseId) -> Option<(Vec<&'a PlanSignal>, Timestamp)> {
    let planned = planned(from).remove(&case)?;
    Some((planned.read(), planned.facts.first_seen))
}

/// What these settings make of what was read.
pub fn decide(from: &Decided<'_>, ids: &IdSource) -> PlanCommit {
    let mut plan = Plan {
        from,
        ids,
        cases: Vec::new(),
        joins: Vec::new(),
        parted: BTreeSet::new(),
        due: BTreeMap::new(),
        tasks: Vec::new(),
        opened: Vec::new(),
        evidence: TaskEvidence::default(),
        ranks: Vec::new(),
        decisions: Vec::new(),
    };
    for changed in in_order(&from.input.signals) {
        if let Some(joined) = from.grouping.joined.get(&changed.signal.id) {
            plan.joins.push((joined.signal, joined.case));
            plan.decide(Subject::Signal(joined.signal), joined.code, joined.words.clone());
        }
    }
    plan.part();
    let mut passed = Vec::new();
    for (case, mut planned) in planned(from) {
        if plan.parted.contains(&case) {
            continue;
        }
        match plan.judge(&mut planned) {
            Gate::Open { repository } => passed.push((planned, repository)),
            Gate::Closed { reason } => plan.closed(planned, &reason),
        }
    }
    plan.promote(passed);
    plan.finish()
}

impl Plan<'_> {
    /// What has become of a case since it was looked at, and how it stands before the gates.
    fn judge(&mut self, planned: &mut Planned<'_>) -> Gate {
        let (config, now) = (self.from.config, self.from.now);
        self.close_task(planned);
        self.wake(planned);
        self.follow_upstream(planned);
        let recurrence = recurrence(&planned.record, &planned.facts, now, &config.gates);
        if let Recurrence::Back { ended } = recurrence {
            self.recur(planned, ended);
        }
        let facts = &planned.facts;
        let pace = pace(&facts.hours, facts.first_seen, now, &config.detect);
        let told = hints(&planned.read(), &config.detect);
        let judged = Judged {
            facts,
            pace,
            trend: trend(&facts.hours, facts.first_seen, now),
            generation: planned.record.case.generation,
            hints: &told.found,
            now,
        };
        let score = score(&judged, &config.score);
        let before = std::mem::replace(&mut planned.record.case.score, score);
        let had = |name: &str| before.parts.iter().any(|part| part.name == name);
        self.tell_spike(planned, pace, had(RATE));
        for hint in told.found.iter().filter(|hint| !had(hint.name)) {
            self.tell_hint(planned, hint);
        }
        if before.priority != planned.record.case.score.priority {
            self.rank(planned, before.priority);
        }
        let read = planned.read();
        let candidate = Candidate {
            read: &read,
            record: &planned.record,
            facts: &planned.facts,
            score: &planned.record.case.score,
            recurrence,
            short: told.short,
            named: planned.named(),
        };
        let gate = gates::pass(&candidate, self.from.input, &config.gates, now);
        self.routed(planned, gate)
    }

    /// A sleeping case that its time, its records or a release has woken.
    fn wake(&mut self, planned: &mut Planned<'_>) {
        let record = &planned.record;
        if record.case.state != CaseState::Snoozed {
            return;
        }
        let Some(why) = wakes(record, &planned.facts, &planned.read(), self.from.now) else { return };
        let id = record.case.id;
        self.move_case(&mut planned.record.case, CaseEvent::Wake);
        self.decide(Subject::Case(id), "woken", format!("woken: {why}"));
    }

    /// A tasked case without a live task goes back to watching; what its task brought stands in its outcome.
    fn close_task(&mut self, planned: &mut Planned<'_>) {
        let record = &planned.record;
        let live = record.tasks.iter().any(|(_, state)| state.is_live());
        if record.case.state == CaseState::Tasked && !live {
            let (code, words) = ended_words(&record.tasks);
            let id = record.case.id;
            self.move_case(&mut planned.record.case, CaseEvent::CloseTask);
            self.decide(Subject::Case(id), code, words.to_owned());
        }
    }

    /// The next generation begins, with what the earlier ones brought.
    fn recur(&mut self, planned: &mut Planned<'_>, ended: Timestamp) {
        let record = &mut planned.record;
        if !self.move_case(&mut record.case, CaseEvent::Recur) {
            return;
        }
        let generation = record.case.generation;
        let tasks = std::mem::take(&mut record.tasks);
        record.earlier.extend(tasks.into_iter().map(|(task, state)| EarlierTask { generation, task, state }));
        record.moved_at = None;
        record.case.generation = generation.saturating_add(1);
        let (id, after) = (record.case.id, planned.facts.last_seen.since(ended));
        let words = format!(
            "back: seen {} after it ended; generation {} begins",
            span_words(after),
            record.case.generation
        );
        self.decide(Subject::Case(id), "recurred", words);
    }

    /// Told once, when it begins: while it lasts the score says so.
    fn tell_spike(&mut self, planned: &Planned<'_>, pace: Option<Pace>, was_spike: bool) {
        let Some(pace) = pace.filter(|pace| pace.is_spike && !was_spike) else { return };
        let words = format!(
            "spiking: {} records in 2 h, {} × the {:.1} that are usual at this hour",
            pace.observed,
            times_words(pace.times),
            pace.expected
        );
        self.decide(Subject::Case(planned.record.case.id), "spiking", words);
    }

    /// Told once, when it begins.
    fn tell_hint(&mut self, planned: &Planned<'_>, hint: &Hint) {
        let code = hint.name.replace('_', "-");
        self.decide(Subject::Case(planned.record.case.id), &code, hint.words.clone());
    }

    /// Its live task moves in the queue with it.
    fn rank(&mut self, planned: &Planned<'_>, before: Priority) {
        let score = &planned.record.case.score;
        let waits =
            |state: TaskState| matches!(state, TaskState::Proposed | TaskState::Queued | TaskState::Waiting);
        for (task, _) in planned.record.tasks.iter().filter(|(_, state)| waits(*state)) {
            self.ranks.push((*task, score.priority));
            let words = format!("{before} → {}", score.sentence());
            self.decide(Subject::Task(*task), "re-ranked", words);
        }
    }

    /// No task now: why, on the case and on each signal that asked.
    fn closed(&mut self, planned: Planned<'_>, reason: &Closed) {
        let id = planned.record.case.id;
        for changed in &planned.changed {
            let held = changed.signal.hold.map(Closed::Held);
            let why = held.as_ref().unwrap_or(reason);
            self.decide(Subject::Signal(changed.signal.id), why.code(), why.to_string());
        }
        self.decide(Subject::Case(id), reason.code(), reason.to_string());
        if let Some(task) = reason.sets_aside().then(|| live_task(&planned.record.tasks)).flatten() {
            let words = format!("{reason}; what runs goes on, and a person decides about it");
            self.decide(Subject::Task(task), "case-set-aside", words);
        }
        self.due.extend(reason.due(self.from.now, &self.from.config.gates).map(|due| (id, due)));
        self.cases.push(planned.record.case);
    }

    /// The weightiest first, as far as there is room.
    fn promote(&mut self, mut passed: Vec<(Planned<'_>, RepositoryId)>) {
        passed.sort_by(|(one, _), (other, _)| {
            let (one, other) = (&one.record.case, &other.record.case);
            other.score.total.total_cmp(&one.score.total).then_with(|| one.id.cmp(&other.id))
        });
        let mut room = Room::of(self.from.facts);
        for (planned, repository) in passed {
            let spot = Spot::of(self.from, &planned, repository);
            let links = match self.addressed(&planned, &spot) {
                Addressed::Already(already) => {
                    self.linked(planned, &already);
                    continue;
                }
                Addressed::Free { links } => links,
            };
            match room.take(&self.from.config.gates) {
                Ok(()) => self.open_task(planned, &spot, &links),
                Err(full) => self.closed(planned, &full),
            }
        }
    }

    /// Whether the machine has the move; one that it does not have changes nothing.
    fn move_case(&self, case: &mut Case, event: CaseEvent) -> bool {
        let Ok(to) = case.state.next(event) else { return false };
        case.state = to;
        case.changed_at = self.from.now;
        true
    }

    fn decide(&mut self, subject: Subject, code: &str, words: String) {
        self.decisions.extend(decision(subject, code, words, self.from.now, self.ids));
    }

    fn finish(mut self) -> PlanCommit {
        let Decided { input, grouping, config, now, .. } = *self.from;
        self.cases.sort_by_key(|case| case.id);
        let written: BTreeSet<CaseId> = self.cases.iter().map(|case| case.id).collect();
        let new: BTreeSet<CaseId> =
            grouping.joined.values().filter(|joined| joined.is_new).map(|joined| joined.case).collect();
        // A signal whose case is gone is read again, and by then belongs to none.
        let has_case = |signal: SignalId, case: Option<CaseId>| {
            let joined = grouping.joined.get(&signal).map(|joined| joined.case);
            case.or(joined).is_some_and(|case| written.contains(&case) && !self.parted.contains(&case))
        };
        let planned = input
            .signals
            .iter()
            .filter(|changed| has_case(changed.signal.id, changed.case))
            .map(|changed| (changed.signal.id, changed.signal.revision));
        let planned: Vec<(SignalId, i64)> = planned.collect();
        self.joins.retain(|(_, case)| written.contains(case));
        let exemplars = grouping.exemplars.iter().filter(|(case, _)| written.contains(case));
        let exemplars = exemplars.map(|(case, text)| (*case, text.clone())).collect();
        let summary = PlanSummary {
            signals: count(planned.len()),
            new_cases: count(new.len() + grouping.parted.len()),
            tasks: count(self.tasks.len()),
            ..PlanSummary::default()
        };
        let summary = summary.explained(&self.decisions);
        PlanCommit {
            id: self.ids.next::<PlanId>(),
            project: input.project,
            revision: input.revision,
            at: now,
            planned,
            cases: self.cases,
            joins: self.joins,
            due: self.due,
            exemplars,
            tasks: self.tasks,
            ranks: self.ranks,
            quota: quota(input.project, config),
            policy: config.policy.clone(),
            evidence: self.evidence,
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

fn live_task(tasks: &[(TaskId, TaskState)]) -> Option<TaskId> {
    tasks.last().filter(|(_, state)| state.is_live()).map(|(task, _)| *task)
}

fn count(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
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

#[cfg(test)]
mod tests;
