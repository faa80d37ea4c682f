//! Makes the pages of docs/briefs: one brief a kind of job, of records as the systems write them (`tests/briefs/records.json`)
//! and of a small repository that is the same on every machine. `briefs FOLDER` writes them there; a test compares.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde_json::value::RawValue;
use signalbox_domain::ids::{ProjectId, RepositoryId};
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::signal::Signal;
use signalbox_domain::time::Timestamp;
use signalbox_ingest::{FingerprintConfig, FoldContext, Folder, Format, HoldConfig, Payload, read};
use signalbox_planner::{BriefLab, Briefed, CodeConfig, Reader};
use signalbox_redact::{Config, Redactor};
use signalbox_runtime::{Clock, IdSource, Randomness, SealingKeys};
use signalbox_store::ingest::Fold;
use signalbox_store::planner::PlanSignal;
use uuid::Uuid;

type Failed = Box<dyn Error>;

/// 2026-11-30T09:20:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_796_030_400_000_000);

#[derive(Deserialize)]
struct Record {
    kind: String,
    format: String,
    written_by: Provenance,
    payload: Box<RawValue>,
    /// Further records of the same signal, where one alone is too little to act on.
    #[serde(default)]
    others: Vec<Box<RawValue>>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let folder = std::env::args_os().nth(1).ok_or("expected a folder")?;
    let folder = PathBuf::from(folder);
    let beside = tempfile::tempdir()?;
    let origin = beside.path().join("shop");
    make_origin(&origin)?;
    let records: Vec<Record> = serde_json::from_str(include_str!("../../briefs/records.json"))?;
    let config = CodeConfig { root: beside.path().join("code"), ..CodeConfig::default() };
    let reader = Reader::new(&config, Clock::system());
    std::fs::create_dir_all(&folder)?;
    for record in records {
        let briefed = brief(&record, &origin, &reader).await?;
        let [task] = briefed.tasks.as_slice() else {
            return Err(format!("{}: {:?}", record.kind, briefed.reasons).into());
        };
        if task.context.kind != record.kind {
            return Err(format!("{} is told as {}", record.kind, task.context.kind).into());
        }
        std::fs::write(folder.join(format!("{}.md", record.kind)), &task.brief)?;
        let mut context = serde_json::to_string_pretty(&task.context)?;
        context.push('\n');
        std::fs::write(folder.join(format!("{}.json", record.kind)), context)?;
    }
    Ok(())
}

async fn brief(record: &Record, origin: &Path, reader: &Reader) -> Result<Briefed, Failed> {
    let (project, repository) = (ProjectId::from_uuid(Uuid::from_u128(1)), Uuid::from_u128(2));
    let repository = Repository {
        id: RepositoryId::from_uuid(repository),
        project,
        name: "acme/shop".parse()?,
        location: origin.to_str().ok_or("a folder with a plain name")?.to_owned(),
        default_branch: "main".to_owned(),
    };
    let signals = signals(record, project)?;
    Ok(BriefLab::default().read(reader, signals, vec![repository], NOW).await)
}

/// As ingest folds the record.
fn signals(record: &Record, project: ProjectId) -> Result<Vec<PlanSignal>, Failed> {
    let format = Format::from_name(&record.format).ok_or("a format of ours")?;
    let (redactor, ids) =
        (Redactor::new(&Config::default())?, IdSource::new(Clock::manual(NOW).0, Randomness::seeded(2)));
    let keys = SealingKeys::from_text("briefs", &"a".repeat(64), Randomness::seeded(3))?;
    let holds = HoldConfig { development_hosts: false, ..HoldConfig::default() };
    let context = FoldContext::new(&redactor, &ids, &keys, &holds, NOW);
    let mut folder = Folder::default();
    for payload in std::iter::once(&record.payload).chain(&record.others) {
        let reading = read(format, &Payload::new(payload.get().as_bytes(), record.written_by))?;
        for observation in reading.kept {
            folder.add(project, observation, &FingerprintConfig::default(), &context);
        }
    }
    Ok(folder.finish(&redactor).folds.into_iter().map(signal).collect())
}

fn signal(fold: Fold) -> PlanSignal {
    let seen = || fold.records.iter().map(|record| record.at);
    let users = fold.users.estimate();
    let signal = Signal {
        id: fold.id,
        title: fold.title,
        severity: fold.severity,
        count: fold.records.iter().map(|record| record.count).sum(),
        users: (users > 0).then_some(users),
        first_seen: seen().min().unwrap_or(NOW),
        last_seen: seen().max().unwrap_or(NOW),
        hold: fold.hold,
        repository: fold.repository,
        revision: 1,
        planned_revision: 0,
        key: fold.key,
    };
    PlanSignal { signal, samples: fold.samples, case: None }
}

const CART: &str = "\"\"\"What a customer is about to buy.\"\"\"\n\n\ndef total(items):\n    \"\"\"The sum of all prices.\"\"\"\n    return sum(item[\"price\"] for item in items)\n";
const CHECKOUT: &str = "from shop.cart import total\n\n\ndef charge(card, amount):\n    return card.charge(amount)\n\n\ndef pay(card, items):\n    return charge(card, total(items))\n";
const TILE: &str = "#include \"tile.h\"\n\nnamespace tile {\n\nint draw(const tile* one)\n{\n    return one->pixels[0];\n}\n\n}\n";

/// Two people, two dates, a release and an owner.
fn make_origin(origin: &Path) -> Result<(), Failed> {
    let write = |path: &str, text: &str| -> Result<(), Failed> {
        let path = origin.join(path);
        std::fs::create_dir_all(path.parent().ok_or("a folder")?)?;
        Ok(std::fs::write(path, text)?)
    };
    write("shop/cart.py", &CART.replace("item[\"price\"] for item", "item.price for item"))?;
    write("shop/checkout.py", CHECKOUT)?;
    write(
        "tests/test_cart.py",
        "from shop.cart import total\n\n\ndef test_nothing():\n    assert total([]) == 0\n",
    )?;
    write("native/tile.cpp", TILE)?;
    write("native/main.cpp", "#include \"tile.h\"\n\nint main()\n{\n    return tile::draw(nullptr);\n}\n")?;
    write("web/src/checkout.ts", "export function reset(form: HTMLFormElement) {\n  form.reset();\n}\n")?;
    write("requirements.txt", "acme-http==2.3.0\n")?;
    write(".github/workflows/tests.yml", "name: tests\n")?;
    write("CODEOWNERS", "/shop/ @acme/checkout\n/native/ @ben\n")?;
    git(origin, "Ben", "2026-01-10T10:00:00Z", &["init", "-q", "-b", "main"])?;
    git(origin, "Ben", "2026-01-10T10:00:00Z", &["add", "-A"])?;
    git(origin, "Ben", "2026-01-10T10:00:00Z", &["commit", "-q", "-m", "The shop"])?;
    write("shop/cart.py", CART)?;
    git(origin, "Ada", "2026-11-28T16:00:00Z", &["commit", "-q", "-a", "-m", "Sum up prices of bundles"])?;
    git(origin, "Ada", "2026-11-28T16:00:00Z", &["tag", "v4.2.0"])?;
    write("shop/checkout.py", &format!("# Paying.\n{CHECKOUT}"))?;
    git(origin, "Ada", "2026-11-29T16:00:00Z", &["commit", "-q", "-a", "-m", "Say what it is for"])
}

fn git(folder: &Path, who: &str, at: &str, arguments: &[&str]) -> Result<(), Failed> {
    let mail = format!("{}@acme.example", who.to_lowercase());
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "commit.gpgSign=false", "-c", "core.autocrlf=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([("GIT_AUTHOR_NAME", who), ("GIT_COMMITTER_NAME", who)])
        .envs([("GIT_AUTHOR_EMAIL", mail.as_str()), ("GIT_COMMITTER_EMAIL", mail.as_str())])
        .envs([("GIT_AUTHOR_DATE", at), ("GIT_COMMITTER_DATE", at)])
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
}
