//! Invented records of PostHog's event topic, and what comes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::{HoldReason, Severity, SourceFamily};

use super::super::fields::moment;
use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, TEXT_LIMIT, read};
use crate::observation::{Observation, ProjectHint, Unreadable};

#[expect(clippy::too_many_lines, reason = "a table is read row by row")]
pub(crate) fn samples() -> Vec<Sample> {
    let click = |name: &str, extra: Value| {
        let mut properties = json!({
            "$event_type": "click", "$el_text": "Pay now", "$current_url": "https://shop.example/cart/9182?step=2",
            "$pathname": "/cart/9182", "$session_id": "0193-s", "$lib": "web",
            "$elements": [
                {"tag_name": "span", "$el_text": "Pay now"},
                {"tag_name": "button", "classes": ["btn"], "attr__data-testid": "pay", "nth_child": 3},
            ],
        });
        properties.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({
            "uuid": "0193-c", "team_id": 2, "event": name, "distinct_id": "d", "properties": properties.to_string(),
            "timestamp": "2026-11-21 08:30:00.123456", "elements_chain": "",
        })
    };
    let delayed = json!({"$dead_click_scroll_timeout": true, "$dead_click_absolute_delay_ms": 3100});
    let answered = json!({
        "$dead_click_mutation_delay_ms": -1, "$dead_click_event_timestamp": 1_795_249_800_050_u64,
        "$dead_click_last_mutation_timestamp": 1_795_249_800_000_u64,
    });
    vec![
        Sample::json(
            "exception",
            &event(|_, _| ()),
            signal(json!({
                "project": "2", "source": "error_tracking", "kind": "exception", "title": "TypeError: x is undefined",
                "severity": "fatal", "route": "/cart", "release": "1.4.0", "frames": 1, "hold": null,
                "record_id": "0193-u", "attributes.code_variables": null,
            })),
        ),
        Sample::json(
            "history",
            &event(|r, _| r["historical_migration"] = json!(true)),
            signal(json!({
                "hold": "historical_migration",
            })),
        ),
        Sample::json("pageview", &event(|r, _| r["event"] = json!("$pageview")), Expect::NotASignal),
        Sample::json(
            "rage click",
            &click("$rageclick", json!({})),
            signal(json!({
                "project": "2", "source": "session_replay", "kind": "rage_click", "severity": "warning",
                "route": "/cart/:id", "title": "Rage click on [data-testid=\"pay\"] at /cart/:id",
                "attributes.$session_id": "0193-s",
            })),
        ),
        Sample::json(
            "dead click",
            &click("$dead_click", delayed),
            signal(json!({
                "kind": "dead_click", "title": "Dead click on [data-testid=\"pay\"] at /cart/:id",
            })),
        ),
        Sample::json("answered dead click", &click("$dead_click", answered), Expect::NotASignal),
        Sample::json(
            "click of a robot",
            &click("$rageclick", json!({"$browser_type": "bot"})),
            Expect::NotASignal,
        ),
        Sample::json(
            "no list",
            &event(|_, p| p["$exception_list"] = json!("x")),
            Expect::Refused("properties.$exception_list"),
        ),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::PosthogEvent);
}

fn kept(value: &Value) -> Observation {
    let bytes = value.to_string();
    let mut reading =
        read(Format::PosthogEvent, &Payload::new(bytes.as_bytes(), Provenance::Stranger)).unwrap();
    reading.kept.pop().unwrap_or_else(|| panic!("{value}"))
}

fn refused(bytes: &[u8]) -> String {
    match read(Format::PosthogEvent, &Payload::new(bytes, Provenance::Stranger)).unwrap_err() {
        Unreadable::Field { at, .. } => at,
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

#[test]
fn an_exception_keeps_what_helps() {
    let one = kept(&event(|_, _| ()));
    assert_eq!(one.project, ProjectHint::Team(2));
    assert_eq!((one.family, one.severity), (SourceFamily::ErrorTracking, Severity::Fatal));
    assert_eq!(one.title.value, "TypeError: x is undefined");
    assert_eq!(one.text.value, "x is undefined\nat second line");
    assert_eq!(
        (one.record_id.as_deref(), one.route.as_ref().map(|route| route.value.as_str())),
        (Some("0193-u"), Some("/cart"))
    );
    assert_eq!(one.release.as_ref().map(|release| release.value.as_str()), Some("1.4.0"));
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
            |o| o.title.value.len() <= 500 && o.text.value.len() <= TEXT_LIMIT,
        ),
        (
            |_, p| p["$exception_list"][0]["stacktrace"]["frames"][0]["lineno"] = json!("12"),
            |o| !o.title.value.is_empty(),
        ),
        (|_, p| p["$exception_level"] = json!(7), |o| o.severity == Severity::Error),
    ];
    for (index, (change, check)) in cases.into_iter().enumerate() {
        let observation = kept(&event(change));
        assert!(check(&observation), "case {index}: {observation:?}");
    }
}

#[test]
fn the_same_bug_has_the_same_fingerprint_and_another_has_not() {
    let one = kept(&event(|_, _| ()));
    let same = kept(&event(|r, _| r["uuid"] = json!("0194-u")));
    let other = kept(&event(|_, p| {
        p["$exception_list"][0]["type"] = json!("RangeError");
        p["$exception_list"][0]["stacktrace"]["frames"][0]["function"] = json!("pay");
    }));
    assert_eq!(one.identity, same.identity);
    assert_ne!(crate::lab::fingerprint(&one), crate::lab::fingerprint(&other));
}

#[test]
fn what_is_no_event_says_where() {
    let nested = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for (bytes, at) in [
        (b"".to_vec(), "no-json"),
        (b"\xff\xfe".to_vec(), "no-json"),
        (b"[1]".to_vec(), "no-json"),
        (b"{}".to_vec(), "no-json"),
        (nested.into_bytes(), "$"),
        (event(|r, _| r["event"] = json!(4)).to_string().into_bytes(), "no-json"),
        (event(|r, _| r["properties"] = json!(4)).to_string().into_bytes(), "properties"),
        (event(|r, _| r["properties"] = json!("{")).to_string().into_bytes(), "properties"),
        (
            event(|_, p| p["$exception_list"] = json!("x")).to_string().into_bytes(),
            "properties.$exception_list",
        ),
    ] {
        assert_eq!(refused(&bytes), at, "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn an_error_never_repeats_the_record() {
    for bytes in [
        &br#"{"event": {"s3cret": 1}}"#[..],
        br#"{"event": "s3cret" "#,
        br#"{"event":"$exception","properties":"s3cret"}"#,
    ] {
        let words = read(Format::PosthogEvent, &Payload::new(bytes, Provenance::Stranger))
            .map_err(|error| error.to_string());
        assert!(words.as_ref().is_err_and(|words| !words.contains("s3cret")), "{words:?}");
    }
}
