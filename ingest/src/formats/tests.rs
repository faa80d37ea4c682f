//! What holds for every format, whatever comes: no panic, no unbounded depth or size, always an answer.

use proptest::prelude::*;
use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;

use super::*;
use crate::observation::{Noted, Observation};

pub(crate) fn every_format() -> impl Strategy<Value = Format> {
    prop::sample::select(Format::ALL)
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..300)
}

/// JSON of any shape, made of words that formats look for.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "event",
        "properties",
        "exception",
        "values",
        "stacktrace",
        "frames",
        "data",
        "issue",
        "alerts",
        "labels",
        "title",
        "message",
        "type",
        "value",
        "status",
        "action",
        "alert",
        "rule",
        "id",
        "specversion",
        "source",
        "batch",
        "timestamp",
        "fingerprint",
        "level",
        "tags",
        "repository",
        "check_run",
        "conclusion",
        "metric_alert",
        "$exception",
        "$rageclick",
        "$exception_list",
        "$elements",
        "contexts",
        "feedback",
        "kind",
        "project",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 60, 6, move |inner| {
        let fields = prop::collection::vec((word.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::Array),
            fields.prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// What parsers stumble over, put in anywhere.
const HOSTILE: [&str; 12] = [
    "\\u0000",
    "\\ud800",
    "\u{0}",
    "\u{feff}",
    "1e999",
    "-18446744073709551616",
    "[[[[[[[[[[[[[[[[",
    "\"\":{",
    "}{",
    "\\",
    "\r\n\r\n",
    "\u{202e}\u{10ffff}",
];

/// A sample of a format, cut off, with some bytes or one value of it replaced, with something hostile put in, or with a part of
/// it twice.
pub(crate) fn damaged() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let places = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    (every_format(), any::<prop::sample::Index>(), edits, places, any_json(), 0_u8..6).prop_map(
        |(format, which, edits, (place, other), value, way)| {
            let mut samples = format.samples();
            let mut bytes = samples.swap_remove(which.index(samples.len())).bytes;
            let at = place.index(bytes.len() + 1);
            match way {
                0 => bytes.truncate(at),
                1 => edits.iter().for_each(|(at, byte)| {
                    let at = at.index(bytes.len());
                    bytes[at] = *byte;
                }),
                2 => drop(bytes.splice(at..at, HOSTILE[other.index(HOSTILE.len())].bytes())),
                3 => {
                    let end = at + other.index(bytes.len() - at + 1);
                    let twice = bytes[at..end].to_vec();
                    bytes.splice(at..at, twice);
                }
                _ => bytes = replaced(&bytes, place.index(1000), value),
            }
            (format, bytes)
        },
    )
}

/// The same JSON with one value, counted from the outside, replaced.
fn replaced(bytes: &[u8], place: usize, value: Value) -> Vec<u8> {
    let Ok(mut whole) = serde_json::from_slice::<Value>(bytes) else { return bytes.to_vec() };
    let mut left = place % count(&whole);
    *find(&mut whole, &mut left).unwrap() = value;
    whole.to_string().into_bytes()
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum::<usize>(),
        Value::Object(fields) => fields.values().map(count).sum(),
        _ => 0,
    }
}

fn find<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, left)),
        Value::Object(fields) => fields.values_mut().find_map(|field| find(field, left)),
        _ => None,
    }
}

/// Whatever was read is bounded, says something, and is as trusted as its channel at most.
fn check_reading(reading: Result<Reading, Unreadable>, from: Provenance) {
    let Ok(reading) = reading else { return };
    assert!(!reading.is_empty());
    for observation in &reading.kept {
        check_observation(observation, from);
    }
    for noted in &reading.noted {
        let texts: Vec<&str> = match noted {
            Noted::Session(note) => {
                assert!(note.started_at <= note.ended_at, "{note:?}");
                [&note.session].into_iter().chain(&note.route).map(String::as_str).collect()
            }
            Noted::Event(note) => vec![&note.event],
            Noted::Exposure(note) => vec![&note.release, &note.environment],
        };
        assert!(texts.iter().all(|text| text.len() <= TEXT_LIMIT), "{noted:?}");
    }
}

fn check_observation(observation: &Observation, from: Provenance) {
    let Observation { title, text, release, environment, route, repository, links, attributes, .. } =
        observation;
    assert!(!title.value.trim().is_empty(), "{observation:?}");
    assert!(title.value.len() <= TITLE_LIMIT && text.value.len() <= TEXT_LIMIT, "{observation:?}");
    let optional = [release, environment, route, repository].into_iter().flatten();
    let writers = optional
        .map(|text| text.from)
        .chain(links.iter().map(|link| link.from))
        .chain([title.from, text.from]);
    assert!(writers.into_iter().all(|writer| writer <= from), "{observation:?}");
    assert!(!nesting::is_deeper_than(&Value::Object(attributes.clone()), DEPTH_LIMIT));
    assert!(observation.count > 0 && !crate::lab::fingerprint(observation).is_empty());
}

fn read_from(format: Format, bytes: &[u8], from: Provenance) {
    check_reading(read(format, &Payload::new(bytes, from)), from);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_format_panic(format in every_format(), bytes in any_bytes()) {
        read_from(format, &bytes, Provenance::SignedSource);
    }

    #[test]
    fn no_json_makes_a_format_panic(format in every_format(), value in any_json()) {
        read_from(format, value.to_string().as_bytes(), Provenance::Stranger);
    }

    #[test]
    fn no_damage_makes_a_format_panic((format, bytes) in damaged()) {
        read_from(format, &bytes, Provenance::SignedSource);
    }

    #[test]
    fn no_header_makes_a_format_panic(
        format in every_format(), value in any_json(), name in 0_usize..6, word in "[a-z_]{0,12}",
    ) {
        let name = ["content-encoding", "x-github-event", "sentry-hook-resource", "ce-id", "ce-specversion", "ce-type"][name];
        let resources = ["issues", "check_run", "event_alert", "metric_alert", "issue", "1.0", "br"];
        for value_of in [word.as_str()].iter().chain(&resources) {
            let headers = [(name, *value_of), ("ce_source", "s")];
            let bytes = value.to_string();
            let payload = Payload { headers: &headers, ..Payload::new(bytes.as_bytes(), Provenance::Stranger) };
            check_reading(read(format, &payload), Provenance::Stranger);
        }
    }

    #[test]
    fn the_same_payload_reads_the_same((format, bytes) in damaged()) {
        let payload = Payload::new(&bytes, Provenance::Stranger);
        prop_assert_eq!(read(format, &payload), read(format, &payload));
    }
}

#[test]
fn formats_are_known_by_name() {
    for format in Format::ALL {
        assert_eq!(serde_json::to_value(format).unwrap(), json!(format.name()));
        assert_eq!(Format::from_name(format.name()), Some(*format));
    }
    assert_eq!(Format::from_name("csv"), None);
}

#[test]
fn what_is_over_the_limit_is_refused_unread() {
    for format in Format::ALL {
        let bytes = vec![b' '; format.limit() + 1];
        let error = read(*format, &Payload::new(&bytes, Provenance::Stranger)).unwrap_err();
        assert_eq!(error.code(), "too-large", "{}", format.name());
    }
}

/// A sample whose values are each nested too deeply, one after the other, makes no signal out of what is too deep.
#[test]
fn no_format_follows_a_payload_downwards() {
    let text = |open: &str, close: &str| format!("{}{}", open.repeat(50_000), close.repeat(50_000));
    for deep in [text("[", "]"), text("{\"a\":", "}").replace("{\"a\":}", "{\"a\":1}"), "[".repeat(500_000)] {
        for format in Format::ALL {
            let reading = read(*format, &Payload::new(deep.as_bytes(), Provenance::Stranger));
            let kept = reading.map(|reading| reading.kept.len());
            assert!(kept.is_err() || kept == Ok(0), "{}", format.name());
        }
    }
    let deep = (0..DEPTH_LIMIT + 2).fold(json!(1), |inner, _| json!([inner]));
    for format in Format::ALL {
        for sample in format.samples() {
            let Ok(mut value) = serde_json::from_slice::<Value>(&sample.bytes) else { continue };
            let Some(fields) = value.as_object_mut() else { continue };
            fields.insert("unheard_of".to_owned(), deep.clone());
            let bytes = value.to_string();
            let payload =
                Payload { headers: &sample.headers, ..Payload::new(bytes.as_bytes(), Provenance::Stranger) };
            let kept = read(*format, &payload).map(|reading| reading.kept.len());
            assert!(kept.is_err() || kept == Ok(0), "{} {}", format.name(), sample.name);
        }
    }
}

#[test]
fn unknown_fields_change_nothing() {
    for format in Format::ALL {
        for sample in format.samples() {
            let Ok(mut value) = serde_json::from_slice::<Value>(&sample.bytes) else { continue };
            let Some(fields) = value.as_object_mut() else { continue };
            fields.insert("unheard_of".to_owned(), json!({"a": [1, {"b": null}], "list": "x"}));
            let changed = value.to_string();
            let read = |bytes: &[u8]| {
                let payload =
                    Payload { headers: &sample.headers, ..Payload::new(bytes, Provenance::Stranger) };
                let mut reading = read(*format, &payload);
                // An alert of any vendor keeps what it does not know beside what it knows.
                for observation in reading.iter_mut().flat_map(|reading| &mut reading.kept) {
                    observation.attributes.retain(|name, _| !name.contains("unheard_of"));
                }
                reading
            };
            let (before, after) = (read(&sample.bytes), read(changed.as_bytes()));
            assert_eq!(before.is_ok(), after.is_ok(), "{} {}", format.name(), sample.name);
            if let (Ok(before), Ok(after)) = (before, after) {
                assert_eq!(before.kept, after.kept, "{} {}", format.name(), sample.name);
            }
        }
    }
}
