//! A person taken out of what is kept: of samples, titles, briefs, histories, answers, plans, reasons, webhooks, sessions that
//! are under way, and what lies in quarantine. Who did it, when and how much it took stays; of the person a hash does.
//!
//! A call does a bounded part and says where the next one goes on, so that no request takes long whatever there is. Asked again
//! it finds what came meanwhile. What lies elsewhere (topics, repositories, backups) is not ours to change.
//!
//! Distinct users are counted without anybody in the count: nothing of it leads back to a person, and nothing of it is taken.
//! What is quarantined lies sealed: each record is opened, looked into and, where the person stands in it, dropped whole; one
//! whose key is gone cannot be looked into, and is dropped, too.

mod words;

use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use signalbox_domain::access::{Action, Actor, Target};
use signalbox_domain::form::{from_form, to_form};
use signalbox_domain::ids::{ErasureId, QuarantineId};
use signalbox_domain::signal::Sample;
use signalbox_runtime::{Clock, IdSource, SealContext, SealPurpose, SealingKeys, pseudonym};
use signalbox_store::erasure::{ErasureKey, ErasurePlace, ErasureRow, ErasureStep, FoundText, Replacement};
use signalbox_store::{Page, Store};

use crate::Problem;
use crate::reads::{listing, page};
use crate::views::{EraseAsk, Erased, ErasureCursor, ErasureLine, ErasuresAsk, Listing};
use words::Person;

/// Texts of one transaction.
const PAGE: u32 = 100;
/// Pages of one call.
const PAGES: usize = 20;

#[derive(Clone)]
pub struct Erasure {
    store: Store,
    clock: Clock,
    ids: IdSource,
    keys: Arc<SealingKeys>,
}

/// Where an erasure is: in a place of texts, or in quarantine after all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Texts { place: usize, after: Option<ErasureKey> },
    Quarantine { before: Option<QuarantineId> },
    End,
}

impl Erasure {
    pub fn new(store: Store, clock: Clock, ids: IdSource, keys: Arc<SealingKeys>) -> Self {
        Self { store, clock, ids, keys }
    }

    /// Takes somebody out, from the beginning or from where a call before has come to.
    pub async fn erase(&self, actor: &Actor, ask: &EraseAsk) -> Result<Erased, Problem> {
        actor.authorize(Action::Operate, Target::System)?;
        let person = Person::new(&ask.user)?;
        let (id, mut at) = match &ask.from {
            Some(cursor) => self.goes_on(cursor, &person).await?,
            None => (self.begin(actor, &person).await?, At::Texts { place: 0, after: None }),
        };
        for _ in 0..PAGES {
            at = match at {
                At::Texts { place, after } => self.texts(id, &person, place, after).await?,
                At::Quarantine { before } => self.quarantined(id, &person, before).await?,
                At::End => break,
            };
        }
        let row = self.store.erasure_show(id).await?.ok_or_else(|| Problem::missing("erasure", &id))?;
        Ok(Erased { erasure: line(row), next: cursor(id, at) })
    }

    /// That people were taken out, the newest first.
    pub async fn list(&self, actor: &Actor, ask: &ErasuresAsk) -> Result<Listing<ErasureLine>, Problem> {
        actor.authorize(Action::Operate, Target::System)?;
        let (page, shown) = page(ask.after, ask.limit)?;
        let rows = self.store.erasures_list(page).await?;
        Ok(listing(rows.into_iter().map(line).collect(), shown, |line| line.id))
    }

    async fn begin(&self, actor: &Actor, person: &Person) -> Result<ErasureId, Problem> {
        let (id, now) = (self.ids.next(), self.clock.now());
        self.store.erasure_begin(id, actor.name.as_str(), &mark(person), now).await?;
        let step = ErasureStep { sessions_of: Some(pseudonym(person.name())), ..ErasureStep::default() };
        self.store.erasure_step(id, &step).await?;
        Ok(id)
    }

    async fn goes_on(&self, cursor: &ErasureCursor, person: &Person) -> Result<(ErasureId, At), Problem> {
        let id = cursor.erasure;
        let row = self.store.erasure_show(id).await?.ok_or_else(|| Problem::missing("erasure", &id))?;
        if row.mark != mark(person) {
            return Err(Problem::invalid("from", "where an erasure of the same person goes on"));
        }
        if cursor.place >= ErasurePlace::ALL.len() {
            return Ok((id, At::Quarantine { before: cursor.before }));
        }
        let after = cursor.after.map(|id| ErasureKey { id, seq: cursor.seq });
        Ok((id, At::Texts { place: cursor.place, after }))
    }

    async fn texts(
        &self,
        id: ErasureId,
        person: &Person,
        place: usize,
        after: Option<ErasureKey>,
    ) -> Result<At, Problem> {
        let Some(of) = ErasurePlace::ALL.get(place).copied() else {
            return Ok(At::Quarantine { before: None });
        };
        let found = self.store.erasure_texts(of, person.search(), after, PAGE).await?;
        let last = found.last().map(|text| text.key);
        let is_full = u32::try_from(found.len()).is_ok_and(|many| many >= PAGE);
        let replacements: Vec<Replacement> =
            found.into_iter().filter_map(|text| replacement(text, person)).collect();
        if !replacements.is_empty() {
            self.store.erasure_step(id, &ErasureStep { replacements, ..ErasureStep::default() }).await?;
        }
        Ok(match last.filter(|_| is_full) {
            Some(last) => At::Texts { place, after: Some(last) },
            None => At::Texts { place: place + 1, after: None },
        })
    }

    async fn quarantined(
        &self,
        id: ErasureId,
        person: &Person,
        before: Option<QuarantineId>,
    ) -> Result<At, Problem> {
        let rows = self.store.quarantine_list(Page { before, size: PAGE }).await?;
        let last = rows.last().map(|row| row.id);
        let is_full = u32::try_from(rows.len()).is_ok_and(|many| many >= PAGE);
        let names = |row: &signalbox_store::ingest::QuarantineRow| {
            let uuid = row.id.uuid();
            let place = SealContext { purpose: SealPurpose::Quarantine, row: uuid.as_bytes() };
            // What nobody can open cannot be said to be without them.
            self.keys.open(place, &row.sealed).map_or(true, |bytes| person.is_in_bytes(&bytes))
        };
        let quarantined: Vec<QuarantineId> = rows.iter().filter(|row| names(row)).map(|row| row.id).collect();
        let ended_at = (!is_full).then(|| self.clock.now());
        let step = ErasureStep { quarantined, ended_at, ..ErasureStep::default() };
        self.store.erasure_step(id, &step).await?;
        Ok(if is_full { At::Quarantine { before: last } } else { At::End })
    }
}

/// What becomes of a text; None where it does not name them after all.
fn replacement(found: FoundText, person: &Person) -> Option<Replacement> {
    let (becomes, samples) = match found.place {
        ErasurePlace::Samples => {
            let (rest, gone) = samples_without(&found.text, person)?;
            (rest, gone)
        }
        ErasurePlace::Note | ErasurePlace::Outcome | ErasurePlace::Plan | ErasurePlace::Delivery => {
            let mut document: Value = serde_json::from_str(&found.text).ok()?;
            // The envelope of a form is ours; what people and strangers wrote stands in its body.
            if !person.erase_within(document.get_mut("body")?) {
                return None;
            }
            (Some(document.to_string()), 0)
        }
        ErasurePlace::SignalTitle
        | ErasurePlace::CaseTitle
        | ErasurePlace::TaskTitle
        | ErasurePlace::Brief
        | ErasurePlace::Reason => (Some(person.erased(&found.text)?), 0),
    };
    Some(Replacement { found, becomes, samples })
}

/// The samples that do not name them, or none, and how many did.
fn samples_without(text: &str, person: &Person) -> Option<(Option<String>, u64)> {
    let samples: Vec<Sample> = from_form(text).ok()?;
    let all = samples.len();
    let names = |sample: &Sample| to_form(sample).map_or(true, |text| person.is_in(&text));
    let rest: Vec<Sample> = samples.into_iter().filter(|sample| !names(sample)).collect();
    let gone = u64::try_from(all - rest.len()).unwrap_or(0);
    match (gone, rest.is_empty()) {
        (0, _) => None,
        (_, true) => Some((None, gone)),
        (_, false) => Some((Some(to_form(&rest).ok()?), gone)),
    }
}

/// By which it can be shown that this very person was taken out, and not who anybody is.
fn mark(person: &Person) -> Vec<u8> {
    let digest = Sha256::new().chain_update("erased\0").chain_update(person.name()).finalize();
    digest[..16].to_vec()
}

fn cursor(erasure: ErasureId, at: At) -> Option<ErasureCursor> {
    let none = ErasureCursor { erasure, place: ErasurePlace::ALL.len(), after: None, seq: 0, before: None };
    match at {
        At::End => None,
        At::Quarantine { before } => Some(ErasureCursor { before, ..none }),
        At::Texts { place, after } => Some(ErasureCursor {
            place,
            after: after.map(|key| key.id),
            seq: after.map_or(0, |key| key.seq),
            ..none
        }),
    }
}

fn line(row: ErasureRow) -> ErasureLine {
    ErasureLine {
        id: row.id,
        by: row.by,
        mark: row.mark.iter().map(|byte| format!("{byte:02x}")).collect(),
        begun_at: row.begun_at,
        ended_at: row.ended_at,
        texts: row.texts,
        samples: row.samples,
        sessions: row.sessions,
        quarantined: row.quarantined,
    }
}

#[cfg(test)]
mod tests;
