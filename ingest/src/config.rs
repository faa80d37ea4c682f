//! The settings of ingest. Checked when they are read: an error names what was expected, and never repeats a value
//! that could be a secret. Owned here, composed by the binary.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::names::{ProjectName, SourceName};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::secret_ref::SecretRef;
use signalbox_runtime::BackoffConfig;

use crate::formats::Format;
use crate::holds::HoldConfig;
use crate::kafka::{Refusal, refusal};
use crate::keys::FingerprintConfig;
use crate::limits::LimitConfig;
use crate::measures::{self, FunnelConfig, MetricConfig};
use crate::observation::ProjectHint;
use crate::sdk::SdkConfig;
use crate::sessions::ReplayConfig;

/// Everything ingest is told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IngestConfig {
    pub sources: Vec<SourceConfig>,
    pub hooks: Vec<HookConfig>,
    pub fingerprints: FingerprintConfig,
    pub batch: BatchLimits,
    pub limits: LimitConfig,
    pub holds: HoldConfig,
    pub replay: ReplayConfig,
    pub funnels: Vec<FunnelConfig>,
    pub metrics: Vec<MetricConfig>,
    pub sdk: SdkConfig,
    pub backoff: BackoffConfig,
}

/// What is read, as what, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceConfig {
    /// Positions are kept under this name: another name begins anew.
    pub name: SourceName,
    pub format: Format,
    pub kafka: KafkaConfig,
    pub project: ProjectMapping,
    /// Who could have written the records.
    #[serde(default = "stranger")]
    pub provenance: Provenance,
}

/// A webhook that is taken: `POST /api/v1/hooks/NAME`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HookConfig {
    pub name: SourceName,
    pub format: Format,
    pub project: ProjectMapping,
    /// What its sender signs with, or sends as a bearer token.
    pub secret: SecretRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaConfig {
    /// `host:port`, the first ones to ask.
    pub brokers: Vec<String>,
    #[serde(default)]
    pub topics: Vec<String>,
    /// An extended regular expression for the names of further topics, those to come among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What stands before and after each of these names.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub suffix: String,
    /// A topic that records which cannot be read are written to, beside quarantine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dead_letters: Option<String>,
    pub group: String,
    /// Where to begin when neither the store nor the group has a position.
    #[serde(default)]
    pub start: Start,
    /// librdkafka's own settings, passed through.
    #[serde(default)]
    pub properties: BTreeMap<String, Property>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    #[default]
    Earliest,
    Latest,
}

/// A value, or the place of a secret one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Property {
    Text(String),
    Secret(SecretRef),
}

/// Which project a record belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectMapping {
    /// Everything, whatever a record says.
    Fixed(ProjectName),
    /// By the number of PostHog's team.
    Teams(BTreeMap<String, ProjectName>),
    /// As the record names it, if it is one of these.
    Named(Vec<ProjectName>),
}

/// How much of one partition is handed on at once, and how long a record waits for company.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BatchLimits {
    pub records: NonZeroUsize,
    /// Of all partitions of a source together.
    pub bytes: NonZeroUsize,
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub wait: Duration,
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            records: const { NonZeroUsize::new(1000).unwrap() },
            bytes: const { NonZeroUsize::new(4 << 20).unwrap() },
            wait: Duration::from_millis(100),
        }
    }
}

/// Why settings are refused: what stands at a key below `ingest` is not what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {what}")]
pub struct ConfigError {
    /// As settings write it: `sources[0].kafka.brokers`.
    pub key: String,
    pub what: ConfigProblem,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigProblem {
    #[error("the name {name} is given twice; what was read is kept under it")]
    TwoOfAName { name: SourceName },
    #[error("expected {expected}")]
    Missing { expected: &'static str },
    #[error("expected no such key; Signalbox sets it itself")]
    Ours,
    #[error("expected {{ env = \"NAME\" }} or {{ file = \"PATH\" }}, a secret's place")]
    InClear,
    #[error("expected the name of a property of librdkafka")]
    UnknownProperty,
    #[error("expected a value that librdkafka takes for it")]
    PropertyValue,
    #[error("expected a topic that is no source: what is written there would be read again")]
    OwnDeadLetters,
    #[error("expected a team's number, got {got:?}")]
    Team { got: String },
}

/// What the exactness of positions hangs on, or what has a key of its own.
const OURS: [&str; 10] = [
    "auto.offset.reset",
    "bootstrap.servers",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.partition.eof",
    "group.id",
    "group.protocol",
    "isolation.level",
    "metadata.broker.list",
    "partition.assignment.strategy",
];

impl IngestConfig {
    /// What only the whole can say; for whoever reads the settings, before anything starts.
    pub fn check(&self) -> Result<(), ConfigError> {
        for (index, source) in self.sources.iter().enumerate() {
            let wrong = |(key, what)| ConfigError { key: format!("sources[{index}].{key}"), what };
            if self.sources[..index].iter().any(|earlier| earlier.name == source.name) {
                let name = source.name.clone();
                return Err(wrong(("name".to_owned(), ConfigProblem::TwoOfAName { name })));
            }
            source.check().map_err(wrong)?;
        }
        for (index, hook) in self.hooks.iter().enumerate() {
            let wrong = |(key, what)| ConfigError { key: format!("hooks[{index}].{key}"), what };
            let of_a_source = self.sources.iter().any(|source| source.name == hook.name);
            if of_a_source || self.hooks[..index].iter().any(|earlier| earlier.name == hook.name) {
                let name = hook.name.clone();
                return Err(wrong(("name".to_owned(), ConfigProblem::TwoOfAName { name })));
            }
            check_teams(&hook.project).map_err(wrong)?;
        }
        let below = |part: &'static str| {
            move |(key, what): (String, ConfigProblem)| ConfigError { key: format!("{part}.{key}"), what }
        };
        self.holds.check().map_err(below("holds"))?;
        self.replay.check().map_err(below("replay"))?;
        let wrong = |(key, what)| ConfigError { key, what };
        measures::check(&self.funnels, &self.metrics, &self.sources).map_err(wrong)
    }
}

impl SourceConfig {
    /// What is wrong, with the key below the source.
    fn check(&self) -> Result<(), (String, ConfigProblem)> {
        let missing = |key: &str, expected| Err((key.to_owned(), ConfigProblem::Missing { expected }));
        let blank = |texts: &[String]| texts.is_empty() || texts.iter().any(|text| text.trim().is_empty());
        if blank(&self.kafka.brokers) {
            return missing("kafka.brokers", "at least one host:port");
        }
        self.kafka.check_topics()?;
        if self.kafka.group.trim().is_empty() {
            return missing("kafka.group", "the name of a consumer group");
        }
        self.check_properties()?;
        check_teams(&self.project)
    }

    fn check_properties(&self) -> Result<(), (String, ConfigProblem)> {
        for (property, value) in &self.kafka.properties {
            let what = if OURS.contains(&property.as_str()) {
                ConfigProblem::Ours
            } else if matches!(value, Property::Text(_)) && holds_a_secret(property) {
                ConfigProblem::InClear
            } else {
                match refusal(property, value) {
                    None => continue,
                    Some(Refusal::Unknown) => ConfigProblem::UnknownProperty,
                    Some(Refusal::Value) => ConfigProblem::PropertyValue,
                }
            };
            return Err((format!("kafka.properties.{property}"), what));
        }
        Ok(())
    }
}

impl KafkaConfig {
    /// The names of its topics, as Kafka has them.
    pub(crate) fn names(&self) -> Vec<String> {
        let Self { prefix, suffix, .. } = self;
        self.topics.iter().map(|topic| format!("{prefix}{topic}{suffix}")).collect()
    }

    /// What librdkafka is told to read: names, and a pattern by its `^`.
    pub(crate) fn subscriptions(&self) -> Vec<String> {
        let (prefix, suffix) = (literal(&self.prefix), literal(&self.suffix));
        let pattern = self.pattern.as_ref().map(|pattern| format!("^{prefix}({pattern}){suffix}$"));
        self.names().into_iter().chain(pattern).collect()
    }

    fn check_topics(&self) -> Result<(), (String, ConfigProblem)> {
        let missing =
            |key: &str, expected| Err((format!("kafka.{key}"), ConfigProblem::Missing { expected }));
        let is_name = |name: &str| {
            let fits = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
            !name.is_empty() && name.len() <= 249 && name.chars().all(fits)
        };
        if self.topics.is_empty() && self.pattern.is_none() {
            return missing("topics", "at least one topic, or kafka.pattern");
        }
        if !self.topics.iter().all(|topic| is_name(topic)) {
            return missing("topics", "names of topics; a regular expression is kafka.pattern");
        }
        for (key, around) in [("prefix", &self.prefix), ("suffix", &self.suffix)] {
            if !around.is_empty() && !is_name(around) {
                return missing(key, "letters, digits and ._-");
            }
        }
        let is_pattern = |pattern: &String| {
            !pattern.trim().is_empty() && !pattern.starts_with('^') && !pattern.ends_with('$')
        };
        if !self.pattern.as_ref().is_none_or(is_pattern) {
            return missing("pattern", "a regular expression for a whole name, without ^ and $");
        }
        match &self.dead_letters {
            Some(topic) if !is_name(topic) => missing("dead_letters", "the name of a topic"),
            Some(topic) if self.names().contains(topic) => {
                Err(("kafka.dead_letters".to_owned(), ConfigProblem::OwnDeadLetters))
            }
            _ => Ok(()),
        }
    }
}

/// Letters of a topic's name as a regular expression: of all that may stand in one, a dot alone means something else there.
pub(crate) fn literal(name: &str) -> String {
    name.replace('.', "\\.")
}

fn check_teams(mapping: &ProjectMapping) -> Result<(), (String, ConfigProblem)> {
    let ProjectMapping::Teams(teams) = mapping else { return Ok(()) };
    match teams.keys().find(|team| team.parse::<i64>().is_err()) {
        None => Ok(()),
        Some(got) => Err((format!("project.teams.{got}"), ConfigProblem::Team { got: got.clone() })),
    }
}

fn holds_a_secret(property: &str) -> bool {
    property.contains("password")
        || property.contains("secret")
        || matches!(property, "ssl.key.pem" | "sasl.jaas.config" | "sasl.oauthbearer.config")
}

const fn stranger() -> Provenance {
    Provenance::Stranger
}

impl ProjectMapping {
    /// Every project that a record can go to.
    pub(crate) fn names(&self) -> Vec<ProjectName> {
        match self {
            Self::Fixed(name) => vec![name.clone()],
            Self::Teams(teams) => teams.values().cloned().collect(),
            Self::Named(names) => names.clone(),
        }
    }

    /// The project of a record that hints so; None where nobody said which.
    pub fn project(&self, hint: &ProjectHint) -> Option<&ProjectName> {
        match (self, hint) {
            (Self::Fixed(name), _) => Some(name),
            (Self::Teams(teams), ProjectHint::Team(team)) => teams.get(&team.to_string()),
            (Self::Named(names), ProjectHint::Name(hint)) => names.iter().find(|name| name.as_str() == hint),
            (Self::Teams(_) | Self::Named(_), _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn checked(value: Value) -> Result<IngestConfig, String> {
        let config: IngestConfig = serde_json::from_value(value).map_err(|error| error.to_string())?;
        config.check().map_err(|error| error.to_string())?;
        Ok(config)
    }

    fn source(change: impl FnOnce(&mut Value)) -> Result<IngestConfig, String> {
        let mut source = json!({
            "name": "events", "format": "posthog_event", "project": {"teams": {"2": "web"}},
            "kafka": {"brokers": ["localhost:9092"], "topics": ["events"], "group": "signalbox"},
        });
        change(&mut source);
        checked(json!({"sources": [source]}))
    }

    #[test]
    fn what_is_left_out_has_a_meaning() {
        let config = source(|_| ()).unwrap();
        assert_eq!(config.sources[0].provenance, Provenance::Stranger);
        assert_eq!(config.sources[0].kafka.start, Start::Earliest);
        assert_eq!(config.batch, BatchLimits::default());
    }

    #[test]
    fn topics_are_names_and_a_pattern_with_what_stands_around_them() {
        let config = source(|s| {
            let kafka =
                json!({"topics": ["events"], "pattern": "replay|clicks", "prefix": "prod.", "suffix": "_eu"});
            s["kafka"].as_object_mut().unwrap().extend(kafka.as_object().unwrap().clone());
        });
        let kafka = &config.unwrap().sources[0].kafka;
        assert_eq!(kafka.names(), ["prod.events_eu"]);
        assert_eq!(kafka.subscriptions(), ["prod.events_eu", "^prod\\.(replay|clicks)_eu$"]);
        let only = source(|s| s["kafka"] = json!({"brokers": ["b:1"], "group": "g", "pattern": "a.*"}));
        assert_eq!(only.unwrap().sources[0].kafka.subscriptions(), ["^(a.*)$"]);
    }

    #[test]
    fn wrong_settings_are_refused_by_name() {
        type Change = fn(&mut Value);
        let wrong: [(Change, &str); 17] = [
            (|s| s["kafka"]["brokers"] = json!([]), "sources[0].kafka.brokers: "),
            (|s| s["kafka"]["topics"] = json!([" "]), "sources[0].kafka.topics: "),
            (|s| s["kafka"]["topics"] = json!(["^events"]), "sources[0].kafka.topics: "),
            (|s| s["kafka"]["pattern"] = json!("^events"), "sources[0].kafka.pattern: "),
            (|s| s["kafka"]["prefix"] = json!("a*"), "sources[0].kafka.prefix: "),
            (|s| s["kafka"]["dead_letters"] = json!("events"), "sources[0].kafka.dead_letters: "),
            (|s| s["kafka"]["dead_letters"] = json!(""), "sources[0].kafka.dead_letters: "),
            (|s| s["kafka"]["group"] = json!(""), "sources[0].kafka.group: "),
            (
                |s| s["kafka"]["properties"] = json!({"enable.auto.commit": "true"}),
                "sources[0].kafka.properties.enable.auto.commit: ",
            ),
            (
                |s| s["kafka"]["properties"] = json!({"sasl.password": "hunter2"}),
                "properties.sasl.password: ",
            ),
            (
                |s| s["kafka"]["properties"] = json!({"sasl.passwrd": {"env": "hunter2"}}),
                "properties.sasl.passwrd: expected the name",
            ),
            (
                |s| s["kafka"]["properties"] = json!({"bogus.property": "1"}),
                "properties.bogus.property: expected the name",
            ),
            (
                |s| s["kafka"]["properties"] = json!({"security.protocol": "plantext"}),
                "properties.security.protocol: expected a value",
            ),
            (|s| s["project"] = json!({"teams": {"two": "web"}}), "sources[0].project.teams.two: "),
            (|s| s["kafka"]["starts"] = json!("latest"), "starts"),
            (|s| s["format"] = json!("csv"), "csv"),
            (|s| s["project"] = json!({"fixed": "a/b"}), "a/b"),
        ];
        for (change, named) in wrong {
            let error = source(change).unwrap_err();
            assert!(error.contains(named) && !error.contains("hunter2"), "{error}");
        }
        let twice =
            json!({"sources": [source(|_| ()).unwrap().sources[0], source(|_| ()).unwrap().sources[0]]});
        let error = checked(twice).unwrap_err();
        assert!(error.starts_with("sources[1].name: ") && error.contains("twice"), "{error}");
    }

    #[test]
    fn a_secret_has_a_place() {
        let config =
            source(|s| s["kafka"]["properties"] = json!({"sasl.password": {"env": "P"}, "client.id": "x"}));
        let properties = &config.unwrap().sources[0].kafka.properties;
        assert_eq!(properties["sasl.password"], Property::Secret(SecretRef::Env("P".into())));
        assert_eq!(properties["client.id"], Property::Text("x".into()));
    }

    #[test]
    fn the_mapping_says_whose_a_record_is() {
        let web: ProjectName = "web".parse().unwrap();
        let teams = ProjectMapping::Teams([("2".to_owned(), web.clone())].into());
        let named = ProjectMapping::Named(vec![web.clone()]);
        let fixed = ProjectMapping::Fixed(web.clone());
        for (mapping, hint, expect) in [
            (&teams, ProjectHint::Team(2), Some(&web)),
            (&teams, ProjectHint::Team(3), None),
            (&teams, ProjectHint::Name("web".into()), None),
            (&teams, ProjectHint::Silent, None),
            (&named, ProjectHint::Name("web".into()), Some(&web)),
            (&named, ProjectHint::Name("other".into()), None),
            (&fixed, ProjectHint::Silent, Some(&web)),
            (&fixed, ProjectHint::Team(9), Some(&web)),
        ] {
            assert_eq!(mapping.project(&hint), expect, "{mapping:?} {hint:?}");
        }
    }
}
