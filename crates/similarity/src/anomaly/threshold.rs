//! A fixed limit on a metric, with a number of points to wait and a line at which the breach ends.
//!
//! Called by the planner for limits that a team wrote down. It never learns.

use serde::{Deserialize, Serialize};

/// The forbidden side, and the line a value must come back over before the breach ends.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Bound {
    Above { limit: f64, clear: f64 },
    Below { limit: f64, clear: f64 },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdRule {
    pub bound: Bound,
    /// Points in a row beyond the limit before a breach begins; 0 counts as 1.
    pub after_points: u32,
}

/// What one point did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breach {
    None,
    Pending {
        points: u32,
    },
    Begun,
    GoesOn,
    Ended,
    /// The value is no number: the state stays as it was.
    NotFinite,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ThresholdState {
    beyond_in_a_row: u32,
    in_breach: bool,
}

impl ThresholdState {
    pub fn observe(&mut self, rule: &ThresholdRule, value: f64) -> Breach {
        if !value.is_finite() {
            return Breach::NotFinite;
        }
        let (beyond, cleared) = match rule.bound {
            Bound::Above { limit, clear } => (value > limit, value <= clear.min(limit)),
            Bound::Below { limit, clear } => (value < limit, value >= clear.max(limit)),
        };
        if self.in_breach {
            self.in_breach = !cleared;
            self.beyond_in_a_row = 0;
            return if cleared { Breach::Ended } else { Breach::GoesOn };
        }
        self.beyond_in_a_row = if beyond { self.beyond_in_a_row.saturating_add(1) } else { 0 };
        if self.beyond_in_a_row >= rule.after_points.max(1) {
            *self = Self { beyond_in_a_row: 0, in_breach: true };
            return Breach::Begun;
        }
        if beyond { Breach::Pending { points: self.beyond_in_a_row } } else { Breach::None }
    }
}
