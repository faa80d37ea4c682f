//! Each hint from what its source sends, and what falls short of one.

use serde_json::json;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::HoldReason;

use super::*;
use crate::fixture::ticket;

fn signal(family: SourceFamily, kind: &str, attributes: impl Into<Value>) -> PlanSignal {
    let attributes: Value = attributes.into();
    let mut signal = ticket(1, "t", "");
    signal.signal.key.family = family;
    signal.signal.key.kind = kind.parse().unwrap();
    signal.samples[0].attributes = attributes.as_object().unwrap().clone();
    signal
}

fn told(signals: &[PlanSignal]) -> Hints {
    hints(&signals.iter().collect::<Vec<_>>(), &DetectConfig::default())
}

#[track_caller]
fn check(signal: PlanSignal, name: &str, words: &str) {
    let told = told(&[signal]);
    assert_eq!(told.short, None);
    let [hint] = told.found.as_slice() else { panic!("{told:?}") };
    assert_eq!((hint.name, hint.words.as_str()), (name, words));
}

fn short(signal: PlanSignal) -> Short {
    let told = told(&[signal]);
    assert_eq!(told.found, []);
    told.short.unwrap_or_else(|| panic!("nothing falls short"))
}

#[test]
fn each_source_tells_what_is_out_of_its_ordinary() {
    use SourceFamily::{ErrorTracking, Experiments, ProductAnalytics, SessionReplay};
    check(
        signal(SessionReplay, "error_heavy_session", json!({})),
        "error_heavy_sessions",
        "12 sessions full of errors",
    );
    check(signal(ErrorTracking, "issue_reopened", json!({})), "reopened", "reopened by its sender");
    check(
        signal(ErrorTracking, "issue_spiking", json!({"baseline": 2.5, "current": 90})),
        "spiking_upstream",
        "36 × its sender's baseline",
    );
    check(
        signal(ProductAnalytics, "insight_alert", json!({"alert": "a7"})),
        "threshold",
        "beyond its sender's threshold",
    );
    check(
        signal(ProductAnalytics, "signups", json!({"value": 12, "threshold": "20"})),
        "threshold",
        "12 is below its threshold of 20",
    );
    let funnel =
        json!({"before": {"entered": 4000, "converted": 480}, "after": {"entered": 4100, "converted": 340}});
    check(
        signal(ProductAnalytics, "funnel_drop", funnel),
        "conversion",
        "conversion from 12.0 % to 8.3 % of 4100, by chance in less than 0.1 %",
    );
    let variants = json!({"variants": {
        "control": {"exposed": 2000, "converted": 200}, "red": {"exposed": 2000, "converted": 290},
        "blue": {"exposed": 2000, "converted": 205},
    }});
    check(
        signal(Experiments, "result", variants),
        "experiment",
        "a variant converts 14.5 % against 10.0 % of the control, by chance in less than 0.1 %",
    );
}

#[test]
fn a_series_whose_last_value_is_unlike_the_others_is_an_anomaly() {
    let series = |last: f64| {
        let wave = |hour: i64| {
            100.0 + 20.0 * (f64::from(u8::from(hour % 24 < 12))) + f64::from(u8::from(hour % 3 == 0))
        };
        let mut points: Vec<Value> = (0..400_i64).map(|hour| json!([hour * 3600, wave(hour)])).collect();
        points.push(json!([400 * 3600, last]));
        json!({"series": points})
    };
    let usual = told(&[signal(SourceFamily::ProductAnalytics, "visits", series(101.0))]);
    assert_eq!(usual, Hints::default());
    let fell = told(&[signal(SourceFamily::ProductAnalytics, "visits", series(3.0))]);
    assert_eq!(fell.found[0].name, "anomaly", "{fell:?}");
    assert!(fell.found[0].words.starts_with("3 where about "), "{fell:?}");
}

#[test]
fn clicks_count_by_the_people_who_made_them() {
    let clicks = |kind: &str, users: Option<u64>| {
        let mut clicks = signal(SourceFamily::SessionReplay, kind, json!({}));
        clicks.signal.users = users;
        clicks.signal.count = 400;
        clicks
    };
    check(clicks("rage_click", Some(3)), "rage_clicks", "rage clicks of 3 users");
    check(clicks("dead_click", Some(7)), "dead_clicks", "dead clicks of 7 users");
    assert_eq!(short(clicks("rage_click", Some(2))), Short::Users { users: 2, least: 3 });
    assert_eq!(short(clicks("dead_click", None)).code(), "too-few-users");
    let with_error = told(&[clicks("rage_click", Some(1)), ticket(2, "boom", "")]);
    assert_eq!(with_error, Hints::default(), "an error beside it needs no cluster");
    let mut held = clicks("rage_click", Some(30));
    held.signal.hold = Some(HoldReason::TooOld);
    assert_eq!(told(&[held]), Hints::default());
}

#[test]
fn what_may_be_chance_falls_short() {
    let variants = |converted: u32| json!({"variants": {"control": {"exposed": 500, "converted": 50}, "test": {"exposed": 500, "converted": converted}}});
    let chance = short(signal(SourceFamily::Experiments, "result", variants(58)));
    assert!(matches!(chance, Short::Chance { least, .. } if (least - 0.05).abs() < 1e-9));
    assert!(chance.to_string().starts_with("the difference may be chance: in 41."), "{chance}");
    let few = json!({"before": {"entered": 20, "converted": 4}, "after": {"entered": 20, "converted": 1}});
    assert_eq!(short(signal(SourceFamily::ProductAnalytics, "funnel_drop", few)), Short::TooFew);
    for nothing in
        [json!({}), json!({"variants": {}}), json!({"variants": {"a": {"exposed": 1, "converted": 9}}})]
    {
        assert_eq!(told(&[signal(SourceFamily::Experiments, "result", nothing)]), Hints::default());
    }
}

#[test]
fn sources_that_meet_on_a_route_are_told() {
    let at = |mut signal: PlanSignal, release: Option<&str>| {
        signal.samples[0].route = Some(Sourced::stranger("/checkout".to_owned()));
        signal.samples[0].release = release.map(|release| Sourced::stranger(release.to_owned()));
        signal
    };
    let click = |release| {
        let mut click = signal(SourceFamily::SessionReplay, "left_after_click", json!({}));
        click.signal.id = signalbox_domain::ids::SignalId::from_uuid(uuid::Uuid::from_u128(9));
        at(click, release)
    };
    let words =
        |signals: &[PlanSignal]| told(signals).found.into_iter().map(|hint| hint.words).collect::<Vec<_>>();
    assert_eq!(
        words(&[at(ticket(2, "boom", ""), Some("4.2")), click(Some("4.2"))]),
        ["error tracking and session replay meet on one route of one release"]
    );
    assert_eq!(
        words(&[at(ticket(2, "boom", ""), None), click(None)]),
        ["error tracking and session replay meet on one route"]
    );
    assert!(words(&[at(ticket(2, "boom", ""), Some("4.2")), click(Some("4.1"))]).is_empty());
    assert!(words(&[click(None)]).is_empty());
}
