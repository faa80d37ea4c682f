//! Killed as by `kill -9` at every method that writes, just before its commit and just after: the same end state.
//!
//! A method is reached by the whole path, by the schedule, by a command, or alone on a store, because it is one call of a
//! person's or no part of the program calls it yet. A method that is in none of the lists fails a test, and so does a point that is not reached.

use std::os::unix::process::ExitStatusExt as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use signalbox_store::{Method, MethodKind};
use signalbox_testkit::kafka::Cluster;
use signalbox_testkit::{Part, require};

use crate::entrances::EVERY_MINUTE;
use crate::events::{exception, page_view, produce};
use crate::path::{know_the_repository, outcome, source, the_task};
use crate::place::{BOTH, Base, Place};
use crate::tally::{Tally, tally, titles};

const KILLED: i32 = 9;
/// Houses at a time: two cores, one broker.
const AT_ONCE: usize = 4;

/// On the path of a signal and of people's tasks.
const PATH: &[&str] = &[
    "project_ensure",
    "repository_put",
    "sealing_key_put",
    "token_put",
    "token_used",
    "signals_fold",
    "plan_commit",
    "task_open",
    "task_approve",
    "task_pick_up",
    "task_put_down",
    "task_cancel",
    "decisions_record",
    "runner_put",
    "runs_assign",
    "runs_claim",
    "run_renew",
    "run_move",
    "run_notes_append",
    "run_finish",
];
/// Only after a first death: the run's lease has to end.
const AFTER_A_DEATH: &[&str] = &["run_expire"];
const SCHEDULE: &[&str] = &["automation_put", "firing_open", "firing_fulfil", "firing_move"];
/// By a command that opens the store itself.
const COMMAND: &[&str] =
    &["secret_put", "secret_remove", "token_revoke", "project_key_put", "project_key_remove"];
/// One call of whoever keeps the house, or nothing calls it yet but the store's own tests.
const ALONE: &[&str] = &[
    "prune",
    "task_move",
    "person_put",
    "quota_take",
    "quota_give_back",
    "lease_take",
    "lease_renew",
    "lease_release",
    "quarantine_drop",
    "position_seek",
    "delivery_put",
    "letters_sent",
    "erasure_begin",
    "erasure_step",
];

/// What people decide about cases and tasks: one call, one step.
const PEOPLE: &[&str] = &[
    "case_rule",
    "case_pick",
    "task_disown",
    "suppression_put",
    "suppression_lift",
    "signals_move",
    "move_undo",
    "signal_release",
];

const SIDES: [&str; 2] = ["before", "after"];

fn points(methods: &[&str]) -> Vec<String> {
    methods.iter().flat_map(|method| SIDES.map(|side| format!("{method}:{side}:1"))).collect()
}

#[test]
fn every_method_that_writes_is_killed_somewhere() {
    let mut listed: Vec<&str> = [PATH, AFTER_A_DEATH, SCHEDULE, COMMAND, ALONE, PEOPLE].concat();
    listed.sort_unstable();
    let mut writing: Vec<&str> = Method::ALL
        .iter()
        .filter(|method| method.kind() == MethodKind::Write)
        .map(|method| method.name())
        .collect();
    writing.sort_unstable();
    assert_eq!(listed, writing);
}

/// Takes long enough for its lease to be renewed. Whatever it does twice is there twice: a second commit, or a push that
/// is refused. What a person asked for, whose brief is empty, it commits by itself.
const SLOW: &str = "sleep 2; echo w >> shop/cart.py; echo wrote a line; \
    [ -s \"$SIGNALBOX_BRIEF\" ] || git -c user.name=a -c user.email=a@b commit -q -a -m own";

/// Everything that people, a topic and an agent do to a house; each step is done again where its answer was lost.
fn live_through(place: &Place) -> Tally {
    know_the_repository(place);
    let wish = |title: &str, mode: &str| json!({"project": "web", "repository": "acme/shop", "title": title, "mode": mode, "once": title});
    place.post("/tasks", &wish("By a person", "worktree"));
    let case_task = the_task(place);
    until_told(place, &format!("/tasks/{case_task}/start"));
    // No runner takes cloud runs here: these wait for people.
    place.post("/tasks", &wish("Taken in hand", "cloud"));
    place.until("a person has a task in hand", || {
        let in_hand = |line: &serde_json::Value| line["state"] == "in_hand";
        if !place.list("/tasks?project=web").iter().any(in_hand) {
            place.post("/tasks/next", &json!({}));
            return None;
        }
        Some(())
    });
    let in_hand = place.list("/tasks?project=web&state=in_hand");
    for line in &in_hand {
        let finish = format!("/tasks/{}/finish", line["id"].as_str().unwrap());
        let (status, body) = place.ask("POST", &finish, Some(&json!({"result": "nothing_to_do"})));
        // Done already where the answer was lost.
        assert!(status == 200 || status == 409, "{finish}: {status} {body}");
    }
    let cancelled = place.post("/tasks", &wish("Called off", "cloud"));
    until_told(place, &format!("/tasks/{}/cancel", cancelled["task"].as_str().unwrap()));
    for line in place.list("/tasks?project=web") {
        if line["mode"] == "worktree" {
            outcome(place, line["id"].as_str().unwrap());
        }
    }
    tally(place)
}

/// Until it is so, or was so already.
fn until_told(place: &Place, path: &str) {
    let (status, body) = place.ask("POST", path, Some(&json!({})));
    assert!((200..300).contains(&status) || status == 409, "POST {path}: {status} {body}");
}

/// A house with a topic that has records, its server started to die at these points, one after the other.
fn house_to_die(base: Base, settings: &str, deaths: &[String]) -> Option<Place> {
    let cluster = Cluster::shared().unwrap();
    let place = Place::new(base)?;
    let topic = cluster.fresh_topic(1).unwrap();
    let records = [
        exception("one", "ada"),
        page_view("two"),
        "no json".to_owned(),
        exception("three", "bob"),
        exception("one", "ada"),
    ];
    produce(&cluster.bootstrap(), &topic, &records);
    place.settings(SLOW, &format!("{}{settings}", source(&cluster.bootstrap(), &topic)));
    place.to_die_at(deaths);
    place.up();
    Some(place)
}

fn lives_through(base: Base, deaths: &[String]) -> Option<Tally> {
    let place = house_to_die(base, "", deaths)?;
    let tally = live_through(&place);
    let died = place.deaths.get();
    assert_eq!(
        died,
        u32::try_from(deaths.len()).unwrap(),
        "{deaths:?} were not all reached: {}",
        place.log()
    );
    Some(tally)
}

/// Does this for each, a few at a time; returns how many there were.
fn for_each(points: &[String], act: impl Fn(&str) + Sync) -> usize {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            #[expect(
                clippy::disallowed_methods,
                reason = "several houses at a time, which end with the test"
            )]
            scope.spawn(|| {
                while let Some(point) = points.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let acted = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| act(point)));
                    if acted.is_err() {
                        failed.lock().unwrap().push(point.clone());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "another end state after a death at {failed:?}");
    points.len()
}

fn the_whole_path(base: Base) {
    let Some(_) = require(Part::Kafka) else { return };
    let Some(expected) = lives_through(base, &[]) else { return };
    let count = for_each(&points(PATH), |point| {
        let tally = lives_through(base, &[point.to_owned()]).unwrap();
        assert_eq!(tally, expected, "after a death at {point}");
    });
    let more = for_each(&points(AFTER_A_DEATH), |point| {
        let deaths = ["run_move:after:2".to_owned(), point.to_owned()];
        assert_eq!(lives_through(base, &deaths).unwrap(), expected, "after deaths at {deaths:?}");
    });
    #[expect(clippy::print_stdout, reason = "the count is the proof that is asked for")]
    {
        println!("{base:?}: {} points of the path, one end state: {expected:?}", count + more);
    }
}

#[test]
fn killed_anywhere_on_the_path_it_ends_the_same_on_sqlite() {
    the_whole_path(Base::Sqlite);
}

#[test]
fn killed_anywhere_on_the_path_it_ends_the_same_on_postgres() {
    the_whole_path(Base::Postgres);
}

/// A schedule that opens tasks, and one that cannot.
fn schedules() -> String {
    format!("{EVERY_MINUTE}{}", EVERY_MINUTE.replace("tidy", "lost").replace("acme/shop", "acme/none"))
}

#[test]
fn killed_anywhere_in_a_firing_it_fires_once() {
    let Some(_) = require(Part::Kafka) else { return };
    for base in BOTH {
        for_each(&points(SCHEDULE), |point| fires_once(base, point));
    }
}

fn fires_once(base: Base, point: &str) {
    let Some(place) = house_to_die(base, &schedules(), &[point.to_owned()]) else { return };
    know_the_repository(&place);
    let fired = || titles(&place).get("Tidy up").copied();
    place.until("the schedule fired", || fired().filter(|_| place.deaths.get() == 1));
    assert_eq!(place.stop(), Some(0));
    let rows = crate::firings::of(&place);
    for (automation, firings) in &rows {
        let mut times: Vec<_> = firings.iter().map(|firing| firing.due_at).collect();
        times.sort();
        times.dedup();
        assert_eq!(times.len(), firings.len(), "{automation} has two rows of one time after {point}");
    }
    let succeeded = rows["tidy"].iter().filter(|firing| firing.task.is_some()).count();
    place.up();
    assert_eq!(fired(), Some(succeeded), "a task for each firing, and no other, after {point}");
    assert!(rows["lost"].iter().all(|firing| firing.task.is_none()), "{rows:?}");
}

#[test]
fn a_command_that_is_killed_is_given_again() {
    for base in BOTH {
        for_each(&points(COMMAND), |point| is_given_again(base, point));
    }
}

fn is_given_again(base: Base, point: &str) {
    let Some(place) = Place::new(base) else { return };
    place.settings("true", "");
    let with_value = |arguments: &[&str], failpoint: Option<&str>| {
        std::fs::write(place.path("value"), "hunter2-value").unwrap();
        let mut command = place.command(arguments);
        command.stdin(std::fs::File::open(place.path("value")).unwrap());
        failpoint.map(|point| command.env("SIGNALBOX_FAILPOINT", point));
        command.output().unwrap()
    };
    let text = |arguments: &[&str]| String::from_utf8(with_value(arguments, None).stdout).unwrap();
    let made = text(&["token", "create", "ci", "--role", "viewer"]);
    let id = made.split_whitespace().find(|word| word.starts_with("token_")).unwrap().to_owned();
    text(&["project", "add", "web"]);
    let listed = text(&["project", "keys", "web", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let key = listed["items"][0]["key"].as_str().unwrap().to_owned();
    if !point.starts_with("secret_put") {
        text(&["secret", "set", "FORGE"]);
    }
    let command: &[&str] = match point.split(':').next() {
        Some("secret_put") => &["secret", "set", "FORGE"],
        Some("secret_remove") => &["secret", "remove", "FORGE"],
        Some("project_key_put") => &["project", "keys", "web", "--new"],
        Some("project_key_remove") => &["project", "keys", "web", "--remove", &key],
        _ => &["token", "revoke", &id],
    };
    let died = with_value(command, Some(point));
    assert_eq!(died.status.signal(), Some(KILLED), "{point} was not reached: {died:?}");
    let again = with_value(command, None);
    let (secrets, tokens) = (text(&["secret", "list"]), text(&["token", "list"]));
    let keys = text(&["project", "keys", "web", "--json"]);
    match command[1] {
        // A key that was made unseen is one key more, which harms nobody.
        "keys" if command[3] == "--new" => {
            assert!(keys.contains(&key) && keys.matches("sentry_dsn").count() > 1, "{again:?}");
        }
        "keys" => assert!(!keys.contains(&key), "{again:?}"),
        "set" => assert_eq!(secrets.matches("FORGE").count(), 1, "{again:?}"),
        "remove" => assert!(!secrets.contains("FORGE"), "{again:?}"),
        _ => assert!(tokens.contains("revoked"), "{again:?}"),
    }
}

/// The rows of the database as text, with the step done, or with the process killed in it.
fn dump(method: &str, failpoint: Option<&str>) -> String {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("house.db");
    let step = |mode: &str, failpoint: Option<&str>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_store-step"));
        command.args([database.as_os_str(), mode.as_ref(), method.as_ref()]);
        failpoint.map(|point| command.env("SIGNALBOX_FAILPOINT", point));
        command.output().unwrap()
    };
    let prepared = step("prepare", None);
    assert!(prepared.status.success(), "{prepared:?}");
    match failpoint {
        Some("never") => {}
        Some(point) => {
            let died = step("do", Some(point));
            assert_eq!(died.status.signal(), Some(KILLED), "{point} was not reached: {died:?}");
        }
        None => {
            let done = step("do", None);
            assert!(done.status.success(), "{done:?}");
        }
    }
    let dumped = std::process::Command::new("sqlite3").arg(&database).arg(".dump").output().unwrap();
    assert!(dumped.status.success(), "{dumped:?}");
    let text = String::from_utf8(dumped.stdout).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("INSERT") && !line.contains("_sqlx_migrations"));
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_step_that_is_killed_happened_whole_or_not_at_all() {
    for_each(
        &[ALONE, PEOPLE].concat().iter().map(|method| (*method).to_owned()).collect::<Vec<_>>(),
        |method| {
            let (not_begun, done) = (dump(method, Some("never")), dump(method, None));
            assert_ne!(not_begun, done, "{method} writes something");
            assert_eq!(dump(method, Some(&format!("{method}:before:1"))), not_begun, "{method}");
            assert_eq!(dump(method, Some(&format!("{method}:after:1"))), done, "{method}");
        },
    );
}
