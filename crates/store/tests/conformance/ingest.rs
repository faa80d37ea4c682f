//! Folding: positions move with the folds, by compare-and-set; what was counted is not counted again.

use std::time::Duration;

use signalbox_domain::decision::{Reason, Subject};
use signalbox_domain::delivery::{Delivery, DeliveryHeader};
use signalbox_domain::record::{RecordOrigin, Stream};
use signalbox_domain::signal::{Fingerprint, HoldReason, SAMPLES_BY_RANK};
use signalbox_store::ingest::{
    Fold, FoldBatch, FoldPart, FoldedRecord, Letter, NewSignals, Overflow, PartReport, PartSource,
    PositionEntry, PositionMove, Quarantined, Received, SignalFilter,
};
use signalbox_store::{Page, StoreError};

use super::on_both;
use crate::fixture::{Fixture, NOON};

on_both! {
    records_fold_into_one_signal,
    a_position_moves_with_its_folds,
    a_zombie_writes_nothing_and_the_others_go_on,
    the_same_record_at_another_offset_is_recognised,
    many_consumers_fold_one_signal_without_loss,
    crossed_batches_do_not_wait_in_a_circle,
    what_cannot_be_read_is_kept_with_its_reason,
    samples_do_not_depend_on_order,
    an_upgrade_opens_no_signal,
    processes_of_three_versions_count_in_one_signal,
    a_signals_own_key_is_nobodys_alias,
    aliases_are_bounded,
    whoever_is_new_is_counted_once,
    what_comes_last_says_whether_a_signal_is_held,
    a_delivery_is_kept_once_and_read_once,
    a_quarantined_record_is_looked_at_and_taken_out,
    a_person_moves_a_position_and_its_reader_loses,
    what_is_one_too_many_counts_in_one_signal,
    of_many_consumers_all_share_one_limit,
}

fn stream(partition: i32) -> Stream {
    Stream {
        source: "posthog".parse().unwrap(),
        cluster: "c1".into(),
        topic: "events".into(),
        topic_id: "t1".into(),
        partition,
    }
}

fn moved(partition: i32, from: Option<i64>, to: i64) -> Option<PositionMove> {
    Some(PositionMove { stream: stream(partition), from, to })
}

fn record(seconds: u64, mark: Option<u8>) -> FoldedRecord {
    FoldedRecord {
        mark: mark.map(|byte| [byte; 16]),
        at: NOON.plus(Duration::from_secs(seconds)),
        count: 1,
        held: false,
    }
}

async fn fold(fixture: &Fixture, fingerprint: &str, records: Vec<FoldedRecord>) -> Fold {
    Fold { records, ..fixture.fold(fingerprint).await }
}

fn part(position: Option<PositionMove>, folds: Vec<Fold>) -> FoldPart {
    FoldPart { position, folds, ..FoldPart::default() }
}

async fn commit(fixture: &Fixture, parts: Vec<FoldPart>) -> Vec<PartReport> {
    fixture.store.signals_fold(&FoldBatch { parts }, NOON).await.unwrap()
}

fn folded(records: u64, duplicates: u64, new_signals: u64) -> PartReport {
    PartReport::Folded { records, duplicates, new_signals, overflow: 0, held: 0, quarantined: 0 }
}

async fn counts(fixture: &Fixture) -> Vec<u64> {
    let signals = fixture.store.signals_list(SignalFilter::default(), Page::first(100)).await.unwrap();
    signals.iter().map(|record| record.signal.count).collect()
}

async fn records_fold_into_one_signal(fixture: &Fixture) {
    let first = fold(fixture, "a", vec![record(10, None), record(20, None)]).await;
    let second = fold(fixture, "a", vec![record(5, None)]).await;
    assert_eq!(commit(fixture, vec![part(None, vec![first])]).await, [folded(2, 0, 1)]);
    assert_eq!(commit(fixture, vec![part(None, vec![second])]).await, [folded(1, 0, 0)]);
    let signals = fixture.store.signals_list(SignalFilter::default(), Page::first(10)).await.unwrap();
    let [only] = signals.as_slice() else { panic!("{signals:?}") };
    assert_eq!(only.signal.count, 3);
    assert_eq!(only.signal.first_seen, record(5, None).at);
    assert_eq!(only.signal.last_seen, record(20, None).at);
    assert_eq!((only.signal.revision, only.signal.planned_revision), (2, 0));
    assert_eq!(only.case, None);
}

async fn a_position_moves_with_its_folds(fixture: &Fixture) {
    let source = "posthog".parse().unwrap();
    assert_eq!(fixture.store.positions_load(&source).await.unwrap(), []);
    let one = fold(fixture, "a", vec![record(1, None)]).await;
    commit(fixture, vec![part(moved(0, None, 10), vec![one])]).await;
    commit(fixture, vec![part(moved(0, Some(10), 25), vec![]), part(moved(1, None, 3), vec![])]).await;
    assert_eq!(fixture.store.positions_load(&source).await.unwrap(), [(stream(0), 25), (stream(1), 3)]);
}

async fn a_zombie_writes_nothing_and_the_others_go_on(fixture: &Fixture) {
    commit(fixture, vec![part(moved(0, None, 10), vec![])]).await;
    let zombie = fold(fixture, "a", vec![record(1, None)]).await;
    let other = fold(fixture, "b", vec![record(1, None)]).await;
    let again = fold(fixture, "c", vec![record(1, None)]).await;
    let parts = vec![
        part(moved(0, Some(7), 12), vec![zombie]),
        part(moved(1, None, 4), vec![other]),
        part(moved(0, None, 9), vec![again]),
    ];
    let reports = commit(fixture, parts).await;
    assert_eq!(reports, [PartReport::LostRace, folded(1, 0, 1), PartReport::LostRace]);
    let positions = fixture.store.positions_load(&"posthog".parse().unwrap()).await.unwrap();
    assert_eq!(positions, [(stream(0), 10), (stream(1), 4)]);
    assert_eq!(counts(fixture).await, [1]);
}

async fn the_same_record_at_another_offset_is_recognised(fixture: &Fixture) {
    let first = fold(fixture, "a", vec![record(1, Some(1)), record(2, Some(2)), record(2, Some(2))]).await;
    let again = fold(fixture, "a", vec![record(2, Some(2)), record(3, Some(3))]).await;
    let nothing_new = fold(fixture, "a", vec![record(3, Some(3))]).await;
    assert_eq!(commit(fixture, vec![part(None, vec![first])]).await, [folded(2, 1, 1)]);
    assert_eq!(commit(fixture, vec![part(None, vec![again])]).await, [folded(1, 1, 0)]);
    assert_eq!(commit(fixture, vec![part(None, vec![nothing_new])]).await, [folded(0, 1, 0)]);
    assert_eq!(counts(fixture).await, [3]);
    let signals = fixture.store.signals_list(SignalFilter::default(), Page::first(1)).await.unwrap();
    assert_eq!(signals[0].signal.revision, 2, "a duplicate makes nothing to plan");
}

async fn many_consumers_fold_one_signal_without_loss(fixture: &Fixture) {
    let mut tasks = tokio::task::JoinSet::new();
    for partition in 0..8 {
        let mut parts = Vec::new();
        for n in 0..10 {
            let position = moved(partition, (n > 0).then_some(n), n + 1);
            let folds = vec![
                fold(fixture, "hot", vec![record(1, None)]).await,
                fold(fixture, "warm", vec![record(1, None)]).await,
            ];
            parts.push(part(position, folds));
        }
        let store = fixture.store.clone();
        tasks.spawn(async move {
            for part in parts {
                let reports = store.signals_fold(&FoldBatch { parts: vec![part] }, NOON).await.unwrap();
                assert!(matches!(reports[0], PartReport::Folded { records: 2, .. }), "{reports:?}");
            }
        });
    }
    tasks.join_all().await;
    assert_eq!(counts(fixture).await, [80, 80]);
}

async fn what_cannot_be_read_is_kept_with_its_reason(fixture: &Fixture) {
    let quarantined = Quarantined {
        id: fixture.id(),
        source: "posthog".parse().unwrap(),
        origin: RecordOrigin::Kafka { stream: stream(0), offset: 4 },
        code: "no-json".into(),
        words: "expected a JSON object, found the end at byte 12".into(),
        sealed: vec![1, 2, 3],
        size: 12,
        letter: Letter::None,
    };
    let parts = vec![FoldPart {
        position: moved(0, None, 5),
        quarantined: vec![quarantined.clone()],
        ..FoldPart::default()
    }];
    commit(fixture, parts).await;
    let rows = fixture.store.quarantine_list(Page::first(10)).await.unwrap();
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(
        (&row.origin, &row.sealed, row.size, row.at),
        (&quarantined.origin, &quarantined.sealed, 12, NOON)
    );
    assert_eq!(row.words, quarantined.words);
}

async fn samples_do_not_depend_on_order(fixture: &Fixture) {
    let mut kept = Vec::new();
    for (fingerprint, backwards) in [("forwards", false), ("backwards", true)] {
        let mut texts: Vec<u64> = (0..9).collect();
        if backwards {
            texts.reverse();
        }
        for n in texts {
            let mut one = fold(fixture, fingerprint, vec![record(n, None)]).await;
            one.samples = vec![fixture.sample(&format!("record {n}"))];
            commit(fixture, vec![part(None, vec![one])]).await;
        }
        let signals = fixture.store.signals_list(SignalFilter::default(), Page::first(1)).await.unwrap();
        let (_, samples) = fixture.store.signal_show(signals[0].signal.id).await.unwrap().unwrap();
        assert!((SAMPLES_BY_RANK..9).contains(&samples.len()), "{samples:?}");
        kept.push(samples);
    }
    assert_eq!(kept[0], kept[1]);
}

/// Two consumers whose batches hold the same two signals in opposite parts.
async fn crossed_batches_do_not_wait_in_a_circle(fixture: &Fixture) {
    let mut consumers = tokio::task::JoinSet::new();
    for (consumer, names) in [["a", "z"], ["z", "a"]].into_iter().enumerate() {
        let mut batches = Vec::new();
        for _ in 0..20 {
            let mut parts = Vec::new();
            for name in names {
                parts.push(part(None, vec![fold(fixture, name, vec![record(1, None)]).await]));
            }
            batches.push(FoldBatch { parts });
        }
        let store = fixture.store.clone();
        consumers.spawn(async move {
            for batch in batches {
                let reports = store.signals_fold(&batch, NOON).await.unwrap();
                assert_eq!(reports.len(), 2, "consumer {consumer}");
            }
        });
    }
    consumers.join_all().await;
    assert_eq!(counts(fixture).await, [40, 40]);
}

/// A fold of one record with its keys, oldest version first.
async fn keyed(fixture: &Fixture, keys: &[(u16, &str)]) -> Fold {
    let mut keys =
        keys.iter().map(|(version, key)| Fingerprint { version: *version, key: (*key).to_owned() });
    let mut fold = fold(fixture, "", vec![record(1, None)]).await;
    fold.key.fingerprint = keys.next().unwrap();
    fold.aliases = keys.collect();
    fold
}

async fn report(fixture: &Fixture, keys: &[(u16, &str)]) -> PartReport {
    let fold = keyed(fixture, keys).await;
    commit(fixture, vec![part(None, vec![fold])]).await.remove(0)
}

async fn an_upgrade_opens_no_signal(fixture: &Fixture) {
    assert_eq!(report(fixture, &[(1, "a")]).await, folded(1, 0, 1));
    assert_eq!(report(fixture, &[(1, "a"), (2, "A")]).await, folded(1, 0, 0));
    assert_eq!(report(fixture, &[(2, "A")]).await, folded(1, 0, 0));
    assert_eq!(report(fixture, &[(2, "A"), (3, "aa")]).await, folded(1, 0, 0));
    assert_eq!(report(fixture, &[(3, "aa")]).await, folded(1, 0, 0));
    assert_eq!(counts(fixture).await, [5]);
    assert_eq!(report(fixture, &[(3, "bb")]).await, folded(1, 0, 1), "a key that nobody had is new");
}

async fn processes_of_three_versions_count_in_one_signal(fixture: &Fixture) {
    let overlap: &[(u16, &str)] = &[(1, "a"), (2, "A")];
    assert_eq!(report(fixture, overlap).await, folded(1, 0, 1));
    for keys in [&[(1, "a")], overlap, &[(2, "A")], &[(1, "a")]] {
        assert_eq!(report(fixture, keys).await, folded(1, 0, 0), "{keys:?}");
    }
    assert_eq!(report(fixture, &[(2, "B")]).await, folded(1, 0, 1), "an overlap that was begun late");
    assert_eq!(report(fixture, &[(1, "b"), (2, "B")]).await, folded(1, 0, 0));
    assert_eq!(report(fixture, &[(1, "b")]).await, folded(1, 0, 0));
    let mut all = counts(fixture).await;
    all.sort_unstable();
    assert_eq!(all, [3, 5]);
}

/// The newer version tells apart, or lumps together, what the older did not.
async fn a_signals_own_key_is_nobodys_alias(fixture: &Fixture) {
    for keys in [&[(1, "a")], &[(1, "b")], &[(2, "B")]] {
        assert_eq!(report(fixture, keys).await, folded(1, 0, 1));
    }
    assert_eq!(report(fixture, &[(1, "a"), (2, "B")]).await, folded(1, 0, 0));
    assert_eq!(report(fixture, &[(2, "B")]).await, folded(1, 0, 0));
    assert_eq!(report(fixture, &[(1, "a"), (2, "shared")]).await, folded(1, 0, 0));
    assert_eq!(report(fixture, &[(1, "b"), (2, "shared")]).await, folded(1, 0, 0));
    let mut all = counts(fixture).await;
    all.sort_unstable();
    assert_eq!(all, [2, 2, 3], "each goes on where its older key is");
}

async fn aliases_are_bounded(fixture: &Fixture) {
    for number in 0..70 {
        let newer = format!("{number}");
        report(fixture, &[(1, "lump"), (2, &newer)]).await;
    }
    assert_eq!(report(fixture, &[(2, "63")]).await, folded(1, 0, 0));
    assert_eq!(report(fixture, &[(2, "64")]).await, folded(1, 0, 1));
}

async fn whoever_is_new_is_counted_once(fixture: &Fixture) {
    let users = async |hashes: &[u64]| {
        let mut one = fold(fixture, "a", vec![record(1, None)]).await;
        hashes.iter().for_each(|hash| one.users.add(*hash));
        commit(fixture, vec![part(None, vec![one])]).await;
        let listed = fixture.store.signals_list(SignalFilter::default(), Page::first(1)).await.unwrap();
        let (shown, _) = fixture.store.signal_show(listed[0].signal.id).await.unwrap().unwrap();
        assert_eq!(shown.signal.users, listed[0].signal.users);
        shown.signal.users
    };
    let of = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    assert_eq!(users(&[]).await, None, "no record named one");
    assert_eq!(users(&[of(1), of(2), of(1)]).await, Some(2));
    assert_eq!(users(&[of(2)]).await, Some(2));
    assert_eq!(users(&[of(3)]).await, Some(3));
}

async fn what_comes_last_says_whether_a_signal_is_held(fixture: &Fixture) {
    let seen = async |seconds: u64, hold: Option<HoldReason>| {
        let mut one = fold(fixture, "a", vec![record(seconds, None)]).await;
        (one.hold, one.hold_at) = (hold, NOON.plus(Duration::from_secs(seconds)));
        commit(fixture, vec![part(None, vec![one])]).await;
        fixture.store.signals_list(SignalFilter::default(), Page::first(1)).await.unwrap()[0].signal.hold
    };
    let (resolved, development) = (Some(HoldReason::UpstreamResolved), Some(HoldReason::DevelopmentHost));
    assert_eq!(seen(5, development).await, development, "the only record");
    assert_eq!(seen(3, None).await, None, "another that is not from a development host");
    assert_eq!(seen(6, development).await, None, "one record more of that host holds nothing");
    assert_eq!(seen(9, resolved).await, resolved);
    assert_eq!(seen(7, None).await, resolved, "older news");
    assert_eq!(seen(10, None).await, None, "it is back");
    assert_eq!(seen(8, resolved).await, None);
}

async fn a_delivery_is_kept_once_and_read_once(fixture: &Fixture) {
    let store = &fixture.store;
    let delivery = |external: &str, source: &str| Delivery {
        id: fixture.id(),
        source: source.parse().unwrap(),
        external_id: external.to_owned(),
        event: "issues".to_owned(),
        headers: vec![DeliveryHeader { name: "x-github-event".to_owned(), value: "issues".to_owned() }],
        received_at: NOON,
        body: "{}".to_owned(),
    };
    let (one, two, other) = (delivery("d-1", "github"), delivery("d-2", "github"), delivery("d-1", "pager"));
    for one in [&one, &two, &other] {
        assert_eq!(store.delivery_put(one).await.unwrap(), Received::Now);
    }
    let again = store.delivery_put(&delivery("d-1", "github")).await.unwrap();
    assert_eq!(again, Received::Before { id: one.id });
    assert_eq!(store.deliveries_unread(2).await.unwrap(), [one.clone(), two.clone()]);
    let read = async |delivery: &Delivery| {
        let folds = vec![fold(fixture, "a", vec![record(1, None)]).await];
        let from = Some(PartSource::Delivery(delivery.id));
        commit(fixture, vec![FoldPart { folds, from, ..FoldPart::default() }]).await
    };
    assert_eq!(read(&one).await, [folded(1, 0, 1)]);
    assert_eq!(read(&one).await, [PartReport::LostRace], "another process has read it");
    assert_eq!(counts(fixture).await, [1]);
    assert_eq!(store.deliveries_unread(9).await.unwrap(), [two, other]);
}

async fn a_quarantined_record_is_looked_at_and_taken_out(fixture: &Fixture) {
    let store = &fixture.store;
    let row = |code: &str| Quarantined {
        id: fixture.id(),
        source: "posthog".parse().unwrap(),
        origin: RecordOrigin::Request { id: None },
        code: code.into(),
        words: "expected JSON".into(),
        sealed: vec![1],
        size: 1,
        letter: Letter::None,
    };
    let (one, two) = (row("a"), row("b"));
    let quarantined = vec![one.clone(), two.clone()];
    commit(fixture, vec![FoldPart { quarantined, ..FoldPart::default() }]).await;
    assert_eq!(store.quarantine_show(one.id).await.unwrap().map(|row| row.code).as_deref(), Some("a"));
    store.quarantine_drop(one.id).await.unwrap();
    let gone = store.quarantine_drop(one.id).await;
    assert!(matches!(gone, Err(StoreError::Missing { .. })), "{gone:?}");
    assert_eq!(store.quarantine_show(one.id).await.unwrap(), None);
    let retried = async || {
        let folds = vec![fold(fixture, "a", vec![record(1, None)]).await];
        let from = Some(PartSource::Quarantine(two.id));
        commit(fixture, vec![FoldPart { folds, from, ..FoldPart::default() }]).await
    };
    assert_eq!(retried().await, [folded(1, 0, 1)]);
    assert_eq!(retried().await, [PartReport::LostRace], "once");
    assert_eq!(store.quarantine_list(Page::first(9)).await.unwrap(), []);
}

async fn a_person_moves_a_position_and_its_reader_loses(fixture: &Fixture) {
    let store = &fixture.store;
    let fold_one = async |from, to| {
        let one = fold(fixture, "a", vec![record(1, None)]).await;
        commit(fixture, vec![part(moved(0, from, to), vec![one])]).await
    };
    assert_eq!(fold_one(None, 10).await, [folded(1, 0, 1)]);
    let (source, later) = ("posthog".parse().unwrap(), NOON.plus(Duration::from_secs(5)));
    store.position_seek(&source, "events", 0, 4, later).await.unwrap();
    assert_eq!(fold_one(Some(10), 12).await, [PartReport::LostRace]);
    assert_eq!(fold_one(Some(4), 12).await, [folded(1, 0, 0)]);
    store.position_seek(&source, "events", 0, 40, later).await.unwrap();
    let listed = store.positions_list().await.unwrap();
    assert_eq!(listed, [PositionEntry { stream: stream(0), next: 40, changed_at: later }]);
    let nowhere = store.position_seek(&source, "events", 9, 0, later).await;
    assert!(matches!(nowhere, Err(StoreError::Missing { .. })), "{nowhere:?}");
}

/// At most three new signals an hour.
async fn limited(fixture: &Fixture, names: &[&str]) -> FoldPart {
    let mut folds = Vec::new();
    for name in names {
        folds.push(fold(fixture, name, vec![record(1, None)]).await);
    }
    let mut overflow = fixture.fold("overflow").await;
    overflow.key.kind = "overflow".parse().unwrap();
    let reason = Reason { code: "overflow".parse().unwrap(), words: "more than 3 are new".to_owned() };
    let overflows = vec![Overflow { fold: overflow, decision: fixture.id(), reason }];
    let limit = Some(NewSignals { units: 3, window: Duration::from_secs(3600), overflows });
    FoldPart { folds, limit, ..FoldPart::default() }
}

async fn what_is_one_too_many_counts_in_one_signal(fixture: &Fixture) {
    let first = commit(fixture, vec![limited(fixture, &["a", "b"]).await]).await;
    assert_eq!(first, [folded(2, 0, 2)]);
    // Two parts of one batch with a key in common: it is new once.
    let parts = vec![limited(fixture, &["a", "c", "d"]).await, limited(fixture, &["c", "e"]).await];
    let over = |records, new_signals, overflow| PartReport::Folded {
        records,
        duplicates: 0,
        new_signals,
        overflow,
        held: 0,
        quarantined: 0,
    };
    assert_eq!(commit(fixture, parts).await, [over(3, 1, 1), over(2, 0, 1)]);
    let again = commit(fixture, vec![limited(fixture, &["d", "a"]).await]).await;
    assert_eq!(again, [over(2, 0, 1)], "what is known goes on");
    let listed = fixture.store.signals_list(SignalFilter::default(), Page::first(9)).await.unwrap();
    let mut lines: Vec<(String, u64)> =
        listed.iter().map(|one| (one.signal.key.fingerprint.key.clone(), one.signal.count)).collect();
    lines.sort();
    let expected = [("a", 3), ("b", 1), ("c", 2), ("overflow", 3)];
    assert_eq!(lines, expected.map(|(name, count)| (name.to_owned(), count)));
    let overflow = listed.iter().find(|one| one.signal.key.kind.as_str() == "overflow").unwrap().signal.id;
    let decisions = fixture.store.decisions_list(Subject::Signal(overflow), 9).await.unwrap();
    assert_eq!(decisions.len(), 1, "{decisions:?}");
    assert_eq!((decisions[0].reason.code.as_str(), decisions[0].count), ("overflow", 3));

    let next_hour = NOON.plus(Duration::from_secs(3600));
    let part = limited(fixture, &["d"]).await;
    let report = fixture.store.signals_fold(&FoldBatch { parts: vec![part] }, next_hour).await.unwrap();
    assert_eq!(report, [folded(1, 0, 1)], "another window");
}

async fn of_many_consumers_all_share_one_limit(fixture: &Fixture) {
    let mut consumers = tokio::task::JoinSet::new();
    for consumer in 0..4_u32 {
        let store = fixture.other_process().await;
        let mut parts = Vec::new();
        for n in 0..6 {
            let names = [format!("{consumer}/{n}"), format!("shared/{n}")];
            parts.push(limited(fixture, &[&names[0], &names[1]]).await);
        }
        consumers.spawn(async move {
            for part in parts {
                store.signals_fold(&FoldBatch { parts: vec![part] }, NOON).await.unwrap();
            }
        });
    }
    consumers.join_all().await;
    let listed = fixture.store.signals_list(SignalFilter::default(), Page::first(99)).await.unwrap();
    assert_eq!(listed.len(), 4, "three, and the one that counts the others");
    assert_eq!(listed.iter().map(|one| one.signal.count).sum::<u64>(), 48);
}
