//! Errors on the wire: the one place where a problem becomes a status. What people may read is in the message; the cause
//! goes to the log alone.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use signalbox_control::Problem;
use signalbox_control::views::{ProblemBody, ProblemLine};
use signalbox_runtime::error_chain;

use crate::api::Answer;
use crate::intake::{IntakeError, LoadFailure, RetryFailure};

/// A refusal with its status.
#[derive(Debug)]
pub(crate) struct Failure {
    status: StatusCode,
    line: ProblemLine,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let message = bounded(message.into());
        let line = ProblemLine { code: code.to_owned(), message, at: None, expected: None };
        Self { status, line }
    }

    /// Something in a body stands where something else was expected; `words` say so.
    pub(crate) fn field(at: String, words: &str) -> Self {
        let mut failure = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", format!("{at}: {words}"));
        let expected = words.split_once("expected ").map_or(words, |(_, expected)| expected);
        failure.line.at = Some(bounded(at));
        failure.line.expected = Some(bounded(expected.to_owned()));
        failure
    }

    /// Part of a URL is not what it should be.
    pub(crate) fn url(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    #[cfg(test)]
    pub(crate) fn into_line(self) -> ProblemLine {
        self.line
    }

    pub(crate) fn into_answer(self) -> Answer {
        let status = self.status.as_u16();
        // A structure of texts always has a JSON form.
        let body = serde_json::to_vec(&ProblemBody { error: self.line }).unwrap_or_default();
        Answer { status, body }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status;
        let mut response = (status, Json(ProblemBody { error: self.line })).into_response();
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let status = match &problem {
            Problem::Refused(_) => StatusCode::UNAUTHORIZED,
            Problem::Denied(_) => StatusCode::FORBIDDEN,
            Problem::Missing { .. } => StatusCode::NOT_FOUND,
            Problem::Conflict(_) | Problem::LeaseLost(_) => StatusCode::CONFLICT,
            Problem::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::TooMany(_) | Problem::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Problem::Full(_) => StatusCode::INSUFFICIENT_STORAGE,
            Problem::Inside(_) | Problem::Sealing(_) | Problem::Sealed(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        if status.is_server_error() {
            tracing::error!(error = error_chain(&problem), "a request failed");
        }
        let mut failure = Self::new(status, problem.code(), message(&problem));
        if let Problem::Invalid { at, expected } = problem {
            failure.line.at = Some(at);
            failure.line.expected = Some(expected);
        }
        failure
    }
}

/// A message may repeat what was sent, which may be long: its beginning and its end say enough.
fn bounded(text: String) -> String {
    const BEGIN: usize = 120;
    const END: usize = 260;
    let length = text.chars().count();
    if length <= BEGIN + END {
        return text;
    }
    let (begin, end): (String, String) =
        (text.chars().take(BEGIN).collect(), text.chars().skip(length - END).collect());
    format!("{begin} … {end}")
}

fn message(problem: &Problem) -> String {
    match problem {
        Problem::Refused(refused) => {
            format!("{refused}: send `Authorization: Bearer TOKEN`; `signalbox token create` makes one")
        }
        other => other.to_string(),
    }
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        tracing::error!(error = error_chain(&error), "signals were not taken");
        match error {
            IntakeError::Unavailable(_) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", format!("{error}; try again"))
            }
            IntakeError::Failed(_) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", format!("{error}; the log says why"))
            }
        }
    }
}

impl From<LoadFailure> for Failure {
    fn from(error: LoadFailure) -> Self {
        match error {
            LoadFailure::Format(_) => Self::field("format".to_owned(), &error.to_string()),
            LoadFailure::Intake(error) => error.into(),
        }
    }
}

impl From<RetryFailure> for Failure {
    fn from(error: RetryFailure) -> Self {
        match error {
            RetryFailure::Missing => Self::new(StatusCode::NOT_FOUND, "not_found", error.to_string()),
            RetryFailure::Stays(words) => Self::new(StatusCode::CONFLICT, "conflict", words),
            RetryFailure::Intake(error) => error.into(),
        }
    }
}

pub(crate) fn no_path() -> Failure {
    Failure::url("expected a path such as /api/v1/tasks")
}

pub(crate) fn cut_short(error: &axum::Error) -> Failure {
    tracing::error!(error = error_chain(error), "an answer was cut short");
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the answer was cut short")
}
