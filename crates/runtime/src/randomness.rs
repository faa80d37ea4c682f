//! Randomness: the kernel's for the running program, a seeded stream for tests.
//!
//! The only place that draws it. The kernel is asked each time, so that a copied or resumed machine never repeats a
//! nonce; a seeded stream must never seal, sign or name anything outside a test.

#![expect(clippy::disallowed_methods, reason = "this is the randomness that everything else has to ask")]

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// The kernel gives no randomness.
#[derive(Debug, thiserror::Error)]
#[error("could not draw randomness from the operating system")]
pub struct RandomnessError(#[source] getrandom::Error);

/// A source of random bytes. Clones of a seeded one share its stream.
#[derive(Clone)]
pub struct Randomness(Source);

#[derive(Clone)]
enum Source {
    System,
    Seeded(Arc<Mutex<ChaCha20Rng>>),
}

impl Randomness {
    /// The kernel's, tried once so that a machine without it is refused at the start.
    pub fn system() -> Result<Self, RandomnessError> {
        getrandom::fill(&mut [0; 32]).map_err(RandomnessError)?;
        Ok(Self(Source::System))
    }

    /// A stream that is the same for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))))
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        match &self.0 {
            Source::System => fill_from_kernel(bytes),
            // Every state of a stream is a valid one, so a panic elsewhere spoils nothing.
            Source::Seeded(stream) => {
                stream.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
            }
        }
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    pub fn u64(&self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// A number below `bound`, or 0 for bound 0. The bias is below `bound` / 2^64: fit for jitter and samples.
    pub fn below(&self, bound: u64) -> u64 {
        let wide = (u128::from(self.u64()) * u128::from(bound)) >> 64;
        u64::try_from(wide).unwrap_or(0)
    }

    /// A duration from nothing up to and including `most`.
    pub fn duration_up_to(&self, most: Duration) -> Duration {
        let nanos = u64::try_from(most.as_nanos()).unwrap_or(u64::MAX);
        Duration::from_nanos(self.below(nanos.saturating_add(1)))
    }
}

#[expect(
    clippy::expect_used,
    reason = "tried at the start, and a kernel's source that worked once stays; secrets that can be guessed would be \
              worse than a stop"
)]
fn fill_from_kernel(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the kernel's randomness worked at the start and stopped");
}

impl fmt::Debug for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Source::System => "Randomness(system)",
            Source::Seeded(_) => "Randomness(seeded)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_another_does_not() {
        let draw = |seed| Randomness::seeded(seed).bytes::<16>();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        let stream = Randomness::seeded(1);
        assert_ne!(stream.clone().u64(), stream.u64(), "clones share the stream");
    }

    #[test]
    fn the_kernel_does_not_repeat() {
        let source = Randomness::system().unwrap();
        assert_ne!(source.bytes::<16>(), source.bytes::<16>());
    }

    #[test]
    fn every_number_below_the_bound_comes_and_none_above() {
        let source = Randomness::seeded(7);
        let mut seen = [0_u32; 5];
        for _ in 0..5_000 {
            seen[usize::try_from(source.below(5)).unwrap()] += 1;
        }
        assert!(seen.iter().all(|count| (800..1_200).contains(count)), "{seen:?}");
        assert_eq!(source.below(0), 0);
        assert_eq!(source.below(1), 0);
    }

    #[test]
    fn a_duration_stays_within_its_limit() {
        let source = Randomness::seeded(7);
        assert_eq!(source.duration_up_to(Duration::ZERO), Duration::ZERO);
        let most = Duration::from_secs(10);
        let drawn: Vec<_> = (0..1_000).map(|_| source.duration_up_to(most)).collect();
        assert!(drawn.iter().all(|one| *one <= most));
        assert!(drawn.iter().any(|one| *one > most * 9 / 10) && drawn.iter().any(|one| *one < most / 10));
    }
}
