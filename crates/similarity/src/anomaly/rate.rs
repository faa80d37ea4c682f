//! Turns records into a rate: counts a fixed span of time, quiet spans included, for the detector to watch.
//!
//! It must never make more than `MAX_QUIET` buckets out of one silence, however long. Called by ingest, one meter a
//! signal.

use serde::{Deserialize, Serialize};

/// Quiet buckets told after a silence: a day of five minutes. An older silence says nothing more.
const MAX_QUIET: i64 = 288;

/// A closed span and what was counted in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    pub starts_at_seconds: i64,
    pub count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateMeter {
    bucket_seconds: i64,
    open: Option<Bucket>,
    /// Counts that came for a bucket already closed.
    late: u64,
}

impl RateMeter {
    /// A meter with buckets of at least one second.
    #[must_use]
    pub fn new(bucket_seconds: u32) -> Self {
        Self { bucket_seconds: i64::from(bucket_seconds.max(1)), open: None, late: 0 }
    }

    /// Adds records; answers the buckets that this time closes, oldest first.
    pub fn add(&mut self, at_seconds: i64, count: u64) -> Vec<Bucket> {
        let closed = self.advance(at_seconds);
        let starts_at_seconds = self.start_of(at_seconds);
        match &mut self.open {
            Some(open) if starts_at_seconds < open.starts_at_seconds => {
                self.late = self.late.saturating_add(count);
            }
            Some(open) => open.count = open.count.saturating_add(count),
            None => self.open = Some(Bucket { starts_at_seconds, count }),
        }
        closed
    }

    /// Closes the buckets that ended by `now`, so that a silence is seen without a record.
    pub fn advance(&mut self, now_seconds: i64) -> Vec<Bucket> {
        let current = self.start_of(now_seconds);
        let Some(open) = self.open.filter(|open| open.starts_at_seconds < current) else { return Vec::new() };
        let first_quiet = open.starts_at_seconds.saturating_add(self.bucket_seconds);
        let oldest_told = current.saturating_sub(MAX_QUIET * self.bucket_seconds);
        let mut closed = vec![open];
        let mut starts_at_seconds = first_quiet.max(oldest_told);
        while starts_at_seconds < current {
            closed.push(Bucket { starts_at_seconds, count: 0 });
            starts_at_seconds += self.bucket_seconds;
        }
        self.open = Some(Bucket { starts_at_seconds: current, count: 0 });
        closed
    }

    /// Records that came too late to be counted.
    #[must_use]
    pub fn late(&self) -> u64 {
        self.late
    }

    fn start_of(&self, at_seconds: i64) -> i64 {
        at_seconds.saturating_sub(at_seconds.rem_euclid(self.bucket_seconds))
    }
}
