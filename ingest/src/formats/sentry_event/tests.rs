//! Invented events of Sentry's, and what comes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;

use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, read};
use crate::observation::Observation;

pub(crate) fn event() -> Value {
    json!({
        "event_id": "9FEC79613D134D4E8B0B04D1A8A0B1C2", "timestamp": 1_795_249_800.25, "platform": "python",
        "level": "fatal", "logger": "shop.cart", "release": "shop@1.4.0", "environment": "production",
        "server_name": "web-3", "transaction": "/cart/{id}/pay", "project": 17,
        "user": {"id": "44", "email": "someone@mail.example"}, "sdk": {"name": "sentry.python", "version": "2.60.0"},
        "tags": [["region", "eu"], ["http.status_code", 500]], "modules": {"shop": "1"},
        "breadcrumbs": {"values": [{"message": "clicked"}]},
        "contexts": {"trace": {"trace_id": "aa11"}, "browser": {"name": "Firefox"}},
        "exception": {"values": [
            {"type": "KeyError", "value": "'total'", "mechanism": {"type": "chained", "exception_id": 1, "parent_id": 0}, "stacktrace": {"frames": [
                {"module": "shop.views", "function": "pay", "filename": "shop/views.py", "lineno": 40, "in_app": true},
                {"module": "shop.cart", "function": "total", "filename": "shop/cart.py", "lineno": 12, "in_app": true,
                 "vars": {"card": "4111111111111111"}},
            ]}},
            {"type": "CheckoutError", "value": "no total", "stacktrace": {"frames": [
                {"module": "shop.views", "function": "pay", "filename": "shop/views.py", "lineno": 42, "in_app": true},
            ]}},
        ]},
    })
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = event();
    change(&mut event);
    event
}

fn said(name: &str, said: Value) -> Value {
    let mut event = json!({"event_id": "a1", "platform": "python", "timestamp": "2026-11-21T08:30:00"});
    event[name] = said;
    event
}

#[expect(clippy::too_many_lines, reason = "a table is read row by row")]
pub(crate) fn samples() -> Vec<Sample> {
    let formatted =
        json!({"message": "no stock of %s", "params": ["apples"], "formatted": "no stock of apples"});
    let thread = json!({"values": [
        {"id": 1}, {"id": 2, "crashed": true, "stacktrace": {"frames": [{"function": "deliver", "filename": "post.c", "lineno": "7"}]}},
    ]});
    let feedback = json!({"feedback": {"message": "The cart forgets things.\nEvery day.", "url": "https://shop.example/cart"}});
    vec![
        Sample::json(
            "exceptions",
            &event(),
            signal(json!({
                "project": "17", "source": "error_tracking", "kind": "exception", "title": "KeyError: 'total'", "text": "'total'",
                "severity": "fatal", "record_id": "9fec79613d134d4e8b0b04d1a8a0b1c2", "occurred_at": "2026-11-21T08:30:00.25Z",
                "release": "shop@1.4.0", "environment": "production", "route": "/cart/{id}/pay", "frames": 2,
                "attributes.tag.region": "eu", "attributes.tag.http.status_code": "500", "attributes.trace_id": "aa11",
                "attributes.server_name": "web-3", "hold": null,
            })),
        ),
        Sample::json(
            "a list without values",
            &with(|e| e["exception"] = e["exception"]["values"].take()),
            signal(json!({
                "title": "KeyError: 'total'", "frames": 2,
            })),
        ),
        Sample::json(
            "only a type",
            &said("exception", json!([{"type": "OutOfMemory"}])),
            signal(json!({"title": "OutOfMemory"})),
        ),
        Sample::json(
            "a log entry",
            &said("logentry", formatted.clone()),
            signal(json!({
                "kind": "message", "title": "no stock of apples", "occurred_at": "2026-11-21T08:30:00Z", "severity": "error",
            })),
        ),
        Sample::json(
            "an entry as a text",
            &said("logentry", json!("plain words")),
            signal(json!({"title": "plain words"})),
        ),
        Sample::json(
            "a message object",
            &said("message", formatted),
            signal(json!({"title": "no stock of apples"})),
        ),
        Sample::json(
            "a message with a stack",
            &{
                let mut event = said("message", json!("late"));
                event["threads"] = thread.clone();
                event
            },
            signal(json!({"title": "late", "frames": 1})),
        ),
        Sample::json(
            "a crash that says nothing",
            &said("threads", thread),
            signal(json!({"title": "deliver", "frames": 1})),
        ),
        Sample::json(
            "feedback",
            &said("contexts", feedback),
            signal(json!({
                "source": "support", "kind": "feedback", "title": "The cart forgets things.", "severity": "info",
                "route": "https://shop.example/cart",
            })),
        ),
        Sample::json("a transaction", &said("type", json!("transaction")), Expect::NotASignal),
        Sample::json("nothing said", &json!({"event_id": "a1"}), Expect::Refused("exception")),
        Sample::json("no exceptions", &json!({"exception": {"values": []}}), Expect::Refused("exception")),
        Sample::json("no object", &json!([event()]), Expect::Refused("no-json")),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::SentryEvent);
}

fn kept(event: &Value) -> Observation {
    let bytes = event.to_string();
    let reading = read(Format::SentryEvent, &Payload::new(bytes.as_bytes(), Provenance::Stranger));
    reading.unwrap().kept.pop().unwrap()
}

#[test]
fn what_is_the_same_has_one_fingerprint() {
    let key = |event: &Value| crate::lab::fingerprint(&kept(event));
    let one = key(&event());
    assert_eq!(one, key(&with(|e| e["event_id"] = json!("b2"))));
    assert_eq!(one, key(&with(|e| e["fingerprint"] = json!(["{{ default }}"]))));
    let other = key(&with(|e| e["exception"]["values"][0]["type"] = json!("ValueError")));
    assert_ne!(one, other);
    let own = |parts: Value| key(&with(|e| e["fingerprint"] = parts));
    assert_eq!(
        own(json!(["cart", 1])),
        key(&{
            let mut event = said("message", json!("another"));
            event["fingerprint"] = json!(["cart", 1]);
            event
        })
    );
    assert_ne!(own(json!(["{{default}}", "eu"])), one);
    assert_ne!(own(json!(["{{default}}", "eu"])), own(json!(["{{default}}", "us"])));
    let logged = |word: &str| {
        key(&said(
            "logentry",
            json!({"message": "no stock of %s", "formatted": format!("no stock of {word}")}),
        ))
    };
    assert_eq!(logged("apples"), logged("pears"));
}

#[test]
fn nobodys_values_are_kept() {
    let words = format!("{:?}", kept(&event()));
    for secret in ["4111111111111111", "someone@mail.example", "clicked"] {
        assert!(!words.contains(secret), "{secret}");
    }
}
