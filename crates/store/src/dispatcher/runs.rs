//! Runs under a lease: claim, renew, move, note, expire; and how people read them.

use signalbox_domain::change::Change;
use signalbox_domain::decision::Decision;
use signalbox_domain::form::from_form;
use signalbox_domain::ids::{ProjectId, RunId, TaskId};
use signalbox_domain::outcome::Outcome;
use signalbox_domain::run::{FencingToken, Run, RunLease, RunNote, Runner};
use signalbox_domain::states::{IllegalMove, Machine, RunEvent, RunState};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::finish::{self, Finish};
use super::row::RunRow;
use crate::column;
use crate::decisions;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{execute, fetch_all, fetch_one, fetch_optional};
use crate::step::Step;

/// A run with what fences it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    pub run: Run,
    pub token: FencingToken,
    pub lease_until: Option<Timestamp>,
}

/// A line of a run's history with its number.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberedNote {
    pub seq: u64,
    pub at: Timestamp,
    pub note: RunNote,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct RunFilter {
    pub task: Option<TaskId>,
    pub state: Option<RunState>,
    pub project: Option<ProjectId>,
}

/// What becomes of a run whose lease ended.
#[derive(Debug, Clone, Copy)]
pub enum Expiry<'a> {
    /// Any runner goes on with it.
    Rescue,
    /// It waits for its computer.
    Strand,
    /// Its attempts are spent.
    End(Finish<'a>),
}

struct ClaimedRow {
    id: Uuid,
    task_id: Uuid,
    token: i64,
    attempt: i64,
}

struct SeqRow {
    seq: i64,
}

struct NoteRow {
    seq: i64,
    at: i64,
    note: String,
}

pub(super) struct DocumentRow {
    pub(super) document: String,
}

impl Store {
    /// Leases at most `wanted` runs to this runner: one statement, with a fresh token each.
    pub async fn runs_claim(
        &self,
        runner: &Runner,
        wanted: u32,
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<RunLease>, StoreError> {
        let mut step = self.write(Method::RunsClaim).await?;
        // A list for the statement to take apart; nothing of it is kept.
        let modes = serde_json::Value::from_iter(runner.modes.iter().map(|mode| mode.name())).to_string();
        let rows = fetch_all!(
            step,
            ClaimedRow,
            "queries/dispatcher/runs_claim.sqlite.sql",
            "queries/dispatcher/runs_claim.postgres.sql",
            runner.id.uuid(),
            runner.computer.as_str(),
            lease_until.micros(),
            now.micros(),
            modes,
            limit(wanted)
        )?;
        step.commit().await?;
        rows.into_iter().map(|row| lease(&row, lease_until)).collect()
    }

    /// Keeps a lease alive.
    pub async fn run_renew(
        &self,
        run: RunId,
        token: FencingToken,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let mut step = self.write(Method::RunRenew).await?;
        let renewed = execute!(
            step,
            "queries/dispatcher/run_renew.sqlite.sql",
            "queries/dispatcher/run_renew.postgres.sql",
            run.uuid(),
            token.0,
            until.micros()
        )?;
        if renewed == 0 {
            return Err(StoreError::LeaseLost { run });
        }
        step.commit().await
    }

    /// Moves a held run along its machine and writes it into its history.
    pub async fn run_move(
        &self,
        run: RunId,
        token: FencingToken,
        event: RunEvent,
        now: Timestamp,
    ) -> Result<RunState, StoreError> {
        let mut step = self.write(Method::RunMove).await?;
        let held = held_within(&mut step, run, token).await?;
        let to = held.run.state.next(event)?;
        if !to.is_held() {
            // An end needs its outcome, a rescue its lease run out: `run_finish` and `run_expire` see to those.
            let (machine, state) = (RunState::NAME, held.run.state.name());
            return Err(IllegalMove { machine, state, event: RunState::event_name(event) }.into());
        }
        move_within(&mut step, run, to, held.lease_until, now).await?;
        append_within(&mut step, run, &[RunNote::Moved { to }], now).await?;
        step.commit().await?;
        Ok(to)
    }

    /// Adds to a held run's history.
    pub async fn run_notes_append(
        &self,
        run: RunId,
        token: FencingToken,
        notes: &[RunNote],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut step = self.write(Method::RunNotesAppend).await?;
        held_within(&mut step, run, token).await?;
        append_within(&mut step, run, notes, now).await?;
        step.commit().await
    }

    /// Runs whose lease ended before now, the longest ago first.
    pub async fn runs_expired(&self, now: Timestamp, at_most: u32) -> Result<Vec<RunRecord>, StoreError> {
        let mut step = self.read(Method::RunsExpired).await?;
        let rows = fetch_all!(
            step,
            RunRow,
            "queries/dispatcher/runs_expired.sqlite.sql",
            "queries/dispatcher/runs_expired.postgres.sql",
            now.micros(),
            limit(at_most)
        )?;
        rows.into_iter().map(RunRecord::try_from).collect()
    }

    /// Ends a lease that ran out, with the reasons. If its holder renewed meanwhile, nothing happens and the answer is
    /// `LeaseLost`.
    pub async fn run_expire(
        &self,
        expired: &RunRecord,
        expiry: Expiry<'_>,
        decisions: &[Decision],
        now: Timestamp,
    ) -> Result<RunState, StoreError> {
        let run = expired.run.id;
        let mut step = self.write(Method::RunExpire).await?;
        let held = held_within(&mut step, run, expired.token).await?;
        if held.lease_until.is_none_or(|until| until >= now) {
            return Err(StoreError::LeaseLost { run });
        }
        let to = match expiry {
            Expiry::Rescue => held.run.state.next(RunEvent::Rescue)?,
            Expiry::Strand => held.run.state.next(RunEvent::Strand)?,
            Expiry::End(finish) => finish::end_within(&mut step, &held.run, finish, now).await?,
        };
        if !matches!(expiry, Expiry::End(_)) {
            move_within(&mut step, run, to, None, now).await?;
        }
        append_within(&mut step, run, &[RunNote::Moved { to }], now).await?;
        decisions::record_within(&mut step, decisions).await?;
        step.commit().await?;
        Ok(to)
    }

    pub async fn run_show(&self, run: RunId) -> Result<Option<RunRecord>, StoreError> {
        let mut step = self.read(Method::RunShow).await?;
        let row = fetch_optional!(
            step,
            RunRow,
            "queries/dispatcher/run_show.sqlite.sql",
            "queries/dispatcher/run_show.postgres.sql",
            run.uuid()
        )?;
        row.map(RunRecord::try_from).transpose()
    }

    /// A page of runs, the newest first.
    pub async fn runs_list(
        &self,
        filter: RunFilter,
        page: Page<RunId>,
    ) -> Result<Vec<RunRecord>, StoreError> {
        let mut step = self.read(Method::RunsList).await?;
        let rows = fetch_all!(
            step,
            RunRow,
            "queries/dispatcher/runs_list.sqlite.sql",
            "queries/dispatcher/runs_list.postgres.sql",
            filter.task.map(TaskId::uuid),
            filter.state.map(Machine::name),
            page.before.map(RunId::uuid),
            limit(page.size),
            filter.project.map(ProjectId::uuid)
        )?;
        rows.into_iter().map(RunRecord::try_from).collect()
    }

    /// A run's history after a number, in order.
    pub async fn run_notes_list(
        &self,
        run: RunId,
        after: u64,
        at_most: u32,
    ) -> Result<Vec<NumberedNote>, StoreError> {
        let mut step = self.read(Method::RunNotesList).await?;
        let rows = fetch_all!(
            step,
            NoteRow,
            "queries/dispatcher/notes_list.sqlite.sql",
            "queries/dispatcher/notes_list.postgres.sql",
            run.uuid(),
            column::from_count(after),
            limit(at_most)
        )?;
        rows.iter().map(|row| note(row).map_err(|source| StoreError::damaged("run note", source))).collect()
    }

    /// Every outcome of a task, the oldest first.
    pub async fn outcomes_list(&self, task: TaskId) -> Result<Vec<Outcome>, StoreError> {
        let mut step = self.read(Method::OutcomesList).await?;
        let rows = fetch_all!(
            step,
            DocumentRow,
            "queries/dispatcher/outcomes_list.sqlite.sql",
            "queries/dispatcher/outcomes_list.postgres.sql",
            task.uuid()
        )?;
        rows.iter().map(|row| document("outcome", row)).collect()
    }

    /// Every change of a task.
    pub async fn changes_list(&self, task: TaskId) -> Result<Vec<Change>, StoreError> {
        let mut step = self.read(Method::ChangesList).await?;
        let rows = fetch_all!(
            step,
            DocumentRow,
            "queries/dispatcher/changes_list.sqlite.sql",
            "queries/dispatcher/changes_list.postgres.sql",
            task.uuid()
        )?;
        rows.iter().map(|row| document("change", row)).collect()
    }
}

pub(super) fn document<T: signalbox_domain::form::Form>(
    what: &'static str,
    row: &DocumentRow,
) -> Result<T, StoreError> {
    from_form(&row.document).map_err(|error| StoreError::damaged(what, error))
}

fn lease(row: &ClaimedRow, expires_at: Timestamp) -> Result<RunLease, StoreError> {
    Ok(RunLease {
        run: RunId::from_uuid(row.id),
        task: TaskId::from_uuid(row.task_id),
        token: FencingToken(row.token),
        attempt: column::small(row.attempt).map_err(|source| StoreError::damaged("run", source))?,
        expires_at,
    })
}

fn note(row: &NoteRow) -> Result<NumberedNote, DamageSource> {
    Ok(NumberedNote {
        seq: column::count(row.seq)?,
        at: Timestamp::from_micros(row.at),
        note: from_form(&row.note)?,
    })
}

/// The run, locked, if this token still holds it.
pub(super) async fn held_within(
    step: &mut Step,
    run: RunId,
    token: FencingToken,
) -> Result<RunRecord, StoreError> {
    let record = locked_within(step, run).await?;
    if record.token != token || !record.run.state.is_held() {
        return Err(StoreError::LeaseLost { run });
    }
    Ok(record)
}

pub(super) async fn locked_within(step: &mut Step, run: RunId) -> Result<RunRecord, StoreError> {
    let row = fetch_optional!(
        step,
        RunRow,
        "queries/dispatcher/run_for_update.sqlite.sql",
        "queries/dispatcher/run_for_update.postgres.sql",
        run.uuid()
    )?;
    row.ok_or_else(|| StoreError::Missing { what: "run", id: run.to_string() })?.try_into()
}

pub(super) async fn move_within(
    step: &mut Step,
    run: RunId,
    to: RunState,
    lease_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/dispatcher/run_move.sqlite.sql",
        "queries/dispatcher/run_move.postgres.sql",
        run.uuid(),
        to.name(),
        lease_until.map(Timestamp::micros),
        now.micros()
    )
    .map(drop)
}

/// The numbers have no gap: the run's row is locked by this step.
pub(super) async fn append_within(
    step: &mut Step,
    run: RunId,
    notes: &[RunNote],
    now: Timestamp,
) -> Result<(), StoreError> {
    let last = fetch_one!(
        step,
        SeqRow,
        "queries/dispatcher/note_last.sqlite.sql",
        "queries/dispatcher/note_last.postgres.sql",
        run.uuid()
    )?;
    for (seq, note) in (last.seq + 1..).zip(notes) {
        let kept = column::form(note)?;
        execute!(
            step,
            "queries/dispatcher/note_insert.sqlite.sql",
            "queries/dispatcher/note_insert.postgres.sql",
            run.uuid(),
            seq,
            now.micros(),
            kept
        )?;
    }
    Ok(())
}
