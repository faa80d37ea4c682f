//! What sources themselves tell that is out of the ordinary: sessions full of errors, clicks that nothing answers, an issue
//! that came back or spikes, values beyond a threshold or unlike those before, a conversion that fell, an experiment that is
//! decided, and sources that meet on a route in a release. Pure.
//!
//! ```text
//!   the signals of a case that were read ─▶ hints: each adds points and words to the score, and is told when it is new
//!                                        └▶ short: what would be a hint of more users, or with more certainty
//! ```
//!
//! Words hold numbers and names of ours alone: they stand in briefs, where no sender's text may become a word of the house.

mod clicks;
mod metrics;
mod proportion;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use signalbox_domain::signal::{Sample, SourceFamily};
use signalbox_store::planner::PlanSignal;

use crate::config::DetectConfig;
use crate::detect::times_words;

/// Something out of the ordinary.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hint {
    /// Which one: a score has each at most once.
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    pub(crate) words: String,
}

/// Why something is no hint yet.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub(crate) enum Short {
    #[error("{users} of the {least} distinct users that make a cluster of clicks")]
    Users { users: u64, least: u64 },
    #[error("the difference may be chance: in {:.1} % of such samples it is as large, and less than {:.1} % is asked for", 100.0 * .chance, 100.0 * .least)]
    Chance { chance: f64, least: f64 },
    #[error("too few have converted, or not, for the difference to say anything")]
    TooFew,
}

impl Short {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Users { .. } => "too-few-users",
            Self::Chance { .. } | Self::TooFew => "not-significant",
        }
    }
}

/// What the signals of a case tell.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Hints {
    pub(crate) found: Vec<Hint>,
    /// Set where every signal falls short; the first of them.
    pub(crate) short: Option<Short>,
}

/// What one signal tells.
enum Told {
    Hint(Hint),
    Short(Short),
    Nothing,
}

/// Of the signals that nothing holds back.
pub(crate) fn hints(read: &[&PlanSignal], config: &DetectConfig) -> Hints {
    let free: Vec<&PlanSignal> = read.iter().copied().filter(|signal| signal.signal.hold.is_none()).collect();
    let clicks = clicks::clusters(&free, config);
    let others = free.iter().filter(|signal| clicks::kind(signal).is_none()).map(|signal| of(signal, config));
    let told: Vec<Told> = clicks.into_iter().chain(others).collect();
    let shorts: Vec<Short> = told
        .iter()
        .filter_map(|one| if let Told::Short(short) = one { Some(*short) } else { None })
        .collect();
    let short = (shorts.len() == told.len()).then(|| shorts.first().copied()).flatten();
    let mut found: BTreeMap<&str, Hint> = BTreeMap::new();
    for hint in told.into_iter().filter_map(|one| if let Told::Hint(hint) = one { Some(hint) } else { None })
    {
        // The largest signal comes first.
        found.entry(hint.name).or_insert(hint);
    }
    let mut found: Vec<Hint> = found.into_values().collect();
    found.extend(coincidence(&free));
    Hints { found, short }
}

fn of(signal: &PlanSignal, config: &DetectConfig) -> Told {
    let family = signal.signal.key.family;
    let newest = signal.samples.iter().max_by_key(|sample| sample.occurred_at);
    match (family, signal.signal.key.kind.as_str(), newest) {
        (SourceFamily::SessionReplay, "error_heavy_session", _) => sessions(signal.signal.count),
        (SourceFamily::ErrorTracking, "issue_reopened", _) => {
            hint("reopened", 1.0, "reopened by its sender".to_owned())
        }
        (SourceFamily::ErrorTracking, "issue_spiking", Some(sample)) => spiking(sample),
        (SourceFamily::Experiments, _, Some(sample)) => metrics::experiment(sample, config),
        (SourceFamily::ProductAnalytics | SourceFamily::WebAnalytics, _, Some(sample)) => {
            metrics::metric(sample, config)
        }
        _ => Told::Nothing,
    }
}

fn hint(name: &'static str, value: f64, words: String) -> Told {
    Told::Hint(Hint { name, value, words })
}

fn sessions(count: u64) -> Told {
    let words = if count == 1 {
        "1 session full of errors".to_owned()
    } else {
        format!("{count} sessions full of errors")
    };
    hint("error_heavy_sessions", crate::detect::lossy_count(count), words)
}

/// Its sender has a baseline of its own.
fn spiking(sample: &Sample) -> Told {
    let number = |name| number(sample.attributes.get(name));
    let (Some(usual), Some(now)) = (number("baseline"), number("current")) else {
        return hint("spiking_upstream", 1.0, "spiking, says its sender".to_owned());
    };
    let times = now / usual.max(0.5);
    hint("spiking_upstream", times, format!("{} × its sender's baseline", times_words(times)))
}

/// A number, also one in a text; finite.
pub(crate) fn number(value: Option<&Value>) -> Option<f64> {
    let number = match value? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// Sources that tell of one route, in one release where it is known.
fn coincidence(free: &[&PlanSignal]) -> Option<Hint> {
    let mut places: BTreeMap<(&str, Option<&str>), BTreeSet<SourceFamily>> = BTreeMap::new();
    for signal in free {
        for sample in &signal.samples {
            let Some(route) = &sample.route else { continue };
            let release = sample.release.as_ref().map(|release| release.value.as_str());
            places.entry((route.value.as_str(), release)).or_default().insert(signal.signal.key.family);
        }
    }
    let (place, families) = places.into_iter().max_by_key(|(_, families)| families.len())?;
    if families.len() < 2 {
        return None;
    }
    let names: Vec<String> = families.iter().map(|family| family.name().replace('_', " ")).collect();
    let within = if place.1.is_some() { "one route of one release" } else { "one route" };
    let words = format!("{} meet on {within}", names.join(" and "));
    Some(Hint { name: "coincidence", value: crate::detect::lossy_count(families.len() as u64), words })
}

#[cfg(test)]
mod tests;
