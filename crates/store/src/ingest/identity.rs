//! Whose a key is: the signal that has it as its own, the one that has it as an alias, or nobody's yet.
//!
//! ```text
//!   keys of a fold, oldest version first ─▶ the first that is known ─▶ that signal; the other keys become its aliases
//!                                        └▶ none is known ─▶ a new signal under the oldest; the others its aliases
//! ```
//!
//! So an upgrade of how keys are made opens no signal, whichever processes run which version meanwhile. Called by
//! `fold` alone; it must never change which signal a known key leads to.

use std::collections::BTreeSet;

use signalbox_domain::ids::SignalId;
use signalbox_domain::signal::{Fingerprint, HoldReason, SignalKey};
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use super::fold::Fold;
use super::row;
use crate::error::StoreError;
use crate::statement::{execute, fetch_optional};
use crate::step::Step;

/// How often a signal that vanishes under our hands is made anew.
const SIGNAL_TRIES: u32 = 3;
/// More keys than this lead to no signal: an older way of making keys that lumped everything together.
const MOST_ALIASES: i64 = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignalOrigin {
    New,
    /// With the reason for which it is held.
    Known(Option<HoldReason>),
    /// It would have been new, and too many are: the one that counts them.
    Overflow,
}

struct IdRow {
    id: Uuid,
    hold: Option<String>,
}

/// A signal that is there, and the reason for which it is held.
pub(super) type KnownSignal = (SignalId, Option<HoldReason>);

/// The signal of a fold of which no key was known a moment ago: made, unless somebody has made it since.
pub(super) async fn signal_within(
    step: &mut Step,
    fold: &Fold,
    now: Timestamp,
) -> Result<(SignalId, SignalOrigin), StoreError> {
    for _ in 0..SIGNAL_TRIES {
        if insert_within(step, fold, now).await? {
            return Ok((fold.id, SignalOrigin::New));
        }
        // The sweep may take the row between the two statements: then the next try makes it anew.
        if let Some((known, hold)) = known_within(step, fold).await? {
            return Ok((known, SignalOrigin::Known(hold)));
        }
    }
    Err(StoreError::Missing { what: "signal", id: fold.id.to_string() })
}

/// The signal of the first key that is known; during an overlap there are several.
pub(super) async fn known_within(step: &mut Step, fold: &Fold) -> Result<Option<KnownSignal>, StoreError> {
    for fingerprint in std::iter::once(&fold.key.fingerprint).chain(&fold.aliases) {
        if let Some(known) = id_within(step, &fold.key, fingerprint).await? {
            return Ok(Some(known));
        }
    }
    Ok(None)
}

async fn id_within(
    step: &mut Step,
    key: &SignalKey,
    fingerprint: &Fingerprint,
) -> Result<Option<KnownSignal>, StoreError> {
    let row = fetch_optional!(
        step,
        IdRow,
        "queries/ingest/signal_id.sqlite.sql",
        "queries/ingest/signal_id.postgres.sql",
        key.project.uuid(),
        key.family.name(),
        key.kind.as_str(),
        i64::from(fingerprint.version),
        fingerprint.key
    )?;
    let Some(IdRow { id, hold }) = row else { return Ok(None) };
    let hold = hold.map(|name| row::hold(&name)).transpose();
    let hold = hold.map_err(|source| StoreError::damaged("signal", source))?;
    Ok(Some((SignalId::from_uuid(id), hold)))
}

async fn insert_within(step: &mut Step, fold: &Fold, now: Timestamp) -> Result<bool, StoreError> {
    let key = &fold.key;
    let inserted = execute!(
        step,
        "queries/ingest/signal_insert.sqlite.sql",
        "queries/ingest/signal_insert.postgres.sql",
        fold.id.uuid(),
        key.project.uuid(),
        key.family.name(),
        key.kind.as_str(),
        i64::from(key.fingerprint.version),
        key.fingerprint.key,
        fold.title.value,
        fold.title.from.name(),
        fold.severity.name(),
        fold.hold.map(HoldReason::name),
        fold.repository.as_ref().map(|repository| repository.value.as_str()),
        fold.repository.as_ref().map(|repository| repository.from.name()),
        now.micros()
    )?;
    Ok(inserted == 1)
}

/// Writes the keys of an overlap beside the signals that they led to, those that a signal has already left out.
pub(super) async fn aliases_within(
    step: &mut Step,
    found: impl Iterator<Item = (SignalId, &Fold)>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut aliases: BTreeSet<(SignalKey, SignalId)> = BTreeSet::new();
    for (id, fold) in found.filter(|(_, fold)| !fold.aliases.is_empty()) {
        for fingerprint in std::iter::once(&fold.key.fingerprint).chain(&fold.aliases) {
            aliases.insert((SignalKey { fingerprint: fingerprint.clone(), ..fold.key.clone() }, id));
        }
    }
    for (key, id) in aliases {
        execute!(
            step,
            "queries/ingest/alias_insert.sqlite.sql",
            "queries/ingest/alias_insert.postgres.sql",
            key.project.uuid(),
            key.family.name(),
            key.kind.as_str(),
            i64::from(key.fingerprint.version),
            key.fingerprint.key,
            id.uuid(),
            now.micros(),
            MOST_ALIASES
        )?;
    }
    Ok(())
}
