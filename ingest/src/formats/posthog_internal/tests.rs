//! Invented internal events of PostHog's, and what comes of them.

use serde_json::{Value, json};

use super::super::Format;
use super::super::table::{Expect, Sample, check, signal};

fn internal(event: &str, id: &str, properties: &Value) -> Value {
    json!({"team_id": 4, "event": {
        "event": event, "distinct_id": id, "uuid": "0193-n", "timestamp": "2026-11-21T08:30:00Z",
        "url": "https://posthog.example/project/4", "properties": properties,
    }})
}

fn issue(change: impl FnOnce(&mut Value)) -> Value {
    let mut properties = json!({
        "name": "TypeError", "description": "x is undefined", "first_seen": "2026-11-20T08:00:00Z", "fingerprint": "ab",
        "exception_timestamp": "2026-11-21T08:29:00Z", "status": "active", "severity": "high",
        "exception_props": {"$pathname": "/cart", "$exception_list": [{"type": "TypeError", "value": "x is undefined", "stacktrace": {
            "type": "resolved", "frames": [{"resolved_name": "render", "source": "src/cart.ts", "line": 12, "in_app": true, "lang": "javascript"}],
        }}]},
    });
    change(&mut properties);
    properties
}

#[expect(clippy::too_many_lines, reason = "a table is read row by row")]
pub(crate) fn samples() -> Vec<Sample> {
    const CREATED: &str = "$error_tracking_issue_created";
    let insight = json!({
        "alert_id": "a7", "alert_name": "Signups fell", "insight_name": "Signups", "insight_id": "i1", "state": "Firing",
        "breaches": "12 is below 20, 11 is below 20", "chart_image_url": "https://cdn.example/c.png?signature=s3cret",
    });
    let calm = json!({"alert_id": "a7", "alert_name": "Signups fell", "state": "Not firing"});
    let spiking = issue(|p| {
        p["computed_baseline"] = json!(2.5);
        p["current_bucket_value"] = json!(90);
    });
    let large = json!({"name": "TypeError", "message_was_too_large": true});
    vec![
        Sample::json(
            "a new issue",
            &internal(CREATED, "iss1", &issue(|_| ())),
            signal(json!({
                "project": "4", "source": "error_tracking", "kind": "issue_created", "title": "TypeError: x is undefined",
                "from": "stranger", "frames": 1, "route": "/cart", "severity": "error", "record_id": "0193-n",
                "occurred_at": "2026-11-21T08:29:00Z", "hold": null, "links": 1, "attributes.issue": "iss1",
            })),
        ),
        Sample::json(
            "a resolved issue",
            &internal(CREATED, "iss1", &issue(|p| p["status"] = json!("resolved"))),
            signal(json!({
                "hold": "upstream_resolved",
            })),
        ),
        Sample::json(
            "an archived issue",
            &internal(CREATED, "iss1", &issue(|p| p["status"] = json!("archived"))),
            signal(json!({
                "hold": "upstream_archived",
            })),
        ),
        Sample::json(
            "somebody's issue",
            &internal(CREATED, "iss1", &issue(|p| p["assignee"] = json!({"id": 3}))),
            signal(json!({
                "hold": "upstream_assigned",
            })),
        ),
        Sample::json(
            "a spike",
            &internal("$error_tracking_issue_spiking", "iss1", &spiking),
            signal(json!({
                "kind": "issue_spiking", "attributes.baseline": 2.5, "attributes.current": 90,
            })),
        ),
        Sample::json(
            "too large for its topic",
            &internal("$error_tracking_issue_reopened", "iss1", &large),
            signal(json!({
                "kind": "issue_reopened", "title": "TypeError", "frames": 0, "attributes.too_large": true,
            })),
        ),
        Sample::json(
            "an insight",
            &internal("$insight_alert_firing", "t", &insight),
            signal(json!({
                "source": "product_analytics", "kind": "insight_alert", "from": "signed_source", "severity": "warning",
                "title": "Signups fell: 12 is below 20, 11 is below 20", "attributes.chart_image_url": null, "hold": null,
            })),
        ),
        Sample::json(
            "a calm insight",
            &internal("$insight_alert_firing", "t", &calm),
            signal(json!({"hold": "upstream_resolved"})),
        ),
        Sample::json(
            "logs",
            &internal("$logs_alert_firing", "t", &json!({"alert_name": "errors in logs"})),
            signal(json!({
                "source": "logs", "kind": "logs_alert", "title": "errors in logs",
            })),
        ),
        Sample::json(
            "health",
            &internal("$health_alert_firing", "t", &json!({"name": "no events"})),
            signal(json!({
                "source": "alerts", "kind": "health_alert", "title": "no events",
            })),
        ),
        Sample::json("another", &internal("$feature_flag_changed", "t", &json!({})), Expect::NotASignal),
        Sample::json("no issue", &internal(CREATED, "", &json!({})), Expect::Refused("event.distinct_id")),
        Sample::json(
            "no name",
            &internal(CREATED, "iss1", &json!({})),
            Expect::Refused("event.properties.name"),
        ),
        Sample::json("no event", &json!({"team_id": 4}), Expect::Refused("event")),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::PosthogInternal);
}
