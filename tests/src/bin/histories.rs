//! How much better causes are located with what files say than by their names alone: on histories made of source packages that
//! this workspace is built of (the versions of Cargo.lock, as cargo has fetched them), with planted faults, each a commit and a release of its
//! own. `histories` prints a table; docs/EVALUATION.md has it.
//!
//! A fault turns one comparison or number near a message around. The ticket about it quotes the message, or names the
//! function, in a user's words: no path, no stack. Found is the file that the fault was planted in, and the commit.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use signalbox_domain::ids::{ProjectId, RepositoryId, SignalId};
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::{Fingerprint, Sample, Severity, Signal, SignalKey, SourceFamily, Worth};
use signalbox_domain::time::Timestamp;
use signalbox_planner::locate::{Query, Tree, locate};
use signalbox_planner::{BriefLab, CodeConfig, Reader};
use signalbox_runtime::Clock;
use signalbox_store::planner::PlanSignal;
use uuid::Uuid;

type Failed = Box<dyn Error>;

const PACKAGES: [&str; 5] = ["clap_builder", "sqlx-core", "jiff", "hyper", "regex-automata"];
/// Faults of a package.
const FAULTS: usize = 20;
/// Lines around a message in which a fault may be planted.
const NEAR: usize = 12;
/// Lines between two faults of one file.
const APART: usize = 40;
/// Signs that a fault turns around.
const TURNS: [(&str, &str); 6] = [
    (" == ", " != "),
    (" != ", " == "),
    (" < ", " >= "),
    (" > ", " <= "),
    (" + 1", " + 2"),
    (" - 1", " - 2"),
];
/// 2026-11-30T09:20:00Z, and faults before it, an hour apart.
const NOW: i64 = 1_796_030_400;

/// A fault as it is to be planted.
#[derive(Debug)]
struct Fault {
    path: String,
    /// Of the line that is changed, from zero.
    line: usize,
    turned: String,
    message: String,
    function: String,
}

#[derive(Debug, Default)]
struct Score {
    asked: u32,
    first: u32,
    among_five: u32,
    suspect_first: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let beside = tempfile::tempdir()?;
    println(
        "| package | files | tickets | names alone: Hit@1 | Hit@5 | with contents: Hit@1 | Hit@5 | commit first |",
    );
    println("|---|---|---|---|---|---|---|---|");
    let (mut all_names, mut all_read) = (Score::default(), Score::default());
    for package in PACKAGES {
        let (version, source) = source_of(package)?;
        let origin = beside.path().join(package);
        copy(&source, &origin)?;
        let files = files_of(&origin)?;
        let faults = faults(&origin, &files)?;
        let commits = plant(&origin, &version, &faults)?;
        let (mut names, mut read) = (Score::default(), Score::default());
        let config =
            CodeConfig { root: beside.path().join(format!("{package}-code")), ..CodeConfig::default() };
        let reader = Reader::new(&config, Clock::system());
        let tree = Tree::new(files.iter().map(String::as_str));
        for (n, fault) in faults.iter().enumerate() {
            let signal = ticket(n, fault)?;
            let text = format!("{}\n{}", signal.signal.title.value, signal.samples[0].text.value);
            let located = locate(&Query { text: &text, trace: None, repositories: &[] }, Some(&tree));
            let by_names: Vec<&str> = located.places.iter().map(|place| place.at.as_str()).collect();
            names.count(&by_names, &fault.path, false);
            let briefed = BriefLab::default()
                .read(&reader, vec![signal], vec![repository(package, &origin)?], at(0))
                .await;
            let task = briefed.tasks.first().ok_or("no brief")?;
            let code = task.context.code.as_ref().ok_or_else(|| format!("{:?}", task.context.not_read))?;
            let found: Vec<&str> =
                code.value.whereabouts.places.iter().map(|place| place.at.as_str()).collect();
            let suspect = code.value.suspects.first().is_some_and(|one| one.commit == commits[n]);
            read.count(&found, &fault.path, suspect);
        }
        row(&format!("{package} {version}"), files.len(), &names, &read);
        all_names.add(&names);
        all_read.add(&read);
    }
    row("all", 0, &all_names, &all_read);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is what is asked for")]
fn println(line: &str) {
    println!("{line}");
}

fn row(name: &str, files: usize, names: &Score, read: &Score) {
    let share = |part: u32, score: &Score| format!("{:.2}", f64::from(part) / f64::from(score.asked.max(1)));
    let files = if files == 0 { String::new() } else { files.to_string() };
    let cells = [
        name.to_owned(),
        files,
        names.asked.to_string(),
        share(names.first, names),
        share(names.among_five, names),
        share(read.first, read),
        share(read.among_five, read),
        share(read.suspect_first, read),
    ];
    println(&format!("| {} |", cells.join(" | ")));
}

impl Score {
    fn count(&mut self, found: &[&str], wanted: &str, suspect: bool) {
        self.asked += 1;
        self.first += u32::from(found.first() == Some(&wanted));
        self.among_five += u32::from(found.iter().take(5).any(|path| *path == wanted));
        self.suspect_first += u32::from(suspect);
    }

    fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.first += other.first;
        self.among_five += other.among_five;
        self.suspect_first += other.suspect_first;
    }
}

/// Where cargo keeps a package of this workspace, and its version.
fn source_of(package: &str) -> Result<(String, PathBuf), Failed> {
    let output = Command::new("cargo").args(["metadata", "--locked", "--format-version", "1"]).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("packages")?;
    let found = packages.iter().find(|one| one["name"] == package).ok_or_else(|| format!("no {package}"))?;
    let manifest = PathBuf::from(found["manifest_path"].as_str().ok_or("a path")?);
    let version = found["version"].as_str().ok_or("a version")?.to_owned();
    Ok((version, manifest.parent().ok_or("a folder")?.to_owned()))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::write(target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

fn files_of(folder: &Path) -> Result<Vec<String>, Failed> {
    fn into(root: &Path, folder: &Path, files: &mut BTreeSet<String>) -> Result<(), Failed> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                into(root, &path, files)?;
            } else if let Some(name) = path.strip_prefix(root)?.to_str() {
                files.insert(name.to_owned());
            }
        }
        Ok(())
    }
    let mut files = BTreeSet::new();
    into(folder, folder, &mut files)?;
    Ok(files.into_iter().collect())
}

/// Spread evenly over all places where a fault can be planted, one a file at most as long as there are others.
fn faults(origin: &Path, files: &[String]) -> Result<Vec<Fault>, Failed> {
    let mut all: Vec<Fault> = Vec::new();
    for path in files.iter().filter(|path| path.starts_with("src/") && path.ends_with(".rs")) {
        if path.contains("test") {
            continue;
        }
        let text = fs::read_to_string(origin.join(path))?;
        let lines: Vec<&str> = text.lines().collect();
        let mut next = 0;
        for (at, line) in lines.iter().enumerate() {
            if let Some(fault) = fault(path, &lines, at, line).filter(|fault| fault.line >= next) {
                next = fault.line + APART;
                all.push(fault);
            }
        }
    }
    let step = (all.len() / FAULTS).max(1);
    Ok(all.into_iter().step_by(step).take(FAULTS).collect())
}

fn fault(path: &str, lines: &[&str], at: usize, line: &str) -> Option<Fault> {
    let is_comment = |line: &str| line.trim_start().starts_with("//");
    if is_comment(line) {
        return None;
    }
    let message = line.split('"').nth(1)?;
    let is_sentence = message.len() >= 20
        && message.split(' ').count() >= 4
        && message.chars().all(|c| c.is_ascii_alphanumeric() || " ,.`'-{}:?_()".contains(c));
    let around = at.saturating_sub(NEAR)..(at + NEAR).min(lines.len());
    let (near, turned) =
        around.filter(|near| !is_comment(lines[*near]) && !lines[*near].contains('"')).find_map(|near| {
            TURNS.iter().find_map(|(from, to)| {
                lines[near].contains(from).then(|| (near, lines[near].replacen(from, to, 1)))
            })
        })?;
    let function = lines[..=near].iter().rev().find_map(|line| {
        let name = line.split_once("fn ")?.1.split(['(', '<']).next()?;
        (!is_comment(line) && name.len() >= 6).then(|| name.to_owned())
    })?;
    is_sentence.then(|| Fault {
        path: path.to_owned(),
        line: near,
        turned,
        message: message.to_owned(),
        function,
    })
}

/// One commit and one tag a fault, on top of each other; the commits.
fn plant(origin: &Path, version: &str, faults: &[Fault]) -> Result<Vec<String>, Failed> {
    let begin = NOW - 400 * 24 * 3600;
    git(origin, begin, &["init", "-q", "-b", "main"])?;
    git(origin, begin, &["add", "-A", "-f"])?;
    git(origin, begin, &["commit", "-q", "-m", "The package as it is"])?;
    git(origin, begin, &["tag", &format!("v{version}")])?;
    let mut commits = Vec::new();
    for (n, fault) in faults.iter().enumerate() {
        let path = origin.join(&fault.path);
        let text = fs::read_to_string(&path)?;
        let mut lines: Vec<&str> = text.lines().collect();
        lines[fault.line] = &fault.turned;
        fs::write(&path, format!("{}\n", lines.join("\n")))?;
        let when = NOW - 3600 * i64::try_from(faults.len() - n)?;
        git(origin, when, &["commit", "-q", "-a", "-m", &format!("Tidy up {n}")])?;
        git(origin, when, &["tag", &format!("v{version}-{n}")])?;
        commits.push(git(origin, when, &["rev-parse", "HEAD"])?);
    }
    Ok(commits)
}

fn git(folder: &Path, at: i64, arguments: &[&str]) -> Result<String, Failed> {
    let when = format!("{at} +0000");
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([("GIT_AUTHOR_DATE", &when), ("GIT_COMMITTER_DATE", &when)])
        .output()?;
    if !output.status.success() {
        return Err(format!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros((NOW + seconds) * 1_000_000)
}

/// What somebody writes who met it: every other one quotes what it said, the others name what they called.
fn ticket(n: usize, fault: &Fault) -> Result<PlanSignal, Failed> {
    let (title, text) = if n.is_multiple_of(2) {
        (
            "It refuses what it took before".to_owned(),
            format!(
                "Since the last version I am told \"{}\" although nothing changed on my side.",
                fault.message
            ),
        )
    } else {
        (
            format!("{} gives something else than before", fault.function),
            format!("I call `{}` as always, and since the last version the result is wrong.", fault.function),
        )
    };
    let title = Sourced::stranger(title);
    let sample = Sample {
        occurred_at: at(0),
        title: title.clone(),
        text: Sourced::stranger(text),
        frames: vec![],
        release: None,
        environment: None,
        route: None,
        links: vec![],
        attributes: serde_json::Map::new(),
        redacted: vec![],
        worth: Worth { at: at(0), rank: 1, richness: 1 },
    };
    let signal = Signal {
        id: SignalId::from_uuid(Uuid::from_u128(100 + u128::try_from(n)?)),
        key: SignalKey {
            project: ProjectId::from_uuid(Uuid::from_u128(1)),
            family: SourceFamily::Support,
            kind: "feedback".parse()?,
            fingerprint: Fingerprint { version: 1, key: n.to_string() },
        },
        title,
        severity: Severity::Error,
        count: 1,
        users: None,
        first_seen: at(0),
        last_seen: at(0),
        hold: None,
        repository: None,
        revision: 1,
        planned_revision: 0,
    };
    Ok(PlanSignal { signal, samples: vec![sample], case: None })
}

fn repository(package: &str, origin: &Path) -> Result<Repository, Failed> {
    Ok(Repository {
        id: RepositoryId::from_uuid(Uuid::from_u128(2)),
        project: ProjectId::from_uuid(Uuid::from_u128(1)),
        name: format!("acme/{package}").parse()?,
        location: origin.to_str().ok_or("a plain folder")?.to_owned(),
        default_branch: "main".to_owned(),
    })
}
