//! Signals that people move between cases, and what is undone of it. Whoever a person put somewhere stays there: grouping
//! does not look at signals that have a case, and the guard leaves what a person named.
//!
//! ```text
//!   hold both cases (and the project's plan revision) ─▶ same versions? ─▶ signals ─▶ states ─▶ task ─▶ kept for undoing
//! ```

use signalbox_domain::case::{Bond, Case};
use signalbox_domain::case_move::{CaseMove, MoveKind, MovedSignal, TaskFate};
use signalbox_domain::decision::Decision;
use signalbox_domain::form::from_form;
use signalbox_domain::ids::{CaseId, CaseMoveId, SignalId, TaskId};
use signalbox_domain::states::{CaseEvent, CaseState, Machine as _, TaskEvent, TaskState};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::commit::{case_within, join_within};
use super::exemplars::bonds_within;
use super::rulings::{Held, hold_within};
use crate::column;
use crate::decisions;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;
use crate::tasks;

/// More signals than this are not moved at a time.
pub const MOST_MOVED: u32 = 5000;

/// A wish of a person.
#[derive(Debug, Clone)]
pub struct SignalsMove<'a> {
    pub id: CaseMoveId,
    pub kind: MoveKind,
    pub by: &'a str,
    pub from: CaseId,
    pub to: MoveTo<'a>,
    /// None: all that it has.
    pub signals: Option<&'a [SignalId]>,
    /// The versions that were seen; without one, whatever it is now.
    pub seen_from: Option<i64>,
    pub seen_to: Option<i64>,
    pub now: Timestamp,
}

#[derive(Debug, Clone, Copy)]
pub enum MoveTo<'a> {
    Known(CaseId),
    New(&'a Case),
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Moved {
    Yes(CaseMove),
    /// Somebody else decided about this case meanwhile.
    Overtaken {
        case: CaseId,
        version: i64,
    },
    /// The case does not have this signal.
    NotOfIt {
        signal: SignalId,
    },
    TooMany,
    /// The cases are of two projects, or one, or one of them is another's already.
    Unfit,
    /// It was undone before.
    Undone,
}

/// A move as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct MoveRecord {
    pub id: CaseMoveId,
    pub at: Timestamp,
    pub undone_at: Option<Timestamp>,
    pub moved: CaseMove,
}

struct MoveRow {
    id: Uuid,
    at: i64,
    undone_at: Option<i64>,
    document: String,
}

struct LiveRow {
    id: Uuid,
    state: String,
}

impl TryFrom<MoveRow> for MoveRecord {
    type Error = StoreError;

    fn try_from(row: MoveRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: CaseMoveId::from_uuid(row.id),
            at: Timestamp::from_micros(row.at),
            undone_at: row.undone_at.map(Timestamp::from_micros),
            moved: from_form(&row.document).map_err(|source| StoreError::damaged("case_move", source))?,
        })
    }
}

impl Store {
    /// Moves signals as a person says. `decide` gives the reasons, once it is known what became of the task.
    pub async fn signals_move(
        &self,
        wish: &SignalsMove<'_>,
        decide: impl FnOnce(&CaseMove) -> Vec<Decision>,
    ) -> Result<Moved, StoreError> {
        let mut step = self.write(Method::SignalsMove).await?;
        let from = hold_within(&mut step, wish.from).await?;
        let (to, other) = match wish.to {
            MoveTo::Known(to) => (to, Some(hold_within(&mut step, to).await?)),
            MoveTo::New(case) => (case.id, None),
        };
        if let Some(refused) = refused(wish, &from, to, other.as_ref()) {
            return Ok(refused);
        }
        let has = bonds_within(&mut step, wish.from, MOST_MOVED + 1).await?;
        if has.len() > usize::try_from(MOST_MOVED).unwrap_or(usize::MAX) {
            return Ok(Moved::TooMany);
        }
        if let MoveTo::New(case) = wish.to {
            case_within(&mut step, case, Some(wish.now)).await?;
        }
        let mut signals = Vec::new();
        let wanted: Vec<SignalId> = wish.signals.map_or_else(|| has.keys().copied().collect(), <[_]>::to_vec);
        for signal in wanted {
            let Some(bond) = has.get(&signal) else { return Ok(Moved::NotOfIt { signal }) };
            join_within(&mut step, signal, to, Bond::Person, wish.now).await?;
            signals.push(MovedSignal { signal, bond: *bond });
        }
        bind_within(&mut step, to).await?;
        let task = match (wish.kind, &other) {
            (MoveKind::Merge, Some(other)) => {
                fate_within(&mut step, (wish.from, &from), (to, other), wish.now).await?
            }
            _ => TaskFate::Stays,
        };
        let moved = CaseMove { kind: wish.kind, by: wish.by.to_owned(), from: wish.from, to, signals, task };
        settle_within(&mut step, &moved, (&from, other.as_ref()), wish.now).await?;
        keep_within(&mut step, wish.id, &moved, &from, wish.now).await?;
        decisions::record_within(&mut step, &decide(&moved)).await?;
        step.commit().await?;
        Ok(Moved::Yes(moved))
    }

    /// Takes a move back: the signals that are still where it put them, the case that it closed, the task that came along.
    pub async fn move_undo(
        &self,
        id: CaseMoveId,
        now: Timestamp,
        decide: impl FnOnce(&CaseMove) -> Vec<Decision>,
    ) -> Result<Moved, StoreError> {
        let mut step = self.write(Method::MoveUndo).await?;
        let record = show_within(&mut step, id).await?;
        let record = record.ok_or_else(|| StoreError::Missing { what: "move", id: id.to_string() })?;
        let moved = record.moved;
        let from = hold_within(&mut step, moved.from).await?;
        let to = hold_within(&mut step, moved.to).await?;
        // The look before was without a lock: now nobody else undoes it.
        if undone_within(&mut step, id, now).await? == 0 {
            return Ok(Moved::Undone);
        }
        let there = bonds_within(&mut step, moved.to, 2 * MOST_MOVED + 1).await?;
        let back: Vec<MovedSignal> =
            moved.signals.iter().copied().filter(|one| there.contains_key(&one.signal)).collect();
        for one in &back {
            join_within(&mut step, one.signal, moved.from, one.bond, now).await?;
        }
        let task = task_back_within(&mut step, &moved, &from).await?;
        let of_from = match (moved.kind, from.state) {
            (MoveKind::Merge, CaseState::Merged) if task.is_some() => CaseState::Tasked,
            (MoveKind::Merge, CaseState::Merged) => from.state.next(CaseEvent::Unmerge)?,
            (_, state) => state,
        };
        let is_empty = back.len() == there.len();
        let of_to = match (moved.kind, to.state) {
            (MoveKind::Split, state) if is_empty && state != CaseState::Merged => {
                state.next(CaseEvent::Merge)?
            }
            (_, state) => state,
        };
        let into = (of_to == CaseState::Merged).then_some(moved.from);
        state_within(&mut step, moved.from, of_from, None, now).await?;
        state_within(&mut step, moved.to, of_to, into, now).await?;
        forget_within(&mut step, &moved).await?;
        let task = task.map_or(TaskFate::Stays, |task| TaskFate::CameAlong { task });
        let undone = CaseMove { signals: back, task, ..moved };
        decisions::record_within(&mut step, &decide(&undone)).await?;
        step.commit().await?;
        Ok(Moved::Yes(undone))
    }

    /// What people moved from or to a case, the newest first.
    pub async fn moves_list(&self, case: CaseId, at_most: u32) -> Result<Vec<MoveRecord>, StoreError> {
        let mut step = self.read(Method::MovesList).await?;
        let rows = fetch_all!(
            step,
            MoveRow,
            "queries/planner/moves_list.sqlite.sql",
            "queries/planner/moves_list.postgres.sql",
            case.uuid(),
            i64::from(at_most)
        )?;
        rows.into_iter().map(MoveRecord::try_from).collect()
    }

    pub async fn move_show(&self, id: CaseMoveId) -> Result<Option<MoveRecord>, StoreError> {
        let mut step = self.read(Method::MoveShow).await?;
        show_within(&mut step, id).await
    }
}

fn refused(wish: &SignalsMove<'_>, from: &Held, to: CaseId, other: Option<&Held>) -> Option<Moved> {
    let overtaken = |case, seen: Option<i64>, version| {
        seen.is_some_and(|seen| seen != version).then_some(Moved::Overtaken { case, version })
    };
    let is_unfit = to == wish.from
        || from.state == CaseState::Merged
        || other.is_some_and(|other| other.project != from.project || other.state == CaseState::Merged);
    if is_unfit {
        return Some(Moved::Unfit);
    }
    let of_other = other.and_then(|other| overtaken(to, wish.seen_to, other.version));
    overtaken(wish.from, wish.seen_from, from.version).or(of_other)
}

/// The live task of a case that is merged: it comes along where there is room, and is not taken from whoever works on it.
async fn fate_within(
    step: &mut Step,
    (from, held): (CaseId, &Held),
    (to, other): (CaseId, &Held),
    now: Timestamp,
) -> Result<TaskFate, StoreError> {
    let Some((task, state)) = live_within(step, from, held.generation).await? else {
        return Ok(TaskFate::Stays);
    };
    if live_within(step, to, other.generation).await?.is_none() {
        rehome_within(step, task, to, other.generation).await?;
        return Ok(TaskFate::CameAlong { task });
    }
    if matches!(state, TaskState::Proposed | TaskState::Queued) {
        tasks::move_within(step, task, TaskEvent::Cancel, None, now).await?;
        return Ok(TaskFate::Cancelled { task });
    }
    Ok(TaskFate::GoesOn { task })
}

/// States and versions of both cases, and what grouping knew of them is told anew.
async fn settle_within(
    step: &mut Step,
    moved: &CaseMove,
    (from, other): (&Held, Option<&Held>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (of_from, into) = match moved.kind {
        MoveKind::Merge => (from.state.next(CaseEvent::Merge)?, Some(moved.to)),
        MoveKind::Split | MoveKind::Move => (from.state, None),
    };
    state_within(step, moved.from, of_from, into, now).await?;
    if let Some(other) = other {
        let came = matches!(moved.task, TaskFate::CameAlong { .. });
        // A case that a person set aside stays so, with the task that came to it.
        let state =
            if came { other.state.next(CaseEvent::OpenTask).unwrap_or(other.state) } else { other.state };
        state_within(step, moved.to, state, None, now).await?;
    }
    forget_within(step, moved).await
}

async fn live_within(
    step: &mut Step,
    case: CaseId,
    generation: i64,
) -> Result<Option<(TaskId, TaskState)>, StoreError> {
    let row = fetch_optional!(
        step,
        LiveRow,
        "queries/planner/case_live_task.sqlite.sql",
        "queries/planner/case_live_task.postgres.sql",
        case.uuid(),
        generation
    )?;
    let Some(row) = row else { return Ok(None) };
    let state = TaskState::from_name(&row.state).map_err(|error| StoreError::damaged("task", error))?;
    Ok(Some((TaskId::from_uuid(row.id), state)))
}

/// The task that came along goes back, if it still lives there.
async fn task_back_within(
    step: &mut Step,
    moved: &CaseMove,
    from: &Held,
) -> Result<Option<TaskId>, StoreError> {
    let TaskFate::CameAlong { task } = moved.task else { return Ok(None) };
    let back = execute!(
        step,
        "queries/planner/task_back.sqlite.sql",
        "queries/planner/task_back.postgres.sql",
        task.uuid(),
        moved.to.uuid(),
        moved.from.uuid(),
        from.generation
    )?;
    Ok((back == 1).then_some(task))
}

async fn rehome_within(step: &mut Step, task: TaskId, to: CaseId, generation: i64) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/planner/task_rehome.sqlite.sql",
        "queries/planner/task_rehome.postgres.sql",
        task.uuid(),
        to.uuid(),
        generation
    )
    .map(drop)
}

/// All that is in a case now was named by a person.
async fn bind_within(step: &mut Step, case: CaseId) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/planner/case_bind.sqlite.sql",
        "queries/planner/case_bind.postgres.sql",
        case.uuid()
    )
    .map(drop)
}

async fn state_within(
    step: &mut Step,
    case: CaseId,
    state: CaseState,
    into: Option<CaseId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/planner/case_settle.sqlite.sql",
        "queries/planner/case_settle.postgres.sql",
        case.uuid(),
        state.name(),
        into.map(CaseId::uuid),
        now.micros()
    )
    .map(drop)
}

async fn forget_within(step: &mut Step, moved: &CaseMove) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/planner/exemplars_forget.sqlite.sql",
        "queries/planner/exemplars_forget.postgres.sql",
        moved.from.uuid(),
        moved.to.uuid()
    )
    .map(drop)
}

async fn keep_within(
    step: &mut Step,
    id: CaseMoveId,
    moved: &CaseMove,
    from: &Held,
    now: Timestamp,
) -> Result<(), StoreError> {
    let document = column::form(moved)?;
    execute!(
        step,
        "queries/planner/move_insert.sqlite.sql",
        "queries/planner/move_insert.postgres.sql",
        id.uuid(),
        from.project.uuid(),
        moved.from.uuid(),
        moved.to.uuid(),
        now.micros(),
        document
    )
    .map(drop)
}

async fn undone_within(step: &mut Step, id: CaseMoveId, now: Timestamp) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/planner/move_undone.sqlite.sql",
        "queries/planner/move_undone.postgres.sql",
        id.uuid(),
        now.micros()
    )
}

async fn show_within(step: &mut Step, id: CaseMoveId) -> Result<Option<MoveRecord>, StoreError> {
    let row = fetch_optional!(
        step,
        MoveRow,
        "queries/planner/move_show.sqlite.sql",
        "queries/planner/move_show.postgres.sql",
        id.uuid()
    )?;
    row.map(MoveRecord::try_from).transpose()
}
