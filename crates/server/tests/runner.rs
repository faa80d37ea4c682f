//! The runner's endpoints: lease, report, finish, and what a stale token is told.

use serde_json::{Value, json};
use signalbox_control::views::{FinishAnswer, Finishing, RunView};
use signalbox_domain::access::Role;
use signalbox_domain::ids::RunId;
use signalbox_domain::job::LeasedRun;
use signalbox_domain::states::RunState;
use signalbox_domain::task::Mode;

use crate::house::{Client, House};

fn lease(at_most: u32) -> Value {
    json!({
        "runner": { "name": "fleet-1", "computer": "c1", "modes": ["cloud"], "slots": 2 },
        "at_most": at_most, "seconds": 60,
    })
}

fn report(house: &House) -> Value {
    let outcome: signalbox_domain::ids::OutcomeId = house.fixture.ids.next();
    let verdict = json!({ "result": "failed", "failure": { "kind": "no_change" } });
    json!({ "outcome": outcome, "verdict": verdict, "effort": { "duration": { "secs": 3, "nanos": 0 } } })
}

/// A cloud task with its pending run.
async fn pending(house: &House) -> RunId {
    let wish = json!({ "project": "web", "repository": "acme/shop", "title": "Fix it", "mode": "cloud" });
    let ada = house.client(Role::Engineer).await;
    let made: signalbox_control::views::TaskMade = ada.post("/api/v1/tasks", &wish).await.ok();
    house.fixture.assign(made.task, Mode::Cloud, "command").await
}

async fn call(fleet: &Client, run: RunId, what: &str, body: Value) -> crate::house::Reply {
    fleet.post(&format!("/api/v1/runner/runs/{run}/{what}"), &body).await
}

#[tokio::test]
async fn a_run_is_leased_worked_on_and_finished_once() {
    let house = House::new().await;
    let run = pending(&house).await;
    let fleet = house.client(Role::Runner).await;
    let none: Vec<LeasedRun> = fleet.post("/api/v1/runner/lease", &lease(0)).await.ok();
    assert_eq!(none, [], "asking for none only says that the runner is there");
    let leased: Vec<LeasedRun> = fleet.post("/api/v1/runner/lease", &lease(5)).await.ok();
    assert_eq!(leased.iter().map(|leased| leased.job.run).collect::<Vec<_>>(), [run]);
    let token = leased[0].lease.token;

    assert_eq!(call(&fleet, run, "renew", json!({ "token": token, "seconds": 60 })).await.status, 204);
    for event in ["prepare", "prepare", "work"] {
        let reply = call(&fleet, run, "moved", json!({ "token": token, "event": event })).await;
        assert_eq!(reply.status, 204, "{event}: {}", reply.text());
    }
    let notes = json!([{ "what": "said", "text": "looking" }, { "what": "cut", "bytes": 7 }]);
    assert_eq!(call(&fleet, run, "notes", json!({ "token": token, "notes": notes })).await.status, 204);
    let skipped = call(&fleet, run, "moved", json!({ "token": token, "event": "answer" })).await;
    assert_eq!(skipped.problem(409).code, "conflict");

    let end = json!({ "token": token, "report": report(&house) });
    let first: FinishAnswer = call(&fleet, run, "finish", end.clone()).await.ok();
    let again: FinishAnswer = call(&fleet, run, "finish", end).await.ok();
    assert_eq!((first.finished, again.finished), (Finishing::Now, Finishing::Before));
    let viewer = house.client(Role::Viewer).await;
    let view: RunView = viewer.get(&format!("/api/v1/runs/{run}")).await.ok();
    assert_eq!((view.run.state, view.notes.len()), (RunState::Failed, 5));
    let rest: RunView = viewer.get(&format!("/api/v1/runs/{run}?notes_after=4")).await.ok();
    assert_eq!(rest.notes, view.notes[4..]);
}

#[tokio::test]
async fn a_stale_token_is_told_so_and_changes_nothing() {
    let house = House::new().await;
    let run = pending(&house).await;
    let fleet = house.client(Role::Runner).await;
    let leased: Vec<LeasedRun> = fleet.post("/api/v1/runner/lease", &lease(1)).await.ok();
    let stale = leased[0].lease.token.0 - 1;
    for (what, body) in [
        ("renew", json!({ "token": stale, "seconds": 60 })),
        ("moved", json!({ "token": stale, "event": "prepare" })),
        ("notes", json!({ "token": stale, "notes": [{ "what": "cut", "bytes": 1 }] })),
        ("finish", json!({ "token": stale, "report": report(&house) })),
    ] {
        assert_eq!(call(&fleet, run, what, body).await.problem(409).code, "lease_lost", "{what}");
    }
    let viewer = house.client(Role::Viewer).await;
    let view: RunView = viewer.get(&format!("/api/v1/runs/{run}")).await.ok();
    assert_eq!((view.run.state, view.notes.len(), view.outcome), (RunState::Leased, 0, None));

    let task = view.run.task;
    let ada = house.client(Role::Engineer).await;
    assert_eq!(ada.post(&format!("/api/v1/tasks/{task}/cancel"), &json!({})).await.status, 200);
    let renewed = call(&fleet, run, "renew", json!({ "token": stale + 1, "seconds": 60 })).await;
    assert_eq!(renewed.problem(409).code, "lease_lost", "a cancelled run is lost");
}

#[tokio::test]
async fn what_a_runner_may_ask_for_is_bounded() {
    let house = House::new().await;
    let fleet = house.client(Role::Runner).await;
    let with = |at: &str, value: Value| {
        let mut ask = lease(1);
        *ask.pointer_mut(at).unwrap() = value;
        ask
    };
    for (at, value) in [
        ("/at_most", json!(65)),
        ("/at_most", json!(-1)),
        ("/seconds", json!(0)),
        ("/seconds", json!(3601)),
        ("/runner/slots", json!(1001)),
        ("/runner/modes", json!(["sky"])),
        ("/runner/name", json!("../x")),
    ] {
        let problem = fleet.post("/api/v1/runner/lease", &with(at, value.clone())).await.problem(422);
        assert!(problem.at.is_some() && problem.expected.is_some(), "{at} {value}: {problem:?}");
    }
    assert_eq!(fleet.get("/api/v1/tasks").await.problem(403).code, "denied");
}
