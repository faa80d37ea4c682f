//! Invented CloudEvents, and what comes of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::super::Format;
use super::super::table::{Expect, Sample, check, signal};

fn event(change: impl FnOnce(&mut Value)) -> Value {
    let mut event = json!({
        "specversion": "1.0", "id": "e-1", "source": "/shop/payments", "type": "example.shop.payment.failed", "subject": "order 7",
        "time": "2026-11-21T08:30:00Z", "datacontenttype": "application/json",
        "data": {"title": "Payments fail", "severity": "critical", "description": "12 of the last 20 payments were refused by the bank"},
    });
    change(&mut event);
    event
}

#[expect(clippy::too_many_lines, reason = "a table is read row by row")]
pub(crate) fn samples() -> Vec<Sample> {
    let native =
        json!({"project": "web", "source": "support", "kind": "ticket", "title": "The cart is empty"});
    let data = json!({"title": "Payments fail"});
    let binary = |name| {
        Sample::json(
            name,
            &data,
            signal(json!({
                "kind": "example.shop.payment.failed", "title": "Payments fail", "record_id": "/shop/payments\u{1f}e-1",
            })),
        )
    };
    vec![
        Sample::json(
            "structured",
            &event(|_| ()),
            signal(json!({
                "source": "alerts", "kind": "example.shop.payment.failed", "record_id": "/shop/payments\u{1f}e-1",
                "title": "Payments fail: 12 of the last 20 payments were refused by the bank", "severity": "fatal",
                "occurred_at": "2026-11-21T08:30:00Z",
            })),
        ),
        Sample::json(
            "a native signal",
            &event(|e| e["data"] = native.clone()),
            signal(json!({
                "project": "web", "source": "support", "kind": "ticket", "title": "The cart is empty",
            })),
        ),
        Sample::json(
            "base64",
            &event(|e| {
                e.as_object_mut().unwrap().remove("data");
                e["data_base64"] = json!(STANDARD.encode(data.to_string()));
            }),
            signal(json!({"title": "Payments fail"})),
        ),
        Sample::json(
            "a text",
            &event(|e| e["data"] = json!("it broke\nbadly")),
            signal(json!({"title": "it broke", "text": "it broke\nbadly"})),
        ),
        Sample::json(
            "no data",
            &event(|e| e["data"] = Value::Null),
            signal(json!({
                "title": "example.shop.payment.failed order 7", "severity": "info",
            })),
        ),
        Sample::json(
            "a batch",
            &json!([event(|_| ()), event(|e| e["id"] = json!("e-2"))]),
            Expect::Signals(vec![
                json!({}),
                json!({
                    "record_id": "/shop/payments\u{1f}e-2",
                }),
            ]),
        ),
        binary("binary over HTTP")
            .with_header("ce-specversion", "1.0")
            .with_header("Ce-Id", "e-1")
            .with_header("ce-source", "/shop/payments")
            .with_header("ce-type", "example.shop.payment.failed"),
        binary("binary over Kafka")
            .with_header("ce_specversion", "1.0")
            .with_header("ce_id", "e-1")
            .with_header("ce_source", "/shop/payments")
            .with_header("ce_type", "example.shop.payment.failed"),
        Sample::json("no id", &event(|e| e["id"] = json!("")), Expect::Refused("id")),
        Sample::json("no version", &json!({"title": "x"}), Expect::Refused("specversion")),
        Sample::json("no base64", &event(|e| e["data_base64"] = json!("*")), Expect::Refused("data_base64")),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::Cloudevent);
}
