//! Removes secrets and personal data from text, JSON and streams of bytes, before anything is stored, shown or logged.
//!
//! ```text
//!   bytes ──▶ anchors ──▶ rule: reads its window ──▶ spans ──▶ cover ──▶ text with [redacted:rule]
//!             (one pass,   (one line, fixed reach,    (where,   (merges, swallows tails
//!              automata)    no backtracking)           what)     and private keys)
//!   JSON  ──▶ walk: keys by name, strings as text
//!   pieces ─▶ buffer of one incomplete line ──▶ the same path
//! ```
//!
//! What holds, and is tested:
//! - Linear: a rule sees only a window around its anchor, and every byte is covered once.
//! - A stream writes what the whole text would, however it is cut.
//! - Redacting twice changes nothing more: marks are left alone and never make a neighbour match. (A rule of one's own
//!   may break that in lines longer than its window, where the windows move.)
//! - Only names of rules and counts come out, never a value.
//!
//! What it is not: proof. A secret without a shape, a name or an entry in the configuration passes. Public keys stay by
//! design: PostHog project keys (`phc_…`), Stripe publishable keys (`pk_…`), the public half of a Sentry DSN.
//!
//! Must never read a clock, do IO or keep state between calls. Called by ingest before a sample is stored, by the
//! runner for what agents print, and by logs.

mod bytes;
mod compiled;
mod config;
mod cover;
mod custom;
mod engine;
mod error;
mod json;
mod keys;
mod literals;
mod marks;
mod rules;
#[cfg(test)]
mod samples;
mod span;
mod stream;
mod value;
mod window;

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;

pub use config::{
    Config, CustomRule, LiteralSecret, MOST_CUSTOM_RULES, MOST_KEPT, MOST_KEYS, MOST_LITERALS, Switch,
};
pub use error::ConfigError;
pub use json::DEEPEST;
pub use rules::{RuleInfo, rules};
pub use stream::{STREAM_WINDOW, StreamRedactor};

use compiled::Compiled;
use engine::Engine;
use rules::private_key::Rest;
use span::RuleId;

/// Redacts by one configuration. Cheap to clone.
#[derive(Clone)]
pub struct Redactor {
    rules: Arc<Compiled>,
}

/// A text with its secrets removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redacted<'t> {
    /// The text; borrowed where nothing was found.
    pub text: Cow<'t, str>,
    /// What was removed, by rule.
    pub findings: Vec<Finding>,
}

/// How often a rule found something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name, as in the mark.
    pub rule: String,
    pub count: u64,
}

impl Redactor {
    /// Checks a configuration and makes it ready.
    pub fn new(config: &Config) -> Result<Redactor, ConfigError> {
        Ok(Redactor { rules: Arc::new(Compiled::new(config)?) })
    }

    /// Redacts a text.
    pub fn text<'t>(&self, text: &'t str) -> Redacted<'t> {
        let mut engine = Engine::default();
        engine.scan(&self.rules, text.as_bytes(), Rest::Nothing);
        if engine.found_nothing() {
            return Redacted { text: Cow::Borrowed(text), findings: Vec::new() };
        }
        let mut out = Vec::with_capacity(text.len());
        engine.write(&self.rules, text.as_bytes(), Rest::Nothing, &mut out);
        let text = String::from_utf8(out)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Redacted { text: Cow::Owned(text), findings: findings(&self.rules, engine.counts()) }
    }

    /// Redacts a JSON value in place: strings as text, values by the names of their keys, and keys themselves.
    pub fn json(&self, value: &mut serde_json::Value) -> Vec<Finding> {
        json::redact(self, value)
    }

    /// Redacts a stream of bytes.
    pub fn stream(&self) -> StreamRedactor {
        StreamRedactor::new(Arc::clone(&self.rules))
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Redactor(..)")
    }
}

/// Counts with names, by name.
fn findings(rules: &Compiled, counts: &[(RuleId, u64)]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = counts
        .iter()
        .map(|(rule, count)| Finding { rule: rules.name(*rule).to_owned(), count: *count })
        .collect();
    findings.sort_unstable_by(|a, b| a.rule.cmp(&b.rule));
    findings
}
