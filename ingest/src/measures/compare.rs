//! A window against those before it. Pure: what comes out depends on the counts alone.

use std::time::Duration;

use serde_json::{Map, Value};
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Severity, SourceFamily};
use signalbox_domain::time::Timestamp;
use signalbox_similarity::anomaly::{Detector, DetectorConfig, Verdict};

use super::{FunnelConfig, MetricConfig};
use crate::formats::bounded_title;
use crate::identity::RecordIdentity;
use crate::observation::Observation;

/// How sure it has to be that fewer go on: standard errors between the two shares.
const STANDARD_ERRORS: f64 = 4.0;
/// People of the baseline for each that has to be in the window.
const BASELINE_TIMES: u64 = 3;
/// Windows before it in which somebody came: of fewer it is not known what is usual.
const LEAST_WINDOWS: usize = 3;
/// What the detector calls worth an alarm.
const ALARM: f64 = 0.5;

/// A window of a series: what was counted of each step, in the order of steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    pub(crate) at: Timestamp,
    pub(crate) counts: Vec<u64>,
    pub(crate) users: Vec<u64>,
}

/// What the last of these windows says of a funnel.
pub(crate) fn funnel_drops(funnel: &FunnelConfig, windows: &[Window]) -> Vec<Observation> {
    let Some((last, before)) = windows.split_last() else { return Vec::new() };
    let drops = funnel.steps.windows(2).enumerate().filter_map(|(index, pair)| {
        let [from, to] = pair else { return None };
        let people = |window: &Window, step: usize| window.users.get(step).copied().unwrap_or(0);
        if before.iter().filter(|window| people(window, index) > 0).count() < LEAST_WINDOWS {
            return None;
        }
        let sum = |step: usize| before.iter().map(|window| people(window, step)).sum::<u64>();
        let now = Passage { came: people(last, index), went_on: people(last, index + 1) };
        let usual = Passage { came: sum(index), went_on: sum(index + 1) };
        let drop = now.drop_from(usual, funnel)?;
        drop_observation(funnel, (from, to), last.at, (now, usual, drop))
    });
    drops.collect()
}

/// From one step to the next.
#[derive(Debug, Clone, Copy)]
struct Passage {
    came: u64,
    went_on: u64,
}

impl Passage {
    fn share(self) -> f64 {
        if self.came == 0 { 0.0 } else { (lossy(self.went_on) / lossy(self.came)).min(1.0) }
    }

    /// By which share fewer go on; None where that is not sure, or too little.
    fn drop_from(self, usual: Self, funnel: &FunnelConfig) -> Option<f64> {
        let people = funnel.people.max(1);
        if self.came < people || usual.came < people.saturating_mul(BASELINE_TIMES) {
            return None;
        }
        let (now, was) = (self.share(), usual.share());
        let pooled =
            (now * lossy(self.came) + was * lossy(usual.came)) / (lossy(self.came) + lossy(usual.came));
        let error = (pooled * (1.0 - pooled) * (1.0 / lossy(self.came) + 1.0 / lossy(usual.came))).sqrt();
        let drop = 1.0 - now / was;
        let is_sure = was > now && error > 0.0 && (was - now) / error >= STANDARD_ERRORS;
        (is_sure && drop >= funnel.drop.0).then_some(drop)
    }
}

fn drop_observation(
    funnel: &FunnelConfig,
    (from, to): (&str, &str),
    at: Timestamp,
    (now, usual, drop): (Passage, Passage, f64),
) -> Option<Observation> {
    let (name, span) = (funnel.name.as_str(), funnel.window.as_secs());
    let title = format!("Fewer people go on from {from} to {to} ({name})");
    let text = format!(
        "In the {} from {at}, {} of {} people who came to {from} went on to {to}: {:.1} %. In the windows before it was \
         {:.1} % of {}.",
        words(funnel.window),
        now.went_on.min(now.came),
        now.came,
        now.share() * 100.0,
        usual.share() * 100.0,
        usual.came
    );
    let facts = [
        ("funnel", Value::from(name)),
        ("from", from.into()),
        ("to", to.into()),
        ("people", now.came.into()),
        ("share", rounded(now.share())),
        ("usual_share", rounded(usual.share())),
    ];
    let severity = if drop >= 0.5 { Severity::Error } else { Severity::Warning };
    let identity = RecordIdentity::Own(format!("{name}\u{1f}{from}\u{1f}{to}"));
    let record_id = format!("funnel/{name}/{span}/{from}/{to}/{}", at.micros());
    told("funnel_drop", (title, text), identity, (severity, at, funnel.window, record_id), facts)
}

/// What the last of these windows says of a metric.
pub(crate) fn metric_moves(metric: &MetricConfig, windows: &[Window]) -> Option<Observation> {
    let mut detector = Detector::new(DetectorConfig::default());
    let mut verdict = None;
    for window in windows {
        let value = window.counts.first().copied().unwrap_or(0);
        verdict = Some((window.at, value, detector.observe(window.at.micros() / 1_000_000, lossy(value))));
    }
    let (at, value, Verdict::Scored { score, expected, .. }) = verdict? else { return None };
    if score < ALARM {
        return None;
    }
    let (name, span) = (metric.name.as_str(), metric.window.as_secs());
    let (kind, word) =
        if lossy(value) < expected { ("metric_drop", "Less") } else { ("metric_spike", "More") };
    let title = format!("{word} of {name} than usual");
    let text = format!(
        "In the {} from {at}, {name} was counted {value} times; about {expected:.0} were to be expected.",
        words(metric.window)
    );
    let facts = [
        ("metric", Value::from(name)),
        ("count", value.into()),
        ("expected", rounded(expected)),
        ("score", rounded(score)),
    ];
    let identity = RecordIdentity::Own(format!("{name}\u{1f}{kind}"));
    let record_id = format!("metric/{name}/{span}/{}", at.micros());
    told(kind, (title, text), identity, (Severity::Warning, at, metric.window, record_id), facts)
}

/// The names are the settings' own, and the numbers are whatever was sent.
fn told<const N: usize>(
    kind: &str,
    (title, text): (String, String),
    identity: RecordIdentity,
    (severity, at, span, record_id): (Severity, Timestamp, Duration, String),
    facts: [(&str, Value); N],
) -> Option<Observation> {
    let from = Provenance::SignedSource;
    let attributes: Map<String, Value> =
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let title = Sourced::new(bounded_title(&title), from);
    Some(Observation {
        text: Sourced::new(text, from),
        severity,
        record_id: Some(record_id),
        occurred_at: Some(at.plus(span)),
        attributes,
        ..Observation::new(SourceFamily::ProductAnalytics, kind.parse().ok()?, identity, title)
    })
}

fn words(span: Duration) -> String {
    match span.as_secs() {
        3600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        seconds if seconds.is_multiple_of(3600) => format!("{} hours", seconds / 3600),
        seconds => format!("{} minutes", seconds.div_ceil(60)),
    }
}

fn rounded(number: f64) -> Value {
    serde_json::Number::from_f64((number * 1000.0).round() / 1000.0).map_or(Value::Null, Value::Number)
}

#[expect(clippy::cast_precision_loss, reason = "past 2^53 a count is a magnitude")]
fn lossy(count: u64) -> f64 {
    count as f64
}
