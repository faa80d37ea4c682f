//! What an alert says, by how its fields are called: vendors agree on no shape, but on words. Called by `alert_generic`
//! and `cloudevent`.
//!
//! Every choice is by a fixed order of names, then by depth, then by the order in the body, so that the same alert
//! always reads the same.

use serde_json::Value;
use signalbox_domain::signal::{HoldReason, Severity};
use signalbox_domain::time::Timestamp;

use super::{TEXT_LIMIT, fields, severity};

/// Leaves that are looked at, and how deep they may lie.
const MOST_LEAVES: usize = 400;
const DEEPEST: usize = 4;
/// A shorter title is explained by what else the alert says.
const TELLING_TITLE: usize = 50;

/// The names of what people read first, the best first.
const TITLES: [&[&str]; 5] = [
    &[
        "title",
        "alerttitle",
        "messagetitle",
        "eventtitle",
        "eventdefinitiontitle",
        "incidenttitle",
        "problemtitle",
    ],
    &["alertname", "rulename", "monitorname", "checkname", "incidentname", "conditionname", "policyname"],
    &["summary", "headline", "subject", "shortdescription"],
    &["name", "displayname", "display", "rule", "detectorname"],
    &["message", "description", "reason", "msg", "text"],
];
/// The names of what explains it.
const TEXTS: [&[&str]; 3] = [
    &["description", "longdescription", "eventdescription", "details", "problemdetailstext"],
    &["message", "messagebody", "body", "text", "output", "longoutput", "reason", "errormessage"],
    &["summary", "ruleexpression", "query", "detectoncondition"],
];
/// The names of what stays the same while an alert fires and resolves.
const IDENTITIES: [&[&str]; 2] = [
    &["fingerprint", "dedupkey", "deduplicationkey", "groupkey", "aggregationkey", "correlationid"],
    &[
        "alertruleid",
        "ruleid",
        "monitorid",
        "checkid",
        "eventdefinitionid",
        "policyid",
        "conditionid",
        "detectorid",
    ],
];
const NAMES: [&[&str]; 1] = [&[
    "alertname",
    "rulename",
    "monitorname",
    "checkname",
    "policyname",
    "conditionname",
    "detectorname",
    "rule",
]];
const INCIDENTS: [&[&str]; 1] = [&["incidentid", "problemid", "issueid", "alertid"]];
/// The names of what is another one each time.
const RECORDS: [&[&str]; 1] =
    [&["eventid", "deliveryid", "notificationid", "requestid", "checkresultid", "uuid"]];
const SEVERITIES: [&[&str]; 3] = [
    &["severity", "alertseverity", "level", "loglevel"],
    &["priority", "urgency"],
    &["impact", "importance"],
];
const STATES: [&[&str]; 3] = [
    &["state", "status", "alertstate", "alertstatus", "incidentstate", "currentstate", "newstate"],
    &["alerttransition", "transition", "alerttype", "eventtype", "notificationtype", "action", "eventaction"],
    &["statusextended", "messagetitle", "title", "subject", "event"],
];
const TIMES: [&[&str]; 2] = [
    &[
        "timestamp",
        "time",
        "occurredat",
        "startedat",
        "startsat",
        "datestart",
        "createdat",
        "firedat",
        "eventtime",
    ],
    &["date", "longdatetime", "shortdatetime", "lastupdated", "updatedat", "triggeredat"],
];
const ENVIRONMENTS: [&[&str]; 1] = [&["environment", "env", "deploymentenvironment"]];
const PROJECTS: [&[&str]; 1] = [&["project", "projectslug", "projectname"]];

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
    let leaves = leaves(body);
    let leaves = Leaves(&leaves);
    let name = leaves.words(&TITLES, 500)?;
    let text = leaves.words(&TEXTS, TEXT_LIMIT).unwrap_or_default();
    let hold = leaves.hold();
    let state = if hold.is_some() { "held" } else { "open" };
    Some(Alert {
        identity: leaves.identity(&name),
        title: explained(&name, &text),
        record_id: leaves.words(&RECORDS, 200).map(|id| format!("{id}/{state}")),
        severity: leaves.ranked(&SEVERITIES, |leaf| severity::severity(leaf.value)),
        hold,
        occurred_at: leaves.ranked(&TIMES, |leaf| fields::time(leaf.value)),
        environment: leaves.words(&ENVIRONMENTS, 200).or_else(|| leaves.environment_of_tags()),
        project: leaves.words(&PROJECTS, 200),
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
    fn ranked<T>(&self, ranks: &[&[&str]], says: impl Fn(&Leaf<'_>) -> Option<T>) -> Option<T> {
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

    fn words(&self, ranks: &[&[&str]], limit: usize) -> Option<String> {
        self.ranked(ranks, |leaf| fields::scalar(leaf.value, limit))
    }

    fn identity(&self, title: &str) -> Identity {
        let id = |ranks: &[&[&str]]| self.words(ranks, 500).map(Identity::Id);
        id(&IDENTITIES)
            .or_else(|| self.words(&NAMES, 500).map(Identity::Words))
            .or_else(|| id(&INCIDENTS))
            .unwrap_or_else(|| Identity::Words(title.to_owned()))
    }

    /// What the first word that tells a state means for work on it.
    fn hold(&self) -> Option<HoldReason> {
        self.ranked(&STATES, |leaf| state(leaf.value.as_str()?)).flatten()
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
            | "failed" | "failing" | "problem" | "active" | "activated" | "reopened" | "unresolved"
            | "degraded" => None,
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
