//! Tolerant looks into JSON: a number where a text is meant and a text where a number is, halves that are missing.
//! Whatever is taken out is bounded. Called by the formats.

use serde_json::{Map, Value};
use signalbox_domain::names::SignalKind;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::signal::{Link, Severity};
use signalbox_domain::time::Timestamp;

use super::{TITLE_LIMIT, severity};
use crate::observation::Unreadable;

/// Of names, versions, paths and addresses.
const WORD_LIMIT: usize = 1000;
const MOST_LINKS: usize = 20;
/// How many attributes one observation keeps, and how large the text of one may be.
const MOST_ATTRIBUTES: usize = 50;
const ATTRIBUTE_LIMIT: usize = 2000;

/// The value at a path such as `data.issue.title`.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.get(name)).filter(|value| !value.is_null())
}

/// The text at a path, also of a number; none where it is blank.
pub(super) fn text(value: &Value, path: &str) -> Option<String> {
    at(value, path).and_then(|value| scalar(value, WORD_LIMIT))
}

/// The first text of several paths.
pub(super) fn first_text(value: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| text(value, path))
}

/// The first long text of several paths.
pub(super) fn first_prose(value: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| at(value, path).and_then(|value| scalar(value, super::TEXT_LIMIT)))
}

pub(super) fn scalar(value: &Value, limit: usize) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(bounded(text, limit)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A whole number of at least 0, also as a text.
pub(super) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// A moment as senders write it: RFC 3339, without a zone (UTC), or seconds or milliseconds since 1970.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => moment(text).or_else(|| since_1970(text.trim().parse().ok()?)),
        Value::Number(number) => since_1970(number.as_f64()?),
        _ => None,
    }
}

/// Numbers this large are milliseconds: as seconds they would lie after the year 5000.
const MILLISECONDS_FROM: f64 = 1e11;

fn since_1970(number: f64) -> Option<Timestamp> {
    let seconds = if number >= MILLISECONDS_FROM { number / 1000.0 } else { number };
    if !(0.0..=MILLISECONDS_FROM).contains(&seconds) {
        return None;
    }
    let micros = u64::try_from(std::time::Duration::try_from_secs_f64(seconds).ok()?.as_micros()).ok()?;
    Some(Timestamp::from_micros(i64::try_from(micros).ok()?))
}

/// RFC 3339, or the same with a blank for the T, without a zone, or with `UTC` behind; what has no zone is UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.len() > 64 || !text.is_ascii() {
        return None;
    }
    let bare = text.strip_suffix("UTC").unwrap_or(text).trim_end();
    let bare = bare.strip_suffix("+0000").unwrap_or(bare).trim_end();
    let (day, rest) = bare.split_at_checked(10)?;
    let clock = rest.strip_prefix(['T', 't', ' '])?;
    let one_line = format!("{day}T{clock}");
    one_line.parse().or_else(|_| format!("{one_line}Z").parse()).ok()
}

/// At most `limit` bytes of a text, cut between characters.
pub(super) fn bounded(text: &str, limit: usize) -> String {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}

/// The first line that says something, as a title.
pub(super) fn title(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    bounded(line, TITLE_LIMIT)
}

pub(super) fn kind(name: &str) -> Result<SignalKind, Unreadable> {
    name.parse().map_err(|_| Unreadable::field("kind", "at most 64 letters, digits and -_.: in a name"))
}

/// A name that a sender chose, as a kind; what a kind cannot hold becomes `_`.
pub(super) fn kind_of(name: &str, otherwise: &str) -> Result<SignalKind, Unreadable> {
    let allowed = |c: char| if c.is_ascii_alphanumeric() || "-_.:$".contains(c) { c } else { '_' };
    let name: String =
        name.chars().map(allowed).skip_while(|c| !c.is_ascii_alphanumeric()).take(64).collect();
    name.parse().or_else(|_| kind(otherwise))
}

pub(super) fn severity_at(value: &Value, path: &str) -> Option<Severity> {
    at(value, path).and_then(severity::severity)
}

/// A link, where its address is one that a browser opens.
pub(super) fn link(label: &str, url: Option<String>, from: Provenance) -> Option<Sourced<Link>> {
    let url = url.filter(|url| url.starts_with("https://") || url.starts_with("http://"))?;
    Some(Sourced::new(Link { label: bounded(label, 100), url }, from))
}

pub(super) fn links(found: impl IntoIterator<Item = Option<Sourced<Link>>>) -> Vec<Sourced<Link>> {
    let mut kept: Vec<Sourced<Link>> = Vec::new();
    for link in found.into_iter().flatten() {
        if kept.len() < MOST_LINKS && kept.iter().all(|other| other.value.url != link.value.url) {
            kept.push(link);
        }
    }
    kept
}

/// Attributes under names of ours, from paths that may be missing.
pub(super) fn attributes(value: &Value, named: &[(&str, &str)]) -> Map<String, Value> {
    let found = named.iter().filter_map(|(name, path)| Some(((*name).to_owned(), at(value, path)?.clone())));
    bounded_attributes(found)
}

/// What is small enough to be kept beside a signal: scalars, and texts that are cut.
pub(super) fn bounded_attributes(found: impl Iterator<Item = (String, Value)>) -> Map<String, Value> {
    let kept = found.filter_map(|(name, value)| {
        let value = match value {
            Value::String(text) if text.is_empty() => return None,
            Value::String(text) => Value::String(bounded(&text, ATTRIBUTE_LIMIT)),
            Value::Number(_) | Value::Bool(_) => value,
            Value::Null | Value::Array(_) | Value::Object(_) => return None,
        };
        Some((bounded(&name, 200), value))
    });
    kept.take(MOST_ATTRIBUTES).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_spelling_of_a_moment() {
        let utc = moment("2026-11-21T08:30:00Z").unwrap();
        for text in [
            "2026-11-21 08:30:00.000000",
            "2026-11-21T09:30:00+01:00",
            "2026-11-21T08:30:00",
            "2026-11-21 08:30:00 UTC",
            "2026-11-21 08:30:00.000 +0000 UTC",
            "1795249800",
        ] {
            assert_eq!(time(&json!(text)), Some(utc), "{text}");
        }
        assert_eq!(time(&json!(1_795_249_800)), Some(utc));
        assert_eq!(time(&json!(1_795_249_800_000_u64)), Some(utc));
        for wrong in [
            json!("soon"),
            json!(""),
            json!(-1),
            json!(1e308),
            json!("NaN"),
            json!(null),
            json!("é".repeat(9)),
        ] {
            assert_eq!(time(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(bounded("aé", 2), "a");
        assert_eq!(bounded("aé", 3), "aé");
    }

    #[test]
    fn a_name_becomes_a_kind() {
        for (name, expect) in [
            ("com.acme.order failed", "com.acme.order_failed"),
            ("..", "event"),
            ("a..b", "event"),
            ("", "event"),
            ("/x", "x"),
            ("é", "event"),
        ] {
            assert_eq!(kind_of(name, "event").unwrap().as_str(), expect, "{name}");
        }
    }

    #[test]
    fn only_web_addresses_are_links() {
        let link = |url: &str| link("page", Some(url.to_owned()), Provenance::Stranger);
        assert!(link("https://a.example").is_some());
        assert!(link("javascript:alert(1)").is_none());
        assert_eq!(links([link("http://a"), None, link("http://a"), link("http://b")]).len(), 2);
    }
}
