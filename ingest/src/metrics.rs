//! What ingest counts for whoever collects metrics: records by what became of them, how far behind each partition is, how
//! large batches are and how long their commits take. Registered once a process; every source writes into the same families.

use std::time::Duration;

use signalbox_runtime::metrics::{BoundedFamily, Counter, Gauge, Histogram, MetricError, Metrics};

use crate::status::Counts;

/// A partition of a source; both ends of an HTTP door are empty.
type Place = [(&'static str, String); 3];
type Outcome = [(&'static str, String); 4];
type Source = [(&'static str, String); 1];

/// Partitions that are told apart.
const MOST_PLACES: usize = 1000;
const OUTCOMES: usize = 6;
const MOST_SOURCES: usize = 100;

/// Clones are the same.
#[derive(Clone)]
pub struct IngestMetrics {
    records: BoundedFamily<Outcome, Counter>,
    lag_records: BoundedFamily<Place, Gauge>,
    lag_seconds: BoundedFamily<Place, Gauge>,
    batch: BoundedFamily<Source, Histogram>,
    commit: BoundedFamily<Source, Histogram>,
}

impl IngestMetrics {
    pub fn new(metrics: &Metrics) -> Result<Self, MetricError> {
        let records = "Records read, by what became of them";
        let behind = "Records of a partition that are there and not read";
        let age = "How long ago the newest record that was read was written, where there are more";
        Ok(Self {
            records: metrics.counters("ingest_records", records, MOST_PLACES * OUTCOMES)?,
            lag_records: metrics.gauges("ingest_lag_records", behind, MOST_PLACES)?,
            lag_seconds: metrics.gauges_of_seconds("ingest_lag", age, MOST_PLACES)?,
            batch: metrics.sizes_by(
                "ingest_batch_records",
                "Records of one partition in a commit",
                MOST_SOURCES,
            )?,
            commit: metrics.seconds_by("ingest_commit", "How long a commit took", MOST_SOURCES)?,
        })
    }

    pub(crate) fn counted(&self, source: &str, topic: &str, partition: &str, counts: &Counts) {
        for (outcome, many) in counts.outcomes().into_iter().filter(|(_, many)| *many > 0) {
            let labels = [
                ("source", source.to_owned()),
                ("topic", topic.to_owned()),
                ("partition", partition.to_owned()),
                ("outcome", outcome.to_owned()),
            ];
            self.records.with(&labels).inc_by(many);
        }
    }

    pub(crate) fn lag(&self, source: &str, topic: &str, partition: i32, records: i64, behind: Duration) {
        let place = [
            ("source", source.to_owned()),
            ("topic", topic.to_owned()),
            ("partition", partition.to_string()),
        ];
        self.lag_records.with(&place).set(records);
        self.lag_seconds.with(&place).set(i64::try_from(behind.as_secs()).unwrap_or(i64::MAX));
    }

    pub(crate) fn batch(&self, source: &str, records: usize) {
        let records = u32::try_from(records).unwrap_or(u32::MAX);
        self.batch.with(&[("source", source.to_owned())]).observe(f64::from(records));
    }

    pub(crate) fn commit(&self, source: &str, took: Duration) {
        self.commit.with(&[("source", source.to_owned())]).observe(took.as_secs_f64());
    }
}
