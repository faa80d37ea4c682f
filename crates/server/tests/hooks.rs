//! Webhooks as far as the server has a say in them, and the routes of who keeps ingest running.

use serde_json::{Value, json};
use signalbox_control::views::{DeliveryMade, Listing, PositionLine, Receiving};
use signalbox_domain::access::Role;

use crate::house::House;

const BEARER: (&str, &str) = ("authorization", "Bearer hunter2");
const HOST: (&str, &str) = ("host", "anything.example");

#[tokio::test]
async fn a_webhook_is_taken_by_its_signature_alone() {
    let house = House::new().await;
    let nobody = house.nobody();
    let path = "/api/v1/hooks/pager";
    let body = br#"{"title":"checkout is slow"}"#;
    let taken = nobody.send("POST", path, &[HOST, BEARER], body).await;
    assert_eq!(taken.status, 202);
    let made: DeliveryMade = taken.ok();
    assert_eq!(made.received, Receiving::Now);
    let again: DeliveryMade = nobody.send("POST", path, &[HOST, BEARER], body).await.ok();
    assert_eq!((again.delivery, again.received), (made.delivery, Receiving::Before));

    let wrong = ("authorization", "Bearer hunter3");
    assert_eq!(nobody.send("POST", path, &[HOST, wrong], body).await.problem(401).code, "bad_signature");
    let admin = house.client(Role::Admin).await;
    assert_eq!(admin.post(path, &json!({})).await.problem(401).code, "bad_signature", "no token opens it");
    nobody.send("POST", "/api/v1/hooks/other", &[HOST, BEARER], body).await.problem(404);
    nobody.send("POST", "/api/v1/hooks/a%2Fb", &[HOST, BEARER], body).await.problem(400);
    assert_eq!(nobody.send("GET", path, &[HOST, BEARER], b"").await.status, 405);
    let large = vec![b'x'; (1 << 20) + 1];
    nobody.send("POST", path, &[HOST, BEARER], &large).await.problem(413);
    let counted = house.metrics.render();
    for (outcome, many) in [("received", 1), ("known", 1), ("bad_signature", 2)] {
        let line = format!("signalbox_hook_requests_total{{hook=\"pager\",outcome=\"{outcome}\"}} {many}");
        assert!(counted.contains(&line), "{line} is missing in {counted}");
    }
    assert!(!counted.contains("hook=\"other\""), "a name that a stranger makes up is no label");
}

#[tokio::test]
async fn who_keeps_ingest_running_sees_and_moves_positions_and_quarantine() {
    let house = House::new().await;
    let (grace, ada) = (house.client(Role::Operator).await, house.client(Role::Engineer).await);
    let listed: Listing<PositionLine> = ada.get("/api/v1/ingest/positions").await.ok();
    assert_eq!(listed.items, []);
    let ask = json!({"source": "posthog", "topic": "events", "partition": 0, "to": 7});
    ada.post("/api/v1/ingest/seek", &ask).await.problem(403);
    grace.post("/api/v1/ingest/seek", &ask).await.problem(404);
    let mut behind = ask.clone();
    behind["to"] = json!(-1);
    assert_eq!(grace.post("/api/v1/ingest/seek", &behind).await.problem(422).at.as_deref(), Some("to"));

    let id = "quar_01m7yjv3cpe60bdgg7jzwj7df4";
    for (method, path) in [("GET", id.to_owned()), ("POST", format!("{id}/drop"))] {
        let path = format!("/api/v1/quarantine/{path}");
        ada.send(method, &path, &[], b"").await.problem(403);
        grace.send(method, &path, &[], b"").await.problem(404);
    }
    let retry = format!("/api/v1/quarantine/{id}/retry");
    ada.post(&retry, &Value::Null).await.problem(403);
    let stays = grace.post(&retry, &Value::Null).await.problem(409);
    assert!(stays.message.contains("expected JSON"), "{stays:?}");
}
