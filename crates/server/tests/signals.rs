//! Signals as they are sent and read.

use serde_json::{Value, json};
use signalbox_control::views::{Listing, SignalLine, SignalResult, SignalResults, SignalView, Wait, Why};
use signalbox_domain::access::{Role, Scope};

use crate::house::{Client, House};

const SIGNALS: &str = "/api/v1/signals";
const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

fn signal(title: &str) -> Value {
    json!({ "project": "web", "title": title })
}

fn is_new(result: &SignalResult) -> bool {
    matches!(result, SignalResult::New { .. })
}

#[tokio::test]
async fn one_many_and_lines_are_taken() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let one: SignalResults = ada.post(SIGNALS, &signal("a")).await.ok();
    assert!(one.results.len() == 1 && is_new(&one.results[0]), "{one:?}");
    let many: SignalResults = ada.post(SIGNALS, &json!([signal("a"), signal("b")])).await.ok();
    assert!(many.results[0] == SignalResult::Folded && is_new(&many.results[1]), "{many:?}");
    let lines = format!("{}\n\n{}\n", signal("b"), signal("c"));
    let reply = ada.send("POST", SIGNALS, &[LINES], lines.as_bytes()).await;
    assert_eq!(reply.status, 202);
    let lines: SignalResults = reply.ok();
    assert!(lines.results[0] == SignalResult::Folded && is_new(&lines.results[1]), "{lines:?}");

    let listed: Listing<SignalLine> = ada.get(SIGNALS).await.ok();
    let titles: Vec<(&str, u64)> =
        listed.items.iter().map(|line| (line.title.value.as_str(), line.count)).collect();
    assert_eq!(titles, [("c", 1), ("b", 2), ("a", 2)]);
    let view: SignalView = ada.get(&format!("{SIGNALS}/{}", listed.items[0].id)).await.ok();
    assert_eq!((view.signal, view.case), (listed.items[0].clone(), None));
    let why: Why = ada.get(&format!("/api/v1/why/{}", listed.items[0].id)).await.ok();
    assert_eq!(why.waits_for.wait, Wait::Planner);
}

#[tokio::test]
async fn each_item_is_answered_and_nothing_good_is_lost_beside_the_bad() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let mixed = ada.post(SIGNALS, &json!([{ "project": "web" }, signal("a"), 7])).await;
    assert_eq!(mixed.status, 202);
    let results = mixed.ok::<SignalResults>().results;
    let refused = |result: &SignalResult| matches!(result, SignalResult::Refused { .. });
    assert!(refused(&results[0]) && is_new(&results[1]) && refused(&results[2]), "{results:?}");
    let lines = ada.send("POST", SIGNALS, &[LINES], format!("nonsense\n{}", signal("b")).as_bytes()).await;
    assert_eq!(lines.status, 202, "{}", lines.text());

    let bad = ada.post(SIGNALS, &json!([{ "project": "web" }, { "title": "x" }])).await;
    let problem = bad.problem(422);
    assert_eq!((problem.code.as_str(), problem.at.as_deref()), ("invalid", Some("title")));
    assert_eq!(bad.json::<SignalResults>().results.len(), 2, "each is told what is wrong with it");
}

#[tokio::test]
async fn a_body_that_is_none_says_so() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let json = ("content-type", "application/json");
    for (headers, body, status) in [
        (vec![json], "{", 400),
        (vec![json], "", 400),
        (vec![json], "[]", 422),
        (vec![LINES], "\n", 422),
        (vec![("content-type", "text/plain")], "{}", 415),
        (vec![], "{}", 415),
    ] {
        ada.send("POST", SIGNALS, &headers, body.as_bytes()).await.problem(status);
    }
    let large = format!("[\"{}\"]", "x".repeat(5 << 20));
    assert_eq!(ada.send("POST", SIGNALS, &[json], large.as_bytes()).await.problem(413).code, "too_large");
    let fits = json!({ "project": "web", "title": "t", "text": "x".repeat(4 << 20) });
    assert_eq!(ada.post(SIGNALS, &fits).await.status, 202, "five megabytes are taken here");
    let task = json!({ "project": "web", "repository": "r", "title": "t", "brief": "x".repeat(1 << 20) });
    assert_eq!(ada.post("/api/v1/tasks", &task).await.problem(413).code, "too_large");
}

#[tokio::test]
async fn somebody_of_one_project_sends_and_reads_that_one() {
    let house = House::new().await;
    let web = house.fixture.store.project_find(&"web".parse().unwrap()).await.unwrap().unwrap();
    let (name, id, now) = ("app".parse().unwrap(), house.fixture.ids.next(), house.fixture.clock.now());
    let app = house.fixture.store.project_ensure(&name, id, now).await.unwrap();
    let of = async |project| {
        let made = house.token(Role::Engineer, Scope::Project { project }, None).await;
        Client { bearer: Some(made.secret.to_string()), ..house.nobody() }
    };
    let (of_web, of_app) = (of(web.id).await, of(app.id).await);
    assert_eq!(of_web.post(SIGNALS, &signal("a")).await.status, 202);
    let refused = of_app.post(SIGNALS, &signal("a")).await.problem(422);
    assert_eq!(refused.at.as_deref(), Some("project"));
    let seen: Listing<SignalLine> = of_web.get(SIGNALS).await.ok();
    assert_eq!(seen.items.len(), 1);
    let unseen: Listing<SignalLine> = of_app.get(SIGNALS).await.ok();
    assert_eq!(unseen.items, []);
    let id = seen.items[0].id;
    assert_eq!(of_app.get(&format!("{SIGNALS}/{id}")).await.problem(403).code, "denied");
    assert_eq!(of_app.get(&format!("/api/v1/why/{id}")).await.problem(403).code, "denied");
    for project in ["web", "nowhere"] {
        of_app.get(&format!("{SIGNALS}?project={project}")).await.problem(403);
        let task = json!({ "project": project, "repository": "r", "title": "t" });
        of_app.post("/api/v1/tasks", &task).await.problem(403);
        of_app.post("/api/v1/tasks/next", &json!({ "project": project })).await.problem(403);
    }
}
