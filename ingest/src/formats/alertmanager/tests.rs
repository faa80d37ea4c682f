//! Invented groups of alerts, and what comes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;

use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, read};

fn alert(pod: &str, status: &str) -> Value {
    json!({
        "status": status, "labels": {"pod": pod, "severity": "critical"},
        "annotations": {"description": format!("{pod} answers slowly"), "runbook_url": "https://runbooks.example/slow"},
        "startsAt": "2026-11-21T08:30:00Z", "endsAt": "2026-11-21T08:45:00Z",
        "generatorURL": "https://prometheus.example/graph?g0", "fingerprint": format!("f-{pod}"),
    })
}

fn group(alerts: &[Value]) -> Value {
    json!({
        "version": "4", "groupKey": "{}:{alertname=\"Slow\"}", "status": "firing", "receiver": "signalbox",
        "groupLabels": {"alertname": "Slow"}, "commonLabels": {"alertname": "Slow", "env": "prod", "project": "shop"},
        "commonAnnotations": {"summary": "Answers take long"}, "externalURL": "https://alerts.example", "alerts": alerts,
    })
}

pub(crate) fn samples() -> Vec<Sample> {
    let mut bare = alert("web-1", "firing");
    bare.as_object_mut().unwrap().remove("fingerprint");
    bare.as_object_mut().unwrap().remove("annotations");
    let own = json!({"alerts": [{"labels": {"alertname": "Down"}}]});
    vec![
        Sample::json(
            "two alerts",
            &group(&[alert("web-1", "firing"), alert("web-2", "resolved")]),
            Expect::Signals(vec![
                json!({
                    "project": "shop", "source": "alerts", "kind": "alert", "title": "Slow: Answers take long",
                    "text": "web-1 answers slowly", "severity": "fatal", "from": "signed_source", "environment": "prod", "links": 3,
                    "record_id": "f-web-1/2026-11-21T08:30:00Z/firing", "occurred_at": "2026-11-21T08:30:00Z", "hold": null,
                    "attributes.pod": "web-1",
                }),
                json!({"hold": "upstream_resolved", "occurred_at": "2026-11-21T08:45:00Z"}),
            ]),
        ),
        Sample::json(
            "without a fingerprint",
            &group(&[bare]),
            signal(json!({"title": "Slow: Answers take long"})),
        ),
        Sample::json(
            "only a name",
            &own,
            signal(json!({"title": "Down", "severity": "error", "record_id": null})),
        ),
        Sample::json("no alerts", &group(&[]), Expect::NotASignal),
        Sample::json(
            "no name",
            &json!({"alerts": [{"labels": {}}]}),
            Expect::Refused("alerts[0].labels.alertname"),
        ),
        Sample::json("no list", &json!({"alerts": {}}), Expect::Refused("alerts")),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::Alertmanager);
}

#[test]
fn an_alert_that_resolves_is_the_one_that_fired() {
    let keys = |group: &Value| -> Vec<String> {
        let bytes = group.to_string();
        let reading =
            read(Format::Alertmanager, &Payload::new(bytes.as_bytes(), Provenance::Stranger)).unwrap();
        reading.kept.into_iter().map(|one| crate::lab::fingerprint(&one)).collect()
    };
    let keys = keys(&group(&[alert("a", "firing"), alert("a", "resolved"), alert("b", "firing")]));
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
}
