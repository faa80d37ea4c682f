//! What the planner's tests plan: signals as ingest leaves them, and the facts of cases as the store adds them up.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::ids::{CaseId, ProjectId, RepositoryId, SignalId};
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::{
    Fingerprint, Frame, Sample, Severity, Signal, SignalKey, SourceFamily, Worth, rank,
};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, Randomness};
use signalbox_store::planner::{Beside, CaseFacts, HourCount, PlanCommit, PlanFacts, PlanInput, PlanSignal};
use signalbox_store::quotas::QuotaUse;
use uuid::Uuid;

use crate::code::CodeByCase;
use crate::config::PlannerConfig;
use crate::groups::{Groups, group};
use crate::plan::{Decided, decide, wish};

pub(crate) const NOON: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);

pub(crate) fn ids() -> IdSource {
    IdSource::new(Clock::manual(NOON).0, Randomness::seeded(1))
}

pub(crate) fn project() -> ProjectId {
    ProjectId::from_uuid(Uuid::from_u128(1))
}

pub(crate) fn repository(n: u128, name: &str) -> Repository {
    Repository {
        id: RepositoryId::from_uuid(Uuid::from_u128(n)),
        project: project(),
        name: name.parse().unwrap(),
        location: "/srv/git/shop".into(),
        default_branch: "main".into(),
    }
}

/// A stack of calls in a product's area, the crashing one first; no two areas have anything in common.
pub(crate) fn crash(n: u128, area: &str, calls: &[&str]) -> PlanSignal {
    let frame = |call: &&str| Frame {
        function: Some(format!("{area}_{call}")),
        module: Some(format!("{area}.core")),
        file: Some(format!("{area}/core.py")),
        line: Some(7),
        in_app: Some(true),
    };
    let mut signal = ticket(n, &format!("{area}Error: {area} ran out"), "");
    signal.samples[0].frames = calls.iter().map(frame).collect();
    signal
}

/// A title and a text of error tracking without a stack.
pub(crate) fn ticket(n: u128, title: &str, text: &str) -> PlanSignal {
    let title = Sourced::stranger(title.to_owned());
    let signal = Signal {
        id: SignalId::from_uuid(Uuid::from_u128(n)),
        key: SignalKey {
            project: project(),
            family: SourceFamily::ErrorTracking,
            kind: "exception".parse().unwrap(),
            fingerprint: Fingerprint { version: 1, key: n.to_string() },
        },
        title: title.clone(),
        severity: Severity::Error,
        count: 12,
        users: None,
        first_seen: NOON,
        last_seen: NOON,
        hold: None,
        repository: None,
        revision: 3,
        planned_revision: 0,
    };
    let sample = Sample {
        occurred_at: NOON,
        title,
        text: Sourced::stranger(text.to_owned()),
        frames: vec![],
        release: None,
        environment: None,
        route: None,
        links: vec![],
        attributes: serde_json::Map::new(),
        redacted: vec![],
        worth: Worth { at: NOON, rank: rank([text.as_bytes()]), richness: 0 },
    };
    PlanSignal { signal, samples: vec![sample], case: None }
}

pub(crate) fn input(signals: Vec<PlanSignal>, repositories: Vec<Repository>) -> PlanInput {
    PlanInput {
        project: project(),
        revision: 4,
        signals,
        cases: BTreeSet::new(),
        repositories,
        suppressions: vec![],
    }
}

/// What plans leave behind, as far as the next one is made of it: the planner's tables without a database.
pub(crate) struct House {
    pub(crate) config: PlannerConfig,
    pub(crate) ids: IdSource,
    pub(crate) groups: Groups,
    pub(crate) known: BTreeMap<CaseId, CaseFacts>,
    pub(crate) quota: QuotaUse,
    pub(crate) live_tasks: u64,
    pub(crate) beside: Beside,
}

impl House {
    pub(crate) fn new() -> Self {
        Self {
            config: PlannerConfig::default(),
            ids: ids(),
            groups: Groups::new(4, vec![]),
            known: BTreeMap::new(),
            quota: QuotaUse { used: 0, ends_at: NOON.plus(std::time::Duration::from_hours(1)) },
            live_tasks: 0,
            beside: Beside::default(),
        }
    }

    /// Group, gather, decide; nothing is kept but by `groups`.
    pub(crate) fn plan(&mut self, input: &PlanInput, now: Timestamp) -> PlanCommit {
        let grouping = group(&mut self.groups, input, &self.ids).unwrap();
        let wish = wish(input, &grouping, &self.config, now);
        let hours = |signal: &PlanSignal| {
            let hour = crate::detect::hour_of(signal.signal.last_seen);
            vec![HourCount { hour, count: signal.signal.count }]
        };
        let facts = PlanFacts {
            cases: self.known.iter().filter(|(id, _)| wish.cases.contains_key(id)).map(clone).collect(),
            signal_hours: input.signals.iter().map(|one| (one.signal.id, hours(one))).collect(),
            live_tasks: self.live_tasks,
            quota: self.quota,
            beside: self.beside.clone(),
        };
        let code = CodeByCase::new();
        let decided =
            Decided { input, grouping: &grouping, facts: &facts, code: &code, config: &self.config, now };
        decide(&decided, &self.ids)
    }
}

fn clone((id, facts): (&CaseId, &CaseFacts)) -> (CaseId, CaseFacts) {
    (*id, facts.clone())
}
