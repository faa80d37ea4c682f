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
use crate::column;
use crate::error::StoreError;
use crate::many;
use crate::statement::{execute, fetch_many};
use crate::step::{Step, Tx};

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

struct KnownRow {
    place: i64,
    id: Uuid,
    hold: Option<String>,
}

struct MadeRow {
    id: Uuid,
}

/// A signal that is there, and the reason for which it is held.
pub(super) type KnownSignal = (SignalId, Option<HoldReason>);

/// The signals of folds of which no key was known a moment ago: each made, unless somebody has made it since.
pub(super) async fn signals_within(
    step: &mut Step,
    folds: &[&Fold],
    now: Timestamp,
) -> Result<Vec<(SignalId, SignalOrigin)>, StoreError> {
    let mut signals: Vec<Option<(SignalId, SignalOrigin)>> = vec![None; folds.len()];
    // The sweep may take a row between the two statements: then the next try makes it anew.
    for _ in 0..SIGNAL_TRIES {
        let open = |signals: &[Option<_>]| -> Vec<usize> {
            (0..folds.len()).filter(|place| signals[*place].is_none()).collect()
        };
        let places = open(&signals);
        let made = insert_within(step, places.iter().map(|place| folds[*place]), now).await?;
        for place in places.into_iter().filter(|place| made.contains(&folds[*place].id)) {
            signals[place] = Some((folds[place].id, SignalOrigin::New));
        }
        let places = open(&signals);
        if places.is_empty() {
            break;
        }
        let open: Vec<&Fold> = places.iter().map(|place| folds[*place]).collect();
        for (place, known) in places.into_iter().zip(known_within(step, &open).await?) {
            signals[place] = known.map(|(id, hold)| (id, SignalOrigin::Known(hold)));
        }
    }
    let found = |(fold, signal): (&&Fold, Option<_>)| {
        signal.ok_or_else(|| StoreError::Missing { what: "signal", id: fold.id.to_string() })
    };
    folds.iter().zip(signals).map(found).collect()
}

/// Of each fold the signal of the first key that is known; during an overlap it has several.
pub(super) async fn known_within(
    step: &mut Step,
    folds: &[&Fold],
) -> Result<Vec<Option<KnownSignal>>, StoreError> {
    let mut known = vec![None; folds.len()];
    let keys: Vec<(usize, &SignalKey, &Fingerprint)> = folds
        .iter()
        .enumerate()
        .flat_map(|(place, fold)| {
            let all = std::iter::once(&fold.key.fingerprint).chain(&fold.aliases);
            all.map(move |fingerprint| (place, &fold.key, fingerprint))
        })
        .collect();
    if keys.is_empty() {
        return Ok(known);
    }
    let mut rows = rows_within(step, &keys).await?;
    rows.sort_by_key(|row| row.0);
    for (place, signal) in rows {
        let of = keys.get(place).map(|(of, _, _)| *of);
        if let Some(slot) = of.and_then(|of| known.get_mut(of)) {
            slot.get_or_insert(signal);
        }
    }
    Ok(known)
}

/// Which of these keys lead somewhere, by their place.
async fn rows_within(
    step: &mut Step,
    keys: &[(usize, &SignalKey, &Fingerprint)],
) -> Result<Vec<(usize, KnownSignal)>, StoreError> {
    let (mut projects, mut families, mut kinds) = (Vec::new(), Vec::new(), Vec::new());
    let (mut versions, mut fingerprints) = (Vec::new(), Vec::new());
    for (_, key, fingerprint) in keys {
        projects.push(key.project.uuid());
        families.push(key.family.name().to_owned());
        kinds.push(key.kind.as_str().to_owned());
        versions.push(i64::from(fingerprint.version));
        fingerprints.push(fingerprint.key.clone());
    }
    // SQLite counts the places of a list from nought, PostgreSQL from one.
    let first = match step.parts().0 {
        #[cfg(feature = "sqlite")]
        Tx::Sqlite(_) => 0,
        #[cfg(feature = "postgres")]
        Tx::Postgres(_) => 1,
    };
    let rows = fetch_many!(
        step,
        KnownRow,
        "queries/ingest/signals_known.sqlite.sql"[many::json(keys.iter().map(|(_, key, fingerprint)| {
            let project = hex::encode(key.project.uuid());
            (project, key.family.name(), key.kind.as_str(), fingerprint.version, &fingerprint.key)
        }))?],
        "queries/ingest/signals_known.postgres.sql"[&projects, &families, &kinds, &versions, &fingerprints]
    )?;
    let found = |KnownRow { place, id, hold }: KnownRow| {
        let hold = hold.map(|name| row::hold(&name)).transpose();
        let hold = hold.map_err(|source| StoreError::damaged("signal", source))?;
        let place = usize::try_from(place - first)
            .map_err(|_| StoreError::damaged("place", column::unknown(&place)))?;
        Ok((place, (SignalId::from_uuid(id), hold)))
    };
    rows.into_iter().map(found).collect()
}

/// Makes signals, and says which of them were not there.
async fn insert_within(
    step: &mut Step,
    folds: impl Iterator<Item = &Fold>,
    now: Timestamp,
) -> Result<BTreeSet<SignalId>, StoreError> {
    let mut new = NewRows::default();
    folds.for_each(|fold| new.push(fold));
    if new.ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = fetch_many!(
        step,
        MadeRow,
        "queries/ingest/signals_insert.sqlite.sql"[new.json()?, now.micros()],
        "queries/ingest/signals_insert.postgres.sql"[
            &new.ids,
            &new.projects,
            &new.families,
            &new.kinds,
            &new.versions,
            &new.fingerprints,
            &new.titles,
            &new.titles_from,
            &new.severities,
            &new.holds as &[Option<String>],
            &new.repositories as &[Option<String>],
            &new.repositories_from as &[Option<String>],
            now.micros()
        ]
    )?;
    Ok(rows.into_iter().map(|row| SignalId::from_uuid(row.id)).collect())
}

/// New signals, a column each.
#[derive(Default)]
struct NewRows {
    ids: Vec<Uuid>,
    projects: Vec<Uuid>,
    families: Vec<String>,
    kinds: Vec<String>,
    versions: Vec<i64>,
    fingerprints: Vec<String>,
    titles: Vec<String>,
    titles_from: Vec<String>,
    severities: Vec<String>,
    holds: Vec<Option<String>>,
    repositories: Vec<Option<String>>,
    repositories_from: Vec<Option<String>>,
}

impl NewRows {
    fn push(&mut self, fold: &Fold) {
        let key = &fold.key;
        let repository = fold.repository.as_ref();
        self.ids.push(fold.id.uuid());
        self.projects.push(key.project.uuid());
        self.families.push(key.family.name().to_owned());
        self.kinds.push(key.kind.as_str().to_owned());
        self.versions.push(i64::from(key.fingerprint.version));
        self.fingerprints.push(key.fingerprint.key.clone());
        self.titles.push(fold.title.value.clone());
        self.titles_from.push(fold.title.from.name().to_owned());
        self.severities.push(fold.severity.name().to_owned());
        self.holds.push(fold.hold.map(|hold| hold.name().to_owned()));
        self.repositories.push(repository.map(|repository| repository.value.clone()));
        self.repositories_from.push(repository.map(|repository| repository.from.name().to_owned()));
    }

    #[cfg(feature = "sqlite")]
    fn json(&self) -> Result<String, StoreError> {
        many::json((0..self.ids.len()).map(|at| {
            (
                hex::encode(self.ids[at]),
                hex::encode(self.projects[at]),
                &self.families[at],
                &self.kinds[at],
                self.versions[at],
                &self.fingerprints[at],
                &self.titles[at],
                &self.titles_from[at],
                &self.severities[at],
                &self.holds[at],
                &self.repositories[at],
                &self.repositories_from[at],
            )
        }))
    }
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
