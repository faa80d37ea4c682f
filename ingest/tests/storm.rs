//! A storm: consumers of one group begin, stop and die in an order that a seed says, the broker and PostgreSQL are killed in
//! between, and every record is counted once. Records have no ids: positions alone protect them.

use std::collections::BTreeMap;

use signalbox_domain::record::Stream;
use signalbox_testkit::kafka::{Brokers, Cluster};
use signalbox_testkit::postgres::Server;
use signalbox_testkit::{Part, require, wait_until_async};

use crate::events::{produce, record};
use crate::faults::until_counted;
use crate::house::{House, PATIENCE, Running, config};

const PARTITIONS: i32 = 8;
const FINGERPRINTS: u64 = 25;
/// Of each step, so that there is something to read while it is done.
const RECORDS: u64 = 400;
const SEED: u64 = 7;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Begin,
    Stop,
    Die,
    KillBroker,
    KillPostgres,
}

/// SplitMix64.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, many: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(many).unwrap()).unwrap()
    }

    fn shuffled(&mut self, mut ops: Vec<Op>) -> Vec<Op> {
        for last in (1..ops.len()).rev() {
            ops.swap(last, self.below(last + 1));
        }
        ops
    }
}

fn ops(seeded: &mut Seeded) -> Vec<Op> {
    let many = [(Op::Begin, 4), (Op::Stop, 2), (Op::Die, 4), (Op::KillBroker, 1), (Op::KillPostgres, 2)];
    seeded.shuffled(many.into_iter().flat_map(|(op, times)| std::iter::repeat_n(op, times)).collect())
}

/// The numbers of the records that a step adds; which signal one is of follows from its number.
fn records(numbers: std::ops::Range<u64>) -> Vec<Option<Vec<u8>>> {
    let one = |number: u64| {
        let properties = serde_json::json!({
            "$exception_list": [{"type": "ValueError", "value": "no price"}],
            "$exception_fingerprint": format!("bug-{}", number % FINGERPRINTS),
        });
        let mut record: serde_json::Value =
            serde_json::from_slice(&record(2, "", "$exception", &properties)).unwrap();
        record.as_object_mut().unwrap().remove("uuid");
        Some(record.to_string().into_bytes())
    };
    numbers.map(one).collect()
}

/// Everything of one storm.
struct Storm {
    cluster: Cluster,
    server: Server,
    house: House,
    topic: String,
    running: Vec<Running>,
    sent: u64,
    seeded: Seeded,
}

impl Storm {
    async fn send(&mut self) {
        produce(&self.cluster, &self.topic, PARTITIONS, &records(self.sent..self.sent + RECORDS));
        self.sent += RECORDS;
    }

    async fn begin(&mut self) {
        let config = config(&self.cluster, &self.topic, &self.topic);
        self.running.push(self.house.run(&config).await);
    }

    /// In the middle of whatever goes on.
    async fn act(&mut self, op: Op) {
        match op {
            Op::Begin => self.begin().await,
            Op::Stop | Op::Die => {
                let Some(place) = (!self.running.is_empty()).then(|| self.seeded.below(self.running.len()))
                else {
                    return;
                };
                let one = self.running.remove(place);
                if op == Op::Stop { one.stop().await } else { one.drop_dead().await }
            }
            Op::KillBroker => {
                self.cluster.kill_broker(1).unwrap();
                self.cluster.restart_broker(1).unwrap();
            }
            Op::KillPostgres => {
                self.server.kill().unwrap();
                self.server.restart().unwrap();
            }
        }
    }

    /// Something more is counted, so that the next step comes in the middle of reading.
    async fn until_it_moves(&self, counted: u64) -> u64 {
        let mut now = counted;
        let waited = wait_until_async("something more is counted", PATIENCE, async || {
            now = self.counted().await.unwrap_or(counted);
            now > counted || now == self.sent
        });
        waited.await.unwrap();
        now
    }

    async fn counted(&self) -> Option<u64> {
        let page = signalbox_store::Page { before: None, size: 100 };
        let signals =
            self.house.store.signals_list(signalbox_store::ingest::SignalFilter::default(), page).await;
        signals.ok().map(|records| records.iter().map(|record| record.signal.count).sum())
    }
}

async fn storm(seed: u64) {
    let cluster = Cluster::start(Brokers::One).unwrap();
    let server = Server::start().unwrap();
    let house = House::on(Some(server.database().unwrap())).await;
    let topic = cluster.fresh_topic(PARTITIONS).unwrap();
    let mut storm =
        Storm { cluster, server, house, topic, running: Vec::new(), sent: 0, seeded: Seeded(seed) };
    let ops = ops(&mut storm.seeded);
    storm.begin().await;
    let mut counted = 0;
    for op in ops {
        storm.send().await;
        if storm.running.is_empty() {
            storm.begin().await;
        }
        counted = storm.until_it_moves(counted).await;
        storm.act(op).await;
    }
    storm.begin().await;
    storm.send().await;
    until_counted(&storm.house, storm.sent).await;
    // A record more than was sent would be counted before these last ones of the same partitions.
    storm.send().await;
    until_counted(&storm.house, storm.sent).await;
    for one in storm.running.drain(..) {
        one.stop().await;
    }
    check(&storm).await;
}

async fn check(storm: &Storm) {
    let counts: Vec<u64> = storm.house.signals().await.iter().map(|signal| signal.count).collect();
    let each = storm.sent / FINGERPRINTS;
    assert_eq!(counts, vec![each; usize::try_from(FINGERPRINTS).unwrap()]);
    assert_eq!(storm.house.quarantine().await, [], "no gap");
    let positions = storm.house.store.positions_list().await.unwrap();
    let next: BTreeMap<i32, i64> = positions
        .into_iter()
        .map(|one| {
            let Stream { partition, .. } = one.stream;
            (partition, one.next)
        })
        .collect();
    let of_each = i64::try_from(storm.sent).unwrap() / i64::from(PARTITIONS);
    assert_eq!(next, (0..PARTITIONS).map(|partition| (partition, of_each)).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_counts_every_record_once() {
    let Some((_, _)) = require(Part::Kafka).zip(require(Part::Postgres)) else { return };
    storm(SEED).await;
}
