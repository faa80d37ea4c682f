//! The bench `brief`: what a brief costs. A repository of ten thousand files, once fetched: route, locate, blame, snippets and
//! the page of one crash; and which of a hundred known repositories a crash belongs to. Called through `cases`.
//!
//! The first look fetches, lists the tree, and reads blame and snippets: it is stated alone. What is measured many times is the
//! same case again, which is fetched anew and otherwise remembered, beside the same plan without a look.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use signalbox_domain::ids::{ProjectId, RepositoryId, SignalId};
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::{
    Fingerprint, Frame, Sample as Record, Severity, Signal, SignalKey, SourceFamily, Worth,
};
use signalbox_domain::time::Timestamp;
use signalbox_planner::locate::Tree;
use signalbox_planner::route::{Asked, Choice, Experience, Known, route};
use signalbox_planner::{BriefLab, CodeConfig, Reader};
use signalbox_runtime::Clock;
use signalbox_store::planner::PlanSignal;
use uuid::Uuid;
use xtask::timing::Stopwatch;

use super::Plan;
use crate::frame::{Case, Sample, Side, Size};
use crate::latencies::Latencies;
use crate::report::Row;

/// How much a turn does.
struct Work {
    files: usize,
    looks: usize,
    repositories: usize,
    files_each: usize,
    routes: usize,
}

const FULL: Work = Work { files: 10_000, looks: 20, repositories: 100, files_each: 1_000, routes: 100 };
const QUICK: Work = Work { files: 200, looks: 2, repositories: 5, files_each: 50, routes: 3 };

const NOW: Timestamp = Timestamp::from_micros(1_796_030_400_000_000);
/// Lines of a file, and commits that changed the one that crashes.
const LINES: usize = 60;
const CHANGES: usize = 20;

pub(super) fn run(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let work = match plan.size {
        Size::Quick => QUICK,
        Size::Full => FULL,
    };
    let mut rows = briefs(plan, &work)?;
    rows.extend(routes(plan, &work)?);
    Ok(rows)
}

fn briefs(plan: &Plan, work: &Work) -> anyhow::Result<Vec<Row>> {
    let folder = tempfile::tempdir().context("making a folder")?;
    let origin = folder.path().join("origin");
    make_origin(&origin, work.files)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let reader_in = |name: &str| {
        let config = CodeConfig { root: folder.path().join(name), ..CodeConfig::default() };
        Reader::new(&config, Clock::system())
    };
    let repository = repository(1, "acme/shop", origin.to_str().context("a plain folder")?)?;
    let look = |reader: &Reader| -> anyhow::Result<()> {
        let lab = BriefLab::default();
        let made =
            runtime.block_on(lab.read(reader, vec![crash("src/p3/f7.py")?], vec![repository.clone()], NOW));
        let [task] = made.tasks.as_slice() else { anyhow::bail!("no brief: {:?}", made.reasons) };
        for part in ["# The code", "# Suspect commits", "src/p3/f7.py:30, in step"] {
            ensure!(task.brief.contains(part), "{part} is missing in:\n{}", task.brief);
        }
        Ok(())
    };
    let fetched = reader_in("fetched");
    look(&fetched)?;
    let again = || timed(work.looks, || look(&fetched));
    let unread = || {
        timed(work.looks, || {
            let lab = BriefLab::default();
            black_box(lab.briefs(vec![crash("src/p3/f7.py")?], vec![repository.clone()], NOW));
            Ok(())
        })
    };
    let mut turn = 0;
    let first = || {
        turn += 1;
        let fresh = reader_in(&format!("fresh{turn}"));
        timed(1, || look(&fresh))
    };
    let case = |what: &str| format!("{what}, {} files", work.files);
    let mut rows = play(
        plan,
        &case("brief with blame and snippets"),
        "briefs",
        Side::new("ours", again),
        Some(Side::new("without a look", unread)),
    )?;
    rows.extend(play(
        plan,
        &case("the first look, with its fetch"),
        "briefs",
        Side::new("ours", first),
        None,
    )?);
    Ok(rows)
}

fn routes(plan: &Plan, work: &Work) -> anyhow::Result<Vec<Row>> {
    let names: Vec<String> = (0..work.repositories).map(|n| format!("acme/part-{n}")).collect();
    let trees: Vec<Tree> = (0..work.repositories)
        .map(|n| {
            let paths: Vec<String> =
                (0..work.files_each).map(|file| format!("src/area{n}/p{}/f{file}.py", file % 10)).collect();
            Tree::new(paths.iter().map(String::as_str))
        })
        .collect();
    let known: Vec<Known<'_>> =
        names.iter().zip(&trees).map(|(name, tree)| Known { name, tree: Some(tree) }).collect();
    let mut experience = Experience::default();
    for (n, name) in names.iter().enumerate() {
        for at in 0..5 {
            experience.learn(&format!("area{n} step{at} of part{n} ran out of tokens{n}"), name);
        }
    }
    let wanted = work.repositories / 2;
    let text = format!(
        "Traceback (most recent call last):\n  File \"/srv/app/src/area{wanted}/p1/f1.py\", line 3, in step\n  File \"/srv/app/src/area{wanted}/p2/f2.py\", line 9, in total\nKeyError: 'x'"
    );
    let ours = || {
        timed(work.routes, || {
            let routed = route(&Asked { text: &text, trace: None }, &known, &experience);
            ensure!(routed.choice == Choice::One(wanted), "routed to {:?}", routed.choice);
            Ok(())
        })
    };
    let alone = || {
        timed(work.routes, || {
            black_box(route(&Asked { text: &text, trace: None }, &known[wanted..=wanted], &experience));
            Ok(())
        })
    };
    let name = format!("route among {} repositories of {} files", work.repositories, work.files_each);
    play(plan, &name, "routes", Side::new("ours", ours), Some(Side::new("one repository", alone)))
}

fn timed(times: usize, mut act: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Sample> {
    let mut latencies = Latencies::default();
    for _ in 0..times {
        let watch = Stopwatch::start();
        act()?;
        latencies.record(watch.elapsed());
    }
    latencies.into_sample(Sample::default())
}

fn play<'a>(
    plan: &Plan,
    name: &str,
    things: &str,
    ours: Side<'a>,
    peer: Option<Side<'a>>,
) -> anyhow::Result<Vec<Row>> {
    let peers = peer.into_iter().collect();
    plan.play(&mut [Case { name: name.to_owned(), things: things.to_owned(), ours, peers }])
}

fn repository(n: u128, name: &str, location: &str) -> anyhow::Result<Repository> {
    Ok(Repository {
        id: RepositoryId::from_uuid(Uuid::from_u128(n)),
        project: ProjectId::from_uuid(Uuid::from_u128(1)),
        name: name.parse()?,
        location: location.to_owned(),
        default_branch: "main".to_owned(),
    })
}

/// A crash in that file.
fn crash(path: &str) -> anyhow::Result<PlanSignal> {
    let title = Sourced::stranger("KeyError: 'price'".to_owned());
    let frame = |function: &str, line: u32| Frame {
        function: Some(function.to_owned()),
        module: None,
        file: Some(format!("/srv/app/{path}")),
        line: Some(line),
        in_app: Some(true),
    };
    let sample = Record {
        occurred_at: NOW,
        title: title.clone(),
        text: Sourced::stranger("'price'".to_owned()),
        frames: vec![frame("step", 30), frame("step", 50)],
        release: None,
        environment: None,
        route: None,
        links: vec![],
        attributes: serde_json::Map::new(),
        redacted: vec![],
        worth: Worth { at: NOW, rank: 3, richness: 2 },
    };
    let signal = Signal {
        id: SignalId::from_uuid(Uuid::from_u128(3)),
        key: SignalKey {
            project: ProjectId::from_uuid(Uuid::from_u128(1)),
            family: SourceFamily::ErrorTracking,
            kind: "exception".parse()?,
            fingerprint: Fingerprint { version: 1, key: "3".to_owned() },
        },
        title,
        severity: Severity::Error,
        count: 12,
        users: None,
        first_seen: NOW,
        last_seen: NOW,
        hold: None,
        repository: None,
        revision: 1,
        planned_revision: 0,
    };
    Ok(PlanSignal { signal, samples: vec![sample], case: None })
}

/// Files in folders of a hundred; one of them has a history.
fn make_origin(origin: &Path, files: usize) -> anyhow::Result<()> {
    let text = |changed: usize| {
        let mut text = "def step(cart):\n".to_owned();
        for line in 2..=LINES {
            let note = if line % CHANGES < changed { " + 1" } else { "" };
            text.push_str(&format!("    total = cart[{line}]{note}\n"));
        }
        text
    };
    for file in 0..files {
        let folder = origin.join(format!("src/p{}", file / 100));
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("f{}.py", file % 100)), text(0))?;
    }
    fs::write(origin.join("CODEOWNERS"), "/src/p3/ @acme/three\n")?;
    fs::create_dir_all(origin.join("src/p3"))?;
    let crashing = origin.join("src/p3/f7.py");
    git(origin, &["init", "-q", "-b", "main"])?;
    for changed in 0..=CHANGES {
        fs::write(&crashing, text(changed))?;
        git(origin, &["add", "-A"])?;
        git(origin, &["commit", "-q", "--allow-empty", "-m", &format!("Change {changed}")])?;
    }
    git(origin, &["gc", "-q"])
}

fn git(folder: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let done = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        // Before the crash, whatever the day is.
        .envs([("GIT_AUTHOR_DATE", "2026-11-20T09:00:00Z"), ("GIT_COMMITTER_DATE", "2026-11-20T09:00:00Z")])
        .output()
        .context("running git")?;
    ensure!(done.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_run_measures_every_case() {
        let rows = run(&Plan { rounds: 1, size: Size::Quick }).unwrap();
        let told: std::collections::BTreeSet<(&str, &str)> =
            rows.iter().map(|row| (row.case.as_str(), row.metric)).collect();
        assert_eq!(told.len(), 6, "{told:?}");
    }
}
