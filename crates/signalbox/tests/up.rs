//! The empty house: starts, says where it listens and how it is, stops cleanly, survives a kill.

use signalbox_testkit::postgres::Server;
use signalbox_testkit::{Part, require};

use crate::program::Place;

#[test]
fn it_starts_says_how_it_is_and_stops() {
    let place = Place::new();
    let running = place.up(&[]);
    running.until_ready(true);
    assert_eq!(running.get("/healthz").0, 200);
    let (status, metrics) = running.get("/metrics");
    assert_eq!(status, 200);
    assert!(metrics.contains("signalbox_build_info"), "{metrics}");
    assert_eq!(running.get("/nothing-here").0, 404);
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn what_was_kept_survives_a_kill() {
    let place = Place::new();
    place.run(&["token", "create", "laptop", "--role", "engineer"]).worked();
    let running = place.up(&[]);
    running.until_ready(true);
    running.kill();
    let listed = place.run(&["token", "list"]);
    assert!(listed.worked().contains("laptop"), "{listed:?}");
}

#[test]
fn tokens_and_secrets_from_the_command_line() {
    let place = Place::new();
    let made = place.run(&["token", "create", "ci", "--role", "viewer", "--days", "1"]);
    let secret = made.worked().lines().next().unwrap_or_default().to_owned();
    assert!(secret.starts_with("sbx_viewer_"), "{made:?}");
    let listed = place.run(&["token", "list"]);
    assert!(listed.worked().contains("good until") && !listed.out.contains(&secret), "{listed:?}");
    let id = listed.out.split_whitespace().find(|word| word.starts_with("token_")).unwrap().to_owned();
    place.run(&["token", "revoke", &id]).worked();
    assert!(place.run(&["token", "list"]).worked().contains("revoked"));
    place.run(&["token", "create", "x", "--role", "king"]).code.filter(|code| *code == 2).unwrap();

    place.run_with_input(&["secret", "set", "FORGE"], "hunter2-value\n").worked();
    let listed = place.run(&["secret", "list"]);
    assert!(listed.worked().contains("FORGE") && !listed.out.contains("hunter2"), "{listed:?}");
    place.run(&["secret", "remove", "FORGE"]).worked();
    place.run(&["secret", "remove", "FORGE"]).failed(1, &["there is no secret FORGE"]);
}

#[test]
fn the_example_is_a_settings_file_and_the_doctor_reads_it() {
    let place = Place::new();
    let example = place.run(&["config", "example"]);
    place.write("signalbox.toml", example.worked());
    assert!(place.run(&["config", "check"]).worked().contains("signalbox.toml: understood"));
    let doctor = place.run(&["--set", "server.listen=127.0.0.1:0", "doctor"]);
    assert!(doctor.worked().contains("0 problems"), "{doctor:?}");
    place.write("signalbox.toml", "[server]\nlistne = 1\n");
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, Some(1), "{doctor:?}");
    assert!(doctor.out.contains("PROBLEM") && doctor.out.contains("signalbox.toml:2"), "{doctor:?}");
}

#[test]
fn the_doctor_tells_a_store_that_cannot_be_used() {
    let place = Place::new();
    let doctor =
        || place.run(&["--set", "server.listen=127.0.0.1:0", "--set", "store.url=sqlite:x.db", "doctor"]);
    place.write("x.db", &"this is a diary, not a database\n".repeat(100));
    let found = doctor();
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(found.out.contains("PROBLEM  store: ") && found.out.contains("from a backup"), "{found:?}");

    place.write("x.db", "");
    assert!(doctor().worked().contains("ok       store: sqlite:x.db answers"));
    let running = place.up(&["--set", "store.url=sqlite:x.db"]);
    let found = doctor();
    assert!(found.worked().contains("notice   store: a running server holds sqlite:x.db"), "{found:?}");
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn the_doctor_tells_that_nothing_isolates_cloud_runs() {
    let place = Place::new();
    let absent = "runner.sandbox.bubblewrap=/nowhere/bwrap";
    let modes = |modes: &str| {
        let modes = format!("runner.modes={modes}");
        place.run(&["--set", "server.listen=127.0.0.1:0", "--set", absent, "--set", &modes, "doctor"])
    };
    assert!(!modes(r#"["local"]"#).worked().contains("sandbox"));
    let found = modes(r#"["local", "cloud"]"#);
    assert_eq!(found.code, Some(1), "{found:?}");
    assert!(
        found.out.contains("PROBLEM  sandbox: ") && found.out.contains("install bubblewrap"),
        "{found:?}"
    );
}

#[test]
fn it_waits_for_its_database_and_says_so() {
    let Some(_) = require(Part::Postgres) else { return };
    let mut server = Server::start().unwrap();
    let database = server.database().unwrap();
    let url = format!("store.url={}", database.url());
    let place = Place::new();
    server.kill().unwrap();
    let running = place.up(&["--set", &url]);
    let why = running.until_ready(false);
    assert!(why.contains("store"), "{why}");
    assert_eq!(running.get("/healthz").0, 200, "a restart would not help");
    server.restart().unwrap();
    running.until_ready(true);

    server.kill().unwrap();
    running.until_ready(false);
    server.restart().unwrap();
    running.until_ready(true);
    assert_eq!(running.terminate(), Some(0));
}

#[test]
fn the_lab_answers_row_by_row() {
    let place = Place::new();
    let trace =
        r#"Traceback (most recent call last):\n  File \"app/cart.py\", line 12, in total\nKeyError: 'price'"#;
    let row = |id: &str| format!(r#"{{"id":"{id}","text":"{trace}"}}"#);
    let answered = place.run_with_input(&["lab", "fingerprint"], &format!("{}\n{}\n", row("a"), row("b")));
    let lines: Vec<&str> = answered.worked().lines().collect();
    assert_eq!(lines.len(), 2, "{answered:?}");
    assert!(lines[0].contains("KeyError") && lines[0].contains("total"), "{}", lines[0]);
    assert_eq!(lines[0].replace(r#""a""#, r#""b""#), lines[1], "equal texts have equal fingerprints");
    assert_eq!(place.run_with_input(&["lab", "group"], "{}\n").code, Some(1));
}

#[test]
fn cloud_runs_that_nothing_isolates_are_refused_before_an_address_is_said() {
    let place = Place::new();
    place.write(
        "signalbox.toml",
        "[server]\nlisten = \"127.0.0.1:0\"\n[runner]\nmodes = [\"cloud\"]\n[runner.sandbox]\nbubblewrap = \"/nowhere/bwrap\"\n\
         [agents.fixer]\nprogram = \"true\"\n",
    );
    let ended = place.run(&["up"]);
    ended.failed(11, &["cloud", "isolation"]);
    assert_eq!(ended.out, "");
}
