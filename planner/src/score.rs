//! How much a case matters: a formula over facts whose numbers are settings, its parts readable as one sentence. Pure.
//! The parts add up to the total; a part that adds nothing is left out, unless it says how much there is.

use std::time::Duration;

use signalbox_domain::case::{Score, ScorePart};
use signalbox_domain::signal::Severity;
use signalbox_domain::time::Timestamp;

use crate::config::{Points, ScoreConfig};
use crate::detect::{Pace, lossy_count, times_words};
use crate::facts::Facts;
use crate::hints::Hint;

/// The part that says how a case goes against its baseline; a plan compares it with the last one's.
pub(crate) const RATE: &str = "rate";

const DECAY: &str = "decay";

/// Doublings from day to day that count.
const MOST_DOUBLINGS: f64 = 2.0;
/// A loss of less than this is not worth a word.
const LEAST_DECAY: f64 = 0.05;

/// What a case is judged by.
pub(crate) struct Judged<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) pace: Option<Pace>,
    /// Doublings from the day before to the last day.
    pub(crate) trend: Option<f64>,
    pub(crate) generation: u32,
    /// What its sources tell that is out of the ordinary.
    pub(crate) hints: &'a [Hint],
    pub(crate) now: Timestamp,
}

pub(crate) fn score(judged: &Judged<'_>, config: &ScoreConfig) -> Score {
    let facts = judged.facts;
    let mut parts = vec![severity(facts.severity, config), records(facts.records, config)];
    parts.extend(facts.users.map(|users| self::users(users, config)));
    parts.extend(judged.pace.and_then(|pace| rate(&pace, config)));
    parts.extend(judged.trend.and_then(|doublings| trend(doublings, config)));
    parts.extend(novelty(judged.now.since(facts.first_seen), config));
    parts.extend((judged.generation > 1).then(|| returned(judged.generation, config)));
    parts.extend(facts.is_unhandled.then(|| flat("unhandled", config.unhandled, "unhandled")));
    parts.extend(route(facts, config));
    parts.extend(judged.hints.iter().map(|hint| self::hint(hint, config)));
    let own = || flat("confidence", config.confidence, "its stack leads into the product's own code");
    parts.extend(facts.has_own_code.then(own));
    let fresh: f64 = parts.iter().map(|part| part.points).sum();
    parts.extend(decay(fresh, judged.now.since(facts.last_seen), config));
    let total: f64 = parts.iter().map(|part| part.points).sum();
    Score { total, priority: config.thresholds.priority(total), parts }
}

/// The points that facts gave, before time took any: what decides whether a case is work at all. Time decides only which
/// work comes first.
pub(crate) fn fresh_points(score: &Score) -> f64 {
    score.parts.iter().filter(|part| part.name != DECAY).map(|part| part.points).sum()
}

fn part(name: &str, value: f64, points: f64, words: String) -> ScorePart {
    ScorePart { name: name.to_owned(), value, points, words, query: query(name).to_owned() }
}

/// The statement of the store that a part's number comes from, as `OWNER/NAME` below crates/store/queries: whoever doubts
/// the number asks it of the database.
fn query(part: &str) -> &'static str {
    match part {
        "severity" | "records" | "novelty" | DECAY => "planner/case_totals",
        RATE | "trend" => "planner/case_hours",
        "returned" => "planner/case_show",
        "users" => "planner/case_members",
        // Routes, handling, frames and what sources tell stand in samples.
        _ => "ingest/samples_load",
    }
}

fn flat(name: &str, points: Points, words: &str) -> ScorePart {
    part(name, 1.0, points.0, words.to_owned())
}

fn severity(severity: Severity, config: &ScoreConfig) -> ScorePart {
    let points = match severity {
        Severity::Fatal => config.fatal,
        Severity::Error => config.error,
        Severity::Warning => config.warning,
        Severity::Info => config.info,
    };
    part("severity", points.0, points.0, severity.name().to_owned())
}

fn records(count: u64, config: &ScoreConfig) -> ScorePart {
    let words = if count == 1 { "1 record".to_owned() } else { format!("{count} records") };
    part("records", lossy_count(count), config.records.0 * magnitude(count), words)
}

fn users(count: u64, config: &ScoreConfig) -> ScorePart {
    let words = if count == 1 { "1 user".to_owned() } else { format!("{count} users") };
    part("users", lossy_count(count), config.users.0 * magnitude(count), words)
}

/// One for each tenfold.
fn magnitude(count: u64) -> f64 {
    lossy_count(count.max(1)).log10()
}

/// Only what exceeds its baseline by the measure of a spike adds anything.
fn rate(pace: &Pace, config: &ScoreConfig) -> Option<ScorePart> {
    if !pace.is_spike {
        return None;
    }
    let points = (config.rate.0 * pace.times.max(1.0).log2()).min(config.rate_most.0);
    let words = format!("{} in 2 h, {}", count_words(pace.observed), pace.words());
    Some(part(RATE, pace.times, points, words))
}

fn count_words(count: u64) -> String {
    format!("{count} of them")
}

fn trend(doublings: f64, config: &ScoreConfig) -> Option<ScorePart> {
    let bounded = doublings.clamp(-MOST_DOUBLINGS, MOST_DOUBLINGS);
    if bounded.abs() < 1.0 {
        return None;
    }
    let words = if doublings > 0.0 {
        format!("{} × the day before", times_words(doublings.exp2()))
    } else {
        format!("down to 1/{} of the day before", times_words((-doublings).exp2()))
    };
    Some(part("trend", doublings, config.trend.0 * bounded, words))
}

fn novelty(age: Duration, config: &ScoreConfig) -> Option<ScorePart> {
    let left = 1.0 - age.as_secs_f64() / config.novel_for.as_secs_f64();
    if left <= 0.0 {
        return None;
    }
    let words = format!("first seen {} ago", span_words(age));
    Some(part("novelty", age.as_secs_f64(), config.novelty.0 * left.min(1.0), words))
}

fn returned(generation: u32, config: &ScoreConfig) -> ScorePart {
    let words = format!("back after its task was done, generation {generation}");
    part("returned", f64::from(generation), config.returned.0, words)
}

fn hint(hint: &Hint, config: &ScoreConfig) -> ScorePart {
    part(hint.name, hint.value, config.hint.0, hint.words.clone())
}

fn route(facts: &Facts, config: &ScoreConfig) -> Option<ScorePart> {
    let weighed = config
        .routes
        .iter()
        .filter(|weight| facts.routes.iter().any(|route| lies_below(path(route), &weight.prefix)));
    // Of equal ones the first.
    let best = weighed.rev().max_by(|one, other| one.points.0.total_cmp(&other.points.0))?;
    Some(part("route", best.points.0, best.points.0, format!("on {}", best.prefix)))
}

fn path(route: &str) -> &str {
    let route = route.split(['?', '#']).next().unwrap_or(route);
    match route.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => route,
    }
}

fn lies_below(path: &str, prefix: &str) -> bool {
    let rest = path.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/'))
}

/// What is not seen any more matters less and less.
fn decay(fresh: f64, unseen: Duration, config: &ScoreConfig) -> Option<ScorePart> {
    let left = (-(unseen.as_secs_f64() / config.half_life.as_secs_f64())).exp2();
    let lost = fresh * (1.0 - left);
    if lost < LEAST_DECAY {
        return None;
    }
    Some(part(DECAY, unseen.as_secs_f64(), -lost, format!("last seen {} ago", span_words(unseen))))
}

pub(crate) fn span_words(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    match minutes {
        0..120 => format!("{minutes} min"),
        120..2880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1440),
    }
}

#[cfg(test)]
mod tests;
