//! What unchanged SDKs send, through the door, on both databases: whose it is, what is kept of it, what is refused.

use std::io::Write as _;

use serde_json::{Value, json};
use signalbox_domain::ids::ProjectId;
use signalbox_domain::project_key::{ProjectKey, PublicKey};
use signalbox_domain::provenance::Provenance;
use signalbox_ingest::{Counts, Dialect, FingerprintConfig, SdkBody, SdkConfig, SdkDoor, SdkRefused};
use signalbox_runtime::{BuildInfo, Metrics, Shutdown};
use signalbox_store::ingest::Exposed;

use crate::house::{BOTH, House};

const KEY: [u8; 16] = [7; 16];

fn key() -> String {
    PublicKey::from_bytes(KEY).to_string()
}

/// The project `web` and its key.
async fn web(house: &House) -> ProjectId {
    let setup = house.setup(house.store.clone(), &Shutdown::new());
    let (id, now) = (setup.ids.next(), setup.clock.now());
    let project = house.store.project_ensure(&"web".parse().unwrap(), id, now).await.unwrap().id;
    let key = ProjectKey { key: PublicKey::from_bytes(KEY), project, made_at: now };
    house.store.project_key_put(&key).await.unwrap();
    project
}

fn door(house: &House, requests_a_minute: u64) -> SdkDoor {
    let metrics = Metrics::new(BuildInfo { version: "0.1.0", revision: "test" }).unwrap();
    let setup = house.setup(house.store.clone(), &Shutdown::new());
    SdkDoor::new(setup, &SdkConfig { requests_a_minute }, FingerprintConfig::default(), &metrics)
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn sentry(bytes: Vec<u8>) -> SdkBody {
    SdkBody { dialect: Dialect::Sentry, key: Some(key()), encoding: Some("gzip".into()), bytes }
}

fn posthog(body: &Value) -> SdkBody {
    SdkBody { dialect: Dialect::Posthog, key: None, encoding: None, bytes: body.to_string().into_bytes() }
}

fn envelope(id: &str, more: &str) -> Vec<u8> {
    let event = json!({
        "event_id": id, "level": "error", "platform": "python", "release": "shop@1.2.0", "environment": "production",
        "user": {"id": 7, "email": "ada@shop.example"},
        "exception": {"values": [{"type": "KeyError", "value": "'total'", "stacktrace": {"frames": [
            {"filename": "shop/cart.py", "function": "total", "lineno": 40, "in_app": true}]}}]},
    })
    .to_string();
    let item = json!({"type": "event", "length": event.len()});
    gzip(format!("{}\n{item}\n{event}\n{more}", json!({"event_id": id})).as_bytes())
}

fn exception(uuid: &str) -> Value {
    json!({"uuid": uuid, "event": "$exception", "distinct_id": "ada", "properties": {
        "$exception_list": [{"type": "TypeError", "value": "total is undefined", "stacktrace": {"type": "raw",
            "frames": [{"platform": "node:javascript", "function": "total", "filename": "cart.js", "lineno": 4, "in_app": true}]}}],
        "$release": "shop@1.2.0"}})
}

#[tokio::test]
async fn an_envelope_is_kept_once_however_often_it_comes() {
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        web(&house).await;
        let door = door(&house, 1000);
        let id = "9fec1c1dcfb14a4b8e1c5f0b9d1f6b4e";
        for _ in 0..2 {
            let taken = door.take(sentry(envelope(id, "{\"type\":\"session\"}\n{}\n"))).await.unwrap();
            assert_eq!(taken.ids, [Some(id.to_owned())]);
        }
        let signals = house.signals().await;
        assert_eq!(signals.len(), 1, "{signals:?}");
        assert_eq!((signals[0].count, signals[0].title.from), (1, Provenance::Stranger));
        assert_eq!(signals[0].users, Some(1));
        let kept = house.everything_kept();
        assert!(!kept.windows(16).any(|bytes| bytes == b"ada@shop.example"), "nobody is kept");
        assert_eq!(signals[0].title.value, "KeyError: 'total'");
        let counts = door.status(Dialect::Sentry).counts();
        let expected =
            Counts { read: 4, kept: 1, not_a_signal: 2, duplicate: 1, new_signals: 1, ..Counts::default() };
        assert_eq!(counts, expected, "what was read is the sum of what became of it");
    }
}

#[tokio::test]
async fn sessions_say_how_much_a_release_is_used_and_each_counts_once() {
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let project = web(&house).await;
        let door = door(&house, 1000);
        let now = signalbox_runtime::Clock::system().now();
        let attrs = json!({"release": "shop@1.2.0", "environment": "eu"});
        let session = |sid: &str, did: &str, status: &str, init: bool| {
            let session = json!({
                "sid": sid, "did": did, "init": init, "status": status, "started": now.to_string(), "attrs": attrs,
            });
            format!("{{\"type\":\"session\"}}\n{session}\n")
        };
        let counts =
            json!({"attrs": attrs, "aggregates": [{"started": now.to_string(), "exited": 5, "errored": 1}]});
        let items = [
            session("a", "ada", "ok", true),
            session("b", "bob", "ok", true),
            session("b", "bob", "crashed", false),
            format!("{{\"type\":\"sessions\"}}\n{counts}\n"),
        ];
        let body = gzip(format!("{}\n{}", json!({}), items.concat()).as_bytes());
        door.take(sentry(body)).await.unwrap();
        // Sent again, one by one: what has an id is known.
        for item in &items[..3] {
            door.take(sentry(gzip(format!("{}\n{item}", json!({})).as_bytes()))).await.unwrap();
        }
        let exposed =
            house.store.exposures_list(project, now.minus(std::time::Duration::from_secs(60))).await.unwrap();
        let [one] = &exposed[..] else { panic!("{exposed:?}") };
        assert_eq!((one.release.as_str(), one.environment.as_str(), one.users), ("shop@1.2.0", "eu", 2));
        assert_eq!(one.exposed, Exposed { sessions: 8, errored: 2, crashed: 1, abnormal: 0 });
        assert_eq!(house.signals().await, [], "none of it is a signal");
        let counts = door.status(Dialect::Sentry).counts();
        assert_eq!((counts.read, counts.not_a_signal), (7, 7));
    }
}

#[tokio::test]
async fn a_batch_is_of_the_project_of_its_key_whatever_else_it_says() {
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let project = web(&house).await;
        let door = door(&house, 1000);
        let mut other = exception("u-2");
        other["team_id"] = json!(7);
        let batch = json!({"api_key": key(), "batch": [exception("u-1"), other, {"event": "$pageview", "uuid": "u-3"}]});
        let taken = door.take(posthog(&batch)).await.unwrap();
        assert_eq!(taken.ids, ["u-1", "u-2", "u-3"].map(|id| Some(id.to_owned())));
        let signals = house.signals().await;
        assert_eq!((signals.len(), signals[0].count, signals[0].key.project), (1, 2, project));
        let single = json!({"token": key(), "event": "$exception", "uuid": "u-4", "properties": exception("")["properties"]});
        door.take(posthog(&single)).await.unwrap();
        assert_eq!(house.count().await, 3);
    }
}

#[tokio::test]
async fn without_a_key_that_is_there_nothing_is_kept() {
    let Some(house) = House::new(BOTH[0]).await else { return };
    web(&house).await;
    let door = door(&house, 1000);
    let strange = PublicKey::from_bytes([9; 16]).to_string();
    let batch = |key: &str| json!({"api_key": key, "batch": [exception("u-1")]});
    let none = door.take(posthog(&json!({"batch": [exception("u-1")]}))).await;
    assert!(matches!(none, Err(SdkRefused::NoKey)), "{none:?}");
    for wrong in [strange.as_str(), "phc_nothing", "' OR 1=1 --"] {
        let refused = door.take(posthog(&batch(wrong))).await;
        assert!(matches!(refused, Err(SdkRefused::UnknownKey)), "{wrong}: {refused:?}");
    }
    let torn = door.take(SdkBody { bytes: b"{".to_vec(), ..posthog(&json!({})) }).await;
    assert!(matches!(torn, Err(SdkRefused::Unreadable(_))), "{torn:?}");
    assert_eq!((house.count().await, house.quarantine().await.len()), (0, 0));
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_beside_what_can() {
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        web(&house).await;
        let door = door(&house, 1000);
        let mixed =
            envelope("9fec1c1dcfb14a4b8e1c5f0b9d1f6b4e", "{\"type\":\"event\"}\n{broken password=hunter2\n");
        door.take(sentry(mixed.clone())).await.unwrap();
        let torn = mixed[..mixed.len() / 2].to_vec();
        let refused = door.take(sentry(torn.clone())).await;
        assert!(matches!(refused, Err(SdkRefused::Unreadable(_))), "{refused:?}");
        assert_eq!(house.count().await, 1);
        let rows = house.quarantine().await;
        let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
        assert_eq!(codes, ["encoding", "no-json"]);
        assert_eq!((house.opened(&rows[0]), house.opened(&rows[1])), (torn, mixed));
        assert!(rows.iter().all(|row| row.source.as_str() == "sentry_sdk" && !row.words.contains("hunter2")));
        let counts = door.status(Dialect::Sentry).counts();
        assert_eq!((counts.read, counts.kept, counts.quarantined), (3, 1, 2));
    }
}

#[tokio::test]
async fn a_key_that_sends_too_much_is_told_when_to_come_again() {
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        web(&house).await;
        // Two processes share the limit. The window may end between two requests: then it begins anew, once.
        let (one, other) = (door(&house, 3), door(&house, 3));
        let (mut taken, mut refused) = (0, 0);
        for n in 0..10 {
            let door = if n % 2 == 0 { &one } else { &other };
            match door.take(posthog(&json!({"api_key": key(), "batch": [exception(&n.to_string())]}))).await {
                Ok(_) => taken += 1,
                Err(SdkRefused::TooMany { wait }) => {
                    assert!(wait.as_secs() <= 60, "{wait:?}");
                    refused += 1;
                }
                Err(error) => panic!("{error:?}"),
            }
        }
        assert!((3..=6).contains(&taken) && taken + refused == 10, "{taken} taken, {refused} refused");
        assert_eq!(house.count().await, taken);
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::disallowed_methods, reason = "tasks of a test, which ends when they have")]
async fn of_many_at_once_each_is_answered_and_each_counts_once() {
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        web(&house).await;
        let door = door(&house, 0);
        let mut sending = tokio::task::JoinSet::new();
        for n in 0..60 {
            let (door, id) = (door.clone(), format!("{:032x}", n % 40));
            sending.spawn(async move { door.take(sentry(envelope(&id, ""))).await });
        }
        for taken in sending.join_all().await {
            taken.unwrap();
        }
        assert_eq!(house.count().await, 40);
        let counts = door.status(Dialect::Sentry).counts();
        assert_eq!((counts.read, counts.kept, counts.duplicate, counts.new_signals), (60, 40, 20, 1));
    }
}
