//! What a handler is given: who asks, an id, the parameters of a URL, a JSON body. Each that is not as it should be is
//! refused with a line that says what was expected.

use std::fmt::Display;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use signalbox_control::{Problem, Refused};
use signalbox_domain::access::Actor;
use zeroize::Zeroize as _;

use crate::problem::Failure;

/// Whoever the guard let through.
pub(crate) struct Who(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for Who {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Failure> {
        let actor = parts.extensions.get::<Actor>().cloned();
        actor.map(Self).ok_or_else(|| Problem::from(Refused::Missing).into())
    }
}

/// The one part of a path that varies: an id or a name.
pub(crate) struct Named<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr<Err: Display> + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|error| Failure::url(error.body_text()))?;
        text.parse().map(Self).map_err(|error: T::Err| Failure::url(error.to_string()))
    }
}

/// The two parts of a path that vary.
pub(crate) struct NamedTwice<A, B>(pub(crate) A, pub(crate) B);

impl<S, A, B> FromRequestParts<S> for NamedTwice<A, B>
where
    S: Send + Sync,
    A: FromStr<Err: Display> + Send,
    B: FromStr<Err: Display> + Send,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path((one, other)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|error| Failure::url(error.body_text()))?;
        let one = one.parse().map_err(|error: A::Err| Failure::url(error.to_string()))?;
        let other = other.parse().map_err(|error: B::Err| Failure::url(error.to_string()))?;
        Ok(Self(one, other))
    }
}

/// The parameters of a URL.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query.map(|Query(asked)| Self(asked)).map_err(|error| {
            let text = error.body_text();
            // Which library read it is nobody's business.
            Failure::url(text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text))
        })
    }
}

/// A JSON body.
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = media_type(request.headers());
        if kind.as_deref() != Some(JSON) {
            return Err(wrong_type(JSON));
        }
        read_json(&body(request, state).await?).map(Self)
    }
}

/// A JSON body with a value in it that nobody may see: a refusal repeats no word of it, and its bytes are wiped.
pub(crate) struct HiddenBody<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for HiddenBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = media_type(request.headers());
        let bytes = body(request, state).await?;
        let read = if kind.as_deref() == Some(JSON) { read_hidden(&bytes) } else { Err(wrong_type(JSON)) };
        if let Ok(mut bytes) = bytes.try_into_mut() {
            bytes.as_mut().zeroize();
        }
        read.map(Self)
    }
}

/// A JSON body, or none at all, which means the same as `{}`.
pub(crate) struct JsonOrNothing<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for JsonOrNothing<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = media_type(request.headers());
        let bytes = body(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        if kind.as_deref() != Some(JSON) {
            return Err(wrong_type(JSON));
        }
        read_json(&bytes).map(Self)
    }
}

pub(crate) const JSON: &str = "application/json";
pub(crate) const LINES: &str = "application/x-ndjson";

/// The media type without its parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = value.split(';').next().unwrap_or_default();
    Some(kind.trim().to_ascii_lowercase())
}

pub(crate) fn wrong_type(expected: &str) -> Failure {
    let message = format!("expected a body with `Content-Type: {expected}`");
    Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", message)
}

/// The body, up to the route's bound.
pub(crate) async fn body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Failure> {
    Bytes::from_request(request, state).await.map_err(|error| cut(&error))
}

fn cut(error: &BytesRejection) -> Failure {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "the body is larger than this route takes",
        );
    }
    Failure::url("the body ended before it was whole")
}

/// serde's message names what was expected and may repeat a short piece of what was sent.
fn read_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (at, inner) = (error.path().to_string(), error.inner());
        if inner.is_data() {
            field(&at, &inner.to_string())
        } else {
            Failure::url(format!("the body is no JSON: {inner}"))
        }
    })?;
    reader.end().map_err(|error| Failure::url(format!("the body is no JSON: {error}")))?;
    Ok(value)
}

/// serde's message may repeat what stood in the wrong place, so only that place is named, and it only where it is a plain
/// word of ours.
fn read_hidden<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let inner = error.inner();
        if !inner.is_data() {
            return Failure::url("the body is no JSON");
        }
        let words = inner.to_string();
        let missing = words.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
        let is_unknown = words.starts_with("unknown field `");
        match (missing, error.path().to_string().as_str()) {
            (Some(name), _) => Failure::field(name.to_owned(), "expected a value"),
            (None, at) if is_unknown || at == "." || at == "?" => {
                Failure::field("$".to_owned(), "expected the fields of this route, each once")
            }
            (None, at) => {
                Failure::field(at.to_owned(), "expected another kind of value; what was sent is not repeated")
            }
        }
    })?;
    reader.end().map_err(|_rest| Failure::url("the body is no JSON"))?;
    Ok(value)
}

/// Where, and what was expected there, of serde's words about it.
fn field(at: &str, words: &str) -> Failure {
    // A line of a body that a program wrote helps nobody; its place is named already.
    let words = words.rsplit_once(" at line ").map_or(words, |(words, _)| words);
    let missing = words.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
    let above = if at == "." { "" } else { at };
    match missing {
        Some(name) if above.is_empty() => Failure::field(name.to_owned(), "expected a value"),
        Some(name) => Failure::field(format!("{above}.{name}"), "expected a value"),
        None if above.is_empty() => Failure::field("$".to_owned(), words),
        None => Failure::field(above.to_owned(), words),
    }
}

#[cfg(test)]
mod tests {
    use signalbox_control::views::LeaseAsk;

    use super::*;

    #[test]
    fn a_field_is_named_with_what_was_expected_there() {
        let runner = |runner: &str| format!(r#"{{"runner":{runner},"at_most":1,"seconds":1}}"#);
        for (body, at, expected) in [
            ("{}".to_owned(), "runner", "a value"),
            (runner(r#"{"name":"r"}"#), "runner.computer", "a value"),
            (runner("7"), "runner", "struct RunnerSelf"),
            (r#"{"colour":1}"#.to_owned(), "colour", "one of `runner`"),
        ] {
            let line = read_json::<LeaseAsk>(body.as_bytes()).unwrap_err().into_line();
            let said = line.expected.unwrap();
            assert_eq!(line.at.as_deref(), Some(at), "{body}: {said}");
            assert!(said.starts_with(expected) && !said.contains(" at line "), "{body}: {said}");
        }
    }
}
