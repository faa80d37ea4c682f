//! Somebody in every place where texts lie, taken out of all of them.

use std::sync::Arc;

use signalbox_domain::access::Role;
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::delivery::Delivery;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::record::RecordOrigin;
use signalbox_domain::signal::{Fingerprint, Severity, SignalKey, SourceFamily, Worth, rank};
use signalbox_domain::sketch::Sketch;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::Randomness;
use signalbox_store::ingest::{
    Fold, FoldBatch, FoldPart, FoldedRecord, Gathered, Letter, Quarantined, ReplaySession, SessionKey,
};

use super::*;
use crate::TaskWish;
use crate::fixture::{Fixture, actor, wish};
use crate::views::{CasesAsk, PlansAsk, SignalsAsk, TasksAsk};

const ADA: &str = "ada@shop.example";

fn keys() -> Arc<SealingKeys> {
    Arc::new(SealingKeys::from_text("test", &"a".repeat(64), Randomness::seeded(3)).unwrap())
}

fn erasure(fixture: &Fixture) -> Erasure {
    Erasure::new(fixture.store.clone(), fixture.clock.clone(), fixture.ids.clone(), keys())
}

fn sample(text: &str) -> Sample {
    Sample {
        occurred_at: Timestamp::EPOCH,
        title: Sourced::stranger("t".to_owned()),
        text: Sourced::stranger(text.to_owned()),
        frames: vec![],
        release: None,
        environment: None,
        route: None,
        links: vec![],
        attributes: serde_json::Map::new(),
        redacted: vec![],
        worth: Worth { at: Timestamp::EPOCH, rank: rank([text.as_bytes()]), richness: 0 },
    }
}

async fn fold(fixture: &Fixture, title: &str, samples: &[&str]) -> SignalKey {
    let project = fixture.store.project_find(&"web".parse().unwrap()).await.unwrap().unwrap().id;
    let key = SignalKey {
        project,
        family: SourceFamily::Custom,
        kind: "broken".parse().unwrap(),
        fingerprint: Fingerprint { version: 1, key: title.to_owned() },
    };
    let fold = Fold {
        id: fixture.ids.next(),
        key: key.clone(),
        aliases: vec![],
        title: Sourced::stranger(title.to_owned()),
        severity: Severity::Error,
        hold: None,
        hold_at: Timestamp::EPOCH,
        repository: None,
        users: Sketch::default(),
        records: vec![FoldedRecord { mark: None, at: fixture.clock.now(), count: 1, held: false }],
        samples: samples.iter().map(|text| sample(text)).collect(),
    };
    let session = |name: u8, person: &str| ReplaySession {
        key: SessionKey { project, session: [name; 16] },
        name: "s".to_owned(),
        source: None,
        started_at: Timestamp::EPOCH,
        ended_at: Timestamp::EPOCH,
        exit: None,
        errors: 0,
        clicks: 0,
        unanswered_at: None,
        person: Some(pseudonym(person)),
    };
    let gathered = Gathered { sessions: vec![session(1, ADA), session(2, "bob")], ..Gathered::default() };
    let part = FoldPart { folds: vec![fold], gathered, ..FoldPart::default() };
    fixture.store.signals_fold(&FoldBatch { parts: vec![part] }, fixture.clock.now()).await.unwrap();
    key
}

async fn quarantined(fixture: &Fixture, bytes: &[u8], sealed_by_us: bool) {
    let id = fixture.ids.next::<QuarantineId>();
    let uuid = id.uuid();
    let place = SealContext { purpose: SealPurpose::Quarantine, row: uuid.as_bytes() };
    let row = Quarantined {
        id,
        source: "posthog".parse().unwrap(),
        origin: RecordOrigin::Request { id: None },
        code: "no-json".to_owned(),
        words: "expected JSON".to_owned(),
        sealed: if sealed_by_us { keys().seal(place, bytes).unwrap() } else { bytes.to_vec() },
        size: 9,
        letter: Letter::None,
    };
    let part = FoldPart { quarantined: vec![row], ..FoldPart::default() };
    fixture.store.signals_fold(&FoldBatch { parts: vec![part] }, fixture.clock.now()).await.unwrap();
}

/// Whatever people and stages can read of it.
async fn kept(fixture: &Fixture) -> String {
    let (reads, grace) = (fixture.reads(), actor(Role::Admin));
    let mut text = format!("{:?}", fixture.store.deliveries_unread(99).await.unwrap());
    let all = SignalsAsk { limit: Some(200), ..SignalsAsk::default() };
    for line in reads.signals(&grace, &all).await.unwrap().items {
        let mut view = reads.signal(&grace, line.id).await.unwrap();
        // Fixtures put in clear here what is a hash otherwise.
        view.fingerprint.key.clear();
        text.push_str(&format!("{view:?}"));
    }
    for line in reads.cases(&grace, &CasesAsk::default()).await.unwrap().items {
        text.push_str(&format!("{:?}", reads.case(&grace, line.id).await.unwrap()));
    }
    for line in reads.tasks(&grace, &TasksAsk::default()).await.unwrap().items {
        text.push_str(&format!("{:?}", reads.task(&grace, line.id).await.unwrap()));
    }
    for line in reads.plans(&grace, &PlansAsk::default()).await.unwrap().items {
        text.push_str(&format!("{:?}", reads.plan(&grace, line.id).await.unwrap()));
    }
    text
}

/// Every place where texts lie, with the person in each.
async fn everywhere(fixture: &Fixture) {
    fold(
        fixture,
        &format!("no price for {ADA}"),
        &["of ADA@shop.example", "of bob", &format!("{{\"user\":\"{ADA}\"}}")],
    )
    .await;
    fold(fixture, "only theirs", &[&format!("of {ADA}")]).await;
    let (signal, _) = fixture.signal(&format!("It broke for {ADA}")).await;
    let (_, task) = fixture.plan(signal, "new-case", Some(signalbox_domain::task::Starter::Person)).await;
    assert!(task.is_some());
    let brief = TaskWish { brief: format!("Write to {ADA}."), ..wish() };
    let (wished, _) = fixture.tasks().make(&actor(Role::Engineer), brief).await.unwrap();
    assert!(
        fixture.reads().task(&actor(Role::Engineer), wished).await.unwrap().task.brief.value.contains(ADA)
    );
    let words = format!("held for {ADA}");
    let reason = Reason { code: "held".parse().unwrap(), words };
    let (id, now) = (fixture.ids.next(), fixture.clock.now());
    let decision = Decision {
        id,
        stage: Stage::Ingest,
        subject: Subject::Signal(signal),
        reason,
        first_at: now,
        last_at: now,
        count: 1,
    };
    fixture.store.decisions_record(&[decision]).await.unwrap();
    let delivery = Delivery {
        id: fixture.ids.next(),
        source: "github".parse().unwrap(),
        external_id: "d-1".to_owned(),
        event: "issues".to_owned(),
        headers: Vec::new(),
        received_at: now,
        body: format!("{{\"issue\":{{\"title\":\"{ADA} cannot pay\"}}}}"),
    };
    fixture.store.delivery_put(&delivery).await.unwrap();
    quarantined(fixture, format!("{{broken {ADA}").as_bytes(), true).await;
    quarantined(fixture, b"{broken bob", true).await;
    quarantined(fixture, b"nobody can open this", false).await;
}

#[tokio::test]
async fn a_person_is_in_nothing_that_is_kept_and_the_others_are() {
    let fixture = Fixture::new().await;
    everywhere(&fixture).await;
    assert!(kept(&fixture).await.contains(ADA), "there is something to take out");
    let erasure = erasure(&fixture);
    let ask = EraseAsk { user: ADA.to_owned(), from: None };
    assert_eq!(erasure.erase(&actor(Role::Engineer), &ask).await.unwrap_err().code(), "denied");
    let erased = erasure.erase(&actor(Role::Operator), &ask).await.unwrap();
    assert_eq!(erased.next, None);
    let ErasureLine { samples, sessions, quarantined, .. } = erased.erasure;
    assert_eq!((samples, sessions, quarantined), (3, 1, 2));
    let text = kept(&fixture).await;
    assert!(!text.to_lowercase().contains(ADA), "{text}");
    assert!(text.contains("of bob") && text.contains("no price for [erased]"), "{text}");
    let rows = fixture.store.quarantine_list(Page { before: None, size: 9 }).await.unwrap();
    assert_eq!(rows.len(), 1, "what names nobody stays");

    let listed = erasure.list(&actor(Role::Operator), &ErasuresAsk::default()).await.unwrap();
    assert_eq!(listed.items.len(), 1);
    assert!(listed.items[0].ended_at.is_some() && listed.items[0].by == "local");
    let again = erasure.erase(&actor(Role::Operator), &ask).await.unwrap().erasure;
    assert_eq!((again.texts, again.samples, again.quarantined), (0, 0, 0), "nothing is left to take");
    assert_eq!(again.mark, listed.items[0].mark, "the same person");
}

#[tokio::test]
async fn a_call_does_a_part_and_the_next_goes_on() {
    let fixture = Fixture::new().await;
    for n in 0..250 {
        fold(&fixture, &format!("n{n} of {ADA}"), &[]).await;
    }
    let erasure = erasure(&fixture);
    let id = erasure.begin(&actor(Role::Operator), &Person::new(ADA).unwrap()).await.unwrap();
    let place = ErasurePlace::ALL.iter().position(|place| *place == ErasurePlace::SignalTitle).unwrap();
    let at = erasure.texts(id, &Person::new(ADA).unwrap(), place, None).await.unwrap();
    let first = erasure.store.erasure_show(id).await.unwrap().unwrap();
    assert_eq!((first.texts, first.ended_at), (100, None), "cut off here, it is known how far it came");
    let next = cursor(id, at);
    let other = EraseAsk { user: "bob@shop.example".to_owned(), from: next.clone() };
    assert_eq!(erasure.erase(&actor(Role::Operator), &other).await.unwrap_err().code(), "invalid");
    let ask = EraseAsk { user: ADA.to_owned(), from: next };
    let erased = erasure.erase(&actor(Role::Operator), &ask).await.unwrap();
    assert_eq!((erased.erasure.id, erased.erasure.texts, erased.next), (id, 250, None));
    assert!(!kept(&fixture).await.contains(ADA));
}
