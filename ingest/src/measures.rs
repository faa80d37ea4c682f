//! Configured events of an event topic, counted a window: metrics, and funnels of steps. A window that is over is compared
//! with those before it, once: fewer people who go on, or a metric that moved, is a signal.
//!
//! A window is over once the slowest partition of its source has read past it. A topic that is silent as a whole closes none:
//! whether nobody came or nothing was delivered cannot be told from here.

mod compare;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::names::{Label, SourceName};
use signalbox_domain::time::Timestamp;

use crate::config::{ConfigProblem, SourceConfig};
use crate::formats::Format;

pub(crate) use compare::{Window, funnel_drops, metric_moves};

const MOST: usize = 50;
const MOST_STEPS: usize = 20;
const LONGEST_EVENT: usize = 200;
const SHORTEST_WINDOW: Duration = Duration::from_secs(60);
const LONGEST_WINDOW: Duration = Duration::from_secs(7 * 24 * 3600);

/// Steps that people are meant to take one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunnelConfig {
    pub name: Label,
    /// Of whose records: a source of the format `posthog_event`.
    pub source: SourceName,
    /// The names of events.
    pub steps: Vec<String>,
    #[serde(default = "an_hour", with = "signalbox_runtime::duration::positive")]
    pub window: Duration,
    /// By which share fewer people than before have to go on.
    #[serde(default = "a_fifth")]
    pub drop: Share,
    /// Of fewer people in a window nothing is concluded.
    #[serde(default = "fifty")]
    pub people: u64,
}

/// Events whose number is watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricConfig {
    pub name: Label,
    pub source: SourceName,
    pub events: Vec<String>,
    #[serde(default = "an_hour", with = "signalbox_runtime::duration::positive")]
    pub window: Duration,
}

/// More than nothing, at most all.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Share(pub f64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a share above 0 and at most 1")]
pub struct NoShare;

impl TryFrom<f64> for Share {
    type Error = NoShare;

    fn try_from(share: f64) -> Result<Self, NoShare> {
        if share > 0.0 && share <= 1.0 { Ok(Self(share)) } else { Err(NoShare) }
    }
}

const fn an_hour() -> Duration {
    Duration::from_secs(3600)
}

const fn a_fifth() -> Share {
    Share(0.2)
}

const fn fifty() -> u64 {
    50
}

/// What is wrong with them, with its key below `ingest`.
pub(crate) fn check(
    funnels: &[FunnelConfig],
    metrics: &[MetricConfig],
    sources: &[SourceConfig],
) -> Result<(), (String, ConfigProblem)> {
    let mut names: BTreeSet<&Label> = BTreeSet::new();
    let listed =
        funnels.iter().map(|one| ("funnels", &one.name, &one.source, ("steps", &one.steps, 2), one.window));
    let counted =
        metrics.iter().map(|one| ("metrics", &one.name, &one.source, ("events", &one.events, 1), one.window));
    for (index, (list, name, source, (key, events, least), window)) in
        listed.enumerate().chain(counted.enumerate())
    {
        let wrong = |key: &str, expected| {
            Err((format!("{list}[{index}].{key}"), ConfigProblem::Missing { expected }))
        };
        if index >= MOST {
            return wrong("name", "at most 50 of them");
        }
        if !names.insert(name) {
            return wrong("name", "a name that no other funnel or metric has");
        }
        let is_of_events =
            |known: &SourceConfig| known.name == *source && known.format == Format::PosthogEvent;
        if !sources.iter().any(is_of_events) {
            return wrong("source", "the name of a source of the format posthog_event");
        }
        let distinct: BTreeSet<&String> = events.iter().collect();
        let fits = |event: &String| !event.trim().is_empty() && event.len() <= LONGEST_EVENT;
        if events.len() < least
            || events.len() > MOST_STEPS
            || distinct.len() != events.len()
            || !events.iter().all(fits)
        {
            return wrong(
                key,
                if least > 1 {
                    "2 to 20 names of events, each once"
                } else {
                    "1 to 20 names of events, each once"
                },
            );
        }
        if !(SHORTEST_WINDOW..=LONGEST_WINDOW).contains(&window) {
            return wrong("window", "a minute to a week");
        }
    }
    Ok(())
}

/// A step of a series that an event is counted in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) name: Label,
    pub(crate) span: Duration,
    pub(crate) step: u32,
}

/// What the events of one source are counted in.
pub(crate) fn counted(
    source: &SourceName,
    funnels: &[FunnelConfig],
    metrics: &[MetricConfig],
) -> BTreeMap<String, Vec<Counted>> {
    let mut events: BTreeMap<String, Vec<Counted>> = BTreeMap::new();
    for funnel in funnels.iter().filter(|funnel| funnel.source == *source) {
        for (step, event) in (0..).zip(&funnel.steps) {
            let counted = Counted { name: funnel.name.clone(), span: funnel.window, step };
            events.entry(event.clone()).or_default().push(counted);
        }
    }
    for metric in metrics.iter().filter(|metric| metric.source == *source) {
        for event in &metric.events {
            let counted = Counted { name: metric.name.clone(), span: metric.window, step: 0 };
            events.entry(event.clone()).or_default().push(counted);
        }
    }
    events
}

/// The beginning of the window that a moment falls into.
pub(crate) fn window_of(at: Timestamp, span: Duration) -> Timestamp {
    let span = i64::try_from(span.as_micros()).unwrap_or(i64::MAX).max(1);
    Timestamp::from_micros(at.micros() - at.micros().rem_euclid(span))
}
