//! A body of signals as its items. Pure; what an item says is nobody's business here.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::value::RawValue;
use signalbox_control::views::{ProblemLine, SignalResult, SignalResults};

use crate::extract::{JSON, LINES, wrong_type};
use crate::problem::Failure;

/// Items of one request; a sender with more sends twice.
const ITEMS: usize = 10_000;

/// The bytes of each item: of one object, of an array, or of each line.
pub(crate) fn split(kind: Option<&str>, bytes: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let items = match kind {
        Some(JSON) => of_json(bytes)?,
        Some(LINES) => of_lines(bytes),
        _ => return Err(wrong_type(&format!("{JSON}` or `{LINES}"))),
    };
    match items.len() {
        0 => Err(Failure::field("$".to_owned(), "expected at least one signal")),
        1..=ITEMS => Ok(items),
        many => {
            let message = format!("expected at most {ITEMS} signals in one request, got {many}");
            Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message))
        }
    }
}

fn of_json(bytes: &[u8]) -> Result<Vec<Vec<u8>>, Failure> {
    let no_json = |error: serde_json::Error| Failure::url(format!("the body is no JSON: {error}"));
    if !bytes.trim_ascii_start().starts_with(b"[") {
        let one: &RawValue = serde_json::from_slice(bytes).map_err(no_json)?;
        return Ok(vec![one.get().as_bytes().to_vec()]);
    }
    let all: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(no_json)?;
    Ok(all.into_iter().map(|item| item.get().as_bytes().to_vec()).collect())
}

/// A line that is no JSON is its own item: the others still count.
fn of_lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

/// The error and, beside it, what was wrong with each.
#[derive(Debug, Serialize)]
pub(crate) struct AllRefused<'a> {
    error: ProblemLine,
    results: &'a [SignalResult],
}

/// Said where nothing at all was accepted.
pub(crate) fn all_refused(answer: &SignalResults) -> Option<AllRefused<'_>> {
    let results = answer.results.as_slice();
    let refused = |result: &SignalResult| matches!(result, SignalResult::Refused { .. });
    let SignalResult::Refused { at, expected } = results.first()? else { return None };
    if !results.iter().all(refused) {
        return None;
    }
    let message = format!("no signal could be read; in the first, {at}: expected {expected}");
    let error = ProblemLine {
        code: "invalid".to_owned(),
        message,
        at: Some(at.clone()),
        expected: Some(expected.clone()),
    };
    Some(AllRefused { error, results })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(kind: &str, body: &str) -> Result<Vec<String>, StatusCode> {
        let items = split(Some(kind), body.as_bytes()).map_err(|failure| failure.status())?;
        Ok(items.into_iter().map(|item| String::from_utf8(item).unwrap()).collect())
    }

    #[test]
    fn one_many_and_lines() {
        let own = |items: &[&str]| Ok(items.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(texts(JSON, r#" {"a": 1} "#), own(&[r#"{"a": 1}"#]));
        assert_eq!(texts(JSON, r#"[{"a":1}, 2, "x"]"#), own(&[r#"{"a":1}"#, "2", "\"x\""]));
        assert_eq!(texts(LINES, "{\"a\":1}\r\n\nnot json\n"), own(&["{\"a\":1}", "not json"]));
    }

    #[test]
    fn what_has_no_items_says_so() {
        for (kind, body, status) in [
            (JSON, "", StatusCode::BAD_REQUEST),
            (JSON, "{", StatusCode::BAD_REQUEST),
            (JSON, "{} {}", StatusCode::BAD_REQUEST),
            (JSON, "[{}", StatusCode::BAD_REQUEST),
            (JSON, "[]", StatusCode::UNPROCESSABLE_ENTITY),
            (LINES, "\n\n", StatusCode::UNPROCESSABLE_ENTITY),
            ("text/plain", "{}", StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ] {
            assert_eq!(texts(kind, body), Err(status), "{kind} {body:?}");
        }
        let many = format!("[{}]", vec!["1"; ITEMS + 1].join(","));
        assert_eq!(texts(JSON, &many), Err(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
