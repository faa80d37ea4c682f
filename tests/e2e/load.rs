//! A load that is killed at a commit, before it and after it, and given again: each record counts once.

use std::os::unix::process::ExitStatusExt as _;

use serde_json::{Value, json};

use crate::place::{BOTH, Place};

const KILLED: i32 = 9;
const RECORDS: u64 = 2500;

/// Without an id: only its place in the file says that it was read before.
fn exception(bug: u64) -> String {
    let list = json!([{"type": "ValueError", "value": format!("no price for item {bug}")}]);
    let properties = json!({"$exception_list": list, "$exception_fingerprint": format!("bug-{bug}")});
    json!({"event": "$exception", "distinct_id": "ada", "properties": properties.to_string()}).to_string()
}

#[test]
fn a_load_that_is_killed_goes_on_where_it_was() {
    for base in BOTH {
        for point in ["signals_fold:before:2", "signals_fold:after:2"] {
            let Some(place) = Place::new(base) else { continue };
            place.settings("true", "");
            let lines: String = (0..RECORDS).map(|n| format!("{}\n", exception(n % 3))).collect();
            std::fs::write(place.path("events.jsonl"), lines).unwrap();
            let load =
                ["signal", "load", "events.jsonl", "--format", "posthog_event", "--project", "web", "--json"];
            let died = place.command(&load).env("SIGNALBOX_FAILPOINT", point).output().unwrap();
            assert_eq!(died.status.signal(), Some(KILLED), "{point} was not reached: {died:?}");
            let done = place.command(&load).output().unwrap();
            assert!(done.status.success(), "{done:?}");
            let told: Value = serde_json::from_slice(&done.stdout).unwrap();
            assert_eq!(told["next"], RECORDS, "{told}");
            assert!(told["read"].as_u64().unwrap() < RECORDS, "it went on: {told}");
            let listed = place.command(&["signal", "list", "--json"]).output().unwrap();
            let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
            let counts = listed["items"].as_array().unwrap().iter().map(|one| one["count"].as_u64().unwrap());
            assert_eq!(counts.sum::<u64>(), RECORDS, "{point} {base:?}");
        }
    }
}
