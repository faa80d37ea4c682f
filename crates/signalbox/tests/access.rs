//! Access and secrets from the command line, with a server and without one; and how a command finds the server.

use std::fs::File;
use std::process::Stdio;

use serde_json::Value;
use signalbox_testkit::postgres::Server;
use signalbox_testkit::{Part, require};

use crate::faces::json;
use crate::program::{Ended, Place, Running};

const USAGE: i32 = 2;
const BAD_CONFIG: i32 = 3;
const STORE_HELD: i32 = 5;

/// A token by the command line: its secret and its id.
fn made(place: &Place, name: &str, role: &str) -> (String, String) {
    let made = json(&place.run(&["token", "create", name, "--role", role, "--json"]));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["secret"]), text(&made["token"]["id"]))
}

fn with_token(place: &Place, token: &str, arguments: &[&str]) -> Ended {
    crate::program::ended(place.command(arguments).stdin(Stdio::null()).env("SIGNALBOX_TOKEN", token))
}

fn ready(place: &Place, arguments: &[&str]) -> Running {
    let running = place.up(arguments);
    running.until_ready(true);
    running
}

/// Everything that the commands do, wherever they do it.
fn gives_and_takes(place: &Place) {
    let told = place.run(&["token", "create", "ci", "--role", "viewer", "--days", "1"]);
    let secret = told.worked().lines().next().unwrap().to_owned();
    assert!(secret.starts_with("sbx_viewer_") && told.out.contains("shown this once"), "{told:?}");
    let (_, id) = made(place, "laptop", "engineer");
    let listed = place.run(&["token", "list"]);
    assert!(listed.worked().contains("good until") && listed.out.contains(&id), "{listed:?}");
    assert!(!listed.out.contains(&secret), "{listed:?}");
    assert!(place.run(&["token", "list", "--limit", "1"]).worked().contains("more: --after"));
    assert!(place.run(&["token", "revoke", &id]).worked().contains("is revoked"));
    assert!(place.run(&["token", "revoke", &id]).worked().contains("was revoked already"));
    place.run(&["token", "revoke", "token_01h455vb4pex5vsknk084sn02q"]).failed(1, &["there is no token"]);

    let set = |name: &str, value: &str| place.run_with_input(&["secret", "set", name], value);
    assert_eq!(set("FORGE", "hunter2-value\n").worked(), "FORGE is kept\n");
    set("FORGE", "").failed(USAGE, &["expected the value on standard input"]);
    set("LARGE", &format!("{}\r\n", "x".repeat(64 << 10))).worked();
    set("LARGE", &"x".repeat((64 << 10) + 1)).failed(USAGE, &["at most 64 KiB"]);
    let listed = place.run(&["secret", "list"]);
    assert!(listed.worked().contains("FORGE") && !listed.out.contains("hunter2"), "{listed:?}");
    assert_eq!(place.run(&["secret", "remove", "FORGE"]).worked(), "FORGE is forgotten\n");
    place.run(&["secret", "remove", "FORGE"]).failed(1, &["there is no secret FORGE"]);
}

#[test]
fn access_is_given_with_a_server_and_without_one() {
    let place = Place::new();
    gives_and_takes(&place);
    let running = ready(&place, &[]);
    gives_and_takes(&place);
    let (viewer, _) = made(&place, "eve", "viewer");
    for arguments in [&["token", "list"][..], &["secret", "list"], &["secret", "remove", "LARGE"]] {
        with_token(&place, &viewer, arguments).failed(1, &["a viewer token may not manage"]);
    }
    let (admin, id) = made(&place, "grace", "admin");
    with_token(&place, &admin, &["token", "list"]).worked();
    place.run(&["token", "revoke", &id]).worked();
    with_token(&place, &admin, &["token", "list"]).failed(1, &["token"]);
    assert_eq!(running.terminate(), Some(0));
    assert!(place.run(&["secret", "list"]).worked().contains("LARGE"), "what the server kept is kept");
}

#[test]
fn a_value_of_any_bytes_is_kept() {
    let place = Place::new();
    let _running = ready(&place, &[]);
    std::fs::write(place.path("value"), [0xff, 0xfe, 0, 1]).unwrap();
    let mut command = place.command(&["secret", "set", "KEY"]);
    crate::program::ended(command.stdin(File::open(place.path("value")).unwrap())).worked();
    assert!(place.run(&["secret", "list"]).worked().contains("KEY"));
}

#[test]
fn a_command_finds_the_server_of_its_database_and_no_other() {
    let place = Place::new();
    let server = |arguments: &[&str]| {
        let told = place.run(&[arguments, &["status"]].concat());
        told.worked().lines().next().unwrap_or_default().to_owned()
    };
    assert!(server(&[]).contains("none"), "nobody holds it");
    let one = ready(&place, &[]);
    let other_database = ["--set", "store.url=sqlite:other/house.db"];
    let other = place.up(&other_database);
    other.until_ready(true);
    assert!(server(&[]).ends_with(&one.address));
    assert!(server(&other_database).ends_with(&other.address));
    assert_eq!(one.terminate(), Some(0));
    assert!(!place.path("data/signalbox.db.server").exists(), "gone with a clean end");
    assert!(server(&[]).contains("none"));
    assert!(server(&other_database).ends_with(&other.address), "it goes on");
}

#[test]
fn a_server_on_postgres_is_found_by_commands_for_its_database() {
    let Some(_) = require(Part::Postgres) else { return };
    let postgres = Server::shared().unwrap();
    let databases = [postgres.database().unwrap(), postgres.database().unwrap()];
    let [one, other] = databases.each_ref().map(|database| format!("store.url={}", database.url()));
    let place = Place::new();
    let status = |url: &str| {
        place.run(&["--set", url, "--set", "server.listen=127.0.0.1:0", "status"]).worked().to_owned()
    };
    let running = ready(&place, &["--set", &one]);
    assert!(status(&one).contains(&running.address));
    assert!(status(&other).contains("looks into the database itself"));
    running.kill();
    assert!(place.path("data/server").exists(), "a kill leaves it behind");
    assert!(status(&one).contains("looks into the database itself"));
}

#[test]
fn a_killed_servers_address_is_not_believed() {
    let place = Place::new();
    let running = ready(&place, &[]);
    assert!(place.run(&["status"]).worked().contains(&running.address));
    let before = running.address.clone();
    running.kill();
    let left = place.path("data/signalbox.db.server");
    assert!(std::fs::read_to_string(&left).unwrap().contains(&before), "a kill leaves it behind");
    // Nobody holds the database: the command opens it.
    assert!(place.run(&["status"]).worked().contains("looks into the database itself"));
    // Somebody holds it and has not said where to speak to them.
    let lock = File::options().write(true).open(place.path("data/signalbox.db.lock")).unwrap();
    lock.lock().unwrap();
    place.run(&["token", "list"]).failed(STORE_HELD, &["another server holds data/signalbox.db", "--server"]);
    drop(lock);
    let next = ready(&place, &[]);
    assert!(place.run(&["status"]).worked().contains(&next.address), "the next one's is");
    assert!(next.address == before || !std::fs::read_to_string(&left).unwrap().contains(&before));
}

#[test]
fn a_server_that_speaks_to_no_command_says_nothing_of_itself() {
    let place = Place::new();
    let running = ready(&place, &["--roles", "planner"]);
    let told = place.run(&["secret", "list"]);
    told.failed(STORE_HELD, &["another server holds data/signalbox.db", "role api"]);
    assert_eq!(running.terminate(), Some(0));
    place.run_with_input(&["secret", "set", "A"], "v").worked();
    std::fs::remove_file(place.path("data/signalbox.key")).unwrap();
    place.run(&["secret", "list"]).failed(BAD_CONFIG, &["put the key back"]);
}
