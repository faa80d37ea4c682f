//! One endpoint over HTTP: a question out, a bounded JSON answer in, within a limit of time. No redirects are followed,
//! since a key goes along, and nothing is tried twice: the budget is in questions. Called by `sharpen` alone.

use std::fmt;
use std::time::Duration;

use serde_json::Value;
use signalbox_runtime::{Clock, SecretRefError, error_chain, http_client, resolve_secret};
use zeroize::Zeroizing;

use crate::config::{Dialect, EndpointConfig};
use crate::dialect::headers;
use crate::sharpen::WhyNot;

/// The embeddings of two texts are some hundred kilobytes; more is not read.
const LARGEST_ANSWER: usize = 1 << 20;

pub(crate) struct Endpoint {
    pub(crate) dialect: Dialect,
    pub(crate) model: String,
    url: String,
    key: Option<Zeroizing<String>>,
    client: reqwest::Client,
    clock: Clock,
    limit: Duration,
}

/// Why an endpoint cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndpointError {
    #[error("finding the endpoint's key")]
    Key(#[from] SecretRefError),
    #[error("making an HTTP client")]
    Client(#[source] reqwest::Error),
}

impl Endpoint {
    pub(crate) fn new(config: &EndpointConfig, limit: Duration, clock: Clock) -> Result<Self, EndpointError> {
        let client = http_client().redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self {
            dialect: config.dialect,
            model: config.model.clone(),
            url: config.url.trim_end_matches('/').to_owned(),
            key: config.key.as_ref().map(resolve_secret).transpose()?,
            client: client.map_err(EndpointError::Client)?,
            clock,
            limit,
        })
    }

    /// Asks once.
    pub(crate) async fn ask(&self, path: &str, body: &Value) -> Result<Value, WhyNot> {
        match self.clock.timeout(self.limit, self.exchange(path, body)).await {
            Ok(answer) => answer,
            Err(late) => Err(WhyNot::TimedOut { limit: late.limit }),
        }
    }

    async fn exchange(&self, path: &str, body: &Value) -> Result<Value, WhyNot> {
        let mut request = self
            .client
            .post(format!("{}/{path}", self.url))
            .header("content-type", "application/json")
            .body(body.to_string());
        for (name, value) in headers(self.dialect, self.key.as_ref().map(|key| key.as_str())) {
            request = request.header(name, value);
        }
        let mut answer = request.send().await.map_err(|error| unreachable(&error))?;
        match answer.status().as_u16() {
            200 => {}
            429 => return Err(WhyNot::TooManyQuestions),
            status => return Err(WhyNot::Status { status }),
        }
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| unreachable(&error))? {
            if bytes.len() + piece.len() > LARGEST_ANSWER {
                return Err(WhyNot::NoAnswer);
            }
            bytes.extend_from_slice(&piece);
        }
        serde_json::from_slice(&bytes).map_err(|_| WhyNot::NoAnswer)
    }
}

/// The error names the address, never the key or what was asked.
fn unreachable(error: &reqwest::Error) -> WhyNot {
    tracing::warn!(error = %error_chain(error), "a sharpener's endpoint does not answer");
    WhyNot::Unreachable
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("dialect", &self.dialect)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}
