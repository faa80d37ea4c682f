//! Files of records, loaded by a command that opens the database itself, and by one that speaks to a server.

use serde_json::{Value, json};

use crate::faces::json;
use crate::program::Place;

const USAGE: i32 = 2;

/// An exception without an id: only its place in the file says that it was read before.
fn exception(bug: usize) -> String {
    let list = json!([{"type": "ValueError", "value": format!("no price for item {bug}")}]);
    let properties = json!({"$exception_list": list, "$exception_fingerprint": format!("bug-{bug}")});
    json!({"team_id": 2, "event": "$exception", "distinct_id": "ada", "properties": properties.to_string()})
        .to_string()
}

fn lines(many: usize) -> String {
    (0..many).map(|n| format!("{}\n", exception(n % 3))).collect()
}

fn counts(place: &Place) -> Vec<u64> {
    let listed = json(&place.run(&["signal", "list", "--json"]));
    let mut counts: Vec<u64> =
        listed["items"].as_array().unwrap().iter().map(|one| one["count"].as_u64().unwrap()).collect();
    counts.sort_unstable();
    counts
}

fn load<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["signal", "load", file, "--project", "web", "--format", "posthog_event"], more].concat()
}

#[test]
fn a_file_is_loaded_once_however_often_it_is_given() {
    let place = Place::new();
    place.write("events.jsonl", &format!("{}nonsense\n{{\"event\":\"$pageview\"}}\n", lines(2500)));
    let told = place.run(&load("events.jsonl", &[]));
    assert_eq!(told.worked(), "2502 read: 2500 kept, 1 no signal, 1 in quarantine; 3 new signals\n");
    assert_eq!(counts(&place), [833, 833, 834]);
    let again = place.run(&load("events.jsonl", &[]));
    assert_eq!(again.worked(), "all of its 2502 records were loaded before\n");
    let copied = json(&place.run(&load("events.jsonl", &["--name", "another", "--json"])));
    assert_eq!(
        (&copied["read"], &copied["next"], &copied["taken"]),
        (&json!(2502), &json!(2502), &json!(true))
    );
    assert_eq!(counts(&place), [1666, 1666, 1668]);
    let quarantined = place.run(&["quarantine", "list"]);
    assert!(quarantined.worked().contains("events.jsonl"), "{quarantined:?}");
}

#[test]
fn a_load_that_was_cut_off_goes_on_where_it_was() {
    let place = Place::new();
    place.write("half.jsonl", &lines(1200));
    place.write("whole.jsonl", &lines(2500));
    place.run(&load("half.jsonl", &["--name", "march"])).worked();
    let rest = place.run(&load("whole.jsonl", &["--name", "march"]));
    assert!(rest.worked().starts_with("1300 read: 1300 kept;"), "{rest:?}");
    assert_eq!(counts(&place), [833, 833, 834]);
    let piped = place.run_with_input(&load("-", &["--name", "march"]), &lines(2501));
    assert!(piped.worked().starts_with("1 read: 1 kept;"), "{piped:?}");
    let unnamed = place.run_with_input(&load("-", &[]), &lines(3));
    assert!(unnamed.worked().starts_with("3 read:"), "without a name nobody knows it again: {unnamed:?}");
}

#[test]
fn any_format_is_loaded_with_whatever_bytes_it_has() {
    let place = Place::new();
    let event = json!({"event_id": "a1", "exception": {"values": [{"type": "KeyError", "value": "total"}]}});
    let envelope = format!("{{}}\n{{\"type\":\"event\"}}\n{event}\n");
    place.write("one.envelope", &envelope);
    let wanted = |file: &'static str, format: &'static str| {
        place.run(&["signal", "load", file, "--project", "web", "--format", format]).worked().to_owned()
    };
    assert_eq!(wanted("one.envelope", "sentry_sdk"), "1 read: 1 kept; 1 new signals\n");
    let titles = ["the disk is full", "the queue grows", "nobody answers"];
    let alerts: Vec<Value> = titles.map(|title| json!({"title": title, "id": title})).to_vec();
    place.write("alerts.json", &serde_json::to_string_pretty(&alerts).unwrap());
    assert_eq!(wanted("alerts.json", "alert_generic"), "3 read: 3 kept; 3 new signals\n");
    std::fs::write(place.path("bytes.jsonl"), b"{\"title\":\"a\"}\n\xff\xfe\n").unwrap();
    assert_eq!(wanted("bytes.jsonl", "alert_generic"), "2 read: 1 kept, 1 in quarantine; 1 new signals\n");
    place.write("empty", "");
    assert_eq!(wanted("empty", "signal"), "0 read: nothing in it; 0 new signals\n");
}

#[test]
fn what_cannot_be_loaded_says_so_in_a_line() {
    let place = Place::new();
    place.write("a.jsonl", &lines(1));
    place.run(&load("absent.jsonl", &[])).failed(USAGE, &["absent.jsonl"]);
    let format = ["signal", "load", "a.jsonl", "--project", "web", "--format", "csv"];
    place.run(&format).failed(USAGE, &["expected one of", "posthog_event", "sentry_sdk"]);
    let long = "n".repeat(300);
    place.run(&load("a.jsonl", &["--name", &long])).failed(USAGE, &["1 to 200 bytes"]);
}

#[test]
fn a_server_loads_the_same_and_says_where_each_file_is() {
    let place = Place::new();
    place.write("events.jsonl", &lines(1500));
    let running = place.up(&[]);
    running.until_ready(true);
    let told = place.run(&load("events.jsonl", &[]));
    assert_eq!(told.worked(), "1500 read: 1500 kept; 3 new signals\n");
    assert!(place.run(&load("events.jsonl", &[])).worked().starts_with("all of its 1500"));
    let status = place.run(&["ingest", "status"]);
    assert!(status.worked().contains("load") && status.out.contains("1500"), "{status:?}");
    assert_eq!(running.terminate(), Some(0));
}
