//! What Sentry's SDKs send: envelopes, and from old ones single events. The number in the path is there because SDKs ask
//! for one; whose it is, the key says alone.

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::{Refusal, Sdks, Wish, parameter, text};
use crate::intake::{SdkDialect, SdkFailure};

const AUTH: HeaderName = HeaderName::from_static("x-sentry-auth");
const LIMITS: HeaderName = HeaderName::from_static("x-sentry-rate-limits");
const ERROR: HeaderName = HeaderName::from_static("x-sentry-error");

pub(super) async fn envelope(State(sdks): State<Sdks>, request: Request) -> Response {
    answered(&sdks, "envelope", request).await
}

pub(super) async fn store(State(sdks): State<Sdks>, request: Request) -> Response {
    answered(&sdks, "store", request).await
}

async fn answered(sdks: &Sdks, path: &'static str, request: Request) -> Response {
    let wish = Wish {
        dialect: SdkDialect::Sentry,
        key: key(request.headers(), request.uri()),
        encoding: text(request.headers(), &header::CONTENT_ENCODING),
    };
    match sdks.take(wish, request).await {
        Ok(ids) => {
            sdks.count(path, "taken");
            let id = ids.into_iter().next().flatten();
            Json(id.map_or_else(|| json!({}), |id| json!({ "id": id }))).into_response()
        }
        Err(refusal) => {
            sdks.count(path, refusal.outcome());
            refused(refusal)
        }
    }
}

/// The limit is the key's, over every kind of item.
fn refused(refusal: Refusal) -> Response {
    let is_limit = matches!(refusal, Refusal::Intake(SdkFailure::TooMany { .. }));
    let why = HeaderValue::from_static(refusal.outcome());
    let mut response = refusal.into_response();
    let seconds = response.headers().get(header::RETRY_AFTER).and_then(|wait| wait.to_str().ok());
    let limits = seconds.filter(|_| is_limit).map(|seconds| format!("{seconds}::key"));
    if let Some(limits) = limits.and_then(|limits| HeaderValue::try_from(limits).ok()) {
        response.headers_mut().insert(LIMITS, limits);
    }
    response.headers_mut().insert(ERROR, why);
    response
}

/// The key that a header or the URL says; in an envelope's own header it may stand too.
fn key(headers: &HeaderMap, uri: &Uri) -> Option<String> {
    let of_header = |name: &HeaderName| {
        let value = headers.get(name)?.to_str().ok()?;
        let pairs = value.strip_prefix("Sentry").unwrap_or(value);
        let mut pairs = pairs.split(',').filter_map(|pair| pair.trim().split_once('='));
        pairs.find_map(|(name, value)| (name == "sentry_key").then(|| value.trim().to_owned()))
    };
    of_header(&AUTH).or_else(|| of_header(&header::AUTHORIZATION)).or_else(|| parameter(uri, "sentry_key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_found_wherever_sdks_put_it() {
        let uri = |text: &'static str| Uri::from_static(text);
        let auth = "Sentry sentry_version=7, sentry_client=x/1, sentry_key=abc, sentry_secret=s";
        let header = |name: HeaderName| HeaderMap::from_iter([(name, HeaderValue::from_static(auth))]);
        assert_eq!(key(&header(AUTH), &uri("/")).as_deref(), Some("abc"));
        assert_eq!(key(&header(header::AUTHORIZATION), &uri("/")).as_deref(), Some("abc"));
        assert_eq!(key(&HeaderMap::new(), &uri("/?a=1&sentry_key=d%65f")).as_deref(), Some("def"));
        assert_eq!(key(&HeaderMap::new(), &uri("/")), None);
    }
}
