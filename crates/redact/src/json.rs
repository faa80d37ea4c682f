//! Redacts JSON in place: values under keys that name secrets, strings by the rules for text, and keys that hold secrets.
//!
//! Walks with a stack of its own, so that no depth overflows; what lies deeper than a parser would read is cut. Pairs
//! of name and value (`["Authorization", "…"]`, `{"name": "password", "value": "…"}`) count as keys. Called by
//! `Redactor::json`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::keys::KeyKind;
use crate::rules::TOO_DEEP;
use crate::rules::assignment::{HIGH_ENTROPY, SECRET_VALUE};
use crate::rules::authorization::{AUTHORIZATION, COOKIE};
use crate::{Finding, Redactor, value};

/// Containers nested deeper than this are removed: parsers refuse them too.
pub const DEEPEST: usize = 128;

pub(crate) fn redact(redactor: &Redactor, root: &mut Value) -> Vec<Finding> {
    let mut walk = Walk { redactor, counts: BTreeMap::new() };
    let mut stack = vec![Place { value: root, depth: 0, kind: None }];
    while let Some(place) = stack.pop() {
        walk.visit(place, &mut stack);
    }
    walk.counts.into_iter().map(|(rule, count)| Finding { rule, count }).collect()
}

/// A value to look at, and what the key above it says.
struct Place<'v> {
    value: &'v mut Value,
    depth: usize,
    kind: Option<KeyKind>,
}

struct Walk<'r> {
    redactor: &'r Redactor,
    counts: BTreeMap<String, u64>,
}

impl Walk<'_> {
    fn visit<'v>(&mut self, place: Place<'v>, stack: &mut Vec<Place<'v>>) {
        let Place { value, depth, kind } = place;
        let container = value.is_array() || value.is_object();
        if container && depth >= DEEPEST && self.is_on(TOO_DEEP) {
            dismantle(std::mem::replace(value, Value::String(self.removed(TOO_DEEP))));
            return;
        }
        match value {
            Value::String(text) => self.string(text, kind),
            Value::Number(_) if is_forced(kind) && self.is_on(SECRET_VALUE) => {
                *value = Value::String(self.removed(SECRET_VALUE));
            }
            Value::Array(items) => self.array(items, depth, kind, stack),
            Value::Object(map) => self.object(map, depth, kind, stack),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn array<'v>(
        &mut self,
        items: &'v mut [Value],
        depth: usize,
        kind: Option<KeyKind>,
        stack: &mut Vec<Place<'v>>,
    ) {
        let pair = match &*items {
            [Value::String(name), Value::String(_)] => self.kind_of(name),
            _ => None,
        };
        for (place, value) in items.iter_mut().enumerate() {
            let kind = kind.or(if place == 1 { pair } else { None });
            stack.push(Place { value, depth: depth + 1, kind });
        }
    }

    fn object<'v>(
        &mut self,
        map: &'v mut Map<String, Value>,
        depth: usize,
        kind: Option<KeyKind>,
        stack: &mut Vec<Place<'v>>,
    ) {
        let named = self.kind_by_name(map);
        self.keys(map);
        // What a token of a parser looks like is an object; a secret one is a string.
        let inherited = kind.filter(|kind| !matches!(kind, KeyKind::Token | KeyKind::Weak));
        for (key, value) in map.iter_mut() {
            let own = if key == "value" || key == "val" { named } else { None };
            let kind = inherited.or(own).or_else(|| self.kind_of(key));
            stack.push(Place { value, depth: depth + 1, kind });
        }
    }

    /// What the value of `{"name": …, "value": …}` is.
    fn kind_by_name(&self, map: &Map<String, Value>) -> Option<KeyKind> {
        let name = ["name", "key", "header", "field"].iter().find_map(|name| map.get(*name)?.as_str())?;
        self.kind_of(name)
    }

    fn kind_of(&self, key: &str) -> Option<KeyKind> {
        self.redactor.rules.keys.kind_of(key.as_bytes())
    }

    /// Redacts keys that hold secrets. Keys that would become the same are numbered.
    fn keys(&mut self, map: &mut Map<String, Value>) {
        let renamed: Vec<Option<String>> = map.keys().map(|key| self.renamed(key)).collect();
        if renamed.iter().all(Option::is_none) {
            return;
        }
        let entries: Vec<(String, Value)> = std::mem::take(map).into_iter().collect();
        let kept = entries.iter().zip(&renamed).filter(|(_, renamed)| renamed.is_none());
        let mut taken: BTreeSet<String> = kept.map(|((key, _), _)| key.clone()).collect();
        let mut times: BTreeMap<String, u64> = BTreeMap::new();
        for ((key, value), renamed) in entries.into_iter().zip(renamed) {
            let name = match renamed {
                Some(name) => numbered(&name, &mut taken, &mut times),
                None => key,
            };
            map.insert(name, value);
        }
    }

    /// What a key turns into, if it holds a secret.
    fn renamed(&mut self, key: &str) -> Option<String> {
        let redacted = self.redactor.text(key);
        self.add(&redacted.findings);
        (!redacted.findings.is_empty()).then(|| redacted.text.into_owned())
    }

    fn string(&mut self, text: &mut String, kind: Option<KeyKind>) {
        let rule = match kind {
            Some(KeyKind::Weak) if value::is_random(text.as_bytes()) => Some(HIGH_ENTROPY),
            Some(KeyKind::Authorization) => Some(AUTHORIZATION),
            Some(KeyKind::Cookie) => Some(COOKIE),
            Some(KeyKind::Weak) | None => None,
            Some(_) => Some(SECRET_VALUE),
        };
        let Some(rule) = rule.filter(|rule| self.is_on(rule)) else { return self.as_text(text) };
        let scheme = if kind == Some(KeyKind::Authorization) { scheme_length(text) } else { 0 };
        let secret = text.get(scheme..).unwrap_or_default().as_bytes();
        let rules = &self.redactor.rules;
        let marks = rules.marks.skip(secret, 0) == secret.len();
        let standing =
            kind != Some(KeyKind::Custom) && (value::is_placeholder(secret) || value::is_public(secret));
        if marks || standing || rules.keeps(secret) {
            return self.as_text(text);
        }
        text.truncate(scheme);
        let mark = self.removed(rule);
        text.push_str(&mark);
    }

    fn as_text(&mut self, text: &mut String) {
        let redacted = self.redactor.text(text);
        if !redacted.findings.is_empty() {
            self.add(&redacted.findings);
            *text = redacted.text.into_owned();
        }
    }

    fn is_on(&self, rule: &str) -> bool {
        self.redactor.rules.rule_named(rule).is_some()
    }

    /// The mark of a rule, counted.
    fn removed(&mut self, rule: &str) -> String {
        *self.counts.entry(rule.to_owned()).or_insert(0) += 1;
        crate::marks::mark_of(rule)
    }

    fn add(&mut self, findings: &[Finding]) {
        for finding in findings {
            *self.counts.entry(finding.rule.clone()).or_insert(0) += finding.count;
        }
    }
}

/// The name with the first number that makes it one of its own.
fn numbered(name: &str, taken: &mut BTreeSet<String>, times: &mut BTreeMap<String, u64>) -> String {
    let count = times.entry(name.to_owned()).or_insert(0);
    loop {
        *count += 1;
        let candidate = if *count == 1 { name.to_owned() } else { format!("{name}#{count}") };
        if taken.insert(candidate.clone()) {
            return candidate;
        }
    }
}

/// Whether numbers go as well. Under a token they are counts and places.
fn is_forced(kind: Option<KeyKind>) -> bool {
    matches!(kind, Some(KeyKind::Password | KeyKind::Secret | KeyKind::Custom))
}

/// `Bearer ` and its kin, which stay.
fn scheme_length(text: &str) -> usize {
    match text.split_once(' ') {
        Some((scheme, _))
            if scheme.len() <= 20
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') =>
        {
            scheme.len() + 1
        }
        _ => 0,
    }
}

/// Drops a value without recursion, which the ordinary drop of a deep one would overflow by.
fn dismantle(value: Value) {
    let mut stack = vec![value];
    while let Some(value) = stack.pop() {
        match value {
            Value::Array(items) => stack.extend(items),
            Value::Object(map) => stack.extend(map.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
