//! What PostHog's SDKs send and ask: events are taken; flags, settings, recordings, logs and metrics get the smallest
//! reply that keeps an SDK content, are counted, and nothing of them is kept.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};

use super::{Sdks, Wish, drain, parameter, text};
use crate::intake::{SdkDialect, SdkIds};

pub(super) async fn capture(State(sdks): State<Sdks>, request: Request) -> Response {
    // The key stands in the body.
    let key = parameter(request.uri(), "api_key").or_else(|| parameter(request.uri(), "token"));
    let wish = Wish { dialect: SdkDialect::Posthog, key, encoding: encoding(&request) };
    answered(&sdks, "capture", wish, request, |_| json!({ "status": 1 })).await
}

pub(super) async fn capture_v1(State(sdks): State<Sdks>, request: Request) -> Response {
    let key = bearer(request.headers());
    let wish = Wish { dialect: SdkDialect::Posthog, key, encoding: encoding(&request) };
    answered(&sdks, "capture_v1", wish, request, results).await
}

/// Each event by its id: an SDK sends again what is not named.
fn results(ids: SdkIds) -> Value {
    let results: Map<String, Value> =
        ids.into_iter().flatten().map(|id| (id, json!({ "result": "ok" }))).collect();
    json!({ "results": results })
}

async fn answered(
    sdks: &Sdks,
    path: &'static str,
    wish: Wish,
    request: Request,
    reply: impl FnOnce(SdkIds) -> Value,
) -> Response {
    match sdks.take(wish, request).await {
        Ok(ids) => {
            sdks.count(path, "taken");
            Json(reply(ids)).into_response()
        }
        Err(refusal) => {
            sdks.count(path, refusal.outcome());
            refusal.into_response()
        }
    }
}

/// No flag is on: code behind one takes the way that it has without.
pub(super) async fn flags(State(sdks): State<Sdks>, request: Request) -> Json<Value> {
    drain(request.into_body()).await;
    sdks.count("flags", "let_go");
    Json(json!({
        "flags": {},
        "featureFlags": {},
        "featureFlagPayloads": {},
        "errorsWhileComputingFlags": false,
        "supportedCompression": ["gzip", "gzip-js"],
        "sessionRecording": false,
        "surveys": false,
        "heatmaps": false,
        "autocaptureExceptions": true,
        "config": { "enable_collect_everything": true },
    }))
}

fn settings() -> Value {
    json!({
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": false,
        "captureDeadClicks": true,
        "capturePerformance": false,
        "autocapture_opt_out": false,
        "autocaptureExceptions": true,
        "errorTracking": { "autocaptureExceptions": true, "suppressionRules": [] },
        "analytics": { "endpoint": "/i/v0/e/" },
        "elementsChainAsString": true,
        "sessionRecording": false,
        "heatmaps": false,
        "surveys": false,
        "defaultIdentifiedOnly": true,
        "siteApps": [],
    })
}

pub(super) async fn config(State(sdks): State<Sdks>) -> Json<Value> {
    sdks.count("config", "let_go");
    Json(settings())
}

/// The same for a page that loads it as a script. The key in the path is not repeated: what stands in a script runs.
pub(super) async fn config_script(State(sdks): State<Sdks>, uri: Uri) -> Response {
    sdks.count("config", "let_go");
    let key = uri.path().split('/').nth(2).filter(|key| key.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let script = key.map_or_else(String::new, |key| {
        format!(
            "window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{{}};\
             window._POSTHOG_REMOTE_CONFIG[\"{key}\"]={{config:{},siteApps:[]}};",
            settings()
        )
    });
    ([(header::CONTENT_TYPE, "text/javascript")], script).into_response()
}

/// Recordings, logs, metrics.
pub(super) async fn let_go(State(sdks): State<Sdks>, request: Request) -> Json<Value> {
    let path = match request.uri().path().trim_end_matches('/') {
        "/s" => "recordings",
        "/i/v1/logs" => "logs",
        _ => "metrics",
    };
    drain(request.into_body()).await;
    sdks.count(path, "let_go");
    Json(if path == "recordings" { json!({ "status": 1 }) } else { json!({}) })
}

/// A browser names the encoding in the URL, where a header would make it ask first.
fn encoding(request: &Request) -> Option<String> {
    let named = parameter(request.uri(), "compression").filter(|name| name.starts_with("gzip"));
    text(request.headers(), &header::CONTENT_ENCODING).or(named)
}

fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
}
