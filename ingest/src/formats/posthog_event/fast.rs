//! Whether a record can be a signal, told from its bytes: no tree, no copy, most of it seen only by a search.
//!
//! It may pass too much, never too little. A record is let go when its first plain `"event"` at the outermost level
//! names another event and nothing after it could name one too: no second `"event"` in quotes, and no `\u`, the one
//! escape that could spell a key or a name otherwise. Whatever is odd is passed on. What a record that is let go says
//! elsewhere is not checked: another event is not a signal, however the rest of it reads.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::formats::nesting::after_string;
use crate::formats::posthog::SIGNALS;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    NotASignal,
    PerhapsASignal,
}

/// A quote inside a JSON string has a backslash before it, so that this is never part of one.
static SECOND_NAME: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"event\""));
static ESCAPE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\\u"));

/// `wanted` are the names of further events that are not to be let go.
pub(super) fn verdict(bytes: &[u8], wanted: &[String]) -> Verdict {
    match name(bytes) {
        Some((name, rest)) if is_another(name, wanted) && is_silent(rest) => Verdict::NotASignal,
        _ => Verdict::PerhapsASignal,
    }
}

fn is_another(name: &[u8], wanted: &[String]) -> bool {
    !name.contains(&b'\\')
        && SIGNALS.iter().all(|signal| signal.as_bytes() != name)
        && wanted.iter().all(|event| event.as_bytes() != name)
}

/// Nothing here can be another name of the event, and the record is not torn.
fn is_silent(rest: &[u8]) -> bool {
    rest.trim_ascii_end().ends_with(b"}")
        && SECOND_NAME.find(rest).is_none()
        && !ESCAPE.find_iter(rest).any(|at| is_escape(rest, at))
}

/// A backslash that is itself escaped, as in a JSON text within a JSON text, begins none.
fn is_escape(rest: &[u8], at: usize) -> bool {
    let before = rest[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
    before.is_multiple_of(2)
}

/// The value of the first `event` at the outermost level, and what follows it. None where something is odd.
fn name(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = after_space(bytes, 0);
    if bytes.get(at) != Some(&b'{') {
        return None;
    }
    loop {
        let (key, after_key) = string(bytes, after_space(bytes, at + 1))?;
        let colon = after_space(bytes, after_key);
        if key.contains(&b'\\') || bytes.get(colon) != Some(&b':') {
            return None;
        }
        let value = after_space(bytes, colon + 1);
        if key == b"event" {
            let (name, end) = string(bytes, value)?;
            return Some((name, &bytes[end..]));
        }
        at = after_space(bytes, after_value(bytes, value)?);
        if bytes.get(at) != Some(&b',') {
            return None;
        }
    }
}

fn after_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count()
}

/// The content of the string that begins at `at`, as it stands, and the place after it.
fn string(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let end = after_string(bytes, at + 1)?;
    Some((&bytes[at + 1..end - 1], end))
}

/// The place after the value that begins at `at`.
fn after_value(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b'"' => after_string(bytes, at + 1),
        b'{' | b'[' => after_container(bytes, at),
        _ => {
            let scalar = bytes[at..].iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b'"'))?;
            Some(at + scalar)
        }
    }
}

fn after_container(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match bytes.get(at)? {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'"' => at = after_string(bytes, at + 1)? - 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use proptest::prelude::*;
    use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
    use serde_json::Value;
    use signalbox_domain::provenance::Provenance;

    use super::*;
    use crate::formats::Payload;
    use crate::formats::posthog_event::read_in_full;

    fn check(record: &str, expect: Verdict) {
        assert_eq!(verdict(record.as_bytes(), &[]), expect, "{record}");
    }

    #[test]
    fn other_events_are_told_from_their_bytes() {
        for record in [
            r#"{"uuid":"u","event":"$pageview","properties":"{\"a\":\"$exception\"}"}"#,
            r#" { "properties" : { "event" : "$exception", "b": ["}"] } , "event" : "bought" } "#,
            r#"{"event":"$exception_like"}"#,
            r#"{"event":"","n":1.5,"t":true}"#,
            r#"{"event":"$pageview","properties":"{\"city\":\"Z\\u00fcrich\",\"\\\\\":1}"}"#,
            r#"{"properties":"{\"event\":\"$exception\"}","event":"$autocapture"}"#,
            r#"{"uuid":null,"event":"$pageview","properties":"{\"event\":\"$exception\",\"n\":[1,2]}"}"#,
        ] {
            check(record, Verdict::NotASignal);
        }
    }

    /// Of the events that the settings ask for, also one whose name is seldom written in plain letters.
    fn wanted() -> [String; 2] {
        ["bezahlt für".to_owned(), "paid/\"now\"".to_owned()]
    }

    #[test]
    fn what_the_settings_ask_for_is_passed_on() {
        for record in [
            r#"{"event":"bezahlt für"}"#,
            r#"{"event":"bezahlt f\u00fcr"}"#,
            r#"{"event":"paid\/\"now\""}"#,
            r#"{"event":"paid/\"now\"","properties":"{}"}"#,
        ] {
            assert_eq!(verdict(record.as_bytes(), &wanted()), Verdict::PerhapsASignal, "{record}");
        }
        let plain = r#"{"event":"bezahlt für"}"#;
        assert_eq!(verdict(plain.as_bytes(), &[]), Verdict::NotASignal);
    }

    #[test]
    fn what_could_be_one_is_passed_on() {
        for record in [
            r#"{"event":"$exception"}"#,
            r#"{"event":"$rageclick"}"#,
            r#"{"event":"$dead_click"}"#,
            r#"{"event":"\u0024exception"}"#,
            r#"{"\u0065vent":"$exception"}"#,
            r#"{"event":"$pageview","\u0065vent":"$exception"}"#,
            r#"{"event":"$pageview","event":"$exception"}"#,
            r#"{"event":"$pageview","a":"\\\\","\u0065vent":"$exception"}"#,
            r#"{"event":"$pageview","a":"\\\u0065"}"#,
            r#"{"event":"$pageview" , "event" : "$exception"}"#,
            r#"{"event":3}"#,
            r#"{}"#,
            r#"[{"event":"$pageview"}]"#,
            r#"{"event":"$pageview","properties":"#,
            r#"{"event":"$pageview"#,
            "",
            "nonsense",
            r#"{"a":"#,
            r#"{"a":[[["#,
        ] {
            check(record, Verdict::PerhapsASignal);
        }
    }

    /// Pieces of which records are put together, odd ones among them.
    fn key() -> impl Strategy<Value = String> {
        prop_oneof![
            4 => Just("\"event\"".to_owned()),
            1 => Just("\"\\u0065vent\"".to_owned()),
            1 => Just("\"ev\\u0065nt\"".to_owned()),
            2 => Just("\"properties\"".to_owned()),
            2 => "\"[a-z_\\\\\\\\]{0,6}\"",
        ]
    }

    fn value() -> impl Strategy<Value = String> {
        let name = prop_oneof![
            Just("\"$exception\"".to_owned()),
            Just("\"\\u0024exception\"".to_owned()),
            Just("\"$\\u0072ageclick\"".to_owned()),
            Just("\"$dead_click\"".to_owned()),
            Just("\"$pageview\"".to_owned()),
            Just("\"bezahlt für\"".to_owned()),
            Just("\"bezahlt f\\u00FCr\"".to_owned()),
            Just("\"paid\\/\\\"now\\\"\"".to_owned()),
            Just("\"paid/\\u0022now\\\"\"".to_owned()),
        ];
        let inner = r#""{\"$exception_list\":[{\"type\":\"E\",\"value\":\"v\"}],\"event\":\"$exception\"}""#;
        let other = prop_oneof![
            Just(inner.to_owned()),
            Just(r#"{"event":"$exception","$exception_list":[{"type":"E"}]}"#.to_owned()),
            Just(r#"["}",{"a":"\"event\""},[]]"#.to_owned()),
            Just("null".to_owned()),
            Just("-1.5e3".to_owned()),
            Just("\"a\\\\\"".to_owned()),
            "\"[a-z{}:,\\[\\] ]{0,9}\"",
        ];
        prop_oneof![2 => name, 3 => other]
    }

    fn record() -> impl Strategy<Value = String> {
        let space = || prop_oneof![3 => Just(""), 1 => Just(" "), 1 => Just("\n\t")];
        let field = (space(), key(), space(), space(), value(), space())
            .prop_map(|(a, key, b, c, value, d)| format!("{a}{key}{b}:{c}{value}{d}"));
        (space(), proptest::collection::vec(field, 0..5), space())
            .prop_map(|(before, fields, after)| format!("{before}{{{}}}{after}", fields.join(",")))
    }

    /// All fields of the outermost object, decoded, those that stand twice included.
    struct Fields(Vec<(String, Value)>);

    impl<'de> Deserialize<'de> for Fields {
        fn deserialize<D: Deserializer<'de>>(parser: D) -> Result<Self, D::Error> {
            struct All;
            impl<'de> Visitor<'de> for All {
                type Value = Fields;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                    let mut fields = Vec::new();
                    while let Some(field) = map.next_entry()? {
                        fields.push(field);
                    }
                    Ok(Fields(fields))
                }
            }
            parser.deserialize_map(All)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn never_too_little(record in record(), cut in 0_usize..400, torn in 0_u8..4) {
            let record: String = if torn == 0 { record.chars().take(cut).collect() } else { record };
            let wanted = wanted();
            if verdict(record.as_bytes(), &wanted) == Verdict::NotASignal {
                let payload = Payload::new(record.as_bytes(), Provenance::Stranger);
                let full = read_in_full(&Payload { events: &wanted, ..payload });
                let is_nothing = |reading: crate::observation::Reading| reading.kept.is_empty() && reading.noted.is_empty();
                prop_assert!(full.is_err() || full.is_ok_and(is_nothing));
                if let Ok(Fields(fields)) = serde_json::from_str(&record) {
                    let named = |(key, value): &(String, Value)| {
                        let is_one = |name: &str| SIGNALS.contains(&name) || wanted.iter().any(|event| event == name);
                        key == "event" && value.as_str().is_some_and(is_one)
                    };
                    prop_assert!(!fields.iter().any(named), "{}", record);
                }
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            verdict(&bytes, &wanted());
        }

        #[test]
        fn no_damage_makes_it_panic(record in record(), place in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = record.into_bytes();
            let at = place.index(bytes.len());
            bytes[at] = byte;
            verdict(&bytes, &wanted());
        }
    }
}
