//! The formula, by examples: what adds, what takes away, and how it reads.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::task::Priority;

use super::*;
use crate::config::{RouteWeight, Thresholds};
use crate::facts::Stacks;
use crate::fixture::NOON;

fn facts() -> Facts {
    Facts {
        signals: 1,
        free: 1,
        records: 1,
        users: None,
        first_seen: NOON.minus(Duration::from_hours(24 * 30)),
        last_seen: NOON,
        severity: Severity::Error,
        hours: BTreeMap::new(),
        routes: BTreeSet::new(),
        is_unhandled: false,
        has_own_code: false,
        stacks: Stacks::None,
    }
}

fn judged(facts: &Facts) -> Judged<'_> {
    Judged { facts, pace: None, trend: None, generation: 1, hints: &[], now: NOON }
}

fn config() -> ScoreConfig {
    let route = |prefix: &str, points| RouteWeight { prefix: prefix.into(), points: Points(points) };
    ScoreConfig { routes: vec![route("/pay", 2.0), route("/pay/card", 3.0)], ..ScoreConfig::default() }
}

fn pace(times: f64) -> Pace {
    Pace { observed: 56, expected: 4.0, times, is_spike: times >= 5.0 }
}

#[track_caller]
fn check(judged: &Judged<'_>, total: f64, priority: Priority, words: &str) {
    let score = score(judged, &config());
    let sum: f64 = score.parts.iter().map(|part| part.points).sum();
    assert!((sum - score.total).abs() < 1e-9, "the parts add up: {score:?}");
    assert!((score.total - total).abs() < 0.005, "{} {}", score.total, score.sentence());
    assert_eq!((score.priority, score.sentence().as_str()), (priority, words));
}

#[test]
fn each_fact_adds_its_points_and_its_words() {
    let base = facts();
    check(&judged(&base), 2.0, Priority::P3, "P3: error, 1 record");
    let fatal = Facts { severity: Severity::Fatal, records: 1000, users: Some(100), ..facts() };
    check(&judged(&fatal), 10.0, Priority::P0, "P0: fatal, 1000 records, 100 users");
    let spike = Judged { pace: Some(pace(16.0)), ..judged(&base) };
    check(&spike, 4.0, Priority::P2, "P2: error, 1 record, 56 of them in 2 h, 16 × its baseline");
    let wild = Judged { pace: Some(pace(4096.0)), ..judged(&base) };
    check(&wild, 5.0, Priority::P2, "P2: error, 1 record, 56 of them in 2 h, 4096 × its baseline");
    let calm = Judged { pace: Some(pace(2.0)), ..judged(&base) };
    check(&calm, 2.0, Priority::P3, "P3: error, 1 record");
    let rising = Judged { trend: Some(5.0), ..judged(&base) };
    check(&rising, 2.5, Priority::P3, "P3: error, 1 record, 32 × the day before");
    let falling = Judged { trend: Some(-1.0), ..judged(&base) };
    check(&falling, 1.75, Priority::P4, "P4: error, 1 record, down to 1/2.0 of the day before");
    let back = Judged { generation: 2, ..judged(&base) };
    check(&back, 3.0, Priority::P3, "P3: error, 1 record, back after its task was done, generation 2");
    let young = Facts { first_seen: NOON.minus(Duration::from_hours(84)), ..facts() };
    check(&judged(&young), 2.25, Priority::P3, "P3: error, 1 record, first seen 3 days ago");
    let own = Facts { is_unhandled: true, has_own_code: true, ..facts() };
    let words = "P3: error, 1 record, unhandled, its stack leads into the product's own code";
    check(&judged(&own), 2.75, Priority::P3, words);
}

#[test]
fn what_sources_tell_adds_points_and_its_words() {
    let (facts, hint) =
        (facts(), Hint { name: "rage_clicks", value: 7.0, words: "rage clicks of 7 users".to_owned() });
    let told = Judged { hints: std::slice::from_ref(&hint), ..judged(&facts) };
    check(&told, 2.5, Priority::P3, "P3: error, 1 record, rage clicks of 7 users");
}

#[test]
fn every_number_comes_of_a_statement_that_is_there() {
    let all = Facts {
        users: Some(7),
        first_seen: NOON.minus(Duration::from_hours(60)),
        last_seen: NOON.minus(Duration::from_hours(24)),
        routes: BTreeSet::from(["/pay".to_owned()]),
        is_unhandled: true,
        has_own_code: true,
        ..facts()
    };
    let hint = Hint { name: "threshold", value: 1.0, words: String::new() };
    let judged = Judged {
        pace: Some(pace(16.0)),
        trend: Some(2.0),
        generation: 2,
        hints: std::slice::from_ref(&hint),
        ..judged(&all)
    };
    let parts = score(&judged, &config()).parts;
    assert_eq!(parts.len(), 12, "every part there is: {parts:?}");
    for part in parts {
        let file =
            format!("{}/../crates/store/queries/{}.sqlite.sql", env!("CARGO_MANIFEST_DIR"), part.query);
        assert!(std::path::Path::new(&file).exists(), "{}: {file}", part.name);
    }
}

#[test]
fn what_is_not_seen_any_more_falls() {
    let old = Facts { last_seen: NOON.minus(Duration::from_hours(24 * 14)), ..facts() };
    check(&judged(&old), 1.0, Priority::P4, "P4: error, 1 record, last seen 14 days ago");
    let fresh = fresh_points(&score(&judged(&old), &config()));
    assert!((fresh - 2.0).abs() < 1e-9, "it is as much work as it was: {fresh}");
}

#[test]
fn the_weightiest_route_counts_with_all_below_it() {
    for (route, points, words) in [
        ("/pay/17", 2.0, "on /pay"),
        ("https://shop.example/pay/card?x=1", 3.0, "on /pay/card"),
        ("/payments", 0.0, ""),
        ("https://shop.example", 0.0, ""),
    ] {
        let facts = Facts { routes: BTreeSet::from([route.to_owned()]), ..facts() };
        let found = score(&judged(&facts), &config());
        let part = found.parts.iter().find(|part| part.name == "route");
        assert_eq!(part.map_or((0.0, ""), |part| (part.points, &part.words)), (points, words), "{route}");
    }
}

#[test]
fn the_thresholds_are_the_settings_own() {
    let thresholds = serde_json::json!({"p0": 2.0, "p1": 1.0, "p2": 1.0, "p3": 1.0});
    let thresholds: Thresholds = serde_json::from_value(thresholds).unwrap();
    let config = ScoreConfig { thresholds, ..ScoreConfig::default() };
    assert_eq!(score(&judged(&facts()), &config).priority, Priority::P0);
}
