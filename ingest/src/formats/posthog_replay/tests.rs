//! Invented replay rows, and what is noted of them.

use serde_json::{Value, json};
use signalbox_domain::provenance::Provenance;

use super::super::table::{Expect, Sample, check};
use super::super::{Format, Payload, read};
use crate::observation::{Noted, ProjectHint};

fn row(change: impl FnOnce(&mut Value)) -> Value {
    let mut row = json!({
        "uuid": "u", "session_id": "0193-s", "team_id": "2", "distinct_id": "ada", "first_timestamp": "2026-11-21 08:30:00",
        "last_timestamp": "2026-11-21 08:31:00.5", "first_url": "https://shop.example/",
        "urls": ["https://shop.example/", "https://shop.example/cart/9182?step=2"],
        "console_error_count": "4", "click_count": 2, "unheard_of": {},
    });
    change(&mut row);
    row
}

pub(crate) fn samples() -> Vec<Sample> {
    vec![
        Sample::json("row", &row(|_| ()), Expect::NotASignal),
        Sample::json(
            "half a row",
            &json!({"session_id": "s", "first_timestamp": 1_795_249_800}),
            Expect::NotASignal,
        ),
        Sample::json("nothing", &json!({}), Expect::Refused("session_id")),
        Sample::json("no time", &json!({"session_id": "a"}), Expect::Refused("last_timestamp")),
        Sample::json("wrong time", &row(|r| r["last_timestamp"] = json!("soon")), Expect::NotASignal),
        Sample::json(
            "wrong times",
            &json!({"session_id": "a", "last_timestamp": "soon"}),
            Expect::Refused("last_timestamp"),
        ),
        Sample::json("wrong id", &row(|r| r["session_id"] = json!({})), Expect::Refused("session_id")),
        Sample::bytes("no JSON", b"{".to_vec(), Expect::Refused("no-json")),
    ]
}

#[test]
fn rows_are_parts_of_sessions() {
    check(Format::PosthogReplay);
    let bytes = row(|_| ()).to_string();
    let reading = read(Format::PosthogReplay, &Payload::new(bytes.as_bytes(), Provenance::Stranger)).unwrap();
    let [Noted::Session(note)] = reading.noted.as_slice() else { panic!("{reading:?}") };
    assert_eq!((&note.project, note.session.as_str()), (&ProjectHint::Team(2), "0193-s"));
    assert_eq!(note.ended_at.since(note.started_at).as_millis(), 60_500);
    assert_eq!((note.route.as_deref(), note.errors, note.clicks), (Some("/cart/:id"), 4, 2));
    assert_eq!((note.person.as_deref(), note.is_row, note.unanswered), (Some("ada"), true, false));
}
