//! How much releases are used: sessions and users an hour, and how many of these went wrong. Counted in the step that answers
//! their sender, each session once within the window in which the same record is recognised.
//!
//! Releases are named by whoever sends them: an hour of a project tells so many apart, and counts the others together.

use std::collections::BTreeMap;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::sketch::Sketch;
use signalbox_domain::time::Timestamp;

use super::points::merged;
use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_optional};
use crate::step::Step;

/// Releases and environments of one project and hour that are told apart.
const MOST_AN_HOUR: i64 = 200;
/// The name of all others.
pub const OTHER_RELEASES: &str = "(others)";
const MICROS_PER_HOUR: i64 = 3_600_000_000;
const MOST_READ: i64 = 100_000;

/// What is told apart.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExposureKey {
    pub project: ProjectId,
    /// Since 1970.
    pub hour: i64,
    pub release: String,
    pub environment: String,
}

/// How many sessions began, and how many had an error. One that crashed or ended abnormally had one, too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposed {
    pub sessions: u64,
    pub errored: u64,
    pub crashed: u64,
    pub abnormal: u64,
}

/// What one item adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    pub key: ExposureKey,
    /// By which it is recognised when it comes again.
    pub mark: Option<[u8; 16]>,
    pub exposed: Exposed,
    pub users: Sketch,
}

/// An hour of a release as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposureRead {
    pub release: String,
    pub environment: String,
    pub hour: Timestamp,
    pub exposed: Exposed,
    pub users: u64,
}

struct SketchRow {
    sketch: Vec<u8>,
}

struct ExposureRow {
    release: String,
    environment: String,
    hour: i64,
    sessions: i64,
    errored: i64,
    crashed: i64,
    abnormal: i64,
    users: i64,
}

impl ExposureKey {
    pub fn hour_of(at: Timestamp) -> i64 {
        at.micros().div_euclid(MICROS_PER_HOUR)
    }
}

impl Exposed {
    fn add(&mut self, other: Self) {
        self.sessions = self.sessions.saturating_add(other.sessions);
        self.errored = self.errored.saturating_add(other.errored);
        self.crashed = self.crashed.saturating_add(other.crashed);
        self.abnormal = self.abnormal.saturating_add(other.abnormal);
    }
}

impl Store {
    /// The hours of a project's releases since a moment, in order.
    pub async fn exposures_list(
        &self,
        project: ProjectId,
        since: Timestamp,
    ) -> Result<Vec<ExposureRead>, StoreError> {
        let mut step = self.read(Method::ExposuresList).await?;
        let rows = fetch_all!(
            step,
            ExposureRow,
            "queries/ingest/exposures_list.sqlite.sql",
            "queries/ingest/exposures_list.postgres.sql",
            project.uuid(),
            ExposureKey::hour_of(since),
            MOST_READ
        )?;
        let read = |row: ExposureRow| {
            Ok(ExposureRead {
                release: row.release,
                environment: row.environment,
                hour: Timestamp::from_micros(row.hour.saturating_mul(MICROS_PER_HOUR)),
                exposed: Exposed {
                    sessions: column::count(row.sessions)?,
                    errored: column::count(row.errored)?,
                    crashed: column::count(row.crashed)?,
                    abnormal: column::count(row.abnormal)?,
                },
                users: column::count(row.users)?,
            })
        };
        rows.into_iter()
            .map(|row| read(row).map_err(|error: DamageSource| StoreError::damaged("exposure", error)))
            .collect()
    }
}

/// Counts what was not counted before, in the order of keys.
pub(super) async fn count_within<'a>(
    step: &mut Step,
    parts: impl Iterator<Item = &'a Exposure>,
) -> Result<(), StoreError> {
    let mut hours: BTreeMap<&ExposureKey, (Exposed, Sketch)> = BTreeMap::new();
    for part in parts {
        let hour = hours.entry(&part.key).or_default();
        hour.0.add(part.exposed);
        hour.1.merge(&part.users);
    }
    for (key, (exposed, users)) in hours {
        if !put_within(step, key, exposed, &users).await? {
            let others =
                ExposureKey { release: OTHER_RELEASES.to_owned(), environment: String::new(), ..key.clone() };
            put_within(step, &others, exposed, &users).await?;
        }
    }
    Ok(())
}

/// False where the hour has no place for another.
async fn put_within(
    step: &mut Step,
    key: &ExposureKey,
    exposed: Exposed,
    users: &Sketch,
) -> Result<bool, StoreError> {
    let most = if key.release == OTHER_RELEASES { i64::MAX } else { MOST_AN_HOUR };
    execute!(
        step,
        "queries/ingest/exposure_begin.sqlite.sql",
        "queries/ingest/exposure_begin.postgres.sql",
        key.project.uuid(),
        key.release,
        key.environment,
        key.hour,
        Sketch::default().to_bytes(),
        most
    )?;
    let row = fetch_optional!(
        step,
        SketchRow,
        "queries/ingest/exposure_for_update.sqlite.sql",
        "queries/ingest/exposure_for_update.postgres.sql",
        key.project.uuid(),
        key.release,
        key.environment,
        key.hour
    )?;
    let Some(row) = row else { return Ok(false) };
    let merged = merged(&row.sketch, users)?;
    execute!(
        step,
        "queries/ingest/exposure_put.sqlite.sql",
        "queries/ingest/exposure_put.postgres.sql",
        key.project.uuid(),
        key.release,
        key.environment,
        key.hour,
        column::from_count(exposed.sessions),
        column::from_count(exposed.errored),
        column::from_count(exposed.crashed),
        column::from_count(exposed.abnormal),
        column::from_count(merged.estimate()),
        merged.to_bytes()
    )?;
    Ok(true)
}
