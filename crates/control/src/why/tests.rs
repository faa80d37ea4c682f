use std::time::Duration;

use signalbox_domain::access::{Role, Scope};
use signalbox_domain::decision::{Stage, Subject};
use signalbox_domain::ids::ProjectId;
use signalbox_domain::outcome::{Effort, Failure, Verdict};
use signalbox_domain::states::RunEvent;
use signalbox_domain::task::{Mode, Starter};
use uuid::Uuid;

use super::*;
use crate::fixture::{Fixture, LEASE, actor, wish};
use crate::views::{ChainNoun, Wait};

async fn why(fixture: &Fixture, id: impl ToString) -> Why {
    let of = id.to_string().parse().unwrap();
    fixture.reads().why(&actor(Role::Viewer), of).await.unwrap()
}

fn nouns(why: &Why) -> Vec<ChainNoun> {
    why.chain.iter().map(|link| link.noun).collect()
}

#[track_caller]
fn waits(why: &Why, wait: Wait, words: &str) {
    assert_eq!(why.waits_for.wait, wait, "{:?}", why.waits_for);
    assert!(why.waits_for.words.contains(words), "{:?}", why.waits_for);
}

#[tokio::test]
async fn a_signal_that_nothing_happened_to_says_what_it_waits_for() {
    let fixture = Fixture::new().await;
    let (signal, _) = fixture.signal("It broke").await;
    let unplanned = why(&fixture, signal).await;
    assert_eq!(nouns(&unplanned), [ChainNoun::Signal]);
    waits(&unplanned, Wait::Planner, "not yet planned");

    let (case, _) = fixture.plan(signal, "no-repository", None).await;
    let planned = why(&fixture, signal).await;
    assert_eq!(nouns(&planned), [ChainNoun::Signal, ChainNoun::Case]);
    waits(&planned, Wait::Setup, "no repository");
    assert_eq!(planned.chain[1].decisions[0].code.as_str(), "no-repository");
    assert_eq!(why(&fixture, case).await.chain, planned.chain, "from either end it is one chain");
}

#[tokio::test]
async fn each_closed_gate_says_who_or_what_opens_it() {
    let fixture = Fixture::new().await;
    for (code, wait, words) in [
        ("below-threshold", Wait::World, "more records or users"),
        ("cooling-down", Wait::World, "later records would open it again"),
        ("calm", Wait::World, "later records would open it again"),
        ("quota-spent", Wait::Planner, "waits for room: quota spent"),
        ("work-in-progress", Wait::Planner, "waits for room: work in progress"),
        ("task-ended", Wait::Person, "waits for a person"),
        ("held", Wait::World, "makes no task by itself"),
    ] {
        let (signal, _) = fixture.signal(code).await;
        let (case, _) = fixture.plan(signal, code, None).await;
        waits(&why(&fixture, case).await, wait, words);
    }
}

#[tokio::test]
async fn a_strangers_task_waits_for_a_person_by_command() {
    let fixture = Fixture::new().await;
    let (signal, _) = fixture.signal("It broke").await;
    let (_, task) = fixture.plan(signal, "task-opened", Some(Starter::Person)).await;
    let task = task.unwrap();
    let asked = why(&fixture, signal).await;
    assert_eq!(nouns(&asked), [ChainNoun::Signal, ChainNoun::Case, ChainNoun::Task]);
    waits(&asked, Wait::Person, &format!("signalbox task start {task}"));
    let from_task = why(&fixture, task).await;
    assert_eq!((from_task.chain, from_task.waits_for), (asked.chain, asked.waits_for));
}

#[tokio::test]
async fn a_queued_task_repeats_the_dispatchers_newest_word_until_a_person_starts_it() {
    let fixture = Fixture::new().await;
    let ada = actor(Role::Engineer);
    let (task, _) = fixture.tasks().make(&ada, wish()).await.unwrap();
    waits(&why(&fixture, task).await, Wait::Dispatcher, "next pass");
    for (code, wait, words) in [
        ("needs-a-person", Wait::Person, "signalbox task start task_"),
        ("no-agent", Wait::Setup, "agent"),
        ("no-runner", Wait::Runner, "none that takes worktree runs was heard of lately"),
        ("no-slot", Wait::Runner, "free slot"),
        ("no-repository", Wait::Person, "repository"),
    ] {
        fixture.time.jump(Duration::from_secs(1));
        let word = fixture.decision(Stage::Dispatcher, Subject::Task(task), code);
        fixture.store.decisions_record(&[word]).await.unwrap();
        waits(&why(&fixture, task).await, wait, words);
    }
    fixture.time.jump(Duration::from_secs(1));
    fixture.tasks().start(&ada, task, None).await.unwrap();
    waits(&why(&fixture, task).await, Wait::Dispatcher, "started by a person");
}

#[tokio::test]
async fn a_run_is_followed_from_its_queue_to_its_end() {
    let fixture = Fixture::new().await;
    let (task, _) = fixture.tasks().make(&actor(Role::Engineer), wish()).await.unwrap();
    let run = fixture.assign(task, Mode::Worktree, "command").await;
    waits(&why(&fixture, run).await, Wait::Runner, "none that takes worktree runs");

    let (runs, fleet) = (fixture.runs(), actor(Role::Runner));
    let leased = runs.lease(&fleet, &fixture.runner("here"), 1, LEASE).await.unwrap().remove(0);
    runs.moved(&fleet, run, leased.lease.token, RunEvent::Prepare).await.unwrap();
    waits(&why(&fixture, run).await, Wait::Runner, "here works on it");
    fixture.time.jump(LEASE + Duration::from_secs(1));
    waits(&why(&fixture, run).await, Wait::Dispatcher, "here went silent");

    let report = signalbox_domain::job::RunReport {
        outcome: fixture.ids.next(),
        verdict: Verdict::Failed { failure: Failure::AgentMissing { program: "fix".into() } },
        effort: Effort::default(),
        change: None,
    };
    runs.finish(&fleet, run, leased.lease.token, report).await.unwrap();
    let ended = why(&fixture, run).await;
    assert_eq!(nouns(&ended), [ChainNoun::Task, ChainNoun::Run, ChainNoun::Outcome]);
    waits(&ended, Wait::Nothing, "the agent's program fix is not there");
}

#[tokio::test]
async fn a_cancelled_task_names_who_cancelled_it() {
    let fixture = Fixture::new().await;
    let ada = Actor { name: "ada".parse().unwrap(), ..actor(Role::Engineer) };
    let (task, _) = fixture.tasks().make(&ada, wish()).await.unwrap();
    let run = fixture.assign(task, Mode::Worktree, "command").await;
    fixture.tasks().cancel(&ada, task).await.unwrap();
    let ended = why(&fixture, run).await;
    assert_eq!(nouns(&ended), [ChainNoun::Task, ChainNoun::Run, ChainNoun::Outcome]);
    waits(&ended, Wait::Nothing, "ada cancelled it");
}

#[tokio::test]
async fn what_is_not_there_or_not_ones_own_is_not_told() {
    let fixture = Fixture::new().await;
    let (signal, _) = fixture.signal("It broke").await;
    let (case, task) = fixture.plan(signal, "task-opened", Some(Starter::Itself)).await;
    let elsewhere = Scope::Project { project: ProjectId::from_uuid(Uuid::from_u128(7)) };
    let stranger = Actor { scope: elsewhere, ..actor(Role::Engineer) };
    for id in [signal.to_string(), case.to_string(), task.unwrap().to_string()] {
        let asked = fixture.reads().why(&stranger, id.parse().unwrap()).await;
        assert!(matches!(asked, Err(Problem::Denied(_))), "{id}: {asked:?}");
    }
    let nobody: TaskId = fixture.ids.next();
    let asked = fixture.reads().why(&actor(Role::Viewer), WhyOf::Task(nobody)).await;
    assert_eq!(asked.unwrap_err().code(), "not_found");
}

#[test]
fn only_four_nouns_have_a_why() {
    let id = TaskId::from_uuid(Uuid::nil());
    assert_eq!(id.to_string().parse(), Ok(WhyOf::Task(id)));
    for wrong in ["", "task", "proj_01h455vb4pex5vsknk084sn02q", "task_x", "é_é"] {
        assert!(wrong.parse::<WhyOf>().is_err(), "{wrong}");
    }
}
