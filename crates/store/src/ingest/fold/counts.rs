//! How many, when first and when last, and how many by the hour.

use std::collections::BTreeMap;

use signalbox_domain::ids::SignalId;
use uuid::Uuid;

use super::Found;
use crate::column;
use crate::error::StoreError;
use crate::many;
use crate::statement::execute_many;
use crate::step::Step;

const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// One signal's row of counts: its columns, in the order of its table.
type Counts = (Uuid, Uuid, i64, i64, i64);
type Hour = (Uuid, i64, i64);

/// Counts, whose rows lock the signals for the rest of the step; then the hours.
pub(super) async fn counts_within(
    step: &mut Step,
    found: &BTreeMap<SignalId, Found<'_>>,
) -> Result<(), StoreError> {
    let (mut counts, mut hours): (Vec<Counts>, Vec<Hour>) = (Vec::new(), Vec::new());
    for (id, found) in found {
        let records = || found.0.iter().flat_map(|(_, _, records)| records);
        let times = || records().map(|record| record.at.micros());
        let (Some(first), Some(last), Some((_, fold, _))) = (times().min(), times().max(), found.0.first())
        else {
            continue;
        };
        let mut by_hour: BTreeMap<i64, u64> = BTreeMap::new();
        for record in records() {
            *by_hour.entry(record.at.micros().div_euclid(MICROS_PER_HOUR)).or_default() += record.count;
        }
        let count = column::from_count(by_hour.values().sum());
        counts.push((id.uuid(), fold.key.project.uuid(), count, first, last));
        hours.extend(by_hour.into_iter().map(|(hour, count)| (id.uuid(), hour, column::from_count(count))));
    }
    if counts.is_empty() {
        return Ok(());
    }
    put_counts(step, &counts).await?;
    put_hours(step, &hours).await
}

async fn put_counts(step: &mut Step, rows: &[Counts]) -> Result<(), StoreError> {
    let (mut ids, mut projects) = (Vec::new(), Vec::new());
    let (mut counts, mut firsts, mut lasts) = (Vec::new(), Vec::new(), Vec::new());
    for (id, project, count, first, last) in rows {
        ids.push(*id);
        projects.push(*project);
        counts.push(*count);
        firsts.push(*first);
        lasts.push(*last);
    }
    execute_many!(
        step,
        "queries/ingest/counts_fold.sqlite.sql"[many::json(rows.iter().map(|(id, project, count, first, last)| {
            (hex::encode(id), hex::encode(project), count, first, last)
        }))?],
        "queries/ingest/counts_fold.postgres.sql"[&ids, &projects, &counts, &firsts, &lasts]
    )
    .map(drop)
}

async fn put_hours(step: &mut Step, rows: &[Hour]) -> Result<(), StoreError> {
    let (mut ids, mut hours, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    for (id, hour, count) in rows {
        ids.push(*id);
        hours.push(*hour);
        counts.push(*count);
    }
    execute_many!(
        step,
        "queries/ingest/hours_fold.sqlite.sql"[many::json(
            rows.iter().map(|(id, hour, count)| (hex::encode(id), hour, count))
        )?],
        "queries/ingest/hours_fold.postgres.sql"[&ids, &hours, &counts]
    )
    .map(drop)
}
