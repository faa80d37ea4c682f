//! Gates: what a case has to pass before it becomes work, in order, each with its typed reason. Pure.
//!
//! ```text
//!   nothing holds it back ─▶ no person keeps it away ─▶ no task of this generation ─▶ enough points, of
//!     enough people or certainty ─▶ not cooling down ─▶ something to do about it ─▶ nothing in it that must not be obeyed ─▶ a repository ─▶ (over all that passed, the weightiest first) the quota ─▶ work in progress
//! ```

use signalbox_domain::case::Score;
use signalbox_domain::context::Work;
use signalbox_domain::ids::{RepositoryId, TaskId};
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::{HoldReason, Sample};
use signalbox_domain::states::{CaseState, TaskState};
use signalbox_domain::suppression::Suppression;
use signalbox_domain::time::Timestamp;
use signalbox_store::planner::{CaseRecord, PlanFacts, PlanInput, PlanSignal};

use crate::actionability::{Finding, Material, NotActionable, Verdict, judge, noise_of_file, writer_of};
use crate::addressed::Until;
use crate::config::{ActionabilityGate, GatesConfig};
use crate::facts::Facts;
use crate::hints::Short;
use crate::recur::Recurrence;
use crate::ruled::{dismissal, is_accepted, sleep, suppressed};
use crate::score::fresh_points;

/// Its code: what a person, or a look at the files, may change.
pub(crate) const SEVERAL: &str = "several-repositories";

/// Whether work comes of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Gate {
    Open { repository: RepositoryId },
    Closed { reason: Closed },
}

/// Why no task is opened now.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Closed {
    #[error("held: {}", .0.name())]
    Held(HoldReason),
    #[error("{}", all_held(*.0))]
    AllHeld(u64),
    #[error("somebody has it where it comes from")]
    AssignedUpstream,
    #[error("it was archived where it comes from")]
    Suppressed,
    #[error("{words}")]
    Snoozed { until: Option<Timestamp>, words: String },
    #[error("{0}")]
    Dismissed(String),
    #[error("{owner}'s rule keeps it away until {until}: {reason} ({rule})")]
    SuppressedByRule { owner: String, reason: String, rule: String, until: Timestamp },
    #[error("its case is {0}")]
    CaseIs(CaseState),
    #[error("{task} works on it")]
    TaskLives { task: TaskId },
    #[error("{task} of this generation has ended; a person decides what comes next")]
    TaskEnded { task: TaskId },
    #[error("{points:.1} points of the {least:.1} that make a task ({score})")]
    BelowThreshold { points: f64, least: f64, score: String },
    #[error(transparent)]
    Short(Short),
    #[error("its task is done; until {until} its records may come of what is still out")]
    CoolingDown { until: Timestamp },
    #[error("its task is done, and nothing was seen of it since {since}")]
    Calm { since: Timestamp },
    #[error("not actionable: {0}")]
    NotActionable(NotActionable),
    #[error("not actionable: every stack of it leads through code of others alone")]
    ThirdPartyOnly,
    #[error("a person looks at it first: {0}")]
    Unsafe(Finding),
    #[error("the project has no repository: signalbox repository add NAME PATH --project PROJECT")]
    NoRepository,
    #[error("the repository that its sender named is not one of the project's")]
    UnknownRepository,
    #[error("{count} repositories could be meant{}; a person picks one", in_brackets(.candidates))]
    SeveralRepositories { count: usize, candidates: String },
    #[error("{link}: {words}")]
    AlreadyAddressed { link: Work, words: String, until: Until },
    #[error("{used} of {limit} new tasks are opened in this window; the next begins {ends_at}")]
    QuotaSpent { used: u64, limit: u64, ends_at: Timestamp },
    #[error("{live} of {limit} tasks of the project's cases are live")]
    WorkInProgress { live: u64, limit: u64 },
}

impl Closed {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Held(_) | Self::AllHeld(_) => "held",
            Self::AssignedUpstream => "assigned-upstream",
            Self::Suppressed => "suppressed",
            Self::Snoozed { .. } => "snoozed",
            Self::Dismissed(_) => "dismissed",
            Self::SuppressedByRule { .. } => "suppressed-by-rule",
            Self::CaseIs(_) => "case-state",
            Self::TaskLives { .. } => "task-lives",
            Self::TaskEnded { .. } => "task-ended",
            Self::BelowThreshold { .. } => "below-threshold",
            Self::Short(short) => short.code(),
            Self::CoolingDown { .. } => "cooling-down",
            Self::Calm { .. } => "calm",
            Self::NotActionable(_) => "not-actionable",
            Self::ThirdPartyOnly => "third-party-only",
            Self::Unsafe(_) => "unsafe",
            Self::NoRepository => "no-repository",
            Self::UnknownRepository => "unknown-repository",
            Self::SeveralRepositories { .. } => SEVERAL,
            Self::AlreadyAddressed { .. } => "already-addressed",
            Self::QuotaSpent { .. } => "quota-spent",
            Self::WorkInProgress { .. } => "work-in-progress",
        }
    }

    /// When it may have changed without a word from anybody.
    pub(crate) fn due(&self, now: Timestamp, config: &GatesConfig) -> Option<Timestamp> {
        match self {
            Self::CoolingDown { until }
            | Self::SuppressedByRule { until, .. }
            | Self::AlreadyAddressed { until: Until::Out(until), .. } => Some(*until),
            Self::Snoozed { until, .. } => *until,
            Self::QuotaSpent { ends_at, .. } => Some(*ends_at),
            Self::WorkInProgress { .. }
            | Self::NoRepository
            | Self::AlreadyAddressed { until: Until::ItEnds, .. } => Some(now.plus(config.look_again)),
            Self::TaskLives { .. } => Some(now.plus(config.rank_again)),
            Self::Held(_)
            | Self::AllHeld(_)
            | Self::AssignedUpstream
            | Self::Suppressed
            | Self::Dismissed(_)
            | Self::CaseIs(_)
            | Self::TaskEnded { .. }
            | Self::BelowThreshold { .. }
            | Self::Short(_)
            | Self::Calm { .. }
            | Self::NotActionable(_)
            | Self::ThirdPartyOnly
            | Self::Unsafe(_)
            | Self::UnknownRepository
            | Self::AlreadyAddressed { until: Until::Seen, .. }
            | Self::SeveralRepositories { .. } => None,
        }
    }
}

impl Closed {
    /// Somebody keeps the case from work: one who works on it is told.
    pub(crate) fn sets_aside(&self) -> bool {
        matches!(
            self,
            Self::AssignedUpstream
                | Self::Suppressed
                | Self::Snoozed { .. }
                | Self::Dismissed(_)
                | Self::SuppressedByRule { .. }
        )
    }
}

/// A case before the gates.
pub(crate) struct Candidate<'a> {
    pub(crate) record: &'a CaseRecord,
    pub(crate) facts: &'a Facts,
    pub(crate) score: &'a Score,
    pub(crate) recurrence: Recurrence,
    /// Why all that its sources tell is no hint yet.
    pub(crate) short: Option<Short>,
    /// Its signals that were read, the largest first.
    pub(crate) read: &'a [&'a PlanSignal],
    /// The repository that a sender named.
    pub(crate) named: Option<&'a Sourced<String>>,
}

/// The gates that a case passes by itself.
pub(crate) fn pass(
    candidate: &Candidate<'_>,
    input: &PlanInput,
    config: &GatesConfig,
    now: Timestamp,
) -> Gate {
    let kept_away = || set_aside(candidate, &input.suppressions, now);
    match held(candidate).or_else(kept_away).or_else(|| closed(candidate, config)) {
        Some(reason) => Gate::Closed { reason },
        None => routed(candidate, &input.repositories),
    }
}

fn held(candidate: &Candidate<'_>) -> Option<Closed> {
    let Candidate { facts, read, .. } = candidate;
    if facts.free > 0 {
        return None;
    }
    let is_assigned = |signal: &&PlanSignal| signal.signal.hold == Some(HoldReason::UpstreamAssigned);
    let assigned = !read.is_empty() && read.iter().all(is_assigned);
    Some(if assigned { Closed::AssignedUpstream } else { Closed::AllHeld(facts.signals) })
}

/// What people decided, about this case or by a rule.
fn set_aside(candidate: &Candidate<'_>, rules: &[Suppression], now: Timestamp) -> Option<Closed> {
    let record = candidate.record;
    match record.case.state {
        CaseState::Suppressed => return Some(Closed::Suppressed),
        CaseState::Snoozed => {
            let (until, words) = sleep(record);
            return Some(Closed::Snoozed { until, words });
        }
        CaseState::Dismissed => {
            let state = Closed::CaseIs(record.case.state);
            return Some(dismissal(record).map_or(state, |(_, words)| Closed::Dismissed(words)));
        }
        state @ (CaseState::Merged | CaseState::Fixed | CaseState::Quiet) => {
            return Some(Closed::CaseIs(state));
        }
        CaseState::Watching | CaseState::Ready | CaseState::Tasked | CaseState::Verifying => {}
    }
    let rule = suppressed(rules, candidate.read, now)?;
    Some(Closed::SuppressedByRule {
        owner: rule.owner.clone(),
        reason: rule.reason.clone(),
        rule: rule.rule.words(),
        until: rule.expires_at,
    })
}

fn closed(candidate: &Candidate<'_>, config: &GatesConfig) -> Option<Closed> {
    let Candidate { record, score, recurrence, .. } = candidate;
    if let Some((task, state)) = record.tasks.last().copied() {
        if state.is_live() {
            return Some(Closed::TaskLives { task });
        }
        if !is_done(state) {
            return Some(Closed::TaskEnded { task });
        }
    }
    let (points, least) = (fresh_points(score), config.least_points.0);
    if points < least {
        return Some(Closed::BelowThreshold { points, least, score: score.sentence() });
    }
    if let Some(short) = candidate.short.filter(|_| !is_accepted(record)) {
        return Some(Closed::Short(short));
    }
    match (recurrence, record.case.state) {
        (Recurrence::Cooling { until }, _) => Some(Closed::CoolingDown { until: *until }),
        (Recurrence::Calm { since }, _) => Some(Closed::Calm { since: *since }),
        (_, CaseState::Watching | CaseState::Ready) => not_for_work(candidate, config),
        (_, state) => Some(Closed::CaseIs(state)),
    }
}

/// One signal that says what to do is enough; one that must not be obeyed is too much.
fn not_for_work(candidate: &Candidate<'_>, config: &GatesConfig) -> Option<Closed> {
    if config.actionability == ActionabilityGate::Off || is_accepted(candidate.record) {
        return None;
    }
    let free = candidate.read.iter().filter(|signal| signal.signal.hold.is_none());
    let judged: Vec<Verdict> = free.flat_map(|signal| verdicts(signal)).collect();
    if let Some(finding) = judged.iter().find_map(|verdict| verdict.danger.clone()) {
        return Some(Closed::Unsafe(finding));
    }
    if candidate.facts.leads_elsewhere() {
        return Some(Closed::ThirdPartyOnly);
    }
    let first = judged.first()?.not_actionable.clone()?;
    judged.iter().all(|verdict| !verdict.is_actionable()).then_some(Closed::NotActionable(first))
}

/// Of each of its samples, or of its title alone.
fn verdicts(signal: &PlanSignal) -> Vec<Verdict> {
    let writer = writer_of(signal.signal.key.family.name());
    if signal.samples.is_empty() {
        return vec![judge(&Material { writer, title: &signal.signal.title.value, text: "" })];
    }
    let of_sample = |sample: &Sample| {
        let mut verdict = judge(&Material { writer, title: &sample.title.value, text: &sample.text.value });
        let file = sample.frames.first().and_then(|frame| frame.file.as_deref());
        if let Some(noise) = file.and_then(noise_of_file) {
            verdict.not_actionable = Some(NotActionable::Noise(noise));
        }
        verdict
    };
    signal.samples.iter().map(of_sample).collect()
}

fn is_done(state: TaskState) -> bool {
    state == TaskState::Done
}

/// What a person picked before what a sender named.
fn routed(candidate: &Candidate<'_>, repositories: &[Repository]) -> Gate {
    let closed = |reason| Gate::Closed { reason };
    let picked = candidate.record.picked;
    if let Some(picked) = picked.filter(|picked| repositories.iter().any(|one| one.id == *picked)) {
        return Gate::Open { repository: picked };
    }
    match (candidate.named, repositories) {
        (Some(named), _) => repositories
            .iter()
            .find(|repository| repository.name.as_str() == named.value)
            .map_or(closed(Closed::UnknownRepository), |repository| Gate::Open { repository: repository.id }),
        (None, []) => closed(Closed::NoRepository),
        (None, [only]) => Gate::Open { repository: only.id },
        (None, several) => {
            closed(Closed::SeveralRepositories { count: several.len(), candidates: String::new() })
        }
    }
}

fn all_held(signals: u64) -> String {
    if signals == 1 {
        "its only signal is held".to_owned()
    } else {
        format!("all {signals} signals of it are held")
    }
}

fn in_brackets(candidates: &str) -> String {
    if candidates.is_empty() { String::new() } else { format!(" ({candidates})") }
}

/// What is left of what all cases of a project share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    opened: u64,
    live: u64,
    used: u64,
    window_ends_at: Timestamp,
}

impl Room {
    pub(crate) fn of(facts: &PlanFacts) -> Self {
        let (used, window_ends_at) = (facts.quota.used, facts.quota.ends_at);
        Self { opened: 0, live: facts.live_tasks, used, window_ends_at }
    }

    /// Takes the room of one task, or says what is full.
    pub(crate) fn take(&mut self, config: &GatesConfig) -> Result<(), Closed> {
        let (used, live) = (self.used + self.opened, self.live + self.opened);
        if used >= config.new_tasks {
            return Err(Closed::QuotaSpent { used, limit: config.new_tasks, ends_at: self.window_ends_at });
        }
        if live >= config.live_tasks {
            return Err(Closed::WorkInProgress { live, limit: config.live_tasks });
        }
        self.opened += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
