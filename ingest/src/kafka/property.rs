//! Would librdkafka take a property? Asked before anything starts, and told without a value that could be a secret.

use rdkafka::config::ClientConfig;
use rdkafka::error::KafkaError as Rdkafka;
use rdkafka::types::RDKafkaConfRes;

use super::KafkaError;
use crate::config::Property;

/// Why it would not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Unknown,
    Value,
}

/// The value of a secret is not looked at: only whether there is a property of that name.
pub(crate) fn refusal(name: &str, value: &Property) -> Option<Refusal> {
    let mut settings = ClientConfig::new();
    settings.set(name, if let Property::Text(text) = value { text.as_str() } else { "" });
    match settings.create_native_config() {
        Err(Rdkafka::ClientConfig(RDKafkaConfRes::RD_KAFKA_CONF_UNKNOWN, ..)) => Some(Refusal::Unknown),
        Err(_) if matches!(value, Property::Text(_)) => Some(Refusal::Value),
        Ok(_) | Err(_) => None,
    }
}

/// What librdkafka says of a property ends in its value: only the name goes on.
pub(super) fn told(error: Rdkafka) -> KafkaError {
    match error {
        Rdkafka::ClientConfig(_, _, property, _) => KafkaError::Property { property },
        other => KafkaError::Client(other),
    }
}
