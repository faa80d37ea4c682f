//! How long things are kept. The defaults are long enough to explain a season's work and short enough for one disk.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::time::Timestamp;

/// Retention's part of the settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionConfig {
    /// Counts by the hour: what baselines are made of.
    pub signal_hours_days: u32,
    /// A signal that was not seen for so long goes, unless an open case or an undecided plan needs it.
    pub signals_days: u32,
    /// The window in which the same record under another offset is recognised.
    pub record_marks_minutes: u32,
    /// Counts of configured events and funnels, a window: what baselines are made of.
    pub metric_points_days: u32,
    /// How much releases were used.
    pub release_exposures_days: u32,
    /// Webhooks that were read.
    pub deliveries_days: u32,
    pub quarantine_days: u32,
    /// However young they are, no more than so many.
    pub quarantine_rows: u32,
    /// The newest so many plans of each project stay.
    pub plans_a_project: u32,
    pub closed_cases_days: u32,
    /// Ended tasks with their runs and outcomes.
    pub ended_tasks_days: u32,
    /// The history of ended runs.
    pub run_notes_days: u32,
    /// Reasons that no longer stand, and reasons about what is gone.
    pub decisions_days: u32,
    /// Windows that ended.
    pub quota_windows_days: u32,
    /// Ended firings; the newest of each trigger stays.
    pub firings_days: u32,
    /// Revoked and expired tokens.
    pub tokens_days: u32,
    /// Runners that were not heard of.
    pub runners_days: u32,
    /// Changes whose task and case are gone.
    pub changes_days: u32,
}

impl RetentionConfig {
    /// A span of nothing would take what is still needed; the error names the key and what was expected.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let spans = [
            ("signal_hours_days", self.signal_hours_days),
            ("signals_days", self.signals_days),
            ("record_marks_minutes", self.record_marks_minutes),
            ("metric_points_days", self.metric_points_days),
            ("release_exposures_days", self.release_exposures_days),
            ("deliveries_days", self.deliveries_days),
            ("quarantine_days", self.quarantine_days),
            ("quarantine_rows", self.quarantine_rows),
            ("plans_a_project", self.plans_a_project),
            ("closed_cases_days", self.closed_cases_days),
            ("ended_tasks_days", self.ended_tasks_days),
            ("run_notes_days", self.run_notes_days),
            ("decisions_days", self.decisions_days),
            ("quota_windows_days", self.quota_windows_days),
            ("firings_days", self.firings_days),
            ("tokens_days", self.tokens_days),
            ("runners_days", self.runners_days),
            ("changes_days", self.changes_days),
        ];
        match spans.into_iter().find(|(_, span)| *span == 0) {
            Some((key, _)) => Err((key, "expected at least 1")),
            None => Ok(()),
        }
    }
}

impl Default for RetentionConfig {
    fn default() -> Self {
        Self {
            signal_hours_days: 35,
            signals_days: 90,
            record_marks_minutes: 60,
            metric_points_days: 35,
            release_exposures_days: 90,
            deliveries_days: 30,
            quarantine_days: 30,
            quarantine_rows: 10_000,
            plans_a_project: 50,
            closed_cases_days: 400,
            ended_tasks_days: 180,
            run_notes_days: 90,
            decisions_days: 30,
            quota_windows_days: 2,
            firings_days: 90,
            tokens_days: 90,
            runners_days: 30,
            changes_days: 180,
        }
    }
}

const SECONDS_A_DAY: u64 = 24 * 60 * 60;

/// The moment so many days before `now`.
pub(super) fn days_before(now: Timestamp, days: u32) -> Timestamp {
    now.minus(Duration::from_secs(u64::from(days) * SECONDS_A_DAY))
}

/// The moment so many minutes before `now`.
pub(super) fn minutes_before(now: Timestamp, minutes: u32) -> Timestamp {
    now.minus(Duration::from_secs(u64::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_default_and_what_is_unknown_is_refused() {
        let config: RetentionConfig = serde_json::from_str(r#"{"signals_days": 7}"#).unwrap();
        assert_eq!(config, RetentionConfig { signals_days: 7, ..RetentionConfig::default() });
        assert!(serde_json::from_str::<RetentionConfig>(r#"{"signal_days": 7}"#).is_err());
    }

    #[test]
    fn days_are_days() {
        let now = Timestamp::from_micros(10 * 86_400_000_000);
        assert_eq!(days_before(now, 10), Timestamp::EPOCH);
        assert_eq!(minutes_before(now, 10 * 24 * 60), Timestamp::EPOCH);
        assert!(days_before(now, u32::MAX) < Timestamp::EPOCH);
    }
}
