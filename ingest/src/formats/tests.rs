//! Invented records of real shapes, and what each format makes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::{HoldReason, Severity, SourceFamily};

use super::*;
use crate::keys::FingerprintConfig;
use crate::observation::{Observation, ProjectHint};

fn kept(format: Format, value: &Value) -> Observation {
    match read(format, value.to_string().as_bytes(), Provenance::Stranger, &FingerprintConfig::default()) {
        Ok(Reading::Kept(observation)) => *observation,
        other => panic!("{value}: {other:?}"),
    }
}

fn refused(format: Format, bytes: &[u8]) -> String {
    let error = read(format, bytes, Provenance::Stranger, &FingerprintConfig::default()).unwrap_err();
    match &error {
        Unreadable::Field { at, .. } => at.clone(),
        other => other.code().to_owned(),
    }
}

fn event(change: impl FnOnce(&mut Value, &mut Value)) -> Value {
    let mut properties = json!({
        "$exception_list": [{
            "type": "TypeError", "value": "x is undefined\nat second line",
            "stacktrace": {"type": "raw", "frames": [
                {"platform": "web:javascript", "function": "render", "filename": "https://shop.example/app.js", "lineno": 3, "colno": 9, "in_app": true}
            ]},
        }],
        "$exception_level": "fatal", "$pathname": "/cart", "$release": "1.4.0", "code_variables": {"token": "t"},
    });
    let mut record = json!({
        "uuid": "0193-u", "team_id": 2, "event": "$exception", "distinct_id": "d",
        "timestamp": "2026-11-21 08:30:00.123456", "elements_chain": "", "unknown": {"kept": "out of the way"},
    });
    change(&mut record, &mut properties);
    if record.get("properties").is_none() {
        record["properties"] = Value::String(properties.to_string());
    }
    record
}

fn native(change: impl FnOnce(&mut Value)) -> Value {
    let mut signal = json!({
        "id": "7", "project": "web", "source": "alerts", "kind": "slow", "title": "checkout is slow",
        "occurred_at": "2026-11-21T09:30:00+01:00",
    });
    change(&mut signal);
    signal
}

#[test]
fn an_exception_keeps_what_helps() {
    let one = kept(Format::PosthogEvent, &event(|_, _| ()));
    assert_eq!(one.project, ProjectHint::Team(2));
    assert_eq!((one.family, one.severity), (SourceFamily::ErrorTracking, Severity::Fatal));
    assert_eq!(one.title, "TypeError: x is undefined");
    assert_eq!(one.text, "x is undefined\nat second line");
    assert_eq!((one.record_id.as_deref(), one.route.as_deref()), (Some("0193-u"), Some("/cart")));
    assert_eq!(one.release.as_deref(), Some("1.4.0"));
    assert_eq!(one.occurred_at, moment("2026-11-21T08:30:00.123456Z"));
    assert_eq!(one.frames.len(), 1);
    assert_eq!(one.frames[0].line, Some(3));
    assert!(one.attributes.get("code_variables").is_none(), "variables' values are dropped");
}

#[test]
fn odd_events_are_still_read() {
    type Change = fn(&mut Value, &mut Value);
    type Check = fn(&Observation) -> bool;
    let cases: [(Change, Check); 9] = [
        (|r, _| r["team_id"] = json!("31"), |o| o.project == ProjectHint::Team(31)),
        (|r, _| r["team_id"] = json!(2.5), |o| o.project == ProjectHint::Silent),
        (|r, _| r["team_id"] = Value::Null, |o| o.project == ProjectHint::Silent),
        (|r, p| r["properties"] = p.clone(), |o| o.frames.len() == 1),
        (|r, _| r["timestamp"] = json!("soon"), |o| o.occurred_at.is_none()),
        (|r, _| r["historical_migration"] = json!(true), |o| o.hold == Some(HoldReason::HistoricalMigration)),
        (
            |_, p| p["$exception_list"][0]["value"] = json!("é".repeat(40_000)),
            |o| o.title.len() <= 500 && o.text.len() <= TEXT_LIMIT,
        ),
        (
            |_, p| p["$exception_list"][0]["stacktrace"]["frames"][0]["lineno"] = json!("12"),
            |o| !o.title.is_empty(),
        ),
        (|_, p| p["$exception_level"] = json!(7), |o| o.severity == Severity::Error),
    ];
    for (index, (change, check)) in cases.into_iter().enumerate() {
        let observation = kept(Format::PosthogEvent, &event(change));
        assert!(check(&observation), "case {index}: {observation:?}");
    }
}

#[test]
fn the_same_bug_has_the_same_fingerprint_and_another_has_not() {
    let one = kept(Format::PosthogEvent, &event(|_, _| ()));
    let same = kept(Format::PosthogEvent, &event(|r, _| r["uuid"] = json!("0194-u")));
    let other = kept(
        Format::PosthogEvent,
        &event(|_, p| {
            p["$exception_list"][0]["type"] = json!("RangeError");
            p["$exception_list"][0]["stacktrace"]["frames"][0]["function"] = json!("pay");
        }),
    );
    assert_eq!(one.fingerprints, same.fingerprints);
    assert_ne!(one.fingerprints, other.fingerprints);
}

#[test]
fn what_is_no_event_says_where() {
    let nested = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for (bytes, at) in [
        (b"".to_vec(), "no-json"),
        (b"\xff\xfe".to_vec(), "no-json"),
        (b"[1]".to_vec(), "no-json"),
        (b"{}".to_vec(), "no-json"),
        (nested.into_bytes(), "no-json"),
        (event(|r, _| r["event"] = json!(4)).to_string().into_bytes(), "no-json"),
        (event(|r, _| r["properties"] = json!(4)).to_string().into_bytes(), "properties"),
        (event(|r, _| r["properties"] = json!("{")).to_string().into_bytes(), "properties"),
        (
            event(|_, p| p["$exception_list"] = json!("x")).to_string().into_bytes(),
            "properties.$exception_list",
        ),
    ] {
        assert_eq!(refused(Format::PosthogEvent, &bytes), at, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn an_error_never_repeats_the_record() {
    for bytes in [
        &br#"{"event": {"s3cret": 1}}"#[..],
        br#"{"event": "s3cret" "#,
        br#"{"event":"$exception","properties":"s3cret"}"#,
    ] {
        let words = read(Format::PosthogEvent, bytes, Provenance::Stranger, &FingerprintConfig::default())
            .map_err(|error| error.to_string());
        assert!(words.as_ref().is_err_and(|words| !words.contains("s3cret")), "{words:?}");
    }
}

#[test]
fn every_other_event_is_not_a_signal() {
    for name in ["$pageview", "$autocapture", "bought", ""] {
        let record = event(|r, _| r["event"] = json!(name)).to_string();
        let reading = read(
            Format::PosthogEvent,
            record.as_bytes(),
            Provenance::Stranger,
            &FingerprintConfig::default(),
        );
        assert_eq!(reading, Ok(Reading::NotASignal), "{name}");
    }
}

#[test]
fn a_native_signal_is_read_in_full() {
    let one = kept(
        Format::Signal,
        &native(|s| {
            s["count"] = json!("12");
            s["severity"] = json!("warning");
            s["links"] = json!([{"label": "graph", "url": "https://graphs.example/1"}]);
            s["stack"] = json!([{"function": "pay", "filename": "shop/pay.py", "lineno": 8}]);
            s["attributes"] = json!({"p95": 2.5});
            s["repository"] = json!("acme/shop");
        }),
    );
    assert_eq!(one.project, ProjectHint::Name("web".into()));
    assert_eq!((one.count, one.severity, one.family), (12, Severity::Warning, SourceFamily::Alerts));
    assert_eq!(one.occurred_at, moment("2026-11-21T08:30:00Z"));
    assert_eq!((one.links.len(), one.frames.len()), (1, 1));
    assert_eq!(one.repository.as_deref(), Some("acme/shop"));
    assert_eq!(one.attributes["p95"], json!(2.5));
}

#[test]
fn a_wrong_native_signal_says_where() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 14] = [
        (|s| s["title"] = json!(" "), "title"),
        (|s| s["project"] = Value::Null, "project"),
        (|s| s["source"] = json!(3), "source"),
        (|s| s["kind"] = json!("a kind"), "kind"),
        (|s| s["count"] = json!(0), "count"),
        (|s| s["count"] = json!(-1), "count"),
        (|s| s["count"] = json!("many"), "count"),
        (|s| s["severity"] = json!("awful"), "severity"),
        (|s| s["occurred_at"] = json!("soon"), "occurred_at"),
        (|s| s["links"] = json!([{"label": "x"}]), "links[0]"),
        (|s| s["links"] = json!({}), "links"),
        (|s| s["stack"] = json!("at pay"), "stack"),
        (|s| s["attributes"] = json!([1]), "attributes"),
        (|s| s["attributes"] = (0..70).fold(json!({}), |inner, _| json!({"a": inner})), "$"),
    ];
    for (change, at) in cases {
        let bytes = native(change).to_string().into_bytes();
        assert_eq!(refused(Format::Signal, &bytes), at, "{}", String::from_utf8_lossy(&bytes));
    }
    for bytes in [&b"[]"[..], b"3", b"null"] {
        assert_eq!(refused(Format::Signal, bytes), "$");
    }
}

#[test]
fn long_texts_are_cut() {
    let one = kept(
        Format::Signal,
        &native(|s| {
            s["title"] = json!("t".repeat(5_000));
            s["text"] = json!("é".repeat(30_000));
        }),
    );
    assert_eq!((one.title.len(), one.text.len()), (500, TEXT_LIMIT));
}

#[test]
fn both_spellings_of_a_moment() {
    let utc = moment("2026-11-21T08:30:00Z");
    assert!(utc.is_some());
    assert_eq!(moment("2026-11-21 08:30:00.000000"), utc);
    assert_eq!(moment("2026-11-21T09:30:00+01:00"), utc);
    assert_eq!(moment("soon"), None);
}

#[test]
fn a_text_is_cut_between_characters() {
    assert_eq!(bounded("aé", 2), "a");
    assert_eq!(bounded("aé", 3), "aé");
}

#[test]
fn a_record_over_the_limit_is_refused_unread() {
    let error = read(
        Format::Signal,
        &vec![b' '; RECORD_LIMIT + 1],
        Provenance::Stranger,
        &FingerprintConfig::default(),
    )
    .unwrap_err();
    assert_eq!(error.code(), "too-large");
}
