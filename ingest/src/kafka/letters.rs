//! Writes records that could not be read to a topic for such, with headers that say where each stood and why. Told once Kafka
//! has them on all its copies.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _, ProducerContext};
use signalbox_domain::ids::QuarantineId;

use super::{KafkaError, client, property};
use crate::config::KafkaConfig;

/// How long Kafka may take for what is handed over at once.
const PATIENCE: Duration = Duration::from_secs(30);

/// A record on its way to the topic.
#[derive(Debug, Clone)]
pub(crate) struct DeadLetter {
    pub(crate) id: QuarantineId,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) bytes: Vec<u8>,
}

/// Notes which letters have arrived.
#[derive(Debug, Default, Clone)]
struct Arrived(Arc<Mutex<Vec<QuarantineId>>>);

impl ClientContext for Arrived {}

impl ProducerContext for Arrived {
    type DeliveryOpaque = Box<QuarantineId>;

    fn delivery(&self, result: &DeliveryResult<'_>, id: Box<QuarantineId>) {
        match result {
            // Ids are pushed one at a time, so a panic elsewhere leaves a valid list.
            Ok(_) => self.0.lock().unwrap_or_else(PoisonError::into_inner).push(*id),
            Err((error, _)) => tracing::warn!(%error, record = %id, "a dead letter was not taken"),
        }
    }
}

/// Writes letters; blocks for as long as Kafka takes.
pub(crate) struct LetterWriter {
    producer: BaseProducer<Arrived>,
    topic: String,
    arrived: Arrived,
}

impl LetterWriter {
    pub(crate) fn connect(config: &KafkaConfig, topic: &str) -> Result<Self, KafkaError> {
        let mut settings = ClientConfig::new();
        client::passed_through(&mut settings, config)?;
        settings.set("acks", "all").set("enable.idempotence", "true").set("message.max.bytes", "4000000");
        let arrived = Arrived::default();
        let producer = settings.create_with_context(arrived.clone()).map_err(property::told)?;
        Ok(Self { producer, topic: topic.to_owned(), arrived })
    }

    /// Which of them the topic has now. What it does not have is written again: by its id a reader knows it.
    pub(crate) fn write(&self, letters: Vec<DeadLetter>) -> Vec<QuarantineId> {
        for letter in letters {
            let headers = letter.headers.iter().fold(OwnedHeaders::new(), |all, (key, value)| {
                all.insert(Header { key, value: Some(value) })
            });
            let record =
                BaseRecord::<(), [u8], Box<QuarantineId>>::with_opaque_to(&self.topic, Box::new(letter.id))
                    .payload(&letter.bytes)
                    .headers(headers);
            if let Err((error, _)) = self.producer.send(record) {
                tracing::warn!(%error, record = %letter.id, "a dead letter was not taken");
                break;
            }
        }
        if let Err(error) = self.producer.flush(PATIENCE) {
            tracing::warn!(%error, topic = self.topic, "dead letters are not written yet");
        }
        std::mem::take(&mut *self.arrived.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
