//! Invented native signals, and what comes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::{Severity, SourceFamily};

use super::super::fields::moment;
use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, TEXT_LIMIT, read};
use crate::observation::{Observation, ProjectHint, Unreadable};

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        Sample::json(
            "a slow page",
            &native(|_| ()),
            signal(json!({
                "project": "web", "source": "alerts", "kind": "slow", "title": "checkout is slow", "from": "signed_source",
                "severity": "error", "occurred_at": "2026-11-21T08:30:00Z", "record_id": "7",
            })),
        ),
        Sample::json(
            "a family of its own",
            &native(|s| s["source"] = json!("weather")),
            signal(json!({"source": "custom"})),
        ),
        Sample::json("no title", &native(|s| s["title"] = json!(" ")), Expect::Refused("title")),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::Signal);
}

fn kept(value: &Value) -> Observation {
    let bytes = value.to_string();
    let mut reading = read(Format::Signal, &Payload::new(bytes.as_bytes(), Provenance::Stranger)).unwrap();
    reading.kept.pop().unwrap_or_else(|| panic!("{value}"))
}

fn refused(bytes: &[u8]) -> String {
    match read(Format::Signal, &Payload::new(bytes, Provenance::Stranger)).unwrap_err() {
        Unreadable::Field { at, .. } => at,
        other => other.code().to_owned(),
    }
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
fn a_native_signal_is_read_in_full() {
    let one = kept(&native(|s| {
        s["count"] = json!("12");
        s["severity"] = json!("warning");
        s["links"] = json!([{"label": "graph", "url": "https://graphs.example/1"}]);
        s["stack"] = json!([{"function": "pay", "filename": "shop/pay.py", "lineno": 8}]);
        s["attributes"] = json!({"p95": 2.5});
        s["repository"] = json!("acme/shop");
    }));
    assert_eq!(one.project, ProjectHint::Name("web".into()));
    assert_eq!((one.count, one.severity, one.family), (12, Severity::Warning, SourceFamily::Alerts));
    assert_eq!(one.occurred_at, moment("2026-11-21T08:30:00Z"));
    assert_eq!((one.links.len(), one.frames.len()), (1, 1));
    assert_eq!(one.repository.as_ref().map(|name| name.value.as_str()), Some("acme/shop"));
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
        assert_eq!(refused(&bytes), at, "{}", String::from_utf8_lossy(&bytes));
    }
    for bytes in [&b"[]"[..], b"3", b"null"] {
        assert_eq!(refused(bytes), "$");
    }
}

#[test]
fn long_texts_are_cut() {
    let one = kept(&native(|s| {
        s["title"] = json!("t".repeat(5_000));
        s["text"] = json!("é".repeat(30_000));
    }));
    assert_eq!((one.title.value.len(), one.text.value.len()), (500, TEXT_LIMIT));
}
