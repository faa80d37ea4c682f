//! What all commands that speak to the house have in common: ask, show, close.

use serde::Serialize;
use serde::de::DeserializeOwned;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::ExitCode;

use crate::cli::{Ask, Page};
use crate::client::{Client, Told};
use crate::fail::Failure;
use crate::out::say;
use crate::settings::Settings;
use crate::show::plain_json;
use crate::wiring;

/// An open way to the house, and how to show what it says.
pub(crate) struct Face {
    pub(crate) client: Client,
    pub(crate) now: Timestamp,
    json: bool,
}

impl Face {
    pub(crate) async fn open(ask: &Ask, settings: Settings) -> Result<Self, Failure> {
        let now = wiring::base()?.clock.now();
        Ok(Self { client: Client::open(ask.server.as_deref(), settings).await?, now, json: ask.json })
    }

    /// Prints the API's JSON, or what `text` makes of it for people.
    pub(crate) fn show<T: DeserializeOwned>(
        &self,
        told: &Told,
        text: impl FnOnce(&T, Timestamp) -> String,
    ) -> Result<(), Failure> {
        if self.json { say(plain_json(&told.json()?)) } else { say(text(&told.read()?, self.now)) }
    }

    /// The same where there may be nothing to show.
    pub(crate) fn show_or<T: DeserializeOwned>(
        &self,
        told: &Told,
        nothing: &str,
        text: impl FnOnce(&T, Timestamp) -> String,
    ) -> Result<(), Failure> {
        if told.is_empty() && !self.json { say(nothing) } else { self.show(told, text) }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) async fn close(self, done: Result<(), Failure>) -> Result<ExitCode, Failure> {
        self.client.close().await;
        done.map(|()| ExitCode::Done)
    }
}

/// Parameters of a URL. Names, ids, states and numbers need no escaping; anything else is not let through.
pub(crate) fn query(path: &str, ask: &impl Serialize) -> Result<String, Failure> {
    let failed = |why: String| Failure::new(ExitCode::Usage, why);
    let value = serde_json::to_value(ask).map_err(|error| failed(error.to_string()))?;
    let mut text = path.to_owned();
    for (name, value) in value.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let is_safe = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
        if !value.chars().all(is_safe) {
            return Err(failed(format!("{name}: expected a plain word, got {value:?}")));
        }
        text.push(if text.contains('?') { '&' } else { '?' });
        text.push_str(&format!("{name}={value}"));
    }
    Ok(text)
}

/// Where a list goes on, as the id that it is.
pub(crate) fn after<I: std::str::FromStr<Err: std::fmt::Display>>(page: &Page) -> Result<Option<I>, Failure> {
    let parse = |text: &String| {
        text.parse().map_err(|error| Failure::new(ExitCode::Usage, format!("--after: {error}")))
    };
    page.after.as_ref().map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_query_is_made_of_plain_words_only() {
        let ask = json!({"limit": 5, "project": "web-2"});
        assert_eq!(query("/tasks", &ask).unwrap(), "/tasks?limit=5&project=web-2");
        assert_eq!(query("/tasks", &json!({})).unwrap(), "/tasks");
        assert!(query("/tasks", &json!({"project": "a&b=c"})).is_err());
    }
}
