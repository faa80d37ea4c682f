//! Invented bodies of PostHog's SDKs, and what comes of them.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::time::Timestamp;

use super::super::PosthogBody;
use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, read};

fn exception(id: &str) -> Value {
    json!({
        "uuid": id, "event": "$exception", "distinct_id": "d", "team_id": 9, "timestamp": "2026-11-21T08:30:00.000Z",
        "properties": {
            "token": "phc_public", "$lib": "web", "$pathname": "/cart", "$release": "1.4.0",
            "$exception_list": [{"type": "TypeError", "value": "x is undefined", "stacktrace": {"type": "raw", "frames": [
                {"platform": "web:javascript", "function": "render", "filename": "https://shop.example/app.js", "lineno": 3, "in_app": true},
            ]}}],
        },
    })
}

fn pageview() -> Value {
    json!({"uuid": "p", "event": "$pageview", "properties": {"token": "phc_public"}})
}

fn gzip(body: &Value) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body.to_string().as_bytes()).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn samples() -> Vec<Sample> {
    let kept = json!({
        "title": "TypeError: x is undefined", "project": null, "from": "stranger", "record_id": "e1", "frames": 1,
        "release": "1.4.0", "route": "/cart",
    });
    let batch = json!({"api_key": "phc_public", "batch": [pageview(), exception("e1"), exception("e2")]});
    let history = json!({"api_key": "phc_public", "historical_migration": true, "batch": [exception("e1")]});
    let form = format!(
        "data={}&compression=base64",
        STANDARD.encode(exception("e1").to_string()).replace('+', "%2B")
    );
    vec![
        Sample::json("one event", &exception("e1"), signal(kept.clone())),
        Sample::json("a list", &json!([pageview(), exception("e1")]), signal(kept.clone())),
        Sample::json("a batch", &batch, Expect::Signals(vec![kept.clone(), json!({"record_id": "e2"})])),
        Sample::json("history", &history, signal(json!({"hold": "historical_migration"}))),
        Sample::json("a list under data", &json!({"data": [exception("e1")]}), signal(kept.clone())),
        Sample::bytes(
            "gzip that is not declared",
            gzip(&batch),
            Expect::Signals(vec![kept.clone(), json!({})]),
        ),
        Sample::bytes("gzip", gzip(&exception("e1")), signal(kept.clone()))
            .with_header("content-encoding", "gzip"),
        Sample::bytes("a form", form.into_bytes(), signal(kept)),
        Sample::json("pageviews", &json!([pageview(), pageview()]), Expect::NotASignal),
        Sample::json("no events", &json!([]), Expect::NotASignal),
        Sample::json("no event", &json!({"api_key": "k"}), Expect::Refused("no-json")),
        Sample::json("no list", &json!({"batch": 3}), Expect::Refused("no-json")),
        Sample::json(
            "a bad event",
            &json!({"batch": [pageview(), {"event": "$exception"}]}),
            Expect::Refused("batch[1].properties"),
        ),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::PosthogSdk);
}

#[test]
fn one_bad_event_does_not_take_the_others() {
    let bytes = json!({"batch": [3, exception("e1"), {"event": 4}, pageview()]}).to_string();
    let reading = read(Format::PosthogSdk, &Payload::new(bytes.as_bytes(), Provenance::Stranger)).unwrap();
    assert_eq!((reading.kept.len(), reading.refused.len(), reading.not_signals), (1, 2, 1));
}

#[test]
fn a_wrong_clock_is_corrected() {
    let bytes = json!({"batch": [exception("e1")], "sent_at": "2026-11-21T08:30:10Z"}).to_string();
    let received_at: Timestamp = "2026-11-20T08:30:10Z".parse().unwrap();
    let payload =
        Payload { received_at: Some(received_at), ..Payload::new(bytes.as_bytes(), Provenance::Stranger) };
    let reading = read(Format::PosthogSdk, &payload).unwrap();
    assert_eq!(reading.kept[0].occurred_at, "2026-11-20T08:30:00Z".parse().ok());
}

#[test]
fn a_batch_has_an_end() {
    let bytes = json!({"batch": vec![pageview(); 10_001]}).to_string();
    let error = read(Format::PosthogSdk, &Payload::new(bytes.as_bytes(), Provenance::Stranger)).unwrap_err();
    assert_eq!(error.to_string(), "batch: expected at most 10000 items");
}

#[test]
fn a_body_names_its_key_and_its_events() {
    let body = |body: &Value| {
        PosthogBody::open(&Payload::new(body.to_string().as_bytes(), Provenance::Stranger)).unwrap()
    };
    let keyed = |value: &Value| body(value).key();
    let public = Some("phc_public".to_owned());
    assert_eq!(keyed(&exception("e1")), public, "in the properties");
    assert_eq!(keyed(&json!([exception("e1")])), public);
    assert_eq!(keyed(&json!({"batch": [exception("e1")]})), public);
    assert_eq!(
        keyed(&json!({"api_key": "phc_outer", "batch": [exception("e1")]})),
        Some("phc_outer".to_owned())
    );
    assert_eq!(keyed(&json!({"token": "phc_token", "event": "x"})), Some("phc_token".to_owned()));
    for keyless in [json!({"event": "x"}), json!([]), json!(3), json!([[[[[[exception("e1")]]]]]])] {
        assert_eq!(keyed(&keyless), None, "{keyless}");
    }
    let uuids = body(&json!({"batch": [exception("e1"), {"event": "x"}, 3, pageview()]})).uuids();
    assert_eq!(uuids, [Some("e1".to_owned()), None, None, Some("p".to_owned())]);
}
