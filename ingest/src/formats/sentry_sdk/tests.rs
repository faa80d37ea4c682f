//! Invented envelopes, and what comes of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;
use signalbox_domain::time::Timestamp;
use signalbox_store::ingest::Exposed;

use super::super::SentryBody;
use super::super::sentry_event::tests::event;
use super::super::table::{Expect, Sample, check, signal};
use super::super::{Format, Payload, read};
use crate::observation::{ExposureNote, Noted};

fn item(header: &Value, payload: &str) -> String {
    format!("{header}\n{payload}\n")
}

fn envelope(items: &[String]) -> Vec<u8> {
    let header = json!({"event_id": "9fec", "sent_at": "2026-11-21T08:30:05Z", "dsn": "http://k@h/1"});
    format!("{header}\n{}", items.concat()).into_bytes()
}

fn event_item() -> String {
    let event = event().to_string();
    item(&json!({"type": "event", "length": event.len(), "content_type": "application/json"}), &event)
}

pub(crate) fn samples() -> Vec<Sample> {
    let exception = json!({"title": "KeyError: 'total'", "project": null, "from": "stranger"});
    let check_in = |status: &str| {
        item(
            &json!({"type": "check_in"}),
            &json!({"check_in_id": "c1", "monitor_slug": "nightly", "status": status}).to_string(),
        )
    };
    let feedback = json!({"event_id": "f1", "contexts": {"feedback": {"message": "It hurts."}}}).to_string();
    let report = json!({"event_id": "f2", "name": "N", "email": "e", "comments": "It broke."}).to_string();
    let binary = "a\nb\u{0}{\n";
    let attachment = item(&json!({"type": "attachment", "length": binary.len()}), binary);
    vec![
        Sample::bytes("an event", envelope(&[event_item()]), signal(exception.clone())),
        Sample::bytes(
            "an event without a length",
            envelope(&[item(&json!({"type": "event"}), &event().to_string())]),
            signal(exception.clone()),
        ),
        Sample::bytes(
            "many items",
            envelope(&[
                item(&json!({"type": "session"}), "{}"),
                attachment,
                event_item(),
                check_in("ok"),
                check_in("missed"),
                item(&json!({"type": "feedback"}), &feedback),
                item(&json!({"type": "user_report"}), &report),
                item(&json!({"type": "transaction"}), "{\"type\":\"transaction\"}"),
            ]),
            Expect::Signals(vec![
                exception.clone(),
                json!({"source": "alerts", "kind": "check_in", "title": "nightly missed its check-in", "record_id": "c1/missed"}),
                json!({"source": "support", "kind": "feedback", "title": "It hurts."}),
                json!({"kind": "feedback", "title": "It broke.", "record_id": "report/f2"}),
            ]),
        ),
        Sample::bytes("a single event", event().to_string().into_bytes(), signal(exception)),
        Sample::bytes(
            "only sessions",
            envelope(&[item(&json!({"type": "sessions"}), "{}")]),
            Expect::NotASignal,
        ),
        Sample::bytes("no items", envelope(&[]), Expect::NotASignal),
        Sample::bytes(
            "a length that lies",
            envelope(&[item(&json!({"type": "event", "length": 9999}), "{}")]),
            Expect::Refused("items[0].length"),
        ),
        Sample::bytes("no type", envelope(&[item(&json!({}), "{}")]), Expect::Refused("items[0].type")),
        Sample::bytes(
            "a broken event",
            envelope(&[item(&json!({"type": "event"}), "{\"exception\":")]),
            Expect::Refused("no-json"),
        ),
        Sample::bytes("no envelope", b"text".to_vec(), Expect::Refused("no-json")),
        Sample::bytes("an unknown encoding", b"{}".to_vec(), Expect::Refused("encoding"))
            .with_header("Content-Encoding", "rar"),
    ]
}

#[test]
fn the_table_holds() {
    check(Format::SentrySdk);
}

#[test]
fn one_bad_item_does_not_take_the_others() {
    let bytes = envelope(&[item(&json!({"type": "event"}), "nonsense"), event_item()]);
    let reading = read(Format::SentrySdk, &Payload::new(&bytes, Provenance::SignedSource)).unwrap();
    assert_eq!((reading.kept.len(), reading.refused.len()), (1, 1));
}

fn exposures(items: &[String]) -> Vec<ExposureNote> {
    let reading = read(Format::SentrySdk, &Payload::new(&envelope(items), Provenance::Stranger)).unwrap();
    assert_eq!((reading.not_signals, reading.kept.len()), (1, 0));
    let note = |noted| match noted {
        Noted::Exposure(note) => note,
        other => panic!("{other:?}"),
    };
    reading.noted.into_iter().map(note).collect()
}

#[test]
fn an_update_of_a_session_tells_each_thing_by_an_id_of_its_own() {
    let session = |change: Value| {
        let mut session = json!({
            "sid": "7c7b", "did": "ada", "init": true, "started": "2026-11-21T08:00:00Z", "status": "ok", "errors": 0,
            "attrs": {"release": "shop@1.4.0", "environment": "eu"},
        });
        session.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let told = exposures(&[item(&json!({"type": "session"}), &session.to_string())]);
        told.into_iter().map(|note| (note.id.unwrap_or_default(), note.exposed)).collect::<Vec<_>>()
    };
    let none = Exposed::default();
    let began = ("7c7b/init".to_owned(), Exposed { sessions: 1, ..none });
    let errored = ("7c7b/errored".to_owned(), Exposed { errored: 1, ..none });
    let crashed = ("7c7b/crashed".to_owned(), Exposed { crashed: 1, ..none });
    assert_eq!(session(json!({})), std::slice::from_ref(&began));
    assert_eq!(session(json!({"errors": "2"})), [began.clone(), errored.clone()]);
    assert_eq!(session(json!({"init": false, "status": "crashed"})), [errored, crashed]);
    assert_eq!(session(json!({"init": false, "status": "exited"})), []);
    assert_eq!(session(json!({"attrs": {}})), [], "of no release");
    let note = &exposures(&[item(
        &json!({"type": "session"}),
        &json!({"init": true, "attrs": {"release": "1"}}).to_string(),
    )])[0];
    assert_eq!((note.environment.as_str(), note.id.as_deref()), ("production", None));
}

#[test]
fn counts_of_sessions_are_added_up() {
    let counts = json!({
        "attrs": {"release": "1"},
        "aggregates": [
            {"started": "2026-11-21T08:00:00Z", "exited": 7, "errored": 2, "crashed": 1},
            {"started": "2026-11-21T08:01:00Z", "abnormal": "3"},
            {"started": "2026-11-21T08:02:00Z"},
            {"exited": u64::MAX},
        ],
    });
    let told = exposures(&[item(&json!({"type": "sessions"}), &counts.to_string())]);
    let exposed: Vec<Exposed> = told.iter().map(|note| note.exposed).collect();
    assert_eq!(
        exposed,
        [
            Exposed { sessions: 10, errored: 3, crashed: 1, abnormal: 0 },
            Exposed { sessions: 3, errored: 3, crashed: 0, abnormal: 3 },
            Exposed { sessions: 1_000_000, ..Exposed::default() },
        ]
    );
    assert_eq!(told[0].at, "2026-11-21T08:00:00Z".parse().ok());
}

#[test]
fn a_wrong_clock_is_corrected() {
    let bytes = envelope(&[event_item()]);
    let received_at: Timestamp = "2026-11-21T10:30:05Z".parse().unwrap();
    let payload = Payload { received_at: Some(received_at), ..Payload::new(&bytes, Provenance::Stranger) };
    let reading = read(Format::SentrySdk, &payload).unwrap();
    assert_eq!(reading.kept[0].occurred_at, "2026-11-21T10:30:00.25Z".parse().ok());
}

#[test]
fn an_envelope_has_an_end() {
    let items: Vec<String> = (0..1001).map(|_| item(&json!({"type": "session"}), "{}")).collect();
    let reading = read(Format::SentrySdk, &Payload::new(&envelope(&items), Provenance::Stranger)).unwrap();
    assert_eq!((reading.not_signals, reading.refused.len()), (1000, 1));
}

#[test]
fn a_body_names_its_key_and_its_event() {
    let body = |bytes: &[u8]| SentryBody::open(&Payload::new(bytes, Provenance::Stranger)).unwrap();
    let enveloped = body(&envelope(&[event_item()]));
    assert_eq!((enveloped.key().as_deref(), enveloped.event_id().as_deref()), (Some("k"), Some("9fec")));
    let single = body(event().to_string().as_bytes());
    assert_eq!(
        (single.key(), single.event_id().as_deref()),
        (None, Some("9fec79613d134d4e8b0b04d1a8a0b1c2"))
    );
    for dsn in ["", "k@h", "http://@h/1", "http://h/1"] {
        assert_eq!(body(json!({"dsn": dsn}).to_string().as_bytes()).key(), None, "{dsn}");
    }
    assert_eq!(body(b"nonsense").event_id(), None);
}
