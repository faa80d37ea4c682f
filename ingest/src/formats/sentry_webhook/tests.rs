//! Invented webhooks of Sentry's, and what comes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;

use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, read};

fn hook(action: &str, data: &Value) -> Value {
    json!({"action": action, "actor": {"type": "user"}, "installation": {"uuid": "i"}, "data": data})
}

fn issue(action: &str) -> Value {
    hook(
        action,
        &json!({"issue": {
            "id": "88", "shortId": "SHOP-1", "title": "KeyError: 'total'", "culprit": "shop.cart in total", "level": "warning",
            "status": "unresolved", "project": {"slug": "shop", "id": "17"}, "metadata": {"type": "KeyError", "value": "'total'"},
            "count": "12", "userCount": 3, "lastSeen": "2026-11-21T08:30:00Z", "permalink": "https://sentry.example/issues/88/",
        }}),
    )
}

fn alerted() -> Value {
    let mut event = super::super::sentry_event::tests::event();
    event["issue_id"] = json!("88");
    event["web_url"] = json!("https://sentry.example/issues/88/events/9fec/");
    hook("triggered", &json!({"event": event, "triggered_rule": "Many errors"}))
}

fn metric(action: &str) -> Value {
    hook(
        action,
        &json!({
            "metric_alert": {"id": "5", "title": "Slow checkouts", "date_detected": "2026-11-21T08:30:00Z", "alert_rule": {"id": "2", "name": "Slow checkouts"}},
            "description_title": "Critical: Slow checkouts", "description_text": "p95 above 2 s", "web_url": "https://sentry.example/alerts/5/",
        }),
    )
}

pub(crate) fn samples() -> Vec<Sample> {
    let legacy = json!({
        "id": "88", "project": "shop", "project_slug": "shop", "level": "error", "culprit": "cart.js in pay",
        "message": "no total", "url": "https://sentry.example/issues/88/", "event": {"event_id": "b1", "logentry": {"formatted": "no total"}},
    });
    let created = json!({
        "project": "shop", "source": "error_tracking", "kind": "issue", "title": "KeyError: 'total'", "from": "stranger",
        "severity": "warning", "links": 1, "hold": null, "attributes.short_id": "SHOP-1",
    });
    vec![
        Sample::json("a new issue", &issue("created"), signal(created.clone())),
        Sample::json("with headers", &issue("created"), signal(json!({"record_id": "r-1"})))
            .with_header("Sentry-Hook-Resource", "issue")
            .with_header("Request-ID", "r-1"),
        Sample::json("resolved", &issue("resolved"), signal(json!({"hold": "upstream_resolved"}))),
        Sample::json("archived", &issue("archived"), signal(json!({"hold": "upstream_archived"}))),
        Sample::json("ignored", &issue("ignored"), signal(json!({"hold": "upstream_archived"}))),
        Sample::json("assigned", &issue("assigned"), signal(json!({"hold": "upstream_assigned"}))),
        Sample::json("unresolved", &issue("unresolved"), signal(json!({"hold": null}))),
        Sample::json("a comment", &issue("seen"), Expect::NotASignal),
        Sample::json(
            "an event",
            &alerted(),
            signal(json!({
                "kind": "issue", "title": "KeyError: 'total'", "from": "stranger", "frames": 2, "links": 1,
                "record_id": "9fec79613d134d4e8b0b04d1a8a0b1c2", "attributes.triggered_rule": "Many errors",
            })),
        ),
        Sample::json(
            "an older hook",
            &legacy,
            signal(json!({"project": "shop", "kind": "issue", "title": "no total", "links": 1})),
        ),
        Sample::json(
            "a metric",
            &metric("critical"),
            signal(json!({
                "source": "alerts", "kind": "metric_alert", "title": "Slow checkouts", "text": "p95 above 2 s", "severity": "error",
                "from": "signed_source", "record_id": "5/critical", "hold": null,
            })),
        ),
        Sample::json("a calm metric", &metric("resolved"), signal(json!({"hold": "upstream_resolved"}))),
        Sample::json(
            "an installation",
            &json!({"action": "created", "data": {"installation": {}}}),
            Expect::NotASignal,
        ),
        Sample::json("another resource", &json!({"action": "created"}), Expect::NotASignal)
            .with_header("sentry-hook-resource", "comment"),
        Sample::json(
            "an issue without a title",
            &hook("created", &json!({"issue": {"id": 1}})),
            Expect::Refused("data.issue"),
        ),
        Sample::json(
            "an event that says nothing",
            &hook("triggered", &json!({"event": {}})),
            Expect::Refused("data.event.exception"),
        ),
        Sample::json("no hook", &json!({}), Expect::Refused("data")),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::SentryWebhook);
}

#[test]
fn an_issue_is_one_signal_however_it_is_told() {
    let key = |hook: &Value| {
        let bytes = hook.to_string();
        let mut reading =
            read(Format::SentryWebhook, &Payload::new(bytes.as_bytes(), Provenance::SignedSource)).unwrap();
        let one = reading.kept.pop().unwrap();
        (one.family, crate::lab::fingerprint(&one), one.kind)
    };
    assert_eq!(key(&issue("created")), key(&issue("resolved")));
    assert_eq!(key(&issue("created")), key(&alerted()));
    assert_eq!(key(&metric("critical")), key(&metric("resolved")));
}
