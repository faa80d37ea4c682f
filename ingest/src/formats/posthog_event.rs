//! PostHog's event topic. Most of its records are no signals, which is told from their bytes (`fast`); `properties` is
//! a JSON text inside the JSON.

mod fast;
#[cfg(test)]
pub(super) mod tests;

use fast::Verdict;

use super::posthog::Event;
use super::{DEPTH_LIMIT, Payload, RECORD_LIMIT, nesting};
use crate::observation::{Reading, Unreadable};

pub(super) const LIMIT: usize = RECORD_LIMIT;

pub(super) fn read(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    match fast::verdict(payload.bytes, payload.events) {
        Verdict::NotASignal => Ok(Reading::not_a_signal()),
        Verdict::PerhapsASignal => read_in_full(payload),
    }
}

/// Without a tree, without a copy.
pub(super) fn is_passed_over(bytes: &[u8], events: &[String]) -> bool {
    fast::verdict(bytes, events) == Verdict::NotASignal
}

fn read_in_full(payload: &Payload<'_>) -> Result<Reading, Unreadable> {
    nesting::check(payload.bytes, DEPTH_LIMIT)?;
    let text = std::str::from_utf8(payload.bytes).map_err(|error| Unreadable::NoJson {
        detail: format!("no UTF-8 after byte {}", error.valid_up_to()),
    })?;
    Event::parse(text)?.read(payload.from, payload.events)
}
