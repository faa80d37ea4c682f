//! How many signals of one project and family may be new in a window; above it new ones count in one overflow signal. Decided
//! in the fold's transaction (`store::ingest::limit`); here is what the settings say, and what the overflow is called.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::decision::Reason;
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::{Label, SignalKind};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Fingerprint, Severity, SignalKey, SourceFamily};
use signalbox_domain::sketch::Sketch;
use signalbox_runtime::IdSource;
use signalbox_store::ingest::{Fold, FoldPart, NewSignals, Overflow};

/// New signals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitConfig {
    /// Of one project and source in a window, over all processes; 0 for no limit.
    pub new_signals: u64,
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub window: Duration,
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self { new_signals: 2000, window: Duration::from_secs(3600) }
    }
}

const OVERFLOW: &str = "overflow";

impl LimitConfig {
    /// The part with the limit that its folds are under.
    pub(crate) fn within(&self, part: FoldPart, ids: &IdSource) -> FoldPart {
        if self.new_signals == 0 || part.folds.is_empty() {
            return part;
        }
        let groups: BTreeSet<(ProjectId, SourceFamily)> =
            part.folds.iter().map(|fold| (fold.key.project, fold.key.family)).collect();
        let overflows = groups.into_iter().filter_map(|group| self.overflow(group, ids)).collect();
        let limit = NewSignals { units: self.new_signals, window: self.window, overflows };
        FoldPart { limit: Some(limit), ..part }
    }

    /// None never: both names are fixed, and a test makes them.
    fn overflow(&self, (project, family): (ProjectId, SourceFamily), ids: &IdSource) -> Option<Overflow> {
        let (kind, code): (SignalKind, Label) = (OVERFLOW.parse().ok()?, OVERFLOW.parse().ok()?);
        let Self { new_signals, window } = self;
        let words = format!(
            "more than {new_signals} new signals of {} within {} minutes: what else is new counts here",
            family.name(),
            window.as_secs().div_ceil(60)
        );
        let fold = Fold {
            id: ids.next(),
            key: SignalKey {
                project,
                family,
                kind,
                fingerprint: Fingerprint { version: 1, key: OVERFLOW.to_owned() },
            },
            aliases: Vec::new(),
            title: Sourced::new(
                format!("Too many new signals of {}", family.name()),
                Provenance::SignedSource,
            ),
            severity: Severity::Warning,
            hold: None,
            hold_at: signalbox_domain::time::Timestamp::EPOCH,
            repository: None,
            users: Sketch::default(),
            records: Vec::new(),
            samples: Vec::new(),
        };
        Some(Overflow { fold, decision: ids.next(), reason: Reason { code, words } })
    }
}

#[cfg(test)]
mod tests {
    use signalbox_runtime::{Clock, Randomness};

    use super::*;

    #[test]
    fn every_project_and_family_has_an_overflow_of_its_own() {
        let clock = Clock::manual(signalbox_domain::time::Timestamp::EPOCH).0;
        let ids = IdSource::new(clock, Randomness::seeded(1));
        let config = LimitConfig::default();
        let (web, app) = (ids.next::<ProjectId>(), ids.next::<ProjectId>());
        let folds: Vec<Fold> = [
            (web, SourceFamily::ErrorTracking),
            (web, SourceFamily::ErrorTracking),
            (web, SourceFamily::Alerts),
            (app, SourceFamily::Alerts),
        ]
        .into_iter()
        .map(|group| config.overflow(group, &ids).unwrap().fold)
        .collect();
        let part = config.within(FoldPart { folds, ..FoldPart::default() }, &ids);
        assert_eq!(part.limit.unwrap().overflows.len(), 3);
        let off = LimitConfig { new_signals: 0, ..config };
        assert!(off.within(FoldPart::default(), &ids).limit.is_none());
    }
}
