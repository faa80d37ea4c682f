//! A record as it may be kept: what it is worth as it came, and the sample that is left once every text of it has passed the
//! redactor.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::{Frame, Link, Sample, Worth, rank};
use signalbox_domain::time::Timestamp;
use signalbox_redact::Redactor;

use crate::observation::Observation;

/// What decides whether the record becomes a sample.
pub(super) fn worth(observation: &Observation, at: Timestamp) -> Worth {
    let optional = [&observation.release, &observation.environment, &observation.route];
    let texts = optional.into_iter().flatten().chain([&observation.title, &observation.text]);
    let texts = texts.map(|text| text.value.as_bytes());
    let frames = observation.frames.iter().flat_map(|frame| {
        [&frame.function, &frame.module, &frame.file].into_iter().flatten().map(String::as_bytes)
    });
    let links = observation.links.iter().map(|link| link.value.url.as_bytes());
    let attributes = observation
        .attributes
        .iter()
        .flat_map(|(name, value)| [name.as_bytes(), value.as_str().unwrap_or_default().as_bytes()]);
    let when = at.micros().to_le_bytes();
    let said = texts.chain(frames).chain(links).chain(attributes).chain([when.as_slice()]);
    let told = [
        observation.frames.len(),
        observation.links.len(),
        observation.attributes.len(),
        optional.into_iter().flatten().count(),
        usize::from(!observation.text.value.is_empty()),
    ];
    let richness = u32::try_from(told.into_iter().sum::<usize>()).unwrap_or(u32::MAX);
    Worth { at, rank: rank(said), richness }
}

/// The observation as it may be kept: every text of it has passed the redactor, and keeps its writer.
pub(super) fn sample(observation: Observation, worth: Worth, redactor: &Redactor) -> Sample {
    let mut clean = Cleaner::new(redactor);
    let title = clean.sourced(&observation.title);
    let text = clean.sourced(&observation.text);
    let frames = observation.frames.iter().map(|frame| clean.frame(frame)).collect();
    let links =
        observation.links.iter().map(|link| Sourced::new(clean.link(&link.value), link.from)).collect();
    let mut optional = |text: &Option<Sourced<String>>| text.as_ref().map(|text| clean.sourced(text));
    let release = optional(&observation.release);
    let environment = optional(&observation.environment);
    let route = optional(&observation.route);
    let attributes = clean.object(observation.attributes);
    let redacted = clean.rules.iter().filter_map(|rule| rule.parse().ok()).collect();
    Sample {
        occurred_at: worth.at,
        title,
        text,
        frames,
        release,
        environment,
        route,
        links,
        attributes,
        redacted,
        worth,
    }
}

/// Redacts the fields of one sample and remembers which rules found something.
pub(crate) struct Cleaner<'a> {
    redactor: &'a Redactor,
    rules: BTreeSet<String>,
}

impl<'a> Cleaner<'a> {
    pub(crate) fn new(redactor: &'a Redactor) -> Self {
        Self { redactor, rules: BTreeSet::new() }
    }

    /// PostgreSQL keeps no NUL, and one record must not stop its partition.
    pub(crate) fn text(&mut self, text: &str) -> String {
        let redacted = self.redactor.text(text);
        self.rules.extend(redacted.findings.iter().map(|finding| finding.rule.to_string()));
        redacted.text.replace('\0', "\u{fffd}")
    }

    pub(super) fn sourced(&mut self, text: &Sourced<String>) -> Sourced<String> {
        Sourced::new(self.text(&text.value), text.from)
    }

    fn frame(&mut self, frame: &Frame) -> Frame {
        Frame {
            function: frame.function.as_deref().map(|text| self.text(text)),
            module: frame.module.as_deref().map(|text| self.text(text)),
            file: frame.file.as_deref().map(|text| self.text(text)),
            line: frame.line,
            in_app: frame.in_app,
        }
    }

    fn link(&mut self, link: &Link) -> Link {
        Link { label: self.text(&link.label), url: self.text(&link.url) }
    }

    fn object(&mut self, attributes: Map<String, Value>) -> Map<String, Value> {
        let mut value = Value::Object(attributes);
        let findings = self.redactor.json(&mut value);
        self.rules.extend(findings.iter().map(|finding| finding.rule.to_string()));
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }
}
