//! What is written only when it changes: whoever a signal's records are about, and its samples. Each signal's row of counts
//! is locked by this step already, so what is read here stays until it is written.

use std::collections::{BTreeMap, HashMap};

use signalbox_domain::ids::SignalId;
use signalbox_domain::signal::{Sample, keep_samples};
use signalbox_domain::sketch::{Sketch, SketchError};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::{Found, SignalOrigin};
use crate::column;
use crate::error::StoreError;
use crate::ingest::read;
use crate::many;
use crate::statement::{execute_many, fetch_many};
use crate::step::Step;

struct SketchRow {
    signal_id: Uuid,
    sketch: Vec<u8>,
}

struct KeptRow {
    signal_id: Uuid,
    samples: String,
}

/// Written only when somebody is new.
pub(super) async fn users_within(
    step: &mut Step,
    found: &BTreeMap<SignalId, Found<'_>>,
) -> Result<(), StoreError> {
    let mut new: BTreeMap<SignalId, Sketch> = BTreeMap::new();
    for (id, found) in found {
        for (_, fold, _) in found.0.iter().filter(|(_, fold, _)| !fold.users.is_empty()) {
            new.entry(*id).or_default().merge(&fold.users);
        }
    }
    let kept = sketches(step, older(found, new.keys())).await?;
    let (mut ids, mut sketches, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for (id, new) in new {
        let kept = kept.get(&id.uuid());
        let mut merged = kept.cloned().unwrap_or_default();
        merged.merge(&new);
        if kept != Some(&merged) {
            ids.push(id.uuid());
            sketches.push(merged.to_bytes());
            users.push(column::from_count(merged.estimate()));
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    execute_many!(
        step,
        "queries/ingest/users_put.sqlite.sql"[many::json(ids.iter().zip(&sketches).zip(&users).map(
            |((id, sketch), users)| (hex::encode(id), hex::encode(sketch), users)
        ))?],
        "queries/ingest/users_put.postgres.sql"[&ids, &sketches, &users]
    )
    .map(drop)
}

/// Written only when a new sample is one to keep.
pub(super) async fn samples_within(
    step: &mut Step,
    found: &BTreeMap<SignalId, Found<'_>>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut new: BTreeMap<SignalId, Vec<&Sample>> = BTreeMap::new();
    for (id, found) in found {
        let samples: Vec<&Sample> = found.0.iter().flat_map(|(_, fold, _)| &fold.samples).collect();
        if !samples.is_empty() {
            new.insert(*id, samples);
        }
    }
    let kept = samples(step, older(found, new.keys())).await?;
    let (mut ids, mut documents) = (Vec::new(), Vec::new());
    for (id, new) in new {
        let kept = kept.get(&id.uuid()).map_or(&[][..], Vec::as_slice);
        if let Some(chosen) = keep_samples(kept, new) {
            ids.push(id.uuid());
            documents.push(column::form(&chosen)?);
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    execute_many!(
        step,
        "queries/ingest/samples_put.sqlite.sql"[
            many::json(ids.iter().zip(&documents).map(|(id, document)| (hex::encode(id), document)))?,
            now.micros()
        ],
        "queries/ingest/samples_put.postgres.sql"[&ids, &documents, now.micros()]
    )
    .map(drop)
}

/// Of these signals those that were there before: a new one has no rows yet.
fn older<'a>(found: &BTreeMap<SignalId, Found<'_>>, ids: impl Iterator<Item = &'a SignalId>) -> Vec<Uuid> {
    let is_older = |id: &&SignalId| {
        found.get(id).is_some_and(|found| found.0.iter().all(|(origin, _, _)| *origin != SignalOrigin::New))
    };
    ids.filter(is_older).map(|id| id.uuid()).collect()
}

async fn sketches(step: &mut Step, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Sketch>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = fetch_many!(
        step,
        SketchRow,
        "queries/ingest/users_of.sqlite.sql"[many::json(ids.iter().map(hex::encode))?],
        "queries/ingest/users_of.postgres.sql"[&ids]
    )?;
    let damaged = |error: SketchError| StoreError::damaged("sketch", column::unknown(&error));
    rows.into_iter()
        .map(|row| Ok((row.signal_id, Sketch::from_bytes(&row.sketch).map_err(damaged)?)))
        .collect()
}

async fn samples(step: &mut Step, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Vec<Sample>>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = fetch_many!(
        step,
        KeptRow,
        "queries/ingest/samples_of.sqlite.sql"[many::json(ids.iter().map(hex::encode))?],
        "queries/ingest/samples_of.postgres.sql"[&ids]
    )?;
    rows.into_iter().map(|row| Ok((row.signal_id, read::samples(&row.samples)?))).collect()
}
