//! What a plan asks for once it knows which cases its signals belong to: the facts that gates and scores are made of.

use std::collections::BTreeMap;

use signalbox_domain::ids::{CaseId, ProjectId, SignalId, TaskId};
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::signal::Severity;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::beside::{self, Beside};
use super::load::{self, CaseRecord, PlanSignal};
use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::ingest::SignalRow;
use crate::method::Method;
use crate::open::Store;
use crate::quotas::{self, QuotaUse};
use crate::statement::{fetch_all, fetch_one};
use crate::step::Step;

/// Which facts are wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct GatherWish {
    pub project: ProjectId,
    /// Each case with how many of its signals the plan has read already: the others are represented by a few.
    pub cases: BTreeMap<CaseId, u64>,
    /// Signals that belong to no case yet.
    pub signals: Vec<SignalId>,
    /// Hours since 1970; earlier ones are let be.
    pub since_hour: i64,
    pub quota: QuotaLimit,
    /// What was done or came in before says nothing about a case.
    pub work_since: Timestamp,
    pub now: Timestamp,
}

/// Records of an hour, by its number since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HourCount {
    pub hour: i64,
    pub count: u64,
}

/// A case and what all its signals come to.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseFacts {
    pub record: CaseRecord,
    pub signals: u64,
    /// Signals that nothing holds back.
    pub free: u64,
    pub records: u64,
    pub first_seen: Timestamp,
    pub last_seen: Timestamp,
    pub severity: Severity,
    /// In order; hours without records are left out.
    pub hours: Vec<HourCount>,
    /// The signals that most of it is made of; empty where the plan has read them all.
    pub members: Vec<PlanSignal>,
}

/// The facts of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanFacts {
    pub cases: BTreeMap<CaseId, CaseFacts>,
    pub signal_hours: BTreeMap<SignalId, Vec<HourCount>>,
    /// Tasks of the project's cases that are live.
    pub live_tasks: u64,
    /// Tasks that the project's quota has granted in this window.
    pub quota: QuotaUse,
    pub beside: Beside,
}

/// Signals that represent a case whose others were not read.
const MEMBERS_READ: i64 = 4;

struct TotalsRow {
    signals: i64,
    free: i64,
    records: i64,
    first_seen: i64,
    last_seen: i64,
    severity: i64,
}

struct HourRow {
    hour: i64,
    count: i64,
}

struct CountRow {
    count: i64,
}

impl Store {
    /// The facts, in one snapshot. A case that is gone has none.
    pub async fn plan_gather(&self, wish: &GatherWish) -> Result<PlanFacts, StoreError> {
        let mut step = self.read(Method::PlanGather).await?;
        let (mut cases, mut hours) = (BTreeMap::new(), BTreeMap::new());
        for (case, read) in &wish.cases {
            if let Some(record) = load::case_within(&mut step, *case).await? {
                cases.insert(*case, facts_within(&mut step, record, *read, wish.since_hour).await?);
            }
        }
        for signal in &wish.signals {
            hours.insert(*signal, signal_hours(&mut step, *signal, wish.since_hour).await?);
        }
        let live_tasks = live_within(&mut step, wish.project).await?;
        let quota = quotas::look_within(&mut step, &wish.quota, wish.now).await?;
        let ended: Vec<TaskId> = cases.values().flat_map(|facts: &CaseFacts| ended(&facts.record)).collect();
        let beside = beside::within(&mut step, wish.project, wish.work_since, &ended).await?;
        Ok(PlanFacts { cases, signal_hours: hours, live_tasks, quota, beside })
    }
}

/// Tasks of a case that are over, the newest.
fn ended(record: &CaseRecord) -> Vec<TaskId> {
    let now = record.tasks.iter().filter(|(_, state)| !state.is_live()).map(|(task, _)| *task);
    let before = record.earlier.iter().map(|one| one.task);
    let mut all: Vec<TaskId> = before.chain(now).collect();
    all.drain(..all.len().saturating_sub(MOST_ENDED));
    all
}

/// Ended tasks of one case whose outcomes are read.
const MOST_ENDED: usize = 5;

async fn facts_within(
    step: &mut Step,
    record: CaseRecord,
    read: u64,
    since_hour: i64,
) -> Result<CaseFacts, StoreError> {
    let case = record.case.id;
    let totals = fetch_one!(
        step,
        TotalsRow,
        "queries/planner/case_totals.sqlite.sql",
        "queries/planner/case_totals.postgres.sql",
        case.uuid()
    )?;
    let rows = fetch_all!(
        step,
        HourRow,
        "queries/planner/case_hours.sqlite.sql",
        "queries/planner/case_hours.postgres.sql",
        case.uuid(),
        since_hour
    )?;
    let members = if column::from_count(read) < totals.signals {
        members_within(step, case).await?
    } else {
        Vec::new()
    };
    let damaged = |source| StoreError::damaged("case", source);
    let hours = hours(rows).map_err(damaged)?;
    facts(record, &totals, hours, members).map_err(damaged)
}

fn facts(
    record: CaseRecord,
    totals: &TotalsRow,
    hours: Vec<HourCount>,
    members: Vec<PlanSignal>,
) -> Result<CaseFacts, DamageSource> {
    let rank = usize::try_from(totals.severity).ok();
    let severity = rank.and_then(|rank| Severity::ALL.get(rank)).copied();
    Ok(CaseFacts {
        record,
        signals: column::count(totals.signals)?,
        free: column::count(totals.free)?,
        records: column::count(totals.records)?,
        first_seen: Timestamp::from_micros(totals.first_seen),
        last_seen: Timestamp::from_micros(totals.last_seen),
        severity: severity.ok_or_else(|| column::unknown(&totals.severity))?,
        hours,
        members,
    })
}

fn hours(rows: Vec<HourRow>) -> Result<Vec<HourCount>, DamageSource> {
    rows.into_iter().map(|row| Ok(HourCount { hour: row.hour, count: column::count(row.count)? })).collect()
}

pub(super) async fn members_within(step: &mut Step, case: CaseId) -> Result<Vec<PlanSignal>, StoreError> {
    let rows = fetch_all!(
        step,
        SignalRow,
        "queries/planner/case_members.sqlite.sql",
        "queries/planner/case_members.postgres.sql",
        case.uuid(),
        MEMBERS_READ
    )?;
    load::with_samples(step, rows).await
}

async fn signal_hours(
    step: &mut Step,
    signal: SignalId,
    since_hour: i64,
) -> Result<Vec<HourCount>, StoreError> {
    let rows = fetch_all!(
        step,
        HourRow,
        "queries/planner/signal_hours.sqlite.sql",
        "queries/planner/signal_hours.postgres.sql",
        signal.uuid(),
        since_hour
    )?;
    hours(rows).map_err(|source| StoreError::damaged("signal", source))
}

async fn live_within(step: &mut Step, project: ProjectId) -> Result<u64, StoreError> {
    let row = fetch_one!(
        step,
        CountRow,
        "queries/planner/live_tasks.sqlite.sql",
        "queries/planner/live_tasks.postgres.sql",
        project.uuid()
    )?;
    column::count(row.count).map_err(|source| StoreError::damaged("project", source))
}
