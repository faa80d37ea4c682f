//! Gathers records a partition at a time until there are enough, or the first has waited long enough. Pure: time
//! comes in.

use std::collections::BTreeMap;

use signalbox_domain::time::Timestamp;
use signalbox_runtime::BootTime;

use super::{Batch, Begun, Partition, RawRecord, Turn};
use crate::config::BatchLimits;

#[derive(Debug)]
pub(super) struct Accumulator {
    limits: BatchLimits,
    open: BTreeMap<Partition, Open>,
    bytes: usize,
    has_enough: bool,
}

#[derive(Debug)]
struct Open {
    turn: Turn,
    since: BootTime,
    records: Vec<RawRecord>,
    bytes: usize,
    passed_over: u64,
    end: i64,
    written_at: Option<Timestamp>,
}

impl Accumulator {
    pub(super) fn new(limits: BatchLimits) -> Self {
        Self { limits, open: BTreeMap::new(), bytes: 0, has_enough: false }
    }

    pub(super) fn add(&mut self, begun: &Begun, record: RawRecord, now: BootTime) {
        let (bytes, limit) = (record.bytes.as_ref().map_or(0, Vec::len), self.limits.records.get());
        let open = self.open(begun, record.offset, record.written_at, now);
        open.records.push(record);
        open.bytes += bytes;
        self.has_enough |= open.records.len() >= limit;
        self.bytes += bytes;
    }

    /// A record that is no signal: counted, and its place.
    pub(super) fn pass_over(
        &mut self,
        begun: &Begun,
        offset: i64,
        written_at: Option<Timestamp>,
        now: BootTime,
    ) {
        self.open(begun, offset, written_at, now).passed_over += 1;
    }

    fn open(
        &mut self,
        begun: &Begun,
        offset: i64,
        written_at: Option<Timestamp>,
        now: BootTime,
    ) -> &mut Open {
        let open = self.open.entry(begun.partition.clone()).or_insert_with(|| Open {
            turn: begun.turn,
            since: now,
            records: Vec::new(),
            bytes: 0,
            passed_over: 0,
            end: offset,
            written_at: None,
        });
        open.end = offset + 1;
        open.written_at = open.written_at.max(written_at);
        open
    }

    pub(super) fn forget(&mut self, partition: &Partition) {
        if let Some(open) = self.open.remove(partition) {
            self.bytes -= open.bytes;
        }
    }

    /// A partition has enough, or all together are too much.
    pub(super) fn is_full(&self) -> bool {
        self.has_enough || self.is_too_much()
    }

    fn is_too_much(&self) -> bool {
        self.bytes >= self.limits.bytes.get()
    }

    /// What is full, or has waited; everything once all together is too much.
    pub(super) fn due(&mut self, now: BootTime) -> Vec<Batch> {
        let too_much = self.is_too_much();
        self.has_enough = false;
        let is_due = |open: &Open| {
            too_much
                || open.records.len() >= self.limits.records.get()
                || now.since(open.since) >= self.limits.wait
        };
        let due: Vec<Partition> = self
            .open
            .iter()
            .filter(|(_, open)| is_due(open))
            .map(|(partition, _)| partition.clone())
            .collect();
        due.into_iter().filter_map(|partition| self.close(partition)).collect()
    }

    fn close(&mut self, partition: Partition) -> Option<Batch> {
        let Open { turn, records, bytes, passed_over, end, written_at, .. } = self.open.remove(&partition)?;
        self.bytes -= bytes;
        Some(Batch { begun: Begun { partition, turn }, records, bytes, passed_over, end, written_at })
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::time::Duration;

    use super::*;

    fn accumulator() -> Accumulator {
        let at_most = |n| NonZeroUsize::new(n).unwrap();
        Accumulator::new(BatchLimits {
            records: at_most(3),
            bytes: at_most(10),
            wait: Duration::from_nanos(100),
        })
    }

    fn begun(number: i32) -> Begun {
        Begun { partition: Partition { topic: "t".into(), number }, turn: 1 }
    }

    fn record(offset: i64, size: usize) -> RawRecord {
        RawRecord { offset, bytes: Some(vec![0; size]), size, headers: Vec::new(), written_at: None }
    }

    #[test]
    fn a_batch_closes_by_records_by_time_and_by_bytes_of_all() {
        let at = BootTime::from_nanos;
        let mut accumulator = accumulator();
        for offset in 0..3 {
            assert!(accumulator.due(at(0)).is_empty());
            accumulator.add(&begun(0), record(offset, 1), at(0));
        }
        accumulator.add(&begun(1), record(0, 1), at(50));
        let full = accumulator.due(at(60));
        assert_eq!(
            full.iter().map(|b| (b.begun.partition.number, b.records.len())).collect::<Vec<_>>(),
            [(0, 3)]
        );
        assert!(accumulator.due(at(149)).is_empty());
        assert_eq!(accumulator.due(at(150)).len(), 1, "it waited long enough");
        accumulator.add(&begun(0), record(3, 6), at(200));
        accumulator.add(&begun(1), record(1, 4), at(200));
        assert_eq!(accumulator.due(at(200)).len(), 2, "together they are too much");
        assert_eq!(accumulator.bytes, 0);
    }

    #[test]
    fn what_is_taken_away_is_forgotten() {
        let mut accumulator = accumulator();
        accumulator.add(&begun(0), record(0, 9), BootTime::from_nanos(0));
        accumulator.forget(&begun(0).partition);
        assert!(accumulator.due(BootTime::from_nanos(1000)).is_empty());
        assert_eq!(accumulator.bytes, 0);
    }

    #[test]
    fn what_is_passed_over_counts_and_takes_no_room() {
        let at = BootTime::from_nanos;
        let mut accumulator = accumulator();
        let written = |second: i64| Some(Timestamp::from_micros(second * 1_000_000));
        for offset in 5..50 {
            accumulator.pass_over(&begun(0), offset, written(100 - offset), at(0));
        }
        accumulator.add(&begun(0), record(50, 4), at(0));
        assert!(accumulator.due(at(99)).is_empty(), "only time closes it");
        let due = accumulator.due(at(100));
        let [batch] = due.as_slice() else { panic!("{due:?}") };
        assert_eq!((batch.passed_over, batch.records.len(), batch.end), (45, 1, 51));
        assert_eq!((batch.bytes, batch.written_at), (4, written(95)));
    }
}
