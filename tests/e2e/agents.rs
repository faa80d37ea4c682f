//! Agents and repositories that are not as they should be: a typed outcome each, said where people look.

use serde_json::{Value, json};

use crate::path::{know_the_repository, outcome};
use crate::place::{Base, MENDS, Place};

/// A person's task, worked on by the agent of the settings; its outcome's verdict.
fn verdict(place: &Place, intent: &str) -> Value {
    place.up();
    know_the_repository(place);
    let wish =
        json!({"project": "web", "repository": "acme/shop", "title": "Mend the cart", "intent": intent});
    let made = place.post("/tasks", &wish);
    let outcome = outcome(place, made["task"].as_str().unwrap());
    outcome["verdict"].clone()
}

fn failure_of(agent: &str, more: &str) -> Value {
    let place = Place::new(Base::Sqlite).unwrap();
    place.settings(agent, more);
    let verdict = verdict(&place, "change");
    assert_eq!(verdict["result"], "failed", "{verdict}");
    let run = place.list("/runs")[0]["id"].as_str().unwrap().to_owned();
    let view = place.get(&format!("/runs/{run}"));
    assert_eq!(view["outcome"]["verdict"], verdict, "the run says it too");
    verdict["failure"].clone()
}

#[test]
fn an_agent_that_ends_without_a_change() {
    assert_eq!(failure_of("true", "")["kind"], "no_change");
    for intent in ["investigate", "answer"] {
        let place = Place::new(Base::Sqlite).unwrap();
        place.settings("echo it is the cart", "");
        let verdict = verdict(&place, intent);
        assert_ne!(verdict["result"], "failed", "nothing to change is no failure for {intent}: {verdict}");
        assert!(verdict["text"].to_string().contains("it is the cart"), "{verdict}");
    }
}

#[test]
fn an_agent_that_fails_is_killed_or_writes_without_end() {
    let failed = failure_of("echo sorry >&2; exit 3", "");
    assert_eq!((&failed["kind"], &failed["code"]), (&json!("agent_failed"), &json!(3)), "{failed}");
    assert!(failed["tail"].to_string().contains("sorry"), "{failed}");
    let killed = failure_of("kill -9 $$", "");
    assert_eq!((&killed["kind"], &killed["signal"]), (&json!("agent_killed"), &json!(9)), "{killed}");
    let loud = failure_of("head -c 104857600 /dev/zero | tr '\\\\0' x", "");
    assert_eq!(loud["kind"], "too_much_output", "{loud}");
}

#[test]
fn an_agent_that_hangs_is_stopped() {
    let place = Place::new(Base::Sqlite).unwrap();
    place.settings("sleep 1000", "wall = \"2s\"");
    let verdict = verdict(&place, "change");
    assert_eq!(verdict["failure"], json!({"kind": "agent_timed_out", "after_seconds": 2}), "{verdict}");
}

#[test]
fn an_agent_that_is_not_there() {
    let place = Place::new(Base::Sqlite).unwrap();
    place.settings("true", "[agents.absent]\nprogram = \"no-such-agent\"\n[dispatcher]\nagent = \"absent\"");
    let text = std::fs::read_to_string(place.path("signalbox.toml")).unwrap();
    // One table of a name: the period of the pass moves below the agent.
    let text = text.replace("[dispatcher.pass]\nperiod = \"500ms\"\n", "");
    std::fs::write(place.path("signalbox.toml"), text).unwrap();
    let verdict = verdict(&place, "change");
    assert_eq!(verdict["failure"], json!({"kind": "agent_missing", "program": "no-such-agent"}), "{verdict}");
}

#[test]
fn a_repository_that_is_not_there() {
    let place = Place::new(Base::Sqlite).unwrap();
    place.settings(MENDS, "");
    place.up();
    place.post("/projects", &json!({"name": "web"}));
    let nowhere = json!({"name": "acme/gone", "location": place.path("gone.git").display().to_string()});
    place.post("/projects/web/repositories", &nowhere);
    let wish = json!({"project": "web", "repository": "acme/gone", "title": "Mend the cart"});
    let made = place.post("/tasks", &wish);
    let outcome = outcome(&place, made["task"].as_str().unwrap());
    assert_eq!(outcome["verdict"]["failure"]["kind"], "repository_missing", "{outcome}");
}
