//! One alarm an event: after a surprise, only a clearly greater one counts until the first has faded.
//!
//! Called by `detector` only.

use serde::{Deserialize, Serialize};

/// Rows in which the memory of a surprise fades to half.
const HALF_LIFE: f64 = 120.0;
/// How much greater than the faded memory a surprise must be to count.
const RISE: f64 = 1.1;
/// Rows after an alarm in which nothing counts: what is odd there is the way back.
const AFTERMATH: u32 = 24;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Calm {
    #[serde(with = "super::exact")]
    memory: f64,
    quiet_rows: u32,
}

impl Calm {
    pub(super) fn new() -> Self {
        Self { memory: 0.0, quiet_rows: 0 }
    }

    pub(super) fn is_sound(&self) -> bool {
        self.memory.is_finite() && self.memory >= 0.0
    }

    /// The surprise, or 0 if it belongs to an event that was told before. From `alarm` on a surprise is an alarm.
    pub(super) fn filter(&mut self, surprise: f64, alarm: f64) -> f64 {
        self.memory *= (-1.0 / HALF_LIFE).exp2();
        let is_aftermath = self.quiet_rows > 0;
        self.quiet_rows = self.quiet_rows.saturating_sub(1);
        if is_aftermath || surprise <= self.memory * RISE {
            return 0.0;
        }
        self.memory = surprise;
        if surprise >= alarm {
            self.quiet_rows = AFTERMATH;
        }
        surprise
    }
}
