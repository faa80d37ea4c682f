//! What ingest of one source has done since it started, shown as it stands.

use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use signalbox_domain::time::Timestamp;
use signalbox_store::ingest::PartReport;
use tokio::sync::watch;

/// Counted when committed, so that `read` is always the sum of the six after it. A record that holds several items (a
/// batch, a group of alerts) counts once for each that was kept or let go, and once for all of it that was refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub read: u64,
    /// Records counted in a signal of their own.
    pub kept: u64,
    /// Counted in a signal, and say themselves that they make no work.
    pub held: u64,
    /// Of signals that were one too many: they count in the overflow signal.
    pub overflow: u64,
    pub not_a_signal: u64,
    /// Recognised by their id as counted before.
    pub duplicate: u64,
    pub quarantined: u64,
    pub new_signals: u64,
    /// Stretches of a partition that were gone before they were read.
    pub gaps: u64,
    /// Batches dropped because the partition was taken away, or another consumer had come first.
    pub dropped_batches: u64,
    /// Commits that failed and were tried again.
    pub retries: u64,
    /// How often reading was paused because the pass did not keep up.
    pub pauses: u64,
}

impl Counts {
    /// Adds what the store made of a part. One that another process came first with counts there.
    pub(crate) fn fold(&mut self, report: PartReport) {
        match report {
            PartReport::Folded { records, duplicates, new_signals, overflow, held, quarantined } => {
                self.kept += records - overflow - held;
                self.held += held;
                self.overflow += overflow;
                self.duplicate += duplicates;
                self.quarantined += quarantined;
                self.new_signals += new_signals;
            }
            PartReport::LostRace => *self = Self { dropped_batches: 1, ..Self::default() },
        }
    }

    /// What `read` is the sum of.
    pub fn sum(&self) -> u64 {
        self.outcomes().into_iter().map(|(_, many)| many).sum()
    }

    pub(crate) fn outcomes(&self) -> [(&'static str, u64); 6] {
        [
            ("kept", self.kept),
            ("held", self.held),
            ("overflow", self.overflow),
            ("not_a_signal", self.not_a_signal),
            ("duplicate", self.duplicate),
            ("quarantined", self.quarantined),
        ]
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.read += other.read;
        self.kept += other.kept;
        self.held += other.held;
        self.overflow += other.overflow;
        self.not_a_signal += other.not_a_signal;
        self.duplicate += other.duplicate;
        self.quarantined += other.quarantined;
        self.new_signals += other.new_signals;
        self.gaps += other.gaps;
        self.dropped_batches += other.dropped_batches;
        self.retries += other.retries;
        self.pauses += other.pauses;
    }
}

/// What is known of one partition.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PartitionStatus {
    pub topic: String,
    pub partition: i32,
    #[serde(flatten)]
    pub counts: Counts,
    /// The offset after the last one that is kept.
    pub next: i64,
    /// Records that are there and not read; none until Kafka has said where the partition ends.
    pub lag_records: Option<i64>,
    /// How long ago the newest record that was read was written, where there are more.
    pub lag_seconds: Option<u64>,
    /// Records a second, since it was looked at last.
    pub per_second: u64,
    #[serde(skip)]
    pub(crate) end: Option<i64>,
    #[serde(skip)]
    written_at: Option<Timestamp>,
    #[serde(skip)]
    read_before: u64,
}

/// Everything that a source shows of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SourceStatus {
    #[serde(flatten)]
    pub counts: Counts,
    /// Of the last commit.
    pub batch_records: u64,
    pub commit_milliseconds: u64,
    /// Those that this process reads, or has read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partitions: Vec<PartitionStatus>,
}

impl SourceStatus {
    fn partition(&mut self, topic: &str, number: i32) -> &mut PartitionStatus {
        let found =
            self.partitions.binary_search_by(|one| (one.topic.as_str(), one.partition).cmp(&(topic, number)));
        let place = match found {
            Ok(place) => place,
            Err(place) => {
                let fresh = PartitionStatus {
                    topic: topic.to_owned(),
                    partition: number,
                    ..PartitionStatus::default()
                };
                self.partitions.insert(place, fresh);
                place
            }
        };
        &mut self.partitions[place]
    }
}

impl PartitionStatus {
    fn look(&mut self, now: Timestamp, passed: Duration) {
        let lag = self.end.map(|end| (end - self.next).max(0));
        self.lag_records = lag;
        self.lag_seconds = match (lag, self.written_at) {
            (Some(0), _) => Some(0),
            (Some(_), Some(written_at)) => Some(now.since(written_at).as_secs()),
            _ => None,
        };
        let millis = u64::try_from(passed.as_millis()).unwrap_or(u64::MAX).max(1);
        self.per_second = (self.counts.read - self.read_before).saturating_mul(1000) / millis;
        self.read_before = self.counts.read;
    }
}

/// What one part of a commit did to a partition.
#[derive(Debug, Clone)]
pub(crate) struct Progress<'a> {
    pub(crate) topic: &'a str,
    pub(crate) partition: i32,
    pub(crate) next: i64,
    pub(crate) written_at: Option<Timestamp>,
    pub(crate) counts: Counts,
}

/// The status of a source, to be looked at while it runs. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct Status(Arc<watch::Sender<SourceStatus>>);

impl Status {
    pub fn counts(&self) -> Counts {
        self.0.borrow().counts
    }

    pub fn now(&self) -> SourceStatus {
        self.0.borrow().clone()
    }

    /// The status as it changes.
    pub fn watch(&self) -> watch::Receiver<SourceStatus> {
        self.0.subscribe()
    }

    pub(crate) fn add(&self, counts: Counts) {
        self.0.send_modify(|status| status.counts += counts);
    }

    pub(crate) fn progress(&self, progress: &Progress<'_>) {
        self.0.send_modify(|status| {
            status.counts += progress.counts;
            let partition = status.partition(progress.topic, progress.partition);
            partition.counts += progress.counts;
            partition.next = progress.next;
            partition.written_at = partition.written_at.max(progress.written_at);
        });
    }

    pub(crate) fn committed(&self, records: u64, took: Duration) {
        self.0.send_modify(|status| {
            status.batch_records = records;
            status.commit_milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        });
    }

    /// Looks how far behind each partition is, by where those that are known to end do.
    pub(crate) fn look<'a>(
        &self,
        ends: impl Iterator<Item = (&'a str, i32, i64)>,
        now: Timestamp,
        passed: Duration,
    ) -> Vec<PartitionStatus> {
        self.0.send_modify(|status| {
            for (topic, number, end) in ends {
                status.partition(topic, number).end = Some(end);
            }
            status.partitions.iter_mut().for_each(|partition| partition.look(now, passed));
        });
        self.0.borrow().partitions.clone()
    }

    /// Another consumer reads it from now on: how far behind it is, is not known here any more.
    pub(crate) fn taken_away(&self, topic: &str, number: i32) {
        self.0.send_modify(|status| {
            let partition = status.partition(topic, number);
            (partition.end, partition.lag_records, partition.lag_seconds) = (None, None, None);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_says_how_far_behind_it_is() {
        let status = Status::default();
        let at = |second: u64| Timestamp::EPOCH.plus(Duration::from_secs(second));
        let progress = |next, written: u64, read| Progress {
            topic: "t",
            partition: 3,
            next,
            written_at: Some(at(written)),
            counts: Counts { read, not_a_signal: read, ..Counts::default() },
        };
        status.progress(&progress(40, 100, 40));
        let second = Duration::from_secs(2);
        let seen = |ends: &[(&'static str, i32, i64)], now| {
            let of = status.look(ends.iter().copied(), at(now), second);
            (of[0].lag_records, of[0].lag_seconds, of[0].per_second)
        };
        assert_eq!(seen(&[], 130), (None, None, 20), "it is not known where it ends");
        assert_eq!(seen(&[("t", 3, 90)], 130), (Some(50), Some(30), 0));
        status.progress(&progress(90, 99, 50));
        assert_eq!(seen(&[], 131), (Some(0), Some(0), 25));
        status.taken_away("t", 3);
        assert_eq!(seen(&[], 131), (None, None, 0));
        assert_eq!((status.counts().read, status.counts().sum()), (90, 90));
        assert_eq!(status.look([("s", 1, 7)].into_iter(), at(131), second).len(), 2);
        assert_eq!(status.now().partitions[0].topic, "s", "in the order of their names");
    }
}
