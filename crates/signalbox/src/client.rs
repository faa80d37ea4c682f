//! How a command speaks to the house: over HTTP to the server, or, where none holds the database, to the same API inside
//! this process. Commands cannot tell the difference.
//!
//! ```text
//!   --server, SIGNALBOX_URL ───────────────────────▶ that server, or a failure that says it does not answer
//!   SQLite nobody holds ───────────────────────────▶ this process opens it
//!   SQLite that a server holds ────────────────────▶ the server, at the address that it has written beside the database
//!   PostgreSQL ────────────────────────────────────▶ the server of this folder; else this process opens it
//! ```
//!
//! The token of this computer is sent only where a server of ours is known to be, or where its holder said so.

mod http;
mod local;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_control::views::ProblemBody;
use signalbox_runtime::{ExitCode, error_chain};
use signalbox_server::{Answer, Verb};
use signalbox_store::{Location, Store, StoreError};
use zeroize::Zeroizing;

use crate::fail::Failure;
use crate::house::{find_server, reachable, read_token};
use crate::settings::Settings;
use crate::show::plain;
use crate::wiring::{self, Base};

pub(crate) use http::Http;
use local::Local;

/// Names the server, where no flag does.
pub(crate) const URL_VARIABLE: &str = "SIGNALBOX_URL";
/// Holds the token, where no file does.
pub(crate) const TOKEN_VARIABLE: &str = "SIGNALBOX_TOKEN";

/// Another command may hold the file for a moment, and a server that starts says soon where it listens.
const HELD_FOR_A_MOMENT: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(50);

pub(crate) enum Client {
    Http(Http),
    InProcess(Box<Local>),
}

impl Client {
    /// Finds the server, or opens the database.
    pub(crate) async fn open(server: Option<&str>, settings: Settings) -> Result<Self, Failure> {
        let named = server.map(str::to_owned).or_else(|| std::env::var(URL_VARIABLE).ok());
        if let Some(url) = named {
            return Ok(Self::Http(Http::new(&url, token(&settings)?)?));
        }
        let base = wiring::base()?;
        let found = match &settings.store.url {
            Location::Sqlite(path) => of_sqlite(path, &settings, &base).await?,
            Location::Postgres(_) => of_postgres(&settings).await?,
        };
        match found {
            Found::Server(http) => Ok(Self::Http(http)),
            Found::Database(store) => Ok(Self::InProcess(Box::new(Local::new(settings, base, store).await?))),
        }
    }

    /// Whether a server answers, who may know more than this process (sign-in links, passes).
    pub(crate) fn server(&self) -> Option<&Http> {
        match self {
            Self::Http(http) => Some(http),
            Self::InProcess(_) => None,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Told, Failure> {
        self.send(Verb::Get, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &impl Serialize) -> Result<Told, Failure> {
        let body =
            serde_json::to_vec(body).map_err(|error| Failure::new(ExitCode::Failure, error.to_string()))?;
        self.send(Verb::Post, path, Some(body)).await
    }

    pub(crate) async fn send(&self, verb: Verb, path: &str, body: Option<Vec<u8>>) -> Result<Told, Failure> {
        let path = format!("/api/v1{path}");
        let answer = match self {
            Self::Http(http) => http.send(verb, &path, body).await.map_err(|error| http.silent(&error))?,
            Self::InProcess(local) => local.call(verb, &path, body).await,
        };
        match self {
            _ if (200..300).contains(&answer.status) => Ok(Told { body: answer.body }),
            Self::Http(http) if answer.status == 401 && !http.has_token() => {
                let line = format!("{} asks for a token: set {TOKEN_VARIABLE}", http.base());
                Err(Failure::new(ExitCode::BadConfig, line))
            }
            _ => Err(refusal(&answer)),
        }
    }

    pub(crate) async fn close(self) {
        if let Self::InProcess(local) = self {
            local.close().await;
        }
    }
}

enum Found {
    Server(Http),
    Database(Store),
}

/// Whoever holds the file says where it listens; a command holds it for a moment only.
async fn of_sqlite(path: &Path, settings: &Settings, base: &Base) -> Result<Found, Failure> {
    let deadline = base.clock.boot().plus(HELD_FOR_A_MOMENT);
    loop {
        match Store::open(&settings.store).await {
            Ok(store) => return Ok(Found::Database(store)),
            Err(StoreError::HeldByAnother { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        if let Some(address) = find_server(settings) {
            return at(address, settings).map(Found::Server);
        }
        if deadline.since(base.clock.boot()).is_zero() {
            let line = format!(
                "another server holds {} and has not said where it listens (it is starting, or has not the role api): name it by --server",
                path.display()
            );
            return Err(Failure::new(ExitCode::StoreHeld, line));
        }
        base.clock.sleep(RETRY).await;
    }
}

/// A database that many may open: the server of this folder, or nobody. What else may answer at an address of the settings
/// is not known to be ours, and is told no token.
async fn of_postgres(settings: &Settings) -> Result<Found, Failure> {
    if let Some(address) = find_server(settings) {
        return at(address, settings).map(Found::Server);
    }
    Ok(Found::Database(Store::open(&settings.store).await?))
}

fn at(address: SocketAddr, settings: &Settings) -> Result<Http, Failure> {
    Http::new(&format!("http://{}", reachable(address)), token(settings)?)
}

/// The token of the variable, or the one that the server wrote for this computer.
fn token(settings: &Settings) -> Result<Option<Zeroizing<String>>, Failure> {
    match std::env::var(TOKEN_VARIABLE) {
        Ok(token) if !token.trim().is_empty() => Ok(Some(Zeroizing::new(token.trim().to_owned()))),
        _ => read_token(&wiring::token_file(settings)),
    }
}

/// What the house said.
pub(crate) struct Told {
    body: Vec<u8>,
}

impl Told {
    pub(crate) fn is_empty(&self) -> bool {
        self.body.is_empty()
    }

    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let line = format!("the server's answer is not understood (another version?): {error}");
            Failure::new(ExitCode::Failure, line)
        })
    }

    /// The same JSON, laid out for eyes.
    pub(crate) fn json(&self) -> Result<String, Failure> {
        let value: serde_json::Value = if self.is_empty() { serde_json::Value::Null } else { self.read()? };
        serde_json::to_string_pretty(&value)
            .map_err(|error| Failure::new(ExitCode::Failure, error.to_string()))
    }
}

/// A refusal as one line and an exit code: 2 where what was asked is wrong, 4 where it may work later.
fn refusal(answer: &Answer) -> Failure {
    let code = match answer.status {
        400 | 413 | 415 | 422 => ExitCode::Usage,
        503 => ExitCode::Unreachable,
        507 => ExitCode::DiskFull,
        _ => ExitCode::Failure,
    };
    match serde_json::from_slice::<ProblemBody>(&answer.body) {
        Ok(body) => {
            let message = body.error.message;
            let place = |at: String| match body.error.expected {
                Some(expected) if !message.contains(&expected) => format!(" ({at}: expected {expected})"),
                _ if message.contains(&at) => String::new(),
                _ => format!(" ({at})"),
            };
            let place = body.error.at.map(place).unwrap_or_default();
            Failure::new(code, plain(&format!("{message}{place}")))
        }
        Err(error) => {
            tracing::debug!("no problem in the answer: {}", error_chain(&error));
            Failure::new(
                code,
                format!("the server answered with status {} and nothing readable", answer.status),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> (ExitCode, String) {
        let failure = refusal(&Answer { status, body: body.as_bytes().to_vec() });
        (failure.code, failure.line().to_owned())
    }

    #[test]
    fn a_refusal_is_one_plain_line_with_a_code() {
        let body = r#"{"error":{"code":"invalid","message":"no \u001b[2J such","at":"title","expected":"1 to 500 characters"}}"#;
        let line = "no \\u{1b}[2J such (title: expected 1 to 500 characters)".to_owned();
        assert_eq!(refused(422, body), (ExitCode::Usage, line));
        let body = r#"{"error":{"code":"not_found","message":"there is no task x"}}"#;
        assert_eq!(refused(404, body), (ExitCode::Failure, "there is no task x".to_owned()));
        assert_eq!(refused(503, "<html>").0, ExitCode::Unreachable);
        assert_eq!(refused(507, "<html>").0, ExitCode::DiskFull);
        assert!(refused(502, "<html>").1.contains("502"));
    }
}
