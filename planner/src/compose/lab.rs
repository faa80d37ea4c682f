//! A brief of some records alone, by the whole plan without a store: nothing was known before, nobody works on anything, and
//! no gate but the repository keeps it back. Called by `lab brief`, by what makes the pages of docs/briefs, and by benches.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;
use signalbox_domain::context::Context;
use signalbox_domain::project::Repository;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, Randomness};
use signalbox_store::planner::{Beside, PlanCommit, PlanFacts, PlanInput, PlanSignal};
use signalbox_store::quotas::QuotaUse;

use crate::code::{CodeByCase, Reader};
use crate::config::{ActionabilityGate, PlannerConfig};
use crate::groups::{Groups, group};
use crate::pass::looking;
use crate::plan::{Decided, decide, wish};

/// What a plan of some records says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Briefed {
    pub tasks: Vec<BriefedTask>,
    /// Why there is no task where there is none: the words of each case.
    pub reasons: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BriefedTask {
    pub title: String,
    pub brief: String,
    pub context: Context,
}

/// Makes briefs; the same records give the same briefs.
#[derive(Debug, Clone)]
pub struct BriefLab {
    config: PlannerConfig,
}

impl Default for BriefLab {
    fn default() -> Self {
        let mut config = PlannerConfig::default();
        config.gates.actionability = ActionabilityGate::Off;
        config.gates.least_points = crate::config::Points(0.0);
        Self { config }
    }
}

impl BriefLab {
    /// Without a look into the repositories.
    pub fn briefs(&self, signals: Vec<PlanSignal>, repositories: Vec<Repository>, now: Timestamp) -> Briefed {
        self.with(signals, repositories, now, |decided, ids| briefed(decide(decided, ids)))
    }

    /// With what their repositories say.
    pub async fn read(
        &self,
        reader: &Reader,
        signals: Vec<PlanSignal>,
        repositories: Vec<Repository>,
        now: Timestamp,
    ) -> Briefed {
        let made = self.made(signals, repositories, now);
        let code = CodeByCase::new();
        let decided = made.decided(&self.config, &code, now);
        briefed(Box::pin(looking::decided(Some(reader), &decided, &made.ids)).await)
    }

    fn with<T>(
        &self,
        signals: Vec<PlanSignal>,
        repositories: Vec<Repository>,
        now: Timestamp,
        act: impl FnOnce(&Decided<'_>, &IdSource) -> T,
    ) -> T {
        let made = self.made(signals, repositories, now);
        let code = CodeByCase::new();
        act(&made.decided(&self.config, &code, now), &made.ids)
    }

    fn made(&self, signals: Vec<PlanSignal>, repositories: Vec<Repository>, now: Timestamp) -> Made {
        let ids = IdSource::new(Clock::manual(now).0, Randomness::seeded(1));
        let project = signals.first().map_or_else(|| ids.next(), |one| one.signal.key.project);
        let input = PlanInput {
            project,
            revision: 0,
            signals,
            cases: BTreeSet::new(),
            repositories,
            suppressions: Vec::new(),
        };
        // What grouping compares with cannot be written only where memory ends.
        let grouping = group(&mut Groups::new(0, Vec::new()), &input, &ids).unwrap_or_default();
        let wish = wish(&input, &grouping, &self.config, now);
        let facts = PlanFacts {
            cases: BTreeMap::new(),
            signal_hours: wish.signals.iter().map(|signal| (*signal, Vec::new())).collect(),
            live_tasks: 0,
            quota: QuotaUse { used: 0, ends_at: now.plus(Duration::from_hours(1)) },
            beside: Beside::default(),
        };
        Made { ids, input, grouping, facts }
    }
}

struct Made {
    ids: IdSource,
    input: PlanInput,
    grouping: crate::groups::Grouping,
    facts: PlanFacts,
}

impl Made {
    fn decided<'a>(&'a self, config: &'a PlannerConfig, code: &'a CodeByCase, now: Timestamp) -> Decided<'a> {
        Decided { input: &self.input, grouping: &self.grouping, facts: &self.facts, code, config, now }
    }
}

fn briefed(plan: PlanCommit) -> Briefed {
    let PlanCommit { tasks, mut evidence, decisions, .. } = plan;
    let tasks: Vec<BriefedTask> = tasks
        .into_iter()
        .filter_map(|task| {
            let (_, context) = evidence.contexts.remove(&task.id)?;
            Some(BriefedTask { title: task.title.value, brief: task.brief.value, context })
        })
        .collect();
    let of_case = decisions.into_iter().filter(|one| {
        matches!(one.subject, signalbox_domain::decision::Subject::Case(_))
            && one.reason.code.as_str() != "task-opened"
    });
    Briefed { tasks, reasons: of_case.map(|one| one.reason.words).collect() }
}
