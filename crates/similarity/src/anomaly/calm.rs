//! One alarm an event: after a surprise, only a clearly greater one counts until the first has faded.
//!
//! Called by `detector` only.

use serde::{Deserialize, Serialize};

/// Rows in which the memory of a surprise fades to half.
const HALF_LIFE: f64 = 120.0;
/// How much greater than the faded memory a surprise must be to count.
const RISE: f64 = 1.2;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Calm {
    #[serde(with = "super::exact")]
    memory: f64,
}

impl Calm {
    pub(super) fn new() -> Self {
        Self { memory: 0.0 }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.memory.is_finite() && self.memory >= 0.0
    }

    /// The surprise, or 0 if it belongs to an event that was told before.
    pub(super) fn filter(&mut self, surprise: f64) -> f64 {
        self.memory *= (-1.0 / HALF_LIFE).exp2();
        if surprise > self.memory * RISE {
            self.memory = surprise;
            surprise
        } else {
            0.0
        }
    }
}
