//! The other entrances: a schedule, and a person who takes the next task in hand.

use serde_json::json;

use crate::path::{know_the_repository, outcome};
use crate::place::{BOTH, MENDS, Place};

/// Every minute, so that a test waits for at most one.
pub(crate) const EVERY_MINUTE: &str = r#"
[[automations.rules]]
name = "tidy"
schedule = "* * * * *"
task = { project = "web", repository = "acme/shop", title = "Tidy up", brief = "Mend what is broken.", mode = "worktree" }
"#;

#[test]
fn a_schedule_opens_a_task_once_also_over_a_restart() {
    for base in BOTH {
        let Some(place) = Place::new(base) else { continue };
        place.settings(MENDS, EVERY_MINUTE);
        place.up();
        know_the_repository(&place);
        let fired =
            || place.list("/tasks?project=web").into_iter().find(|task| task["title"]["value"] == "Tidy up");
        let task = place.until("the schedule fired", fired);
        place.kill();
        place.up();
        let id = task["id"].as_str().unwrap();
        let outcome = outcome(&place, id);
        assert_eq!(outcome["verdict"]["result"], "changed", "nobody but the settings wrote it: {outcome}");
        let view = place.get(&format!("/tasks/{id}"));
        assert_eq!(view["task"]["origin"]["by"], "automation", "{view}");
    }
}

#[test]
fn a_person_takes_the_next_task_in_hand() {
    for base in BOTH {
        let Some(place) = Place::new(base) else { continue };
        // Nobody who would start them: they wait for people.
        place.settings(MENDS, "");
        let text = std::fs::read_to_string(place.path("signalbox.toml")).unwrap();
        std::fs::write(place.path("signalbox.toml"), &text[..text.find("[agents").unwrap()]).unwrap();
        place.up();
        know_the_repository(&place);
        for (title, priority) in [("Later", "P3"), ("Now", "P0")] {
            let wish =
                json!({"project": "web", "repository": "acme/shop", "title": title, "priority": priority});
            place.post("/tasks", &wish);
        }
        let first = place.post("/tasks/next", &json!({}));
        assert_eq!(first["task"]["title"]["value"], "Now", "the most urgent first: {first}");
        let second = place.post("/tasks/next", &json!({"project": "web"}));
        assert_eq!(second["task"]["title"]["value"], "Later", "no task is handed out twice: {second}");
        assert_eq!(place.ask("POST", "/tasks/next", Some(&json!({}))).0, 204, "and then there is none");
    }
}
