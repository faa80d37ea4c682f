//! Does one step on a SQLite store and ends: `store-step DATABASE prepare|do METHOD`. For tests that kill it in the middle
//! of steps that no part of the program takes yet. Every time and id is fixed, so that two databases can be compared.

#[path = "store_step/people.rs"]
mod people;

use std::path::PathBuf;
use std::time::Duration;

use signalbox_domain::access::{Role, Scope, Token};
use signalbox_domain::delivery::Delivery;
use signalbox_domain::ids::{DeliveryId, ErasureId, PersonId, ProjectId, QuarantineId, TaskId, TokenId};
use signalbox_domain::policy::Policy;
use signalbox_domain::project::Person;
use signalbox_domain::provenance::{Provenance, Sourced};
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::record::{RecordOrigin, Stream};
use signalbox_domain::run::FencingToken;
use signalbox_domain::states::{TaskEvent, TaskState};
use signalbox_domain::task::{Intent, Lineage, Mode, Origin, Priority, Starter, Task};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{ExitCode, enter};
use signalbox_store::erasure::ErasureStep;
use signalbox_store::ingest::{FoldBatch, FoldPart, Letter, PositionMove, Quarantined};
use signalbox_store::retention::{Prunable, RetentionConfig};
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
        "prune" => store.token_put(&old_token()?, &[7; 32]).await?,
        "lease_renew" | "lease_release" => act(store, "lease_take").await?,
        "quota_give_back" => act(store, "quota_take").await?,
        "quarantine_drop" => {
            fold(store, FoldPart { quarantined: vec![quarantined()?], ..FoldPart::default() }).await?;
        }
        "letters_sent" => {
            let row = Quarantined { letter: Letter::Due, ..quarantined()? };
            fold(store, FoldPart { quarantined: vec![row], ..FoldPart::default() }).await?;
        }
        "erasure_step" => {
            act(store, "erasure_begin").await?;
            fold(store, FoldPart { quarantined: vec![quarantined()?], ..FoldPart::default() }).await?;
        }
        "position_seek" => {
            let position = Some(PositionMove { stream: stream()?, from: None, to: 9 });
            fold(store, FoldPart { position, ..FoldPart::default() }).await?;
        }
        "signal_release" => {
            people::prepare(store).await?;
            fold(store, FoldPart { folds: vec![people::held()?], ..FoldPart::default() }).await?;
        }
        "case_rule" | "case_pick" | "suppression_put" | "signals_move" | "task_disown" => {
            people::prepare(store).await?;
        }
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
        "prune" => {
            store.prune(&RetentionConfig::default(), Prunable::Tokens, NOW, 100).await?;
        }
        "lease_take" => drop(store.lease_take(&name, &"one".parse()?, until, NOW).await?),
        "lease_renew" => drop(store.lease_renew(&name, FencingToken(1), until.plus(MINUTE)).await?),
        "lease_release" => drop(store.lease_release(&name, FencingToken(1)).await?),
        "quarantine_drop" => store.quarantine_drop(quarantined()?.id).await?,
        "position_seek" => store.position_seek(&stream()?.source, "events", 0, 4, NOW).await?,
        "letters_sent" => store.letters_sent(&[quarantined()?.id]).await?,
        "erasure_begin" => store.erasure_begin(erasure(), "ada", &[7; 16], NOW).await?,
        "erasure_step" => {
            let step = ErasureStep {
                quarantined: vec![quarantined()?.id],
                ended_at: Some(NOW),
                ..ErasureStep::default()
            };
            store.erasure_step(erasure(), &step).await?;
        }
        "delivery_put" => drop(store.delivery_put(&delivery()?).await?),
        other => people::act(store, other).await?,
    }
    Ok(())
}

async fn fold(store: &Store, part: FoldPart) -> Result<(), Failed> {
    store.signals_fold(&FoldBatch { parts: vec![part] }, NOW).await?;
    Ok(())
}

fn stream() -> Result<Stream, Failed> {
    let (cluster, topic, topic_id) = ("c".to_owned(), "events".to_owned(), "t".to_owned());
    Ok(Stream { source: "posthog".parse()?, cluster, topic, topic_id, partition: 0 })
}

fn quarantined() -> Result<Quarantined, Failed> {
    Ok(Quarantined {
        id: QuarantineId::from_uuid(Uuid::from_u128(4)),
        source: "posthog".parse()?,
        origin: RecordOrigin::Request { id: None },
        code: "no-json".to_owned(),
        words: "expected JSON".to_owned(),
        sealed: vec![1],
        size: 1,
        letter: Letter::None,
    })
}

fn erasure() -> ErasureId {
    ErasureId::from_uuid(Uuid::from_u128(19))
}

fn delivery() -> Result<Delivery, Failed> {
    Ok(Delivery {
        id: DeliveryId::from_uuid(Uuid::from_u128(5)),
        source: "github".parse()?,
        external_id: "d-1".to_owned(),
        event: "issues".to_owned(),
        headers: Vec::new(),
        received_at: NOW,
        body: "{}".to_owned(),
    })
}

/// Revoked longer ago than tokens are kept.
fn old_token() -> Result<Token, Failed> {
    let made_at = Timestamp::from_micros(1_700_000_000_000_000);
    Ok(Token {
        id: TokenId::from_uuid(Uuid::from_u128(6)),
        name: "old".parse()?,
        role: Role::Viewer,
        scope: Scope::Everything,
        made_at,
        expires_at: None,
        revoked_at: Some(made_at),
        used_at: None,
        parent: None,
    })
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
