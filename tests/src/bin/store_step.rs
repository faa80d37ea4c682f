//! Does one step on a SQLite store and ends: `store-step DATABASE prepare|do METHOD`. For tests that kill it in the middle
//! of steps that no part of the program takes yet. Every time and id is fixed, so that two databases can be compared.

#[path = "store_step/people.rs"]
mod people;

use std::path::PathBuf;
use std::time::Duration;

use signalbox_domain::ids::{PersonId, ProjectId, TaskId};
use signalbox_domain::policy::Policy;
use signalbox_domain::project::Person;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::run::FencingToken;
use signalbox_domain::states::{TaskEvent, TaskState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Starter, Task};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{ExitCode, enter};
use signalbox_store::{Location, Store, StoreConfig};
use uuid::Uuid;

type Failed = Box<dyn std::error::Error + Send + Sync>;

const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const MINUTE: Duration = Duration::from_secs(60);

fn main() -> std::process::ExitCode {
    let ended = enter(async {
        match step().await {
            Ok(()) => ExitCode::Done,
            Err(_) => ExitCode::Failure,
        }
    });
    ended.unwrap_or(ExitCode::Failure).into()
}

async fn step() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(what), Some(method)) = (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: store-step DATABASE prepare|do METHOD".into());
    };
    let url = Location::Sqlite(PathBuf::from(path));
    let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await?;
    if what == "prepare" {
        prepare(&store, &method).await?;
    } else {
        act(&store, &method).await?;
    }
    store.close().await;
    Ok(())
}

async fn prepare(store: &Store, method: &str) -> Result<(), Failed> {
    match method {
        "task_move" => {
            let project =
                store.project_ensure(&"web".parse()?, ProjectId::from_uuid(Uuid::from_u128(1)), NOW).await?;
            store.task_open(&task(project.id), None, &Policy::default()).await?;
        }
        "lease_renew" | "lease_release" => act(store, "lease_take").await?,
        "quota_give_back" => act(store, "quota_take").await?,
        "case_rule" | "suppression_put" | "signals_move" => people::prepare(store).await?,
        "suppression_lift" => {
            people::prepare(store).await?;
            people::act(store, "suppression_put").await?;
        }
        "move_undo" => {
            people::prepare(store).await?;
            people::act(store, "signals_move").await?;
        }
        _ => {}
    }
    Ok(())
}

async fn act(store: &Store, method: &str) -> Result<(), Failed> {
    let (name, until) = ("planner".parse()?, NOW.plus(MINUTE));
    match method {
        "task_move" => drop(store.task_move(task_id(), TaskEvent::Cancel, None, NOW).await?),
        "person_put" => drop(store.person_put(&person(), NOW).await?),
        "quota_take" => drop(store.quota_take(&limit()?, 3, NOW).await?),
        "quota_give_back" => {
            let share = store.quota_take(&limit()?, 0, NOW).await?;
            store.quota_give_back(&limit()?.name, share.window_start, 1).await?;
        }
        "lease_take" => drop(store.lease_take(&name, &"one".parse()?, until, NOW).await?),
        "lease_renew" => drop(store.lease_renew(&name, FencingToken(1), until.plus(MINUTE)).await?),
        "lease_release" => drop(store.lease_release(&name, FencingToken(1)).await?),
        other => people::act(store, other).await?,
    }
    Ok(())
}

fn limit() -> Result<QuotaLimit, Failed> {
    Ok(QuotaLimit { name: "starts".parse()?, units: 10, window: MINUTE })
}

fn person() -> Person {
    Person {
        id: PersonId::from_uuid(Uuid::from_u128(2)),
        name: "Ada".to_owned(),
        emails: vec!["ada@shop.example".to_owned()],
        logins: Vec::new(),
    }
}

fn task_id() -> TaskId {
    TaskId::from_uuid(Uuid::from_u128(3))
}

fn task(project: ProjectId) -> Task {
    Task {
        id: task_id(),
        project,
        repository: None,
        title: Sourced::person("Mend the cart".to_owned()),
        brief: Sourced::person(String::new()),
        intent: Intent::Change,
        mode: Mode::Worktree,
        priority: Priority::P2,
        origin: Origin::Person { person: None },
        case: None,
        lineage: Lineage::root(task_id()),
        state: TaskState::Queued,
        starter: Starter::Itself,
        provenance: Provenance::Person,
        opened_at: NOW,
        changed_at: NOW,
        assignee: None,
    }
}
