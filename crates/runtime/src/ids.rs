//! Makes ids and the secrets of tokens.
//!
//! Ids are UUIDv7: the millisecond, then 74 random bits, and each greater than the one before it in this process, even
//! within one millisecond and when the wall clock goes back. So they sort by the order in which they were made, and
//! indexes grow at their end. Nothing may read a time back out of an id: the clock may have been wrong.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

use crate::{Clock, Randomness};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^43 > 2^256, so 43 letters hold at least the entropy of 32 bytes.
const SECRET_LETTERS: usize = 43;
/// The largest multiple of 62 that a byte holds: bytes from here on would favour some letters.
const FAIR_BELOW: u8 = 248;

/// What a version 7 id carries besides its version: 48 bits of milliseconds and these.
const TAIL_BITS: u32 = 74;
/// A fresh tail starts in its lower half, so that there is room to count up within the millisecond.
const FRESH_TAIL: u128 = (1 << (TAIL_BITS - 1)) - 1;
const RAND_B: u128 = (1 << 62) - 1;

/// Makes ids. Clones share one order.
#[derive(Debug, Clone)]
pub struct IdSource {
    clock: Clock,
    randomness: Randomness,
    last: Arc<Mutex<Last>>,
}

/// The millisecond and the tail of the id made last.
#[derive(Debug, Clone, Copy, Default)]
struct Last {
    millis: u64,
    tail: u128,
}

/// A secret that is shown once. `Debug` does not print it, and it is wiped when dropped.
pub struct TokenSecret(Zeroizing<String>);

impl IdSource {
    pub fn new(clock: Clock, randomness: Randomness) -> Self {
        Self { clock, randomness, last: Arc::default() }
    }

    /// The next id, greater than all before it from this source.
    pub fn uuid_v7(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().micros() / 1_000).unwrap_or(0);
        // `Last` is replaced whole, so a panic elsewhere leaves a valid one.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = self.after(*last, millis);
        id_of(*last)
    }

    /// The next id, as the type of its noun.
    pub fn next<T: From<Uuid>>(&self) -> T {
        T::from(self.uuid_v7())
    }

    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        self.randomness.bytes()
    }

    /// 43 letters and digits, 256 bits of entropy.
    pub fn token_secret(&self) -> TokenSecret {
        let mut secret = Zeroizing::new(String::with_capacity(SECRET_LETTERS));
        while secret.len() < SECRET_LETTERS {
            let draw = Zeroizing::new(self.randomness.bytes::<64>());
            let fair = draw.iter().filter(|byte| **byte < FAIR_BELOW);
            let letters = fair.map(|byte| char::from(BASE62[usize::from(*byte) % BASE62.len()]));
            let missing = SECRET_LETTERS - secret.len();
            secret.extend(letters.take(missing));
        }
        TokenSecret(secret)
    }

    fn after(&self, last: Last, millis: u64) -> Last {
        if millis > last.millis {
            return Last { millis, tail: self.fresh_tail() };
        }
        // A random step keeps the next id from being guessed out of this one.
        let step = 1 + (u128::from(self.randomness.u64()) & 0xffff_ffff);
        let tail = last.tail + step;
        if tail >> TAIL_BITS == 0 {
            Last { millis: last.millis, tail }
        } else {
            Last { millis: last.millis + 1, tail: self.fresh_tail() }
        }
    }

    fn fresh_tail(&self) -> u128 {
        u128::from_le_bytes(self.randomness.bytes()) & FRESH_TAIL
    }
}

fn id_of(last: Last) -> Uuid {
    let rand_a = last.tail >> 62;
    let bits = (u128::from(last.millis) << 80) | (rand_a << 64) | (last.tail & RAND_B);
    Builder::from_u128(bits)
        .with_version(uuid::Version::SortRand)
        .with_variant(uuid::Variant::RFC4122)
        .into_uuid()
}

impl TokenSecret {
    /// The secret itself: to be shown to its owner once, and hashed.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::*;
    use crate::{ManualClock, Timestamp};

    fn source(seed: u64) -> (IdSource, ManualClock) {
        let (clock, hand) = Clock::manual("2026-11-21T08:30:00Z".parse().unwrap());
        (IdSource::new(clock, Randomness::seeded(seed)), hand)
    }

    #[test]
    fn an_id_is_a_version_7_of_its_millisecond() {
        let (ids, _hand) = source(1);
        let id = ids.uuid_v7();
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        let (seconds, nanos) = id.get_timestamp().unwrap().to_unix();
        assert_eq!((seconds, nanos), (1_795_249_800, 0));
    }

    #[test]
    fn ids_rise_within_a_millisecond_and_when_the_wall_clock_goes_back() {
        let (ids, hand) = source(1);
        let mut made = Vec::new();
        for round in 0..50_u64 {
            made.extend((0..200).map(|_| ids.uuid_v7()));
            match round % 3 {
                0 => hand.jump(Duration::from_millis(1)),
                1 => hand.set_wall(Timestamp::EPOCH),
                _ => hand.set_wall("2026-11-21T08:30:00.5Z".parse().unwrap()),
            }
        }
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_full_tail_borrows_the_next_millisecond() {
        let (ids, _hand) = source(1);
        let full = Last { millis: 5, tail: (1 << TAIL_BITS) - 1 };
        let next = ids.after(full, 5);
        assert_eq!(next.millis, 6);
        assert!(id_of(next) > id_of(full));
    }

    #[test]
    fn ids_are_one_order_over_all_threads() {
        let (ids, _hand) = source(1);
        let made: Vec<Vec<Uuid>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| {
                    let ids = ids.clone();
                    #[expect(
                        clippy::disallowed_methods,
                        reason = "several threads at once, which end with the test"
                    )]
                    scope.spawn(move || (0..2_000).map(|_| ids.uuid_v7()).collect::<Vec<_>>())
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(made.iter().all(|one| one.is_sorted()));
        assert_eq!(made.iter().flatten().collect::<HashSet<_>>().len(), 8_000);
    }

    #[test]
    fn a_seed_repeats_its_ids() {
        assert_eq!(source(3).0.uuid_v7(), source(3).0.uuid_v7());
        assert_ne!(source(3).0.uuid_v7(), source(4).0.uuid_v7());
        assert_eq!(source(3).0.next::<Uuid>(), source(3).0.uuid_v7());
    }

    #[test]
    fn a_token_secret_is_43_fair_letters_and_never_printed() {
        let (ids, _hand) = source(1);
        let mut counts = [0_u32; 62];
        for _ in 0..2_000 {
            let secret = ids.token_secret();
            assert_eq!(secret.reveal().len(), 43);
            for byte in secret.reveal().bytes() {
                counts[BASE62.iter().position(|known| *known == byte).unwrap()] += 1;
            }
            assert!(!format!("{secret:?}").contains(secret.reveal()));
        }
        // 86,000 letters over 62: 1,387 each; five standard deviations are 185.
        assert!(counts.iter().all(|count| (1_202..1_572).contains(count)), "{counts:?}");
    }
}
