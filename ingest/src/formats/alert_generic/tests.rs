//! Invented alerts of many vendors' shapes, and what comes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;

use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, read};

fn monitor(state: &str) -> Value {
    json!({
        "monitor": {"monitor_id": 7_755_331, "monitor_name": "Checkout latency", "url": "https://monitors.example/7755331"},
        "alert_transition": state, "priority": "P2", "body": "p95 of checkout is 3.2 s", "date": 1_795_249_800_000_u64,
        "tags": "team:pay,env:prod", "event_id": "ev1",
    })
}

#[expect(clippy::too_many_lines, reason = "a table is read row by row")]
pub(crate) fn samples() -> Vec<Sample> {
    let incident = json!({"incident": {
        "incident_id": "0.abc", "policy_name": "Disk policy", "condition_name": "Disk is filling", "state": "open", "severity": "Warning",
        "summary": "Disk of db-1 is 91 % full", "started_at": 1_795_249_800, "url": "https://cloud.example/incidents/0.abc",
    }, "version": "1.2"});
    let check_up = json!({"check_name": "Home page", "check_id": "c9", "status": "UP", "output": "200 OK", "level": "ok"});
    let muted = json!({"title": "Queue is long", "state": "muted", "description": "more than 10,000 jobs wait in the queue"});
    let alarm = json!({
        "AlarmName": "checkout-5xx", "NewStateValue": "ALARM", "NewStateReason": "Threshold crossed: 3 of 3 points were above 5",
        "StateChangeTime": "2026-11-21T08:30:00.000+0000",
    });
    let queued =
        json!({"Type": "Notification", "MessageId": "m-1", "Subject": "ALARM", "Message": alarm.to_string()});
    let plain = json!({"text": "deploy of shop failed"});
    vec![
        Sample::json(
            "a monitor",
            &monitor("Triggered"),
            signal(json!({
                "source": "alerts", "kind": "alert", "title": "Checkout latency: p95 of checkout is 3.2 s", "severity": "error",
                "environment": "prod", "links": 1, "hold": null, "occurred_at": "2026-11-21T08:30:00Z", "record_id": "ev1/open",
                "from": "signed_source",
            })),
        ),
        Sample::json(
            "a monitor that recovered",
            &monitor("Recovered"),
            signal(json!({
                "hold": "upstream_resolved", "record_id": "ev1/held",
            })),
        ),
        Sample::json(
            "an incident",
            &incident,
            signal(json!({
                "title": "Disk is filling: Disk of db-1 is 91 % full", "severity": "warning", "hold": null,
                "occurred_at": "2026-11-21T08:30:00Z", "links": 1,
            })),
        ),
        Sample::json(
            "a check that is up",
            &check_up,
            signal(json!({"title": "Home page: 200 OK", "hold": "upstream_resolved"})),
        ),
        Sample::json(
            "muted",
            &muted,
            signal(json!({
                "title": "Queue is long: more than 10,000 jobs wait in the queue", "hold": "upstream_archived",
            })),
        ),
        Sample::json(
            "through a queue",
            &queued,
            signal(json!({
                "title": "checkout-5xx: Threshold crossed: 3 of 3 points were above 5", "hold": null, "record_id": "m-1/open",
                "occurred_at": "2026-11-21T08:30:00Z",
            })),
        ),
        Sample::json(
            "words alone",
            &plain,
            signal(json!({"title": "deploy of shop failed", "severity": "error"})),
        ),
        Sample::json(
            "several",
            &json!([plain, muted]),
            Expect::Signals(vec![json!({"hold": null}), json!({"hold": "upstream_archived"})]),
        ),
        Sample::json("nothing said", &json!({"id": 4, "ok": true, "event": "created"}), Expect::Refused("$")),
        Sample::json("no alert", &json!(["x"]), Expect::Refused("[0]")),
        Sample::json("an empty list", &json!([]), Expect::Refused("$")),
        Sample::json("a number", &json!(7), Expect::Refused("$")),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::AlertGeneric);
}

#[test]
fn an_alert_is_the_same_whatever_its_state() {
    let key = |alert: &Value| {
        let bytes = alert.to_string();
        let mut reading =
            read(Format::AlertGeneric, &Payload::new(bytes.as_bytes(), Provenance::Stranger)).unwrap();
        crate::lab::fingerprint(&reading.kept.pop().unwrap())
    };
    assert_eq!(key(&monitor("Triggered")), key(&monitor("Recovered")));
    let other = {
        let mut other = monitor("Triggered");
        other["monitor"]["monitor_id"] = json!(7_755_332);
        other
    };
    assert_ne!(key(&monitor("Triggered")), key(&other));
    let titled = |title: &str| key(&json!({"title": title}));
    assert_eq!(titled("disk of db-1 is 91 % full"), titled("disk of db-1 is 92 % full"));
}
