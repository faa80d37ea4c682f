//! Each table's rule as one statement: what is to go is found and removed in one, so nothing comes between.

use signalbox_domain::time::Timestamp;

use super::Prunable;
use super::config::{RetentionConfig, days_before, minutes_before};
use crate::error::StoreError;
use crate::statement::execute;
use crate::step::Step;

/// `signal_hours` counts hours since 1970.
const MICROS_AN_HOUR: i64 = 3_600_000_000;

pub(super) async fn within(
    step: &mut Step,
    config: &RetentionConfig,
    table: Prunable,
    now: Timestamp,
    limit: u32,
) -> Result<u64, StoreError> {
    let days = |days| days_before(now, days);
    match table {
        Prunable::SignalHours => signal_hours(step, days(config.signal_hours_days), limit).await,
        Prunable::Signals => signals(step, days(config.signals_days), limit).await,
        Prunable::RecordMarks => {
            record_marks(step, minutes_before(now, config.record_marks_minutes), limit).await
        }
        Prunable::MetricPoints => metric_points(step, days(config.metric_points_days), limit).await,
        Prunable::ReleaseExposures => {
            release_exposures(step, days(config.release_exposures_days), limit).await
        }
        Prunable::Deliveries => deliveries(step, days(config.deliveries_days), limit).await,
        Prunable::Quarantine => {
            quarantine(step, days(config.quarantine_days), config.quarantine_rows, limit).await
        }
        Prunable::Plans => plans(step, config.plans_a_project, limit).await,
        Prunable::Cases => cases(step, days(config.closed_cases_days), limit).await,
        Prunable::RunNotes => run_notes(step, days(config.run_notes_days), limit).await,
        Prunable::Tasks => tasks(step, days(config.ended_tasks_days), limit).await,
        Prunable::Changes => changes(step, days(config.changes_days), limit).await,
        Prunable::Firings => firings(step, days(config.firings_days), limit).await,
        Prunable::Runners => runners(step, days(config.runners_days), limit).await,
        Prunable::Tokens => tokens(step, days(config.tokens_days), limit).await,
        Prunable::QuotaWindows => quota_windows(step, days(config.quota_windows_days), limit).await,
        Prunable::Decisions => decisions(step, days(config.decisions_days), limit).await,
    }
}

async fn signal_hours(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/signal_hours.sqlite.sql",
        "queries/retention/signal_hours.postgres.sql",
        before.micros().div_euclid(MICROS_AN_HOUR),
        i64::from(limit)
    )
}

async fn metric_points(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/metric_points.sqlite.sql",
        "queries/retention/metric_points.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn release_exposures(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/release_exposures.sqlite.sql",
        "queries/retention/release_exposures.postgres.sql",
        before.micros().div_euclid(MICROS_AN_HOUR),
        i64::from(limit)
    )
}

async fn deliveries(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/deliveries.sqlite.sql",
        "queries/retention/deliveries.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn quarantine(step: &mut Step, before: Timestamp, most: u32, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/quarantine.sqlite.sql",
        "queries/retention/quarantine.postgres.sql",
        before.micros(),
        i64::from(most),
        i64::from(limit)
    )
}

/// The newest plan stays whatever the settings say: the next one names it.
async fn plans(step: &mut Step, newest: u32, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/plans.sqlite.sql",
        "queries/retention/plans.postgres.sql",
        i64::from(newest.max(1)),
        i64::from(limit)
    )
}

async fn decisions(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let past = decisions_past(step, before, limit).await?;
    let left = u32::try_from(u64::from(limit).saturating_sub(past)).unwrap_or(limit);
    Ok(past + decisions_orphaned(step, before, left).await?)
}

async fn signals(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/signals.sqlite.sql",
        "queries/retention/signals.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn record_marks(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/record_marks.sqlite.sql",
        "queries/retention/record_marks.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn cases(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/cases.sqlite.sql",
        "queries/retention/cases.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn run_notes(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/run_notes.sqlite.sql",
        "queries/retention/run_notes.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn tasks(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/tasks.sqlite.sql",
        "queries/retention/tasks.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn changes(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/changes.sqlite.sql",
        "queries/retention/changes.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn firings(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/firings.sqlite.sql",
        "queries/retention/firings.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn runners(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/runners.sqlite.sql",
        "queries/retention/runners.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn tokens(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/tokens.sqlite.sql",
        "queries/retention/tokens.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn quota_windows(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/quota_windows.sqlite.sql",
        "queries/retention/quota_windows.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn decisions_past(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/decisions_past.sqlite.sql",
        "queries/retention/decisions_past.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}

async fn decisions_orphaned(step: &mut Step, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        step,
        "queries/retention/decisions_orphaned.sqlite.sql",
        "queries/retention/decisions_orphaned.postgres.sql",
        before.micros(),
        i64::from(limit)
    )
}
