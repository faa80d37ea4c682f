//! The one write of the planner: cases, tasks, decisions and planned revisions in a transaction.

use std::collections::BTreeMap;

use signalbox_domain::case::{Bond, Case};
use signalbox_domain::change::TouchedLines;
use signalbox_domain::context::{CaseLink, Context};
use signalbox_domain::decision::Decision;
use signalbox_domain::ids::{CaseId, PlanId, ProjectId, SignalId, TaskId};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::policy::Policy;
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::states::Machine;
use signalbox_domain::task::{Priority, Task};
use signalbox_domain::time::Timestamp;

use super::{exemplars, links};
use crate::column;
use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::quotas;
use crate::statement::execute;
use crate::step::Step;
use crate::tasks::{self, Opened};

/// A plan that leaves its execution no choices.
#[derive(Debug, Clone)]
pub struct PlanCommit {
    pub id: PlanId,
    pub project: ProjectId,
    /// The revision that was read; the commit compares it.
    pub revision: i64,
    pub at: Timestamp,
    /// Each signal with the revision that the plan saw of it.
    pub planned: Vec<(SignalId, i64)>,
    pub cases: Vec<Case>,
    /// Signals that grouping puts into a case, also such as it takes out of another.
    pub joins: Vec<(SignalId, CaseId)>,
    /// When a case is to be looked at again although none of its signals changes; a case without a time is not.
    pub due: BTreeMap<CaseId, Timestamp>,
    /// What grouping compares with, of cases where it changed.
    pub exemplars: BTreeMap<CaseId, String>,
    pub tasks: Vec<Task>,
    /// Tasks that now come sooner or later than they did; one that was begun keeps its place.
    pub ranks: Vec<(TaskId, Priority)>,
    /// What opening the tasks takes of the project's quota.
    pub quota: QuotaLimit,
    pub policy: Policy,
    /// What is kept beside the tasks and cases.
    pub evidence: TaskEvidence,
    pub decisions: Vec<Decision>,
    /// What people read of it later.
    pub summary: PlanSummary,
}

/// What a plan knows beside what it decides.
#[derive(Debug, Clone, Default)]
pub struct TaskEvidence {
    /// Of the tasks that it opens: the lines that they are about, and all that is known.
    pub contexts: BTreeMap<TaskId, (Vec<TouchedLines>, Context)>,
    /// Cases and the work that is done about them already.
    pub links: Vec<CaseLink>,
}

/// Whether the plan was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    Yes,
    /// Somebody else wrote to the project, opened a task of a case or took of the quota meanwhile: nothing was written,
    /// the next pass plans anew.
    Stale,
    /// A task of the plan is deeper than the plan's own policy allows: nothing was written, and no later reading
    /// makes it less deep.
    TooDeep {
        task: TaskId,
        depth: u32,
        limit: u32,
    },
}

impl Store {
    /// Writes a plan as a whole, or not at all.
    pub async fn plan_commit(&self, plan: &PlanCommit) -> Result<Committed, StoreError> {
        let mut step = self.write(Method::PlanCommit).await?;
        if !head_within(&mut step, plan).await? {
            return Ok(Committed::Stale);
        }
        for case in &plan.cases {
            case_within(&mut step, case, plan.due.get(&case.id).copied()).await?;
        }
        for (case, exemplars) in &plan.exemplars {
            exemplars::put_within(&mut step, *case, exemplars).await?;
        }
        for (signal, case) in &plan.joins {
            join_within(&mut step, *signal, *case, Bond::Likeness, plan.at).await?;
        }
        for (signal, revision) in &plan.planned {
            planned_within(&mut step, *signal, *revision).await?;
        }
        for (task, priority) in &plan.ranks {
            tasks::rank_within(&mut step, *task, *priority).await?;
        }
        let wanted = column::length(plan.tasks.len());
        if wanted > 0 && quotas::take_within(&mut step, &plan.quota, wanted, plan.at).await?.granted < wanted
        {
            return Ok(Committed::Stale);
        }
        for task in &plan.tasks {
            match tasks::open_within(&mut step, task, None, &plan.policy).await? {
                Opened::New => {}
                Opened::AlreadyLive { .. } | Opened::Repeated { .. } => return Ok(Committed::Stale),
                Opened::TooDeep { depth, limit } => {
                    return Ok(Committed::TooDeep { task: task.id, depth, limit });
                }
            }
        }
        for (task, (places, context)) in &plan.evidence.contexts {
            tasks::context_within(&mut step, *task, places, context).await?;
        }
        for link in &plan.evidence.links {
            links::put_within(&mut step, link).await?;
        }
        decisions::record_within(&mut step, &plan.decisions).await?;
        summary_within(&mut step, plan).await?;
        step.commit().await?;
        Ok(Committed::Yes)
    }
}

/// Compare and set; of two plans made from one reading, one is written.
async fn head_within(step: &mut Step, plan: &PlanCommit) -> Result<bool, StoreError> {
    if plan.revision == 0 {
        execute!(
            step,
            "queries/planner/head_begin.sqlite.sql",
            "queries/planner/head_begin.postgres.sql",
            plan.project.uuid()
        )?;
    }
    let moved = execute!(
        step,
        "queries/planner/head_move.sqlite.sql",
        "queries/planner/head_move.postgres.sql",
        plan.project.uuid(),
        plan.revision
    )?;
    Ok(moved == 1)
}

pub(super) async fn case_within(
    step: &mut Step,
    case: &Case,
    due: Option<Timestamp>,
) -> Result<(), StoreError> {
    let score = column::form(&case.score)?;
    execute!(
        step,
        "queries/planner/case_put.sqlite.sql",
        "queries/planner/case_put.postgres.sql",
        case.id.uuid(),
        case.project.uuid(),
        case.title.value,
        case.title.from.name(),
        case.state.name(),
        i64::from(case.generation),
        i64::from(case.score.priority.rank()),
        score,
        case.merged_into.map(CaseId::uuid),
        case.opened_at.micros(),
        case.changed_at.micros(),
        due.map(Timestamp::micros)
    )
    .map(drop)
}

pub(super) async fn join_within(
    step: &mut Step,
    signal: SignalId,
    case: CaseId,
    bond: Bond,
    at: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/planner/case_signal_put.sqlite.sql",
        "queries/planner/case_signal_put.postgres.sql",
        signal.uuid(),
        case.uuid(),
        at.micros(),
        bond.name()
    )
    .map(drop)
}

async fn planned_within(step: &mut Step, signal: SignalId, revision: i64) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/planner/signal_planned.sqlite.sql",
        "queries/planner/signal_planned.postgres.sql",
        signal.uuid(),
        revision
    )
    .map(drop)
}

async fn summary_within(step: &mut Step, plan: &PlanCommit) -> Result<(), StoreError> {
    let summary = column::form(&plan.summary)?;
    execute!(
        step,
        "queries/planner/plan_insert.sqlite.sql",
        "queries/planner/plan_insert.postgres.sql",
        plan.id.uuid(),
        plan.project.uuid(),
        plan.revision + 1,
        plan.at.micros(),
        summary
    )
    .map(drop)
}
