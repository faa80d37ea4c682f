//! The table of samples that stands beside each format: a payload, and what is to come of it. Tests only.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;

use super::{Format, Payload, read};
use crate::lab::ShownSignal;

/// An invented payload of a real shape.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) expect: Expect,
}

/// What comes of it. Of a signal, the fields that are named; `null` for one that must not be there.
pub(crate) enum Expect {
    Signals(Vec<Value>),
    NotASignal,
    /// The place of what was wrong, or a code.
    Refused(&'static str),
}

impl Sample {
    pub(crate) fn json(name: &'static str, payload: &Value, expect: Expect) -> Self {
        Self::bytes(name, payload.to_string().into_bytes(), expect)
    }

    pub(crate) fn bytes(name: &'static str, bytes: Vec<u8>, expect: Expect) -> Self {
        Self { name, bytes, headers: Vec::new(), expect }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

pub(crate) fn signal(expect: Value) -> Expect {
    Expect::Signals(vec![expect])
}

/// Reads each sample as if a signed source had sent it.
pub(crate) fn check(format: Format) {
    for sample in format.samples() {
        let payload =
            Payload { headers: &sample.headers, ..Payload::new(&sample.bytes, Provenance::SignedSource) };
        let place = format!("{} {}", format.name(), sample.name);
        match (read(format, &payload), &sample.expect) {
            (Ok(reading), Expect::Signals(expected)) => {
                assert_eq!(reading.refused, [], "{place}");
                let shown: Vec<Value> = reading
                    .kept
                    .into_iter()
                    .map(|observation| serde_json::to_value(ShownSignal::from(observation)).unwrap())
                    .collect();
                assert_eq!(shown.len(), expected.len(), "{place}: {shown:#?}");
                shown.iter().zip(expected).for_each(|(shown, expected)| compare(&place, shown, expected));
            }
            (Ok(reading), Expect::NotASignal) => {
                assert_eq!((reading.kept, reading.refused), (vec![], vec![]), "{place}");
            }
            (Ok(reading), Expect::Refused(at)) => {
                assert!(reading.kept.is_empty(), "{place}: {:?}", reading.kept);
                assert_eq!(reading.refused.first().map(where_of).as_deref(), Some(*at), "{place}");
            }
            (Err(error), Expect::Refused(at)) => assert_eq!(where_of(&error), *at, "{place}"),
            (Err(error), _) => panic!("{place}: {error}"),
        }
    }
}

fn where_of(error: &crate::observation::Unreadable) -> String {
    match error {
        crate::observation::Unreadable::Field { at, .. } => at.clone(),
        other => other.code().to_owned(),
    }
}

fn compare(place: &str, shown: &Value, expected: &Value) {
    for (name, value) in expected.as_object().unwrap() {
        let got = match name.strip_prefix("attributes.") {
            Some(attribute) => shown["attributes"][attribute].clone(),
            None if name == "frames" || name == "links" => json!(shown[name].as_array().map_or(0, Vec::len)),
            None => shown[name].clone(),
        };
        assert_eq!(&got, value, "{place}: {name} of {shown:#}");
    }
}
