//! Metrics and experiments: what the counts that came with a record say, computed here. Pure.
//!
//! ```text
//!   {"before": {"entered", "converted"}, "after": {…}}   a conversion, before and after
//!   {"variants": {"control": {"exposed", "converted"}, "test": {…}, …}}   an experiment
//!   {"series": [[time, value], …]}   values by time (seconds since 1970): is the last one unlike those before?
//!   {"value", "threshold"}, or an alert that fired   beyond a threshold
//! ```

use serde_json::Value;
use signalbox_domain::signal::Sample;
use signalbox_similarity::anomaly::{Detector, DetectorConfig, Verdict};

use super::proportion::{Share, chance};
use super::{Short, Told, hint, number};
use crate::config::DetectConfig;

/// What the detector calls worth an alarm.
const ALARM: f64 = 0.5;
/// Values of a series that are looked at, the newest.
const MOST_VALUES: usize = 5000;
/// Variants of an experiment that are looked at.
const MOST_VARIANTS: usize = 20;

pub(super) fn metric(sample: &Sample, config: &DetectConfig) -> Told {
    let attributes = &sample.attributes;
    if let (Some(before), Some(after)) = (attributes.get("before"), attributes.get("after")) {
        return conversion(before, after, config);
    }
    if let Some(Value::Array(series)) = attributes.get("series") {
        return anomaly(series);
    }
    match (number(attributes.get("value")), number(attributes.get("threshold"))) {
        (Some(value), Some(threshold)) => {
            let side = if value < threshold { "below" } else { "above" };
            hint("threshold", value, format!("{value} is {side} its threshold of {threshold}"))
        }
        // An alert fires by a threshold of its sender's.
        _ if attributes.contains_key("alert") => {
            hint("threshold", 1.0, "beyond its sender's threshold".to_owned())
        }
        _ => Told::Nothing,
    }
}

fn conversion(before: &Value, after: &Value, config: &DetectConfig) -> Told {
    let (Some(before), Some(after)) = (Share::read(before), Share::read(after)) else { return Told::Nothing };
    let Some(chance) = chance(before, after) else { return Told::Short(Short::TooFew) };
    if chance >= config.chance.0 {
        return Told::Short(Short::Chance { chance, least: config.chance.0 });
    }
    let words = format!(
        "conversion from {} to {} of {:.0}, by chance in {}",
        percent(before.part()),
        percent(after.part()),
        after.of,
        percent(chance)
    );
    hint("conversion", after.part() / before.part().max(f64::MIN_POSITIVE), words)
}

/// Every variant against the control; so many comparisons make chance that much likelier.
pub(super) fn experiment(sample: &Sample, config: &DetectConfig) -> Told {
    let Some(Value::Object(variants)) = sample.attributes.get("variants") else { return Told::Nothing };
    let shares: Vec<(&str, Share)> = variants
        .iter()
        .take(MOST_VARIANTS)
        .filter_map(|(name, value)| Some((name.as_str(), Share::read(value)?)))
        .collect();
    let control = shares.iter().find(|(name, _)| *name == "control").or_else(|| shares.first()).copied();
    let Some((control_name, control)) = control else { return Told::Nothing };
    let others: Vec<Share> =
        shares.iter().filter(|(name, _)| *name != control_name).map(|(_, share)| *share).collect();
    if others.is_empty() {
        return Told::Nothing;
    }
    let comparisons = crate::detect::lossy_count(others.len() as u64);
    let judged =
        others.iter().filter_map(|share| Some((*share, (comparisons * chance(*share, control)?).min(1.0))));
    let Some((best, chance)) = judged.min_by(|(_, one), (_, other)| one.total_cmp(other)) else {
        return Told::Short(Short::TooFew);
    };
    if chance >= config.chance.0 {
        return Told::Short(Short::Chance { chance, least: config.chance.0 });
    }
    let words = format!(
        "a variant converts {} against {} of the control, by chance in {}",
        percent(best.part()),
        percent(control.part()),
        percent(chance)
    );
    hint("experiment", best.part() / control.part().max(f64::MIN_POSITIVE), words)
}

fn anomaly(series: &[Value]) -> Told {
    let mut detector = Detector::new(DetectorConfig::default());
    let newest = &series[series.len().saturating_sub(MOST_VALUES)..];
    let mut last = None;
    for point in newest {
        let Some([at, value]) = point.as_array().map(Vec::as_slice) else { continue };
        let (Some(at), Some(value)) = (at.as_i64(), number(Some(value))) else { continue };
        last = Some((detector.observe(at, value), value));
    }
    match last {
        Some((Verdict::Scored { score, expected, .. }, value)) if score >= ALARM => hint(
            "anomaly",
            score,
            format!("{value} where about {expected:.1} were to be expected, an anomaly of {score:.2}"),
        ),
        _ => Told::Nothing,
    }
}

fn percent(part: f64) -> String {
    let percent = 100.0 * part;
    if percent > 0.0 && percent < 0.1 { "less than 0.1 %".to_owned() } else { format!("{percent:.1} %") }
}
