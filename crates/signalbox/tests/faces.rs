//! The commands that speak to the house, where no server runs: the database itself, opened by each.

use serde_json::{Value, json};
use signalbox_domain::record::{RecordOrigin, Stream};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{ExitCode, enter};
use signalbox_store::ingest::{FoldBatch, FoldPart, Letter, Quarantined};
use signalbox_store::{Store, StoreConfig};
use signalbox_testkit::git::Origin;

use crate::program::{Ended, Place};

const USAGE: i32 = 2;
const UNREACHABLE: i32 = 4;

/// A place that knows one repository.
pub(crate) fn known(origin: &Origin) -> Place {
    let place = Place::new();
    place.run(&["project", "add", "web"]).worked();
    let location = origin.path().to_str().unwrap();
    place.run(&["repository", "add", "acme/shop", location, "--project", "web"]).worked();
    place
}

pub(crate) fn json(ended: &Ended) -> Value {
    serde_json::from_str(ended.worked()).unwrap()
}

const NEW: [&str; 6] = ["task", "new", "--project", "web", "--repository", "acme/shop"];

/// Makes a task and says its id.
pub(crate) fn made(place: &Place, more: &[&str]) -> String {
    let told = place.run(&[&NEW, more, &["--json"]].concat());
    json(&told)["task"].as_str().unwrap().to_owned()
}

#[test]
fn a_person_makes_a_task_and_takes_it_in_hand() {
    let origin = Origin::start(&[("a.txt", "one\n")]).unwrap();
    let place = known(&origin);
    assert!(place.run(&["project", "list"]).worked().contains("web"));
    assert!(place.run(&["repository", "list", "--project", "web"]).worked().contains("acme/shop"));
    assert!(place.run(&["task", "list"]).worked().starts_with("no tasks yet"));

    let brief = "What to do.\nAnd how.\n";
    let told = place.run_with_input(&[&NEW[..], &["--title", "Mend it", "--brief", "-"]].concat(), brief);
    assert!(told.worked().contains(" is queued"), "{told:?}");
    let id = told.out.split(' ').next().unwrap().to_owned();
    let once = ["--title", "The same", "--once", "key"];
    let first = made(&place, &once);
    assert_eq!(made(&place, &once), first, "the same key is the same task");

    let listed = place.run(&["task", "list", "--state", "queued"]);
    assert!(listed.worked().contains(&id) && listed.out.contains("Mend it"), "{listed:?}");
    assert_eq!(listed.out.lines().count(), 3, "a head and two tasks: {listed:?}");
    let shown = place.run(&["task", "show", &id]);
    for part in ["Mend it", "acme/shop", "queued", "  │ What to do.\n  │ And how.", " s ago)"] {
        assert!(shown.worked().contains(part), "{part:?} is missing in {}", shown.out);
    }
    let view = json(&place.run(&["task", "show", &id, "--json"]));
    assert_eq!((&view["task"]["brief"]["value"], &view["project"]), (&json!(brief), &json!("web")));
    assert!(place.run(&["why", &id]).worked().contains(&id));

    let mut taken = Vec::new();
    for _ in 0..2 {
        let next = json(&place.run(&["next", "--project", "web", "--json"]));
        taken.push(next["task"]["id"].as_str().unwrap().to_owned());
    }
    taken.sort();
    let mut both = [id, first.clone()];
    both.sort();
    assert_eq!(taken, both);
    assert_eq!(place.run(&["next"]).worked(), "nothing is queued\n");
    assert_eq!(place.run(&["next", "--json"]).worked(), "null\n");
    assert!(place.run(&["task", "cancel", &first]).worked().contains("is cancelled"));
    let mine = both.iter().find(|id| **id != first).unwrap();
    let both_ways = place.run(&["task", "done", mine, "--branch", "x", "--nothing-to-do"]);
    assert_eq!(both_ways.code, Some(USAGE), "{both_ways:?}");
    assert!(place.run(&["task", "release", mine]).worked().contains("is queued"));
    place.run(&["task", "done", mine]).failed(1, &["the task is queued: no move \"finish\""]);
    place.run(&["next"]).worked();
    assert!(place.run(&["why", mine]).worked().contains("local took it in hand"));
    let done = place.run(&["task", "done", mine, "--branch", "ada/mend", "--note", "two lines"]);
    assert!(done.worked().contains("is done"), "{done:?}");
    let words = "done: local finished it, a change on the branch ada/mend: two lines";
    assert!(place.run(&["why", mine]).worked().contains(words));
}

#[test]
fn a_schedule_says_what_came_of_it() {
    let place = Place::new();
    assert!(place.run(&["automation", "list"]).worked().starts_with("no automations yet"));
    place.write(
        "signalbox.toml",
        r#"
        [[automations.rules]]
        name = "tidy"
        schedule = "0 4 * * 1"
        zone = "Europe/Berlin"
        [automations.rules.task]
        project = "web"
        repository = "acme/shop"
        title = "Tidy up"
        brief = "Take out what nothing uses."
        mode = "cloud"
        "#,
    );
    place.run(&["up", "--once"]).worked();
    let listed = json(&place.run(&["automation", "list", "--json"]));
    let tidy = &listed["items"][0];
    assert_eq!((&tidy["name"], &tidy["zone"]), (&json!("tidy"), &json!("Europe/Berlin")));
    assert!(tidy["next"].is_string(), "{listed}");
    let firing = &tidy["firings"][0];
    assert_eq!(firing["state"], "skipped", "it counts from here on: {listed}");
    let told = place.run(&["automation", "list"]);
    for part in ["tidy  web  0 4 * * 1 Europe/Berlin  next ", "skipped: ", firing["reason"].as_str().unwrap()]
    {
        assert!(told.worked().contains(part), "{part:?} is missing in {}", told.out);
    }
}

/// A record that could not be read, in the database of that place.
fn quarantine(place: &Place, code: &str, words: &str) {
    let url = format!("sqlite:{}", place.path("data/signalbox.db").display()).parse().unwrap();
    let stream = Stream {
        source: "posthog".parse().unwrap(),
        cluster: "c".into(),
        topic: "events".into(),
        topic_id: "t".into(),
        partition: 3,
    };
    let row = Quarantined {
        id: "quar_01h455vb4pex5vsknk084sn02q".parse().unwrap(),
        source: stream.source.clone(),
        origin: RecordOrigin::Kafka { stream, offset: 7 },
        code: code.into(),
        words: words.into(),
        sealed: b"sealed".to_vec(),
        size: 12,
        letter: Letter::None,
    };
    let part = FoldPart { quarantined: vec![row], ..FoldPart::default() };
    let kept = enter(async {
        let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
        store.signals_fold(&FoldBatch { parts: vec![part] }, Timestamp::EPOCH).await.unwrap();
        store.close().await;
        ExitCode::Done
    });
    assert!(matches!(kept, Ok(ExitCode::Done)));
}

#[test]
fn what_could_not_be_read_is_listed_with_its_place_and_reason() {
    let place = Place::new();
    let empty = place.run(&["quarantine", "list"]);
    assert_eq!(empty.worked(), "nothing is in quarantine: every record was read\n");
    quarantine(&place, "gap", "3 records were gone \u{1b}[2J");
    let told = place.run(&["quarantine", "list", "--limit", "5"]);
    for part in
        ["quar_01h455vb4pex5vsknk084sn02q", "posthog", "events/3@7", "gap", "3 records were gone \\u{1b}"]
    {
        assert!(told.worked().contains(part), "{part:?} is missing in {}", told.out);
    }
    let listed = json(&place.run(&["quarantine", "list", "--json"]));
    assert_eq!((&listed["items"][0]["code"], &listed["items"][0]["sealed"]), (&json!("gap"), &json!(null)));
}

#[test]
fn signals_are_sent_by_file_and_by_line_and_shown() {
    let place = Place::new();
    let signal = |id: &str, title: &str| {
        json!({"id": id, "project": "web", "source": "error_tracking", "kind": "exception", "key": id, "title": title, "text": "it broke"})
            .to_string()
    };
    place.write("one.json", &signal("a", "One of them"));
    assert!(place.run(&["signal", "send", "one.json"]).worked().starts_with("1 new, 0 counted"));
    assert!(
        place
            .run(&["signal", "send", "one.json"])
            .worked()
            .contains("0 new, 0 counted in signals that were there, 1")
    );
    let lines = format!("{}\nno json\n{}\n", signal("b", "Second"), signal("c", "Third"));
    let sent = place.run_with_input(&["signal", "send", "-"], &lines);
    sent.failed(1, &["1 of 3 were refused"]);
    assert!(sent.out.starts_with("2 new") && sent.out.contains("refused: number 2"), "{sent:?}");
    let listed = json(&place.run(&["signal", "list", "--json", "--limit", "2"]));
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    let next = listed["next"].as_str().unwrap();
    let rest = place.run(&["signal", "list", "--after", next]);
    assert_eq!(rest.worked().lines().count(), 2, "{rest:?}");
    let id = listed["items"][0]["id"].as_str().unwrap();
    let shown = place.run(&["signal", "show", id]);
    assert!(shown.worked().contains("written by") && shown.out.contains("sample of"), "{shown:?}");
    assert!(place.run(&["why", id]).worked().contains("signal"), "and what is waited for");
}

#[test]
fn what_a_stranger_wrote_is_not_obeyed_by_a_terminal() {
    let place = Place::new();
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}\r";
    let signal = json!({"project": "web", "source": "logs", "kind": "line", "key": "k", "title": format!("Bad {hostile} title"),
        "text": format!("first\n{hostile}")});
    let sent = json(&place.run_with_input(&["signal", "send", "-", "--json"], &signal.to_string()));
    let id = sent["results"][0]["signal"].as_str().unwrap().to_owned();
    for arguments in
        [&["signal", "list"][..], &["signal", "show", &id], &["signal", "show", &id, "--json"], &["why", &id]]
    {
        let told = place.run(arguments);
        let obeyed = |letter: char| letter != '\n' && (letter.is_control() || letter == '\u{202e}');
        assert!(
            told.worked().contains("Bad ") && !told.out.contains(obeyed),
            "{arguments:?}: {:?}",
            told.out
        );
    }
    assert!(place.run(&["signal", "list"]).out.contains("\\u{1b}]0;owned"), "shown, not hidden");
    let missing =
        place.run(&["task", "new", "--title", hostile, "--project", "nowhere", "--repository", "a/b"]);
    missing.failed(1, &["nowhere"]);
}

#[test]
fn bad_input_is_one_line_and_a_code() {
    let origin = Origin::start(&[("a.txt", "one\n")]).unwrap();
    let place = known(&origin);
    for arguments in [
        &["task", "show", "no-id"][..],
        &["task", "list", "--state", "flying"],
        &["task", "new", "--title", "x", "--project", "web", "--repository", "acme/shop", "--mode", "moon"],
        &["why", "person_1"],
        &["runner"],
        &["task", "list", "--limit", "1000"],
    ] {
        let told = place.run(arguments);
        assert_eq!(told.code, Some(USAGE), "{told:?}");
        assert!(!told.err.is_empty() && told.out.is_empty(), "{told:?}");
    }
    place
        .run(&["task", "show", "task_01h455vb4pex5vsknk084sn02q"])
        .failed(1, &["there is no task task_01h455vb4pex5vsknk084sn02q"]);
    place
        .run(&["task", "new", "--title", "x", "--project", "web", "--repository", "acme/other"])
        .failed(1, &["acme/other"]);
    place.run(&[&NEW[..], &["--title", ""]].concat()).failed(USAGE, &["1 to 500 characters"]);
    place.run(&["signal", "send", "absent.json"]).failed(USAGE, &["absent.json"]);
    place.run_with_input(&["signal", "send", "-"], "\n").failed(USAGE, &["expected signals"]);
    place.run_with_input(&["signal", "send", "-"], "{}").failed(USAGE, &["expected"]);
    place.run(&["task", "list", "--server", "nonsense"]).failed(USAGE, &["nonsense"]);
    let nobody = ["task", "list", "--server", "http://127.0.0.1:1"];
    place.run(&nobody).failed(UNREACHABLE, &["http://127.0.0.1:1", "does not answer"]);
    place.run(&["sign-in"]).failed(UNREACHABLE, &["no server is running here"]);
    assert!(place.run(&["status"]).worked().contains("this command looks into the database itself"));
}

#[test]
fn a_schema_is_looked_at_before_a_task_is_made() {
    let place = Place::new();
    place.run(&["project", "add", "web"]).worked();
    place.run(&["repository", "add", "acme/shop", "/srv/shop", "--project", "web"]).worked();
    let new = |more: &[&str]| {
        let wish = [
            "task",
            "new",
            "--project",
            "web",
            "--repository",
            "acme/shop",
            "--title",
            "Why?",
            "--intent",
            "answer",
        ];
        place.run(&[&wish, more].concat())
    };
    new(&["--schema", "none.json"]).failed(USAGE, &["none.json"]);
    place.write("torn.json", "{");
    new(&["--schema", "torn.json"]).failed(USAGE, &["expected JSON"]);
    place.write("wrong.json", r#"{"type": "no such type"}"#);
    new(&["--schema", "wrong.json"]).failed(USAGE, &["a JSON schema"]);
    place.write("cause.json", r#"{"type": "object", "required": ["cause"]}"#);
    new(&["--schema", "cause.json"]).worked();
}
