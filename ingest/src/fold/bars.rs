//! What a record must be worth to become a sample of its signal, as far as this process knows: it has seen what was kept before.
//! Most records of a known signal are then counted and no more.
//!
//! Only a saving: the store chooses again. A bar is forgotten when its signal was not read for a while, since a signal that was
//! taken out begins anew without samples, and whenever there are too many.

use std::collections::HashMap;
use std::time::Duration;

use signalbox_domain::signal::{SignalKey, Worth, worth_keeping};
use signalbox_domain::time::Timestamp;

/// Signals of one process.
const MOST: usize = 100_000;
/// Whoever takes samples out waits no longer for others to take their place.
const LONGEST: Duration = Duration::from_secs(10 * 60);

#[derive(Debug, Default)]
pub(crate) struct Bars(HashMap<SignalKey, Bar>);

#[derive(Debug)]
struct Bar {
    kept: Vec<Worth>,
    since: Timestamp,
}

impl Bars {
    /// Whether the record could be kept.
    pub(crate) fn is_passed(&self, key: &SignalKey, worth: Worth, now: Timestamp) -> bool {
        let Some(bar) = self.0.get(key).filter(|bar| now.since(bar.since) < LONGEST) else { return true };
        let all = bar.kept.iter().chain([&worth]).map(|worth| (*worth, ()));
        worth_keeping(all).iter().any(|(kept, ())| *kept == worth) && !bar.kept.contains(&worth)
    }

    /// These records are in the store.
    pub(crate) fn note(&mut self, key: SignalKey, new: &[Worth], now: Timestamp) {
        if self.0.len() >= MOST && !self.0.contains_key(&key) {
            self.0.clear();
        }
        let bar = self.0.entry(key).or_insert_with(|| Bar { kept: Vec::new(), since: now });
        if now.since(bar.since) >= LONGEST {
            *bar = Bar { kept: Vec::new(), since: now };
        }
        let all = bar.kept.iter().chain(new).map(|worth| (*worth, ()));
        bar.kept = worth_keeping(all).into_iter().map(|(worth, ())| worth).collect();
    }
}

#[cfg(test)]
mod tests {
    use signalbox_domain::signal::{Fingerprint, SourceFamily};
    use signalbox_runtime::{Clock, IdSource, Randomness};

    use super::*;

    fn key() -> SignalKey {
        let (clock, _) = Clock::manual(Timestamp::EPOCH);
        SignalKey {
            project: IdSource::new(clock, Randomness::seeded(1)).next(),
            family: SourceFamily::Logs,
            kind: "line".parse().unwrap(),
            fingerprint: Fingerprint { version: 1, key: "a".to_owned() },
        }
    }

    #[test]
    fn a_record_passes_where_the_store_would_keep_it() {
        let key = key();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        let worth = |rank, seconds, richness| Worth { at: at(seconds), rank, richness };
        let (mut bars, now) = (Bars::default(), at(50_000));
        assert!(bars.is_passed(&key, worth(9, 100, 1), now), "nothing is known");
        let seen: Vec<Worth> = (10..30).map(|rank| worth(rank, 100, 1)).collect();
        bars.note(key.clone(), &seen, now);
        assert!(!bars.is_passed(&key, worth(40, 100, 1), now));
        assert!(!bars.is_passed(&key, worth(10, 100, 1), now), "it is kept already");
        assert!(bars.is_passed(&key, worth(9, 100, 1), now), "a lower rank");
        assert!(bars.is_passed(&key, worth(41, 99, 1), now), "the first");
        assert!(bars.is_passed(&key, worth(42, 7300, 1), now), "of a newer hour");
        assert!(bars.is_passed(&key, worth(43, 100, 2), now), "the richest");
        assert!(bars.is_passed(&key, worth(40, 100, 1), now.plus(LONGEST)), "its time is over");
    }
}
