//! What every case needs: a broker, a database server, the release binary; topics that are filled once.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use signalbox_store::{Store, StoreConfig};
use signalbox_testkit::kafka::{Brokers, Cluster};
use tempfile::TempDir;
use xtask::house::House;
use xtask::postgres::Temporary;
use xtask::process::{complain, run};

use crate::frame::Sample;
use crate::measured;

pub(super) const PARTITIONS: i32 = 8;
/// Databases are made from this one, which has every table and no row.
pub(super) const EMPTY: &str = "house";
const SETTINGS: &[(&str, &str)] =
    &[("shared_buffers", "512MB"), ("max_wal_size", "8GB"), ("max_connections", "200")];
const LIMIT: Duration = Duration::from_secs(1200);

pub(super) struct Place {
    pub(super) cluster: Cluster,
    pub(super) server: Temporary,
    pub(super) binary: PathBuf,
    pub(super) folder: TempDir,
}

impl Place {
    pub(super) fn prepare() -> anyhow::Result<Self> {
        let house = House::find()?;
        complain("building signalbox in release");
        run(house.cargo().args(["build", "--quiet", "--release", "--package", "signalbox"]))?;
        let binary = house.metadata.target_directory.join("release/signalbox").into_std_path_buf();
        let cluster = Cluster::start(Brokers::One)
            .context("starting Apache Kafka; `./test -p signalbox-testkit` fetches it")?;
        let server = Temporary::start(SETTINGS)?;
        server.create_database(EMPTY)?;
        let runtime = tokio::runtime::Runtime::new().context("starting a runtime")?;
        let config = StoreConfig { url: server.url(EMPTY).parse()?, ..StoreConfig::default() };
        let store = runtime.block_on(Store::open(&config))?;
        runtime.block_on(store.close());
        drop(runtime);
        let folder = tempfile::Builder::new().prefix("bench-").tempdir().context("making a folder")?;
        Ok(Self { cluster, server, binary, folder })
    }

    /// A topic with so many records.
    pub(super) fn topic(
        &self,
        name: &str,
        records: u64,
        record: impl Fn(u64) -> Vec<u8>,
    ) -> anyhow::Result<String> {
        complain(&format!("{records} records for {name}"));
        self.cluster.create_topic(name, PARTITIONS, 1)?;
        let producer: BaseProducer = ClientConfig::new()
            .set("bootstrap.servers", self.cluster.bootstrap())
            .set("linger.ms", "20")
            .set("batch.size", "900000")
            .create()
            .context("a producer")?;
        for (number, partition) in (0..records).zip((0..PARTITIONS).cycle()) {
            let payload = record(number);
            let mut outgoing = BaseRecord::<(), [u8]>::to(name).partition(partition).payload(&payload);
            while let Err((error, back)) = producer.send(outgoing) {
                let KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull) = error else {
                    return Err(error).context("producing");
                };
                producer.poll(Duration::from_millis(50));
                outgoing = back;
            }
        }
        producer.flush(LIMIT).context("producing")?;
        Ok(name.to_owned())
    }

    pub(super) fn forget(&self, topic: &str) -> anyhow::Result<()> {
        Ok(self.cluster.delete_topic(topic)?)
    }

    /// The bare consumer, one turn.
    pub(super) fn drain(&self, topic: &str, records: u64) -> anyhow::Result<Sample> {
        let mut command = Command::new(std::env::current_exe().context("finding this program")?);
        command.args(["drain", &self.cluster.bootstrap(), topic, &records.to_string()]);
        let measured = measured::run(&mut command, LIMIT)?;
        measured.into_sample(super::rate(records, measured.elapsed.as_secs_f64())?, records)
    }
}
