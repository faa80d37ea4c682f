//! Requests to a server, each bounded in time and size. What an answer means is its caller's business.

use std::error::Error;
use std::time::Duration;

use signalbox_runtime::{ExitCode, error_chain, http_client};
use signalbox_server::{Answer, Verb};
use zeroize::Zeroizing;

use crate::fail::Failure;

const CONNECT: Duration = Duration::from_secs(5);
/// A little longer than a server works on a request.
const WHOLE: Duration = Duration::from_secs(70);
/// More than any answer has.
const LARGEST_ANSWER: usize = 64 << 20;

pub(crate) type HttpError = Box<dyn Error + Send + Sync>;

/// A server by its address, and the token to send along.
#[derive(Clone)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: String,
    token: Option<Zeroizing<String>>,
}

impl Http {
    pub(crate) fn new(url: &str, token: Option<Zeroizing<String>>) -> Result<Self, Failure> {
        let expected = |why: String| {
            Failure::new(
                ExitCode::Usage,
                format!("expected a server such as http://127.0.0.1:7700, got {url:?}{why}"),
            )
        };
        let parsed = reqwest::Url::parse(url).map_err(|error| expected(format!(": {error}")))?;
        let is_ours = matches!(parsed.scheme(), "http" | "https") && parsed.username().is_empty();
        let Some(host) = parsed.host_str().filter(|_| is_ours) else { return Err(expected(String::new())) };
        let mut builder = http_client()
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("signalbox/", env!("CARGO_PKG_VERSION")));
        if host == "localhost" || host.starts_with("127.") || host == "[::1]" {
            // A proxy would look for a server on its own computer.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            Failure::new(ExitCode::Failure, format!("no HTTP to be had: {}", error_chain(&error)))
        })?;
        Ok(Self { client, base: url.trim_end_matches('/').to_owned(), token })
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Sends one request. `path` begins with a slash; a body is JSON.
    pub(crate) async fn send(
        &self,
        verb: Verb,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, HttpError> {
        let method = match verb {
            Verb::Get => reqwest::Method::GET,
            Verb::Post => reqwest::Method::POST,
        };
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.as_str());
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let mut response = request.send().await.map_err(reqwest::Error::without_url)?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(reqwest::Error::without_url)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(format!("the answer is larger than {LARGEST_ANSWER} bytes").into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, body })
    }

    /// Why nothing was heard.
    pub(crate) fn silent(&self, error: &HttpError) -> Failure {
        let why = error_chain(&**error);
        Failure::new(ExitCode::Unreachable, format!("the server at {} does not answer: {why}", self.base))
    }
}
