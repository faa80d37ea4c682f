//! What is gathered beside signals: added in any order, once a position, and judged once.

use std::time::Duration;

use signalbox_domain::decision::Subject;
use signalbox_domain::ids::ProjectId;
use signalbox_domain::record::Stream;
use signalbox_domain::signal::HoldReason;
use signalbox_domain::sketch::Sketch;
use signalbox_domain::time::Timestamp;
use signalbox_store::ingest::{
    Exposed, Exposure, ExposureKey, Fold, FoldBatch, FoldPart, FoldedRecord, Gathered, MetricPoint,
    OTHER_RELEASES, PartReport, PartSource, PointKey, PositionMove, ReplaySession, SeriesKey, SessionDue,
    SessionKey, SessionsOver,
};
use signalbox_store::retention::Prunable;

use super::on_both;
use super::retention::prune;
use crate::fixture::{Fixture, NOON};

on_both! {
    parts_of_a_session_add_up_in_any_order,
    a_session_is_over_by_the_slowest_partition_that_is_read,
    where_nothing_is_read_silence_itself_ends_a_session,
    of_too_many_sessions_the_oldest_are_over,
    a_session_is_judged_once_and_not_before_its_last_part,
    points_are_counted_once_and_people_told_apart,
    a_stretch_of_windows_is_judged_once,
    many_count_one_window_without_loss,
    a_release_is_exposed_once_a_session,
    an_hour_tells_so_many_releases_apart,
    old_points_and_exposures_go,
    what_a_record_says_of_itself_is_counted,
    a_held_signal_is_released_once,
}

const MINUTE: Duration = Duration::from_secs(60);

fn after(minutes: u32) -> Timestamp {
    NOON.plus(MINUTE * minutes)
}

fn users(hashes: impl IntoIterator<Item = u64>) -> Sketch {
    let mut sketch = Sketch::default();
    // Spread over all bits, as a hash is.
    hashes.into_iter().for_each(|hash| sketch.add((hash + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    sketch
}

fn session(project: ProjectId, name: u8, from: u32, to: u32) -> ReplaySession {
    ReplaySession {
        key: SessionKey { project, session: [name; 16] },
        name: format!("s{name}"),
        source: Some("replay".parse().unwrap()),
        started_at: after(from),
        ended_at: after(to),
        exit: Some((after(to), format!("/page-{to}"))),
        errors: 2,
        clicks: 3,
        unanswered_at: None,
        person: Some(u64::MAX),
    }
}

fn click(project: ProjectId, name: u8, at: u32) -> ReplaySession {
    ReplaySession {
        source: None,
        exit: None,
        errors: 0,
        clicks: 0,
        unanswered_at: Some(after(at)),
        person: None,
        ..session(project, name, at, at)
    }
}

fn gathered(gathered: Gathered) -> FoldPart {
    FoldPart { gathered, ..FoldPart::default() }
}

fn sessions(sessions: Vec<ReplaySession>) -> FoldPart {
    gathered(Gathered { sessions, ..Gathered::default() })
}

async fn commit(fixture: &Fixture, parts: Vec<FoldPart>, now: Timestamp) -> Vec<PartReport> {
    fixture.store.signals_fold(&FoldBatch { parts }, now).await.unwrap()
}

/// Moves a partition of the replay rows, whose newest record was written then.
async fn flow(fixture: &Fixture, partition: i32, written: u32, now: Timestamp) {
    let stream = Stream {
        source: "replay".parse().unwrap(),
        cluster: "c".into(),
        topic: "rows".into(),
        topic_id: "t".into(),
        partition,
    };
    let position = Some(PositionMove { stream, from: None, to: 9 });
    commit(fixture, vec![FoldPart { position, watermark: Some(after(written)), ..FoldPart::default() }], now)
        .await;
}

fn over(now: Timestamp) -> SessionsOver {
    SessionsOver {
        silence: MINUTE * 30,
        flows_since: now.minus(MINUTE * 30),
        unchanged_since: None,
        most: 100,
        at_most: 10,
    }
}

async fn names(fixture: &Fixture, over: SessionsOver) -> Vec<String> {
    let due = fixture.store.sessions_over(over).await.unwrap();
    due.into_iter().map(|due| due.session.name).collect()
}

async fn all(fixture: &Fixture) -> Vec<SessionDue> {
    fixture.store.sessions_over(SessionsOver { most: 0, ..over(NOON) }).await.unwrap()
}

async fn parts_of_a_session_add_up_in_any_order(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let same_end = ReplaySession { exit: Some((after(5), "/a".into())), ..session(project, 0, 1, 5) };
    let parts = [session(project, 0, 3, 5), click(project, 0, 9), session(project, 0, 1, 2), same_end];
    let whole = parts.iter().cloned().reduce(|mut whole, part| {
        whole.add(part);
        whole
    });
    for (name, turn) in (1..).zip(0..4) {
        let mut parts = parts
            .clone()
            .map(|part| ReplaySession { key: SessionKey { session: [name; 16], ..part.key }, ..part });
        parts.rotate_left(turn);
        let [first, rest @ ..] = parts;
        commit(fixture, vec![sessions(vec![first])], NOON).await;
        commit(fixture, vec![sessions(rest.to_vec()), sessions(vec![])], NOON).await;
    }
    let kept = all(fixture).await;
    assert_eq!(kept.len(), 4);
    for SessionDue { session, revision } in kept {
        let expected = ReplaySession { key: session.key, ..whole.clone().unwrap() };
        assert_eq!((session, revision), (expected, 2));
    }
}

async fn a_session_is_over_by_the_slowest_partition_that_is_read(fixture: &Fixture) {
    let project = fixture.project("web").await;
    commit(fixture, vec![sessions(vec![session(project, 1, 0, 1), session(project, 2, 5, 20)])], NOON).await;
    let now = after(60);
    assert_eq!(names(fixture, over(now)).await, [""; 0], "nothing says what time it is");
    flow(fixture, 0, 60, now).await;
    assert_eq!(names(fixture, over(now)).await, ["s1", "s2"], "the one that ended first comes first");
    flow(fixture, 1, 40, now).await;
    assert_eq!(names(fixture, over(now)).await, ["s1"], "another partition is not as far");
    flow(fixture, 2, 31, now.minus(MINUTE * 31)).await;
    assert_eq!(names(fixture, over(now)).await, ["s1"], "one that nobody reads holds nobody up");
    let source = "replay".parse().unwrap();
    assert_eq!(fixture.store.flow_mark(&source, over(now).flows_since).await.unwrap(), Some(after(40)));
    for partition in 0..3 {
        fixture.store.position_seek(&source, "rows", partition, 1, now).await.unwrap();
    }
    assert_eq!(fixture.store.flow_mark(&source, over(now).flows_since).await.unwrap(), None);
    assert_eq!(names(fixture, over(now)).await, [""; 0], "what is read again begins anew");
}

async fn where_nothing_is_read_silence_itself_ends_a_session(fixture: &Fixture) {
    let project = fixture.project("web").await;
    commit(fixture, vec![sessions(vec![session(project, 1, 0, 1)])], NOON).await;
    commit(fixture, vec![sessions(vec![click(project, 2, 1)])], after(20)).await;
    let unchanged = |since| SessionsOver { unchanged_since: Some(since), ..over(after(90)) };
    assert_eq!(names(fixture, over(after(90))).await, [""; 0]);
    assert_eq!(names(fixture, unchanged(after(10))).await, ["s1"]);
    flow(fixture, 0, 5, after(90)).await;
    assert_eq!(names(fixture, unchanged(after(10))).await, [""; 0], "its rows are being read");
    assert_eq!(names(fixture, unchanged(after(30))).await, ["s2"], "of clicks alone nothing more is known");
}

async fn of_too_many_sessions_the_oldest_are_over(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let many = (1..6).map(|name| session(project, name, 0, u32::from(name))).collect();
    commit(fixture, vec![sessions(many)], NOON).await;
    let bounded = |most, at_most| SessionsOver { most, at_most, ..over(NOON) };
    assert_eq!(names(fixture, bounded(3, 10)).await, ["s1", "s2"]);
    assert_eq!(names(fixture, bounded(3, 1)).await, ["s1"]);
    assert_eq!(names(fixture, bounded(5, 10)).await, [""; 0]);
}

async fn a_session_is_judged_once_and_not_before_its_last_part(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let take = |due: &SessionDue| FoldPart {
        from: Some(PartSource::Session { key: due.session.key, revision: due.revision }),
        ..FoldPart::default()
    };
    commit(fixture, vec![sessions(vec![session(project, 1, 0, 1)])], NOON).await;
    let read = all(fixture).await;
    commit(fixture, vec![sessions(vec![session(project, 1, 2, 3)])], NOON).await;
    assert_eq!(commit(fixture, vec![take(&read[0])], NOON).await, [PartReport::LostRace]);
    let read = all(fixture).await;
    assert_eq!(read[0].session.errors, 4);
    let reports = commit(fixture, vec![take(&read[0]), take(&read[0])], NOON).await;
    assert!(matches!(reports[..], [PartReport::Folded { .. }, PartReport::LostRace]), "{reports:?}");
    assert_eq!(all(fixture).await, []);
}

fn series(project: ProjectId) -> SeriesKey {
    SeriesKey { project, name: "checkout".parse().unwrap(), span: MINUTE * 60 }
}

fn point(project: ProjectId, hour: u32, step: u32, people: std::ops::Range<u64>) -> MetricPoint {
    let key = PointKey { series: series(project), step, at: after(60 * hour) };
    MetricPoint { key, count: people.end - people.start, users: users(people) }
}

fn points(points: Vec<MetricPoint>) -> FoldPart {
    gathered(Gathered { points, ..Gathered::default() })
}

async fn points_are_counted_once_and_people_told_apart(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let other = fixture.project("app").await;
    let parts = vec![
        points(vec![point(project, 1, 0, 0..9), point(project, 0, 1, 0..3)]),
        points(vec![point(project, 1, 0, 5..12), point(other, 1, 0, 0..50)]),
    ];
    commit(fixture, parts, NOON).await;
    commit(fixture, vec![points(vec![point(project, 1, 0, 0..2)])], NOON).await;
    let read = fixture.store.points_load(&series(project), NOON, after(180)).await.unwrap();
    let told: Vec<_> = read.iter().map(|point| (point.at, point.step, point.count, point.users)).collect();
    assert_eq!(told, [(NOON, 1, 3, 3), (after(60), 0, 18, 12)]);
    let cut = fixture.store.points_load(&series(project), NOON, after(60)).await.unwrap();
    assert_eq!(cut.len(), 1, "the end is not part of it");
}

async fn a_stretch_of_windows_is_judged_once(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let key = series(project);
    commit(fixture, vec![points(vec![point(project, 2, 0, 0..9)])], NOON).await;
    let due = async |by| fixture.store.series_due(&key.name, key.span, by, 9).await.unwrap();
    assert_eq!(due(after(120)).await, [], "nothing ended yet");
    assert_eq!(due(after(180)).await, [(key.clone(), after(120))]);
    assert_eq!(fixture.store.series_due(&key.name, MINUTE, after(180), 9).await.unwrap(), []);
    let take = |from, to| FoldPart {
        from: Some(PartSource::Series { key: series(project), from, to }),
        ..FoldPart::default()
    };
    let reports =
        commit(fixture, vec![take(after(120), after(180)), take(after(120), after(240))], NOON).await;
    assert!(matches!(reports[..], [PartReport::Folded { .. }, PartReport::LostRace]), "{reports:?}");
    assert_eq!(due(after(180)).await, []);
    // What comes late counts, and changes nothing of what was judged.
    commit(fixture, vec![points(vec![point(project, 0, 0, 0..9)])], NOON).await;
    assert_eq!(due(after(240)).await, [(key.clone(), after(180))]);
}

async fn many_count_one_window_without_loss(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let mut consumers = tokio::task::JoinSet::new();
    for consumer in 0..4_u64 {
        let store = fixture.other_process().await;
        consumers.spawn(async move {
            for n in 0..10_u64 {
                let person = consumer * 10 + n;
                let order =
                    [point(project, 0, 0, person..person + 1), point(project, 1, 1, person..person + 1)];
                let part = gathered(Gathered {
                    points: if consumer % 2 == 0 {
                        order.to_vec()
                    } else {
                        order.into_iter().rev().collect()
                    },
                    sessions: vec![session(project, 1, 0, 1)],
                    exposures: vec![exposure(project, "1.0", None, person)],
                });
                store.signals_fold(&FoldBatch { parts: vec![part] }, NOON).await.unwrap();
            }
        });
    }
    consumers.join_all().await;
    let read = fixture.store.points_load(&series(project), NOON, after(180)).await.unwrap();
    assert_eq!(read.iter().map(|point| point.count).collect::<Vec<_>>(), [40, 40]);
    assert!(read.iter().all(|point| (38..=42).contains(&point.users)), "{read:?}");
    assert_eq!(all(fixture).await[0].session.errors, 80);
    let exposed = fixture.store.exposures_list(project, NOON).await.unwrap();
    assert_eq!(exposed[0].exposed.sessions, 40);
}

fn exposure(project: ProjectId, release: &str, mark: Option<u8>, person: u64) -> Exposure {
    let (release, environment) = (release.to_owned(), "eu".to_owned());
    Exposure {
        key: ExposureKey { project, hour: ExposureKey::hour_of(NOON), release, environment },
        mark: mark.map(|byte| [byte; 16]),
        exposed: Exposed { sessions: 1, errored: 1, ..Exposed::default() },
        users: users([person]),
    }
}

async fn a_release_is_exposed_once_a_session(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let exposures = vec![
        exposure(project, "1.0", Some(1), 1),
        exposure(project, "1.0", Some(1), 1),
        exposure(project, "1.0", Some(2), 1),
        exposure(project, "1.1", None, 2),
        exposure(project, "1.1", None, 3),
    ];
    for _ in 0..2 {
        let part = gathered(Gathered { exposures: exposures.clone(), ..Gathered::default() });
        commit(fixture, vec![part], NOON).await;
    }
    let read = fixture.store.exposures_list(project, NOON).await.unwrap();
    let told: Vec<_> =
        read.iter().map(|one| (one.release.as_str(), one.exposed.sessions, one.users)).collect();
    assert_eq!(told, [("1.0", 2, 1), ("1.1", 4, 2)], "without an id it counts each time");
    assert_eq!(read[0].exposed, Exposed { sessions: 2, errored: 2, crashed: 0, abnormal: 0 });
    assert_eq!((read[0].environment.as_str(), read[0].hour), ("eu", NOON.minus(NOON.since(read[0].hour))));
    assert_eq!(fixture.store.exposures_list(project, after(60)).await.unwrap(), []);
}

async fn an_hour_tells_so_many_releases_apart(fixture: &Fixture) {
    let project = fixture.project("web").await;
    for begin in [0, 150] {
        let exposures =
            (begin..begin + 150).map(|n| exposure(project, &format!("r{n:03}"), None, n)).collect();
        commit(fixture, vec![gathered(Gathered { exposures, ..Gathered::default() })], NOON).await;
    }
    let known = vec![exposure(project, "r007", None, 0)];
    commit(fixture, vec![gathered(Gathered { exposures: known, ..Gathered::default() })], NOON).await;
    let read = fixture.store.exposures_list(project, NOON).await.unwrap();
    assert_eq!(read.len(), 201);
    let of = |release: &str| read.iter().find(|one| one.release == release).unwrap().exposed.sessions;
    assert_eq!((of(OTHER_RELEASES), of("r007"), of("r199")), (100, 2, 1));
}

async fn old_points_and_exposures_go(fixture: &Fixture) {
    let project = fixture.project("web").await;
    let days = |days: u64| NOON.minus(Duration::from_secs(days * 86_400 + 3600));
    let aged = |at: Timestamp| Gathered {
        points: vec![MetricPoint {
            key: PointKey { series: series(project), step: 0, at },
            count: 1,
            users: users([1]),
        }],
        exposures: vec![Exposure {
            key: ExposureKey { hour: ExposureKey::hour_of(at), ..exposure(project, "1", None, 1).key },
            ..exposure(project, "1", None, 1)
        }],
        ..Gathered::default()
    };
    for at in [days(34), days(35), days(90)] {
        commit(fixture, vec![gathered(aged(at))], NOON).await;
    }
    assert_eq!(prune(fixture, Prunable::MetricPoints).await, 2);
    assert_eq!(prune(fixture, Prunable::ReleaseExposures).await, 1);
    assert_eq!(fixture.store.exposures_list(project, Timestamp::EPOCH).await.unwrap().len(), 2);
}

async fn held(fixture: &Fixture, name: &str, records: &[(u8, bool)]) -> Fold {
    let record =
        |(mark, held): &(u8, bool)| FoldedRecord { mark: Some([*mark; 16]), at: NOON, count: 1, held: *held };
    let hold = records.iter().all(|(_, held)| *held).then_some(HoldReason::TooOld);
    Fold { records: records.iter().map(record).collect(), hold, ..fixture.fold(name).await }
}

async fn what_a_record_says_of_itself_is_counted(fixture: &Fixture) {
    let fold = held(fixture, "a", &[(1, true), (2, true), (3, false), (2, true)]).await;
    let report = commit(fixture, vec![FoldPart { folds: vec![fold], ..FoldPart::default() }], NOON).await;
    let expected = PartReport::Folded {
        records: 3,
        duplicates: 1,
        new_signals: 1,
        overflow: 0,
        held: 2,
        quarantined: 0,
    };
    assert_eq!(report, [expected]);
}

async fn a_held_signal_is_released_once(fixture: &Fixture) {
    let fold = held(fixture, "a", &[(1, true)]).await;
    let id = fold.id;
    commit(fixture, vec![FoldPart { folds: vec![fold], ..FoldPart::default() }], NOON).await;
    let shown = async || fixture.store.signal_show(id).await.unwrap().unwrap().0.signal;
    let before = shown().await;
    assert_eq!(before.hold, Some(HoldReason::TooOld));
    let decision = fixture.decided(Subject::Signal(id), "released");
    assert!(fixture.store.signal_release(id, &decision).await.unwrap());
    let after = shown().await;
    assert_eq!((after.hold, after.revision), (None, before.revision + 1));
    assert!(!fixture.store.signal_release(id, &decision).await.unwrap());
    assert_eq!(shown().await, after, "nothing changed");
    let told = fixture.store.decisions_list(Subject::Signal(id), 9).await.unwrap();
    assert_eq!(told.iter().map(|one| one.count).collect::<Vec<_>>(), [1]);
    // A further record of the same age holds it no more.
    let again = held(fixture, "a", &[(2, true)]).await;
    commit(fixture, vec![FoldPart { folds: vec![again], ..FoldPart::default() }], NOON).await;
    assert_eq!(shown().await.hold, None);
}
