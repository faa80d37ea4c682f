//! Values as columns hold them, and back. What no program of ours writes is damage, and says what was found.

use signalbox_domain::form::{Form, to_form};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::task::Priority;

use crate::error::{DamageSource, StoreError};

pub(crate) fn provenance(text: &str) -> Result<Provenance, DamageSource> {
    Provenance::ALL.into_iter().find(|from| from.name() == text).ok_or_else(|| unknown(text))
}

pub(crate) fn priority(rank: i64) -> Result<Priority, DamageSource> {
    u8::try_from(rank).ok().and_then(Priority::from_rank).ok_or_else(|| unknown(&rank))
}

pub(crate) fn small(number: i64) -> Result<u32, DamageSource> {
    u32::try_from(number).map_err(|_| unknown(&number))
}

pub(crate) fn count(number: i64) -> Result<u64, DamageSource> {
    u64::try_from(number).map_err(|_| unknown(&number))
}

/// A count as a column; one beyond 2⁶³ has stopped being a count.
pub(crate) fn from_count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A document as a column holds it: a kept form, whose version goes with it.
pub(crate) fn form<T: Form>(noun: &T) -> Result<String, StoreError> {
    to_form(noun).map_err(|error| StoreError::damaged(T::NAME, error))
}

pub(crate) fn unknown(found: &(impl ToString + ?Sized)) -> DamageSource {
    DamageSource::Value(found.to_string().chars().take(64).collect())
}

/// A length as a count.
pub(crate) fn length(items: usize) -> u64 {
    u64::try_from(items).unwrap_or(u64::MAX)
}

pub(crate) fn version(number: i64) -> Result<u16, DamageSource> {
    u16::try_from(number).map_err(|_| unknown(&number))
}
