//! Tasks, cases and runs as people handle them.

use serde_json::{Value, json};
use signalbox_control::fixture::Fixture;
use signalbox_control::views::{
    CaseLine, CaseView, ChainNoun, Listing, Making, RunLine, RunView, TaskLine, TaskMade, TaskView, Wait, Why,
};
use signalbox_domain::access::Role;
use signalbox_domain::outcome::Verdict;
use signalbox_domain::states::{CaseState, RunState, TaskState};
use signalbox_domain::task::{Mode, Starter};

use crate::house::{Client, House};

const TASKS: &str = "/api/v1/tasks";

fn wish() -> Value {
    json!({ "project": "web", "repository": "acme/shop", "title": "Fix the total" })
}

async fn make(client: &Client) -> TaskMade {
    client.post(TASKS, &wish()).await.ok()
}

#[tokio::test]
async fn a_task_is_made_once_shown_and_started() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let mut once = wish();
    once["once"] = json!("ticket-7");
    once["intent"] = json!("investigate");
    once["priority"] = json!("P1");
    let reply = ada.post(TASKS, &once).await;
    assert_eq!(reply.status, 201);
    let made: TaskMade = reply.ok();
    let again: TaskMade = ada.post(TASKS, &once).await.ok();
    assert_eq!((made.made, again), (Making::Now, TaskMade { task: made.task, made: Making::Before }));

    let path = format!("{TASKS}/{}", made.task);
    let view: TaskView = ada.get(&path).await.ok();
    assert_eq!(
        (view.task.mode, view.task.state, view.project.as_str()),
        (Mode::Worktree, TaskState::Queued, "web")
    );
    let started: TaskView = ada.post(&format!("{path}/start"), &json!({ "mode": "cloud" })).await.ok();
    assert_eq!((started.task.mode, started.task.starter), (Mode::Cloud, Starter::Approved));
    let plain: TaskView = ada.send("POST", &format!("{path}/start"), &[], b"").await.ok();
    assert_eq!(plain.task.mode, Mode::Cloud, "no body means the mode that it has");
}

#[tokio::test]
async fn a_task_is_cancelled_with_its_run() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let task = make(&ada).await.task;
    let run = house.fixture.assign(task, Mode::Worktree, "command").await;
    let cancel = format!("{TASKS}/{task}/cancel");
    let view: TaskView = ada.post(&cancel, &json!({})).await.ok();
    assert_eq!((view.task.state, view.runs[0].state), (TaskState::Cancelled, RunState::Cancelled));
    let run: RunView = ada.get(&format!("/api/v1/runs/{run}")).await.ok();
    assert_eq!(run.outcome.map(|end| end.verdict), Some(Verdict::Cancelled { by: "ada".into() }));
    for path in [cancel, format!("{TASKS}/{task}/start")] {
        let problem = ada.post(&path, &json!({})).await.problem(409);
        assert_eq!(problem.code, "conflict");
        assert!(problem.message.contains("the task is cancelled: no move"), "{}", problem.message);
    }
}

#[tokio::test]
async fn the_next_task_goes_into_a_persons_hand() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let next = format!("{TASKS}/next");
    assert_eq!(ada.post(&next, &json!({})).await.status, 204);
    let task = make(&ada).await.task;
    let problem = ada.post(&next, &json!({ "project": "nowhere" })).await.problem(404);
    assert_eq!(problem.message, "there is no project nowhere");
    let taken: TaskView = ada.post(&next, &json!({ "project": "web" })).await.ok();
    assert_eq!((taken.task.id, taken.task.state), (task, TaskState::InHand));
    assert_eq!(ada.send("POST", &next, &[], b"").await.status, 204);
}

#[tokio::test]
async fn a_task_in_hand_is_finished_or_put_back_and_says_who_did_it() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let task = make(&ada).await.task;
    let path = |what: &str| format!("{TASKS}/{task}/{what}");
    let why = || async { ada.get(&format!("/api/v1/why/{task}")).await.ok::<Why>().waits_for };
    let changed = json!({ "result": "changed", "branch": "ada/total", "note": "by hand" });
    for (step, body) in [("finish", &changed), ("release", &json!({}))] {
        let problem = ada.post(&path(step), body).await.problem(409);
        assert!(problem.message.contains("the task is queued: no move"), "{}", problem.message);
    }
    ada.post(&format!("{TASKS}/next"), &json!({})).await.ok::<TaskView>();
    let words = why().await.words;
    assert!(words.starts_with("ada took it in hand; ") && words.contains("signalbox task done"), "{words}");
    let back: TaskView = ada.post(&path("release"), &json!({})).await.ok();
    assert_eq!(back.task.state, TaskState::Queued);
    let taken: TaskView = ada.post(&format!("{TASKS}/next"), &json!({})).await.ok();
    let codes: Vec<&str> = taken.decisions.iter().map(|why| why.code.as_str()).collect();
    assert_eq!(codes, ["taken-in-hand", "put-back", "taken-in-hand"]);

    let viewer = house.client(Role::Viewer).await;
    assert_eq!(viewer.post(&path("finish"), &changed).await.problem(403).code, "denied");
    for (bad, at) in [
        (json!({}), "$"),
        (json!({ "result": "changed", "branch": "a b" }), "branch"),
        (json!({ "result": "nothing_to_do", "branch": "a" }), "branch"),
        (json!({ "result": "changed", "note": "x".repeat(2_001) }), "note"),
    ] {
        let problem = ada.post(&path("finish"), &bad).await.problem(422);
        assert!(at == "$" || problem.at.as_deref() == Some(at), "{bad}: {problem:?}");
    }
    let done: TaskView = ada.post(&path("finish"), &changed).await.ok();
    assert_eq!((done.task.state, done.outcomes.len()), (TaskState::Done, 0));
    let waits = why().await;
    let words = "done: ada finished it, a change on the branch ada/total: by hand";
    assert_eq!((waits.wait, waits.words.as_str()), (Wait::Nothing, words));
    assert_eq!(ada.post(&path("release"), &json!({})).await.status, 409);
}

#[tokio::test]
async fn a_person_finishes_no_run_and_says_that_there_was_nothing_to_do() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let nothing = json!({ "result": "nothing_to_do", "note": "it was mended" });
    let running = make(&ada).await.task;
    house.fixture.assign(running, Mode::Worktree, "command").await;
    let problem = ada.post(&format!("{TASKS}/{running}/finish"), &nothing).await.problem(409);
    assert!(problem.message.contains("the task is running: no move"), "{}", problem.message);

    let task = make(&ada).await.task;
    ada.post(&format!("{TASKS}/next"), &json!({})).await.ok::<TaskView>();
    let done: TaskView = ada.post(&format!("{TASKS}/{task}/finish"), &nothing).await.ok();
    let [outcome] = done.outcomes.as_slice() else { panic!("{:?}", done.outcomes) };
    assert!(matches!(&outcome.verdict, Verdict::NothingToDo { text } if text.value == "it was mended"));
    assert_eq!(outcome.run, None, "a person produced it");
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(make(&ada).await.task);
    }
    made.reverse();
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page: Listing<TaskLine> = ada.get(&format!("{TASKS}?limit=2{after}")).await.ok();
        seen.extend(page.items.iter().map(|line| line.id));
        let Some(next) = page.next else { break };
        after = format!("&after={next}");
    }
    assert_eq!(seen, made);
    let none: Listing<TaskLine> = ada.get(&format!("{TASKS}?state=done&project=web")).await.ok();
    assert_eq!(none.items, []);
}

#[tokio::test]
async fn a_case_is_read_with_its_signals_and_tasks() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let fixture: &Fixture = &house.fixture;
    let (signal, _) = fixture.signal("It broke").await;
    let (case, task) = fixture.plan(signal, "task-opened", Some(Starter::Person)).await;
    let listed: Listing<CaseLine> = ada.get("/api/v1/cases?state=tasked").await.ok();
    assert_eq!((listed.items[0].id, listed.items[0].task), (case, task));
    let view: CaseView = ada.get(&format!("/api/v1/cases/{case}")).await.ok();
    assert_eq!(view.case.state, CaseState::Tasked);
    assert_eq!((view.signals[0].id, Some(view.tasks[0].id)), (signal, task));
    assert_eq!(view.tasks[0].case, Some(case));
    assert_eq!(view.decisions[0].code.as_str(), "task-opened");
    let why: Why = ada.get(&format!("/api/v1/why/{case}")).await.ok();
    let nouns: Vec<ChainNoun> = why.chain.iter().map(|link| link.noun).collect();
    assert_eq!(nouns, [ChainNoun::Signal, ChainNoun::Case, ChainNoun::Task]);
    assert_eq!(why.waits_for.wait, Wait::Person);
}

#[tokio::test]
async fn runs_are_listed_by_task_and_state() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let (one, other) = (make(&ada).await.task, make(&ada).await.task);
    let run = house.fixture.assign(one, Mode::Worktree, "command").await;
    house.fixture.assign(other, Mode::Worktree, "command").await;
    let all: Listing<RunLine> = ada.get("/api/v1/runs?state=pending").await.ok();
    assert_eq!(all.items.len(), 2);
    let of_one: Listing<RunLine> = ada.get(&format!("/api/v1/runs?task={one}")).await.ok();
    assert_eq!(of_one.items.iter().map(|line| line.id).collect::<Vec<_>>(), [run]);
}
