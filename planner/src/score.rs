//! How much a case matters: a formula over facts, its parts readable as one sentence. Pure.

use signalbox_domain::case::{Score, ScorePart};
use signalbox_domain::signal::{Severity, Signal};
use signalbox_domain::task::Priority;

/// The score of a case from its signals.
pub(crate) fn score(signals: &[&Signal]) -> Score {
    let count: u64 = signals.iter().map(|signal| signal.count).sum();
    let severity = signals.iter().map(|signal| signal.severity).max().unwrap_or(Severity::Info);
    let parts = vec![
        ScorePart {
            name: "severity".to_owned(),
            value: severity_points(severity),
            points: severity_points(severity),
            words: severity.name().to_owned(),
        },
        ScorePart {
            name: "records".to_owned(),
            value: lossy(count),
            points: magnitude(count),
            words: if count == 1 { "1 record".to_owned() } else { format!("{count} records") },
        },
    ];
    let total = parts.iter().map(|part| part.points).sum();
    Score { total, priority: priority(total), parts }
}

fn severity_points(severity: Severity) -> f64 {
    match severity {
        Severity::Fatal => 4.0,
        Severity::Error => 2.0,
        Severity::Warning => 1.0,
        Severity::Info => 0.0,
    }
}

/// One point for each tenfold.
fn magnitude(count: u64) -> f64 {
    lossy(count.max(1)).log10()
}

/// Past 2⁵³ the last digits are lost, and do not matter.
#[expect(clippy::cast_precision_loss, reason = "a count of that size is a magnitude")]
fn lossy(count: u64) -> f64 {
    count as f64
}

fn priority(total: f64) -> Priority {
    match total {
        total if total >= 8.0 => Priority::P0,
        total if total >= 5.5 => Priority::P1,
        total if total >= 3.0 => Priority::P2,
        total if total >= 1.5 => Priority::P3,
        _ => Priority::P4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_and_worse_matters_more() {
        assert_eq!(priority(severity_points(Severity::Error) + magnitude(1)), Priority::P3);
        assert_eq!(priority(severity_points(Severity::Error) + magnitude(10)), Priority::P2);
        assert_eq!(priority(severity_points(Severity::Fatal) + magnitude(10_000)), Priority::P0);
        assert_eq!(priority(severity_points(Severity::Info) + magnitude(1)), Priority::P4);
    }
}
