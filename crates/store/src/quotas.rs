//! Quotas: limits that span processes. One row a window counts what was granted in it, and never passes the limit,
//! however many processes take at once.
//!
//! Owner: this module, for every stage. A process takes a share and shapes its own use of it; this module knows
//! nothing of rates within a window.

use std::time::Duration;

use signalbox_domain::names::Label;
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::time::Timestamp;

use crate::column;
use crate::error::StoreError;
use crate::method::Method;
use crate::open::Store;
use crate::statement::{execute, fetch_optional};
use crate::step::Step;

/// What was granted, in which window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaShare {
    /// 0 to what was wanted.
    pub granted: u64,
    pub window_start: Timestamp,
    /// When the next window begins: what was not used by then is gone, and more can be had.
    pub ends_at: Timestamp,
}

/// How much of a window was granted when somebody looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaUse {
    pub used: u64,
    pub ends_at: Timestamp,
}

struct UsedRow {
    used: i64,
}

impl Store {
    /// Takes up to `wanted` units of the window that `now` falls into.
    pub async fn quota_take(
        &self,
        limit: &QuotaLimit,
        wanted: u64,
        now: Timestamp,
    ) -> Result<QuotaShare, StoreError> {
        let mut step = self.write(Method::QuotaTake).await?;
        let share = take_within(&mut step, limit, wanted, now).await?;
        step.commit().await?;
        Ok(share)
    }

    /// Gives back units that were taken in a window and not used; one that was removed meanwhile needs none.
    pub async fn quota_give_back(
        &self,
        name: &Label,
        window_start: Timestamp,
        units: u64,
    ) -> Result<(), StoreError> {
        let mut step = self.write(Method::QuotaGiveBack).await?;
        give_back_within(&mut step, name, window_start, units).await?;
        step.commit().await
    }
}

/// Gives back within a step of another module, what that very step has taken.
pub(crate) async fn give_back_within(
    step: &mut Step,
    name: &Label,
    window_start: Timestamp,
    units: u64,
) -> Result<(), StoreError> {
    execute!(
        step,
        "queries/quotas/give_back.sqlite.sql",
        "queries/quotas/give_back.postgres.sql",
        name.as_str(),
        window_start.micros(),
        column::from_count(units)
    )
    .map(drop)
}

/// Takes within a step of another module: what it takes is had with that step, or not at all.
pub(crate) async fn take_within(
    step: &mut Step,
    limit: &QuotaLimit,
    wanted: u64,
    now: Timestamp,
) -> Result<QuotaShare, StoreError> {
    let (window_start, ends_at) = window_of(limit.window, now);
    let used = used_in(step, &limit.name, window_start, ends_at).await?;
    let granted = wanted.min(limit.units.saturating_sub(used));
    if granted > 0 {
        execute!(
            step,
            "queries/quotas/take.sqlite.sql",
            "queries/quotas/take.postgres.sql",
            limit.name.as_str(),
            window_start.micros(),
            column::from_count(granted)
        )?;
    }
    Ok(QuotaShare { granted, window_start, ends_at })
}

/// A look at the window that `now` falls into.
pub(crate) async fn look_within(
    step: &mut Step,
    limit: &QuotaLimit,
    now: Timestamp,
) -> Result<QuotaUse, StoreError> {
    let (window_start, ends_at) = window_of(limit.window, now);
    let row = fetch_optional!(
        step,
        UsedRow,
        "queries/quotas/granted.sqlite.sql",
        "queries/quotas/granted.postgres.sql",
        limit.name.as_str(),
        window_start.micros()
    )?;
    let used = row.map_or(Ok(0), |row| column::count(row.used));
    let used = used.map_err(|source| StoreError::damaged("quota window", source))?;
    Ok(QuotaUse { used, ends_at })
}

/// What the window has granted; its row is this step's alone from here on.
async fn used_in(
    step: &mut Step,
    name: &Label,
    window_start: Timestamp,
    ends_at: Timestamp,
) -> Result<u64, StoreError> {
    if let Some(used) = used_so_far(step, name, window_start).await? {
        return Ok(used);
    }
    execute!(
        step,
        "queries/quotas/begin_window.sqlite.sql",
        "queries/quotas/begin_window.postgres.sql",
        name.as_str(),
        window_start.micros(),
        ends_at.micros()
    )?;
    // Another process may have begun the window a moment before, and taken from it.
    let used = used_so_far(step, name, window_start).await?;
    used.ok_or_else(|| StoreError::Missing { what: "quota window", id: name.to_string() })
}

async fn used_so_far(
    step: &mut Step,
    name: &Label,
    window_start: Timestamp,
) -> Result<Option<u64>, StoreError> {
    let row = fetch_optional!(
        step,
        UsedRow,
        "queries/quotas/used.sqlite.sql",
        "queries/quotas/used.postgres.sql",
        name.as_str(),
        window_start.micros()
    )?;
    row.map(|row| column::count(row.used).map_err(|source| StoreError::damaged("quota window", source)))
        .transpose()
}

/// Windows begin at multiples of their length since 1970, so all processes agree on them.
fn window_of(length: Duration, now: Timestamp) -> (Timestamp, Timestamp) {
    let micros = i64::try_from(length.as_micros()).unwrap_or(i64::MAX).max(1);
    let start = now.micros().div_euclid(micros).saturating_mul(micros);
    (Timestamp::from_micros(start), Timestamp::from_micros(start.saturating_add(micros)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_lies_in_its_window() {
        let minute = Duration::from_secs(60);
        for (now, start) in [(0, 0), (1, 0), (59_999_999, 0), (60_000_000, 60_000_000), (-1, -60_000_000)] {
            let (from, to) = window_of(minute, Timestamp::from_micros(now));
            assert_eq!(from.micros(), start, "{now}");
            assert_eq!(to.since(from), minute);
        }
    }

    #[test]
    fn no_length_divides_by_zero_or_overflows() {
        for length in [Duration::ZERO, Duration::MAX] {
            let now = Timestamp::from_micros(i64::MAX);
            let (start, end) = window_of(length, now);
            assert!(start <= now && start <= end, "{length:?}");
        }
    }
}
