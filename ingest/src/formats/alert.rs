//! What an alert says, by how its fields are called: vendors agree on no shape, but on words. Called by `alert_generic`
//! and `cloudevent`.
//!
//! Every choice is by a fixed order of names, then by depth, then by the order in the body, so that the same alert
//! always reads the same.

mod words;

use serde_json::Value;
use signalbox_domain::signal::{HoldReason, Severity};
use signalbox_domain::time::Timestamp;

use super::{DEPTH_LIMIT, TEXT_LIMIT, fields, nesting, severity};
use words::{
    ENVIRONMENTS, IDENTITIES, INCIDENTS, NAMES, PROJECTS, RECORDS, Ranks, SEVERITIES, STATES, TEXTS, TIMES,
    TITLES,
};

/// Leaves that are looked at, and how deep they may lie.
const MOST_LEAVES: usize = 400;
const DEEPEST: usize = 4;
/// A shorter title is explained by what else the alert says.
const TELLING_TITLE: usize = 50;

/// A scalar of an alert, with where it stood.
struct Leaf<'v> {
    path: String,
    /// The last part of the path: letters and digits only, in small letters.
    name: String,
    depth: usize,
    value: &'v Value,
}

/// What an alert is about, whatever its state.
pub(super) enum Identity {
    /// A key of its sender's.
    Id(String),
    /// Words: numbers in them change.
    Words(String),
}

/// An alert, read.
pub(super) struct Alert {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) identity: Identity,
    pub(super) record_id: Option<String>,
    pub(super) severity: Option<Severity>,
    pub(super) hold: Option<HoldReason>,
    pub(super) occurred_at: Option<Timestamp>,
    pub(super) environment: Option<String>,
    pub(super) project: Option<String>,
    pub(super) urls: Vec<(String, String)>,
    pub(super) attributes: Vec<(String, Value)>,
}

/// None where nothing in it could be a title.
pub(super) fn alert(body: &Value) -> Option<Alert> {
    let body = &opened(body);
    let leaves = leaves(body);
    let leaves = Leaves(&leaves);
    let name = leaves.words(TITLES, 500)?;
    let text = leaves.words(TEXTS, TEXT_LIMIT).unwrap_or_default();
    let hold = leaves.hold();
    let state = if hold.is_some() { "held" } else { "open" };
    Some(Alert {
        identity: leaves.identity(&name),
        title: explained(&name, &text),
        record_id: leaves.words(RECORDS, 200).map(|id| format!("{id}/{state}")),
        severity: leaves.ranked(SEVERITIES, |leaf| severity::severity(leaf.value)),
        hold,
        occurred_at: leaves.ranked(TIMES, |leaf| fields::time(leaf.value)),
        environment: leaves.words(ENVIRONMENTS, 200).or_else(|| leaves.environment_of_tags()),
        project: leaves.words(PROJECTS, 200),
        urls: leaves.urls(),
        attributes: leaves.0.iter().map(|leaf| (leaf.path.clone(), leaf.value.clone())).collect(),
        text,
    })
}

/// A short title together with the first line of what explains it.
fn explained(name: &str, text: &str) -> String {
    let name = fields::title(name);
    let more = fields::title(text);
    if name.len() >= TELLING_TITLE || more.is_empty() || name.contains(&more) {
        return name;
    }
    if more.contains(&name) { more } else { fields::title(&format!("{name}: {more}")) }
}

struct Leaves<'l, 'v>(&'l [Leaf<'v>]);

impl Leaves<'_, '_> {
    /// The first that says something of the best name: by rank of the name, then depth, then order.
    fn ranked<T>(&self, ranks: Ranks, says: impl Fn(&Leaf<'_>) -> Option<T>) -> Option<T> {
        for names in ranks {
            for depth in 0..=DEEPEST {
                for name in *names {
                    let found = self.0.iter().filter(|leaf| leaf.depth == depth && leaf.name == *name);
                    if let Some(said) = found.filter_map(&says).next() {
                        return Some(said);
                    }
                }
            }
        }
        None
    }

    fn words(&self, ranks: Ranks, limit: usize) -> Option<String> {
        self.ranked(ranks, |leaf| fields::scalar(leaf.value, limit))
    }

    fn identity(&self, title: &str) -> Identity {
        let id = |ranks: Ranks| self.words(ranks, 500).map(Identity::Id);
        id(IDENTITIES)
            .or_else(|| self.words(NAMES, 500).map(Identity::Words))
            .or_else(|| id(INCIDENTS))
            .unwrap_or_else(|| Identity::Words(title.to_owned()))
    }

    /// What the first word that tells a state means for work on it.
    fn hold(&self) -> Option<HoldReason> {
        self.ranked(STATES, |leaf| state(leaf.value.as_str()?)).flatten()
    }

    /// `environment:production`, as one of several tags.
    fn environment_of_tags(&self) -> Option<String> {
        let tags =
            self.0.iter().filter(|leaf| leaf.path.contains("tags")).filter_map(|leaf| leaf.value.as_str());
        let mut pairs = tags.flat_map(|tags| tags.split(',')).filter_map(|tag| tag.split_once(':'));
        pairs
            .find(|(name, _)| matches!(name.trim(), "env" | "environment"))
            .and_then(|(_, value)| fields::scalar(&Value::String(value.trim().to_owned()), 200))
    }

    fn urls(&self) -> Vec<(String, String)> {
        let is_link = |name: &str| ["url", "link", "href"].iter().any(|word| name.contains(word));
        self.0
            .iter()
            .filter(|leaf| is_link(&leaf.name))
            .filter_map(|leaf| Some((leaf.path.clone(), fields::scalar(leaf.value, 1000)?)))
            .collect()
    }
}

/// Some where a word tells a state: with nothing in it while there is something to do.
pub(super) fn state(text: &str) -> Option<Option<HoldReason>> {
    text.split(|c: char| !c.is_alphanumeric()).take(20).find_map(|word| {
        Some(match word.to_ascii_lowercase().as_str() {
            "firing" | "open" | "opened" | "triggered" | "trigger" | "alerting" | "down" | "critical"
            | "failed" | "failing" | "alarm" | "fired" | "problem" | "active" | "activated" | "reopened"
            | "unresolved" | "degraded" => None,
            "resolved" | "resolve" | "recovered" | "recovery" | "ok" | "closed" | "close" | "cleared"
            | "clear" | "up" | "normal" | "healthy" | "inactive" | "fixed" | "deactivated" => {
                Some(HoldReason::UpstreamResolved)
            }
            "acknowledged" | "acked" | "acknowledge" | "assigned" => Some(HoldReason::UpstreamAssigned),
            "muted" | "silenced" | "suppressed" | "snoozed" | "archived" | "ignored" | "dismissed" => {
                Some(HoldReason::UpstreamArchived)
            }
            _ => return None,
        })
    })
}

/// An alert that was sent through a queue stands as a JSON text in the body: such texts are opened.
fn opened(body: &Value) -> Value {
    let mut body = body.clone();
    for value in body.as_object_mut().into_iter().flat_map(|fields| fields.values_mut()) {
        if let Value::String(text) = value
            && text.trim_start().starts_with('{')
            && nesting::check(text.as_bytes(), DEPTH_LIMIT).is_ok()
            && let Ok(inner @ Value::Object(_)) = serde_json::from_str(text)
        {
            *value = inner;
        }
    }
    body
}

/// The scalars, outer ones first.
fn leaves(body: &Value) -> Vec<Leaf<'_>> {
    let mut found = Vec::new();
    let mut level = vec![(String::new(), body)];
    for depth in 0..=DEEPEST {
        let mut next = Vec::new();
        for (name, path, value) in level.iter().flat_map(|(path, value)| children(path, value)) {
            match value {
                Value::Object(_) | Value::Array(_) => next.push((path, value)),
                Value::Null => {}
                _ => found.push(Leaf { path, name: plain(&name), depth, value }),
            }
            if found.len() + next.len() > MOST_LEAVES {
                break;
            }
        }
        level = next;
    }
    found
}

/// The fields or items of a value: name, path and value.
fn children<'v>(path: &str, value: &'v Value) -> Vec<(String, String, &'v Value)> {
    let below = |name: String, value| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        (name, path, value)
    };
    match value {
        Value::Object(named) => named
            .iter()
            .take(MOST_LEAVES)
            .map(|(name, value)| below(fields::bounded(name, 100), value))
            .collect(),
        Value::Array(items) => {
            items.iter().take(20).enumerate().map(|(index, value)| below(index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    }
}

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).take(64).map(|c| c.to_ascii_lowercase()).collect()
}
