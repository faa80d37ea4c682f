//! What unchanged SDKs send and ask, as far as the server has a say in it: paths, keys, encodings, replies, CORS, limits.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_server::{IntakeError, SdkDialect, SdkFailure, SdkRequest};

use crate::house::{Client, House, Reply};

const CAPTURE: [&str; 10] = [
    "/e/",
    "/e",
    "/batch/",
    "/batch",
    "/capture/",
    "/capture",
    "/track/",
    "/i/v0/e/",
    "/i/v0/e/?ip=1&_=2",
    "/engage/",
];

fn given(house: &House) -> SdkRequest {
    let mut given = house.sdk.given.lock().unwrap();
    assert_eq!(given.len(), 1, "{given:?}");
    given.remove(0)
}

async fn post(client: &Client, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    // By any name, and from a page of any origin.
    let all = [&[("host", "anything.example"), ("origin", "https://shop.example")], headers].concat();
    client.send("POST", path, &all, body).await
}

#[tokio::test]
async fn events_of_posthogs_sdks_are_handed_on_and_answered() {
    let house = House::new().await;
    let nobody = house.nobody();
    for path in CAPTURE {
        let reply = post(&nobody, path, &[("content-encoding", "gzip")], b"\x1f\x8b...").await;
        assert_eq!((reply.status, reply.json::<Value>()), (200, json!({"status": 1})), "{path}");
        let request = given(&house);
        assert_eq!(request.dialect, SdkDialect::Posthog);
        assert_eq!((request.key, request.encoding.as_deref()), (None, Some("gzip")), "{path}");
        assert_eq!(request.bytes, b"\x1f\x8b...");
    }
    post(&nobody, "/e/?compression=gzip-js&ip=0", &[("content-type", "text/plain")], b"x").await;
    assert_eq!(given(&house).encoding.as_deref(), Some("gzip-js"));
    let v1 = post(&nobody, "/i/v1/analytics/events", &[("authorization", "Bearer abc")], b"{}").await;
    assert_eq!(v1.json::<Value>(), json!({"results": {"9fec": {"result": "ok"}, "u-2": {"result": "ok"}}}));
    assert_eq!(given(&house).key.as_deref(), Some("abc"));
}

#[tokio::test]
async fn what_sentrys_sdks_send_is_handed_on_and_answered_with_its_id() {
    let house = House::new().await;
    let nobody = house.nobody();
    let auth = ("x-sentry-auth", "Sentry sentry_version=7, sentry_key=abc, sentry_client=x/1");
    for (path, header) in [
        ("/api/7/envelope/", Some(auth)),
        ("/api/7/store/", Some(auth)),
        ("/api/7/envelope/?sentry_version=7&sentry_key=abc", None),
    ] {
        let reply = post(&nobody, path, header.as_slice(), b"{}").await;
        assert_eq!((reply.status, reply.json::<Value>()), (200, json!({"id": "9fec"})), "{path}");
        let request = given(&house);
        assert_eq!((request.dialect, request.key.as_deref()), (SdkDialect::Sentry, Some("abc")), "{path}");
    }
    post(&nobody, "/api/7/envelope/", &[], b"{}").await;
    assert_eq!(given(&house).key, None, "it may stand in the envelope");
}

#[tokio::test]
async fn what_is_not_taken_says_why_and_when_to_come_again() {
    let house = House::new().await;
    let nobody = house.nobody();
    let wait = Duration::from_millis(30_500);
    let unavailable = || SdkFailure::Intake(IntakeError::Unavailable("the store is away".into()));
    for (says, status, code, after) in [
        (SdkFailure::Key, 401, "no_key", None),
        (SdkFailure::Unreadable("batch[0]: expected an event".into()), 400, "bad_request", None),
        (SdkFailure::TooMany { wait }, 429, "too_many", Some("31")),
        (unavailable(), 503, "unavailable", Some("1")),
    ] {
        *house.sdk.says.lock().unwrap() = Some(says);
        let reply = post(&nobody, "/api/1/envelope/", &[], b"{}").await;
        assert_eq!((reply.header("retry-after"), reply.problem(status).code.as_str()), (after, code));
        let limits = reply.header("x-sentry-rate-limits");
        assert_eq!(limits, (status == 429).then_some("31::key"), "{code}");
        assert!(reply.header("x-sentry-error").is_some());
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "a page may see why");
    }
    *house.sdk.says.lock().unwrap() = Some(SdkFailure::TooMany { wait });
    let reply = post(&nobody, "/batch/", &[], b"{}").await;
    assert_eq!((reply.status, reply.header("retry-after")), (429, Some("31")));
    let large = vec![b'x'; (5 << 20) + 1];
    assert_eq!(post(&nobody, "/batch/", &[], &large).await.problem(413).code, "too_large");
    let counted = house.metrics.render();
    for (path, outcome) in [("envelope", "too_many"), ("envelope", "no_key"), ("capture", "no_body")] {
        let line = format!("signalbox_sdk_requests_total{{path=\"{path}\",outcome=\"{outcome}\"}} 1");
        assert!(counted.contains(&line), "{line} is missing in {counted}");
    }
}

#[tokio::test]
async fn what_is_asked_besides_gets_the_smallest_reply_and_nothing_is_kept() {
    let house = House::new().await;
    let nobody = house.nobody();
    for path in ["/flags/?v=2", "/decide/?v=3"] {
        let flags: Value = post(&nobody, path, &[], b"{}").await.ok();
        assert_eq!((&flags["flags"], &flags["errorsWhileComputingFlags"]), (&json!({}), &json!(false)));
    }
    let recording = vec![b'x'; 6 << 20];
    assert_eq!(post(&nobody, "/s/", &[], &recording).await.ok::<Value>(), json!({"status": 1}));
    for path in ["/i/v1/logs", "/i/v1/metrics"] {
        assert_eq!(post(&nobody, path, &[], b"{}").await.ok::<Value>(), json!({}));
    }
    let host = ("host", "anything.example");
    let config: Value = nobody.send("GET", "/array/abc/config", &[host], b"").await.ok();
    assert_eq!(config["hasFeatureFlags"], false);
    let script = nobody.send("GET", "/array/abc/config.js", &[host], b"").await;
    assert!(script.header("content-type") == Some("text/javascript") && script.text().contains("[\"abc\"]"));
    let hostile = nobody.send("GET", "/array/a%22%5D%3Balert(1)/config.js", &[host], b"").await;
    assert_eq!((hostile.status, hostile.text().as_str()), (200, ""), "no word of a stranger runs");
    assert!(house.sdk.given.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_browser_that_asks_first_is_told_yes_here_and_nowhere_else() {
    let house = House::new().await;
    let nobody = house.nobody();
    let asks = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-sentry-auth, content-encoding"),
    ];
    for path in ["/e/", "/batch/", "/flags/", "/api/1/envelope/", "/i/v1/analytics/events"] {
        let reply = nobody.send("OPTIONS", path, &asks, b"").await;
        assert_eq!(reply.status, 204, "{path}");
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"), "{path}");
        assert_eq!(reply.header("access-control-allow-headers"), Some("*, Authorization"), "{path}");
        assert_eq!(reply.header("access-control-allow-credentials"), None, "no cookie comes along: {path}");
    }
    for path in ["/api/v1/signals", "/api/v1/me", "/", "/metrics"] {
        let reply = nobody.send("OPTIONS", path, &asks, b"").await;
        assert!(reply.header("access-control-allow-origin").is_none(), "{path}: {reply:?}");
    }
}
