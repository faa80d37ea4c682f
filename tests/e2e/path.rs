//! One signal all the way through: record, signal, case, task, run, commit, outcome; from Kafka and from the API, on
//! both databases.

use serde_json::{Value, json};
use signalbox_testkit::kafka::Cluster;
use signalbox_testkit::{Part, require};

use crate::events::{exception, page_view, produce};
use crate::place::{BOTH, Base, MENDS, Place};

pub(crate) fn source(brokers: &str, topic: &str) -> String {
    let brokers: Vec<&str> = brokers.split(',').collect();
    format!(
        "[[ingest.sources]]\nname = \"events\"\nformat = \"posthog_event\"\nproject = {{ fixed = \"web\" }}\n\
         kafka = {{ brokers = {}, topics = [\"{topic}\"], group = \"{topic}\", \
         properties = {{ \"session.timeout.ms\" = \"6000\", \"reconnect.backoff.max.ms\" = \"500\" }} }}\n",
        serde_json::to_string(&brokers).unwrap()
    )
}

/// The project's repository: the one that the tests' bug lies in.
pub(crate) fn know_the_repository(place: &Place) {
    place.post("/projects", &json!({"name": "web"}));
    let location = place.origin.path().display().to_string();
    place.post("/projects/web/repositories", &json!({"name": "acme/shop", "location": location}));
}

/// The one task that came of the signals, once it is there.
pub(crate) fn the_task(place: &Place) -> String {
    place.until("a task is in the queue", || {
        let tasks = place.list("/tasks?project=web");
        let of_case = tasks.iter().find(|task| task["case"].is_string())?;
        Some(of_case["id"].as_str()?.to_owned())
    })
}

/// The outcome of a task, once it has one.
pub(crate) fn outcome(place: &Place, task: &str) -> Value {
    place.until("the task has an outcome", || {
        let view = place.get(&format!("/tasks/{task}"));
        view["outcomes"].as_array()?.first().cloned()
    })
}

/// From the signal that is there to the commit, with a look at everything on the way.
fn all_the_way(place: &Place, signals: u64) {
    let task = the_task(place);
    let seen = place.until("every record is counted", || {
        let seen = place.list("/signals?project=web");
        seen.iter().any(|signal| signal["count"].as_u64() == Some(signals)).then_some(seen)
    });
    assert_eq!(seen.len(), 1, "one signal: {seen:?}");
    let cases = place.list("/cases?project=web");
    assert_eq!(cases.len(), 1, "{cases:?}");

    let view = place.get(&format!("/tasks/{task}"));
    let brief = view["task"]["brief"]["value"].as_str().unwrap();
    assert!(brief.starts_with("# What happens (written by: stranger)"), "{brief}");
    assert_eq!(
        (&view["context"]["kind"], &view["context"]["provenance"]),
        (&json!("error"), &json!("stranger"))
    );

    let waits = place.get(&format!("/why/{task}"));
    assert_eq!(waits["waits_for"]["wait"], "person", "a stranger wrote it, so a person starts it: {waits}");
    place.post(&format!("/tasks/{task}/start"), &json!({}));
    let outcome = outcome(place, &task);
    assert_eq!(outcome["verdict"]["result"], "changed", "{outcome} {}", place.log());
    let branch = outcome["verdict"]["branch"].as_str().unwrap().to_owned();
    assert!(branch.starts_with(&format!("signalbox/{task}-")), "{branch}");
    assert_eq!(place.branches(), std::slice::from_ref(&branch));
    let message = place.origin.git(&["log", "-1", "--format=%B", &branch]).unwrap();
    assert!(message.contains(&format!("Signalbox-Task: {task}")), "{message}");
    let mended = place.origin.git(&["show", &format!("{branch}:shop/cart.py")]).unwrap();
    assert!(mended.contains("mended"), "{mended}");

    let runs = place.list(&format!("/runs?task={task}"));
    assert_eq!(runs.len(), 1, "{runs:?}");
    let run = place.get(&format!("/runs/{}", runs[0]["id"].as_str().unwrap()));
    assert!(run["notes"].to_string().contains("mended it"), "what the agent said is kept: {run}");
    for asked in [seen[0]["id"].as_str().unwrap(), cases[0]["id"].as_str().unwrap(), &task] {
        let why = place.get(&format!("/why/{asked}"));
        let nouns: Vec<&str> =
            why["chain"].as_array().unwrap().iter().filter_map(|link| link["noun"].as_str()).collect();
        for noun in ["signal", "case", "task", "run", "outcome"] {
            assert!(nouns.contains(&noun), "{noun} is missing in why {asked}: {why}");
        }
    }
}

#[test]
fn a_record_on_a_topic_becomes_a_commit() {
    let Some(_) = require(Part::Kafka) else { return };
    let cluster = Cluster::shared().unwrap();
    for base in BOTH {
        let Some(place) = Place::new(base) else { continue };
        let topic = cluster.fresh_topic(2).unwrap();
        place.settings(MENDS, &source(&cluster.bootstrap(), &topic));
        place.up();
        know_the_repository(&place);
        let records = [
            exception("one", "ada"),
            page_view("two"),
            exception("three", "bob"),
            exception("three", "bob"),
            "no json at all".to_owned(),
            exception("four", "ada"),
        ];
        produce(&cluster.bootstrap(), &topic, &records);
        all_the_way(&place, 3);

        assert_eq!(place.stop(), Some(0));
        place.up();
        produce(&cluster.bootstrap(), &topic, &[exception("five", "eve")]);
        place.until("the next record is counted in the same signal", || {
            (place.list("/signals?project=web")[0]["count"] == 4).then_some(())
        });
        assert_eq!(place.list("/signals?project=web").len(), 1);
        assert_eq!(place.list("/tasks?project=web").len(), 1, "nothing is opened twice");
        assert_eq!(place.deaths.get(), 0);
    }
}

pub(crate) fn native(id: &str) -> Value {
    json!({"id": id, "project": "web", "source": "error_tracking", "kind": "exception", "key": "cart-total",
        "title": "ZeroDivisionError: division by zero", "text": "in total, shop/cart.py line 40", "severity": "error"})
}

#[test]
fn a_signal_by_the_api_becomes_a_commit() {
    for base in BOTH {
        let Some(place) = Place::new(base) else { continue };
        place.settings(MENDS, "");
        place.up();
        know_the_repository(&place);
        let answer = place.post("/signals", &json!([native("a"), native("b"), native("a")]));
        let results: Vec<&str> =
            answer["results"].as_array().unwrap().iter().filter_map(|one| one["result"].as_str()).collect();
        assert_eq!(results, ["new", "folded", "duplicate"], "{answer}");
        all_the_way(&place, 2);
    }
}

#[test]
fn a_repository_that_comes_later_is_used() {
    let place = Place::new(Base::Sqlite).unwrap();
    place.settings(MENDS, "");
    place.up();
    place.post("/signals", &native("a"));
    place.until("the planner misses a repository", || {
        let signals = place.list("/signals?project=web");
        let why = place.get(&format!("/why/{}", signals.first()?["id"].as_str()?));
        why.to_string().contains("no repository").then_some(())
    });
    know_the_repository(&place);
    the_task(&place);
}
