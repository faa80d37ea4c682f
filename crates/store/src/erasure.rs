//! A person taken out of what is kept: texts that name them are found a page at a time, and replaced as they were found. Each
//! erasure has a row that says who did it, when, and how much it took; of the person it keeps a hash.
//!
//! Writes other owners' tables by changing texts and removing rows only. What becomes of a text is for the caller to decide.

use signalbox_domain::ids::{ErasureId, QuarantineId};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::page::{Page, limit};
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;

/// Where texts lie in which a person may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErasurePlace {
    Samples,
    SignalTitle,
    CaseTitle,
    TaskTitle,
    Brief,
    Note,
    Outcome,
    Plan,
    Reason,
    Delivery,
}

impl ErasurePlace {
    pub const ALL: [Self; 10] = [
        Self::Samples,
        Self::SignalTitle,
        Self::CaseTitle,
        Self::TaskTitle,
        Self::Brief,
        Self::Note,
        Self::Outcome,
        Self::Plan,
        Self::Reason,
        Self::Delivery,
    ];
}

/// Which row: most have one key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErasureKey {
    pub id: Uuid,
    pub seq: i64,
}

/// A text in which somebody may stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundText {
    pub place: ErasurePlace,
    pub key: ErasureKey,
    pub text: String,
}

/// What becomes of it; one that is another by now is left to whoever looks again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    pub found: FoundText,
    /// None for the row to go; samples alone can.
    pub becomes: Option<String>,
    /// Samples that are gone with it.
    pub samples: u64,
}

/// One step of an erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErasureStep {
    pub replacements: Vec<Replacement>,
    pub quarantined: Vec<QuarantineId>,
    /// Whose sessions go.
    pub sessions_of: Option<u64>,
    pub ended_at: Option<Timestamp>,
}

/// That somebody was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureRow {
    pub id: ErasureId,
    pub by: String,
    /// A hash of who it was.
    pub mark: Vec<u8>,
    pub begun_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub texts: u64,
    pub samples: u64,
    pub sessions: u64,
    pub quarantined: u64,
}

struct TextRow {
    id: Uuid,
    seq: i64,
    text: String,
}

struct Row {
    id: Uuid,
    by_name: String,
    mark: Vec<u8>,
    begun_at: i64,
    ended_at: Option<i64>,
    texts: i64,
    samples: i64,
    sessions: i64,
    quarantined: i64,
}

impl Store {
    /// Says that somebody is being taken out, before anything is.
    pub async fn erasure_begin(
        &self,
        id: ErasureId,
        by: &str,
        mark: &[u8],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut step = self.write(Method::ErasureBegin).await?;
        execute!(
            step,
            "queries/erasure/begin.sqlite.sql",
            "queries/erasure/begin.postgres.sql",
            id.uuid(),
            by,
            mark,
            now.micros()
        )?;
        step.commit().await
    }

    /// A page of texts in which either of two words stands, in the order of their keys.
    pub async fn erasure_texts(
        &self,
        place: ErasurePlace,
        words: [&str; 2],
        after: Option<ErasureKey>,
        at_most: u32,
    ) -> Result<Vec<FoundText>, StoreError> {
        let mut step = self.read(Method::ErasureTexts).await?;
        let rows = found_within(&mut step, place, words, after, i64::from(at_most)).await?;
        let found =
            |row: TextRow| FoundText { place, key: ErasureKey { id: row.id, seq: row.seq }, text: row.text };
        Ok(rows.into_iter().map(found).collect())
    }

    /// Takes a step, and counts what it took.
    pub async fn erasure_step(&self, id: ErasureId, wanted: &ErasureStep) -> Result<(), StoreError> {
        let mut step = self.write(Method::ErasureStep).await?;
        let (mut texts, mut samples, mut quarantined) = (0, 0, 0);
        for replacement in &wanted.replacements {
            let changed = replace_within(&mut step, replacement).await?;
            texts += changed;
            samples += changed * replacement.samples;
        }
        for record in &wanted.quarantined {
            quarantined += execute!(
                step,
                "queries/erasure/quarantine_remove.sqlite.sql",
                "queries/erasure/quarantine_remove.postgres.sql",
                record.uuid()
            )?;
        }
        let sessions = match wanted.sessions_of {
            None => 0,
            Some(person) => execute!(
                step,
                "queries/erasure/sessions_forget.sqlite.sql",
                "queries/erasure/sessions_forget.postgres.sql",
                person.cast_signed()
            )?,
        };
        execute!(
            step,
            "queries/erasure/grow.sqlite.sql",
            "queries/erasure/grow.postgres.sql",
            id.uuid(),
            column::from_count(texts),
            column::from_count(samples),
            column::from_count(sessions),
            column::from_count(quarantined),
            wanted.ended_at.map(Timestamp::micros)
        )?;
        step.commit().await
    }

    pub async fn erasure_show(&self, id: ErasureId) -> Result<Option<ErasureRow>, StoreError> {
        let mut step = self.read(Method::ErasureShow).await?;
        let row = fetch_optional!(
            step,
            Row,
            "queries/erasure/show.sqlite.sql",
            "queries/erasure/show.postgres.sql",
            id.uuid()
        )?;
        row.map(|row| erasure(row).map_err(|error| StoreError::damaged("erasure", error))).transpose()
    }

    /// A page of erasures, the newest first.
    pub async fn erasures_list(&self, page: Page<ErasureId>) -> Result<Vec<ErasureRow>, StoreError> {
        let mut step = self.read(Method::ErasuresList).await?;
        let rows = fetch_all!(
            step,
            Row,
            "queries/erasure/list.sqlite.sql",
            "queries/erasure/list.postgres.sql",
            page.before.map(ErasureId::uuid),
            limit(page.size)
        )?;
        rows.into_iter()
            .map(|row| erasure(row).map_err(|error| StoreError::damaged("erasure", error)))
            .collect()
    }
}

/// One statement a place: its name in `queries/erasure`.
macro_rules! find {
    ($step:expr, $sqlite:tt, $postgres:tt, $after:expr, $words:expr, $most:expr) => {
        fetch_all!($step, TextRow, $sqlite, $postgres, $after.map(|key| key.id), $words[0], $words[1], $most)
    };
}

#[expect(clippy::too_many_lines, reason = "one line a place, each with its two texts")]
async fn found_within(
    step: &mut Step,
    place: ErasurePlace,
    words: [&str; 2],
    after: Option<ErasureKey>,
    most: i64,
) -> Result<Vec<TextRow>, StoreError> {
    match place {
        ErasurePlace::Samples => find!(
            step,
            "queries/erasure/samples_find.sqlite.sql",
            "queries/erasure/samples_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::SignalTitle => find!(
            step,
            "queries/erasure/signal_title_find.sqlite.sql",
            "queries/erasure/signal_title_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::CaseTitle => find!(
            step,
            "queries/erasure/case_title_find.sqlite.sql",
            "queries/erasure/case_title_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::TaskTitle => find!(
            step,
            "queries/erasure/task_title_find.sqlite.sql",
            "queries/erasure/task_title_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::Brief => find!(
            step,
            "queries/erasure/brief_find.sqlite.sql",
            "queries/erasure/brief_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::Outcome => find!(
            step,
            "queries/erasure/outcome_find.sqlite.sql",
            "queries/erasure/outcome_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::Plan => find!(
            step,
            "queries/erasure/plan_find.sqlite.sql",
            "queries/erasure/plan_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::Reason => find!(
            step,
            "queries/erasure/reason_find.sqlite.sql",
            "queries/erasure/reason_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::Delivery => find!(
            step,
            "queries/erasure/delivery_find.sqlite.sql",
            "queries/erasure/delivery_find.postgres.sql",
            after,
            words,
            most
        ),
        ErasurePlace::Note => fetch_all!(
            step,
            TextRow,
            "queries/erasure/note_find.sqlite.sql",
            "queries/erasure/note_find.postgres.sql",
            after.map(|key| key.id),
            words[0],
            words[1],
            most,
            after.map_or(0, |key| key.seq)
        ),
    }
}

macro_rules! put {
    ($step:expr, $sqlite:tt, $postgres:tt, $found:expr, $becomes:expr) => {
        execute!($step, $sqlite, $postgres, $found.key.id, $found.text, $becomes)
    };
}

/// How many rows were as they were found, and are another now.
#[expect(clippy::too_many_lines, reason = "one line a place, each with its two texts")]
async fn replace_within(step: &mut Step, replacement: &Replacement) -> Result<u64, StoreError> {
    let found = &replacement.found;
    let Some(becomes) = &replacement.becomes else {
        if found.place != ErasurePlace::Samples {
            return Ok(0);
        }
        return execute!(
            step,
            "queries/erasure/samples_remove.sqlite.sql",
            "queries/erasure/samples_remove.postgres.sql",
            found.key.id,
            found.text
        );
    };
    match found.place {
        ErasurePlace::Samples => put!(
            step,
            "queries/erasure/samples_put.sqlite.sql",
            "queries/erasure/samples_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::SignalTitle => put!(
            step,
            "queries/erasure/signal_title_put.sqlite.sql",
            "queries/erasure/signal_title_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::CaseTitle => put!(
            step,
            "queries/erasure/case_title_put.sqlite.sql",
            "queries/erasure/case_title_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::TaskTitle => put!(
            step,
            "queries/erasure/task_title_put.sqlite.sql",
            "queries/erasure/task_title_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::Brief => put!(
            step,
            "queries/erasure/brief_put.sqlite.sql",
            "queries/erasure/brief_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::Outcome => put!(
            step,
            "queries/erasure/outcome_put.sqlite.sql",
            "queries/erasure/outcome_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::Plan => put!(
            step,
            "queries/erasure/plan_put.sqlite.sql",
            "queries/erasure/plan_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::Reason => put!(
            step,
            "queries/erasure/reason_put.sqlite.sql",
            "queries/erasure/reason_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::Delivery => put!(
            step,
            "queries/erasure/delivery_put.sqlite.sql",
            "queries/erasure/delivery_put.postgres.sql",
            found,
            becomes
        ),
        ErasurePlace::Note => execute!(
            step,
            "queries/erasure/note_put.sqlite.sql",
            "queries/erasure/note_put.postgres.sql",
            found.key.id,
            found.key.seq,
            found.text,
            becomes
        ),
    }
}

fn erasure(row: Row) -> Result<ErasureRow, DamageSource> {
    Ok(ErasureRow {
        id: ErasureId::from_uuid(row.id),
        by: row.by_name,
        mark: row.mark,
        begun_at: Timestamp::from_micros(row.begun_at),
        ended_at: row.ended_at.map(Timestamp::from_micros),
        texts: column::count(row.texts)?,
        samples: column::count(row.samples)?,
        sessions: column::count(row.sessions)?,
        quarantined: column::count(row.quarantined)?,
    })
}
