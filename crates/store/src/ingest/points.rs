//! What is counted of configured events, a window, and up to where windows were judged. Counted in the step that moves the
//! position of what was read; judged once, by compare-and-set.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::{Label, SourceName};
use signalbox_domain::sketch::{Sketch, SketchError};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::column;
use crate::error::{DamageSource, StoreError};
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_all, fetch_one};
use crate::step::Step;

/// Points of one read; more than any series has in the time that they are kept.
const MOST_POINTS: i64 = 100_000;

/// A metric or a funnel of one project, in windows of one length.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeriesKey {
    pub project: ProjectId,
    pub name: Label,
    pub span: Duration,
}

/// One step of it (a metric has one) in the window that begins at a moment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PointKey {
    pub series: SeriesKey,
    pub step: u32,
    pub at: Timestamp,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricPoint {
    pub key: PointKey,
    pub count: u64,
    pub users: Sketch,
}

/// The same as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointRead {
    pub step: u32,
    pub at: Timestamp,
    pub count: u64,
    pub users: u64,
}

struct SketchRow {
    sketch: Vec<u8>,
}

struct SeriesRow {
    project_id: Uuid,
    judged_to: i64,
}

struct PointRow {
    step: i64,
    at: i64,
    count: i64,
    users: i64,
}

struct MarkRow {
    mark: Option<i64>,
}

impl Store {
    /// When the newest record was written that the slowest partition of a source has read, of those that move; None where
    /// none does.
    pub async fn flow_mark(
        &self,
        source: &SourceName,
        flows_since: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut step = self.read(Method::FlowMark).await?;
        let row = fetch_one!(
            step,
            MarkRow,
            "queries/ingest/flow_mark.sqlite.sql",
            "queries/ingest/flow_mark.postgres.sql",
            source.as_str(),
            flows_since.micros()
        )?;
        Ok(row.mark.map(Timestamp::from_micros))
    }

    /// Projects in which windows of a series that ended by a moment were not judged, each with where they begin.
    pub async fn series_due(
        &self,
        name: &Label,
        span: Duration,
        ended_by: Timestamp,
        at_most: u32,
    ) -> Result<Vec<(SeriesKey, Timestamp)>, StoreError> {
        let mut step = self.read(Method::SeriesDue).await?;
        let rows = fetch_all!(
            step,
            SeriesRow,
            "queries/ingest/series_list.sqlite.sql",
            "queries/ingest/series_list.postgres.sql",
            name.as_str(),
            micros(span),
            ended_by.micros(),
            i64::from(at_most)
        )?;
        let due = |row: SeriesRow| {
            let project = ProjectId::from_uuid(row.project_id);
            (SeriesKey { project, name: name.clone(), span }, Timestamp::from_micros(row.judged_to))
        };
        Ok(rows.into_iter().map(due).collect())
    }

    /// What was counted in the windows of a stretch, in their order; one without a row had nothing.
    pub async fn points_load(
        &self,
        series: &SeriesKey,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PointRead>, StoreError> {
        let mut step = self.read(Method::PointsLoad).await?;
        let rows = fetch_all!(
            step,
            PointRow,
            "queries/ingest/points_load.sqlite.sql",
            "queries/ingest/points_load.postgres.sql",
            series.project.uuid(),
            series.name.as_str(),
            micros(series.span),
            from.micros(),
            to.micros(),
            MOST_POINTS
        )?;
        let read = |row: PointRow| {
            Ok(PointRead {
                step: column::small(row.step)?,
                at: Timestamp::from_micros(row.at),
                count: column::count(row.count)?,
                users: column::count(row.users)?,
            })
        };
        rows.into_iter()
            .map(|row| read(row).map_err(|error: DamageSource| StoreError::damaged("point", error)))
            .collect()
    }
}

/// Counts what all parts have, in the order of keys.
pub(super) async fn count_within<'a>(
    step: &mut Step,
    parts: impl Iterator<Item = &'a MetricPoint>,
) -> Result<(), StoreError> {
    let mut points: BTreeMap<&PointKey, (u64, Sketch)> = BTreeMap::new();
    for part in parts {
        let point = points.entry(&part.key).or_default();
        point.0 = point.0.saturating_add(part.count);
        point.1.merge(&part.users);
    }
    let mut begun = BTreeSet::new();
    for (key, _) in points.iter().filter(|(key, _)| begun.insert(&key.series)) {
        execute!(
            step,
            "queries/ingest/series_begin.sqlite.sql",
            "queries/ingest/series_begin.postgres.sql",
            key.series.project.uuid(),
            key.series.name.as_str(),
            micros(key.series.span),
            key.at.micros()
        )?;
    }
    for (key, (count, users)) in points {
        put_within(step, key, count, &users).await?;
    }
    Ok(())
}

async fn put_within(step: &mut Step, key: &PointKey, count: u64, users: &Sketch) -> Result<(), StoreError> {
    let SeriesKey { project, name, span } = &key.series;
    let (project, name, span) = (project.uuid(), name.as_str(), micros(*span));
    let (number, at) = (i64::from(key.step), key.at.micros());
    execute!(
        step,
        "queries/ingest/point_begin.sqlite.sql",
        "queries/ingest/point_begin.postgres.sql",
        project,
        name,
        span,
        number,
        at,
        Sketch::default().to_bytes()
    )?;
    let row = fetch_one!(
        step,
        SketchRow,
        "queries/ingest/point_for_update.sqlite.sql",
        "queries/ingest/point_for_update.postgres.sql",
        project,
        name,
        span,
        number,
        at
    )?;
    let merged = merged(&row.sketch, users)?;
    execute!(
        step,
        "queries/ingest/point_put.sqlite.sql",
        "queries/ingest/point_put.postgres.sql",
        project,
        name,
        span,
        number,
        at,
        column::from_count(count),
        column::from_count(merged.estimate()),
        merged.to_bytes()
    )
    .map(drop)
}

/// What is kept together with what is new.
pub(super) fn merged(kept: &[u8], new: &Sketch) -> Result<Sketch, StoreError> {
    let damaged = |error: SketchError| StoreError::damaged("sketch", column::unknown(&error));
    let mut kept = Sketch::from_bytes(kept).map_err(damaged)?;
    kept.merge(new);
    Ok(kept)
}

/// False where another process has judged it.
pub(super) async fn judged_within(
    step: &mut Step,
    series: &SeriesKey,
    from: Timestamp,
    to: Timestamp,
) -> Result<bool, StoreError> {
    let moved = execute!(
        step,
        "queries/ingest/series_judged.sqlite.sql",
        "queries/ingest/series_judged.postgres.sql",
        series.project.uuid(),
        series.name.as_str(),
        micros(series.span),
        from.micros(),
        to.micros()
    )?;
    Ok(moved == 1)
}

fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}
