//! A house with one repository, a dispatcher and a runner.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use signalbox_domain::ids::{RunId, TaskId};
use signalbox_domain::job::{AgentSpec, Job, JobLimits, JobRepository, Publish};
use signalbox_domain::outcome::{Failure, Verdict};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::run::RunNote;
use signalbox_domain::task::{Intent, Mode};
use signalbox_redact::{Config, LiteralSecret, Redactor};
use signalbox_runner::{Runner, RunnerConfig, RunnerError, RunnerSetup};
use signalbox_runtime::{
    BuildInfo, Clock, LeaseConfig, Metrics, Randomness, Shutdown, Stop, TaskHandle, Tasks, Wakeups,
};
use signalbox_testkit::{process, wait_until_async};
use signalbox_workspace::branch_name;
use tempfile::TempDir;
use uuid::Uuid;

use crate::dispatcher::{Dispatcher, Row};

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct House {
    folder: TempDir,
    pub(crate) clock: Clock,
    pub(crate) tasks: Tasks,
    pub(crate) shutdown: Shutdown,
    pub(crate) dispatcher: Dispatcher,
}

impl House {
    /// `origin` has one commit on `main`.
    pub(crate) fn new() -> Self {
        let (clock, shutdown) = (Clock::system(), Shutdown::new());
        let house = Self {
            folder: tempfile::tempdir().unwrap(),
            tasks: Tasks::new(shutdown.clone()),
            dispatcher: Dispatcher::new(clock.clone()),
            clock,
            shutdown,
        };
        fs::create_dir(house.origin()).unwrap();
        git(&house.origin(), &["init", "-q", "-b", "main"]);
        fs::write(house.origin().join("a.txt"), "one\ntwo\nthree\n").unwrap();
        git(&house.origin(), &["add", "-A"]);
        git(&house.origin(), &["commit", "-q", "-m", "A person's work"]);
        house
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn origin(&self) -> PathBuf {
        self.path("origin")
    }

    pub(crate) fn config(&self, modes: &[Mode]) -> RunnerConfig {
        RunnerConfig {
            root: self.path("runner"),
            modes: modes.to_vec(),
            lease: LeaseConfig {
                permits: NonZeroUsize::new(4).unwrap(),
                length: Duration::from_secs(2),
                poll: Duration::from_millis(20),
                ..LeaseConfig::default()
            },
            ..RunnerConfig::default()
        }
    }

    /// Starts a runner for these modes.
    pub(crate) async fn start(&self, modes: &[Mode]) -> TaskHandle<()> {
        self.start_with(self.config(modes)).await.unwrap()
    }

    pub(crate) async fn start_with(&self, config: RunnerConfig) -> Result<TaskHandle<()>, RunnerError> {
        let setup = RunnerSetup {
            config,
            clock: self.clock.clone(),
            randomness: Randomness::seeded(7),
            tasks: self.tasks.clone(),
            redact: redactor(),
        };
        let runner = Runner::new(setup, self.dispatcher.clone()).await?;
        let metrics = Metrics::new(BuildInfo { version: "1", revision: "r" }).unwrap();
        let wakeups = Wakeups::new(self.clock.clone()).subscribe(&[]);
        let (running, _status) = runner.start(&metrics, wakeups, Stop::from(self.shutdown.clone()));
        Ok(self.tasks.spawn("runner", running))
    }

    /// A job whose agent is this script of bash. `N` tells jobs apart.
    pub(crate) fn job(&self, n: u128, script: &str) -> Job {
        let task = TaskId::from_uuid(Uuid::from_u128(n));
        Job {
            task,
            run: RunId::from_uuid(Uuid::from_u128((n << 80) + Uuid::new_hash(self.folder.path()))),
            title: Sourced::stranger("Checkout $(fails)".to_owned()),
            brief: Sourced::stranger("Find out \"why\".\n".to_owned()),
            context: None,
            intent: Intent::Change,
            mode: Mode::Worktree,
            repository: JobRepository {
                name: "acme/shop".parse().unwrap(),
                location: self.origin().to_str().unwrap().to_owned(),
                default_branch: "main".to_owned(),
            },
            agent: AgentSpec::Command {
                program: "bash".to_owned(),
                arguments: vec!["-c".to_owned(), script.to_owned()],
            },
            check: None,
            branch: branch_name(task, "Checkout $(fails)"),
            publish: Publish::Keep,
            limits: JobLimits { wall: Duration::from_secs(60), ..JobLimits::default() },
        }
    }

    /// Queues a job and waits for its report.
    pub(crate) async fn done(&self, job: Job) -> Row {
        let run = job.run;
        self.dispatcher.queue(job);
        self.dispatcher.until("the run is reported", run, |row| row.report.is_some()).await
    }

    /// Waits until a file outside of the dispatcher is there, and reads it.
    pub(crate) async fn file(&self, path: &Path) -> String {
        let is_whole = || fs::read_to_string(path).is_ok_and(|text| text.ends_with('\n'));
        self.holds(&format!("{} is there", path.display()), is_whole).await;
        fs::read_to_string(path).unwrap()
    }

    /// Waits until it is so on this computer.
    pub(crate) async fn holds(&self, what: &str, holds: impl Fn() -> bool) {
        wait_until_async(what, PATIENCE, async || holds()).await.unwrap();
    }

    /// A run's own folder.
    pub(crate) fn run_folder(&self, job: &Job) -> PathBuf {
        self.path("runner/runs").join(job.run.to_string())
    }

    /// The folders that are there of all worktrees.
    pub(crate) fn worktrees(&self) -> Vec<PathBuf> {
        let folders = |path: PathBuf| -> Vec<PathBuf> {
            let entries = fs::read_dir(path).into_iter().flatten();
            entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
        };
        folders(self.path("runner/worktrees")).into_iter().flat_map(folders).collect()
    }

    /// Waits until each process that a file names is gone.
    pub(crate) async fn gone(&self, pids: &Path) {
        let pids = self.file(pids).await;
        self.holds(&format!("of {pids:?} none lives"), || !pids.lines().any(process::lives)).await;
    }

    pub(crate) fn worktree(&self) -> PathBuf {
        let repositories = self.path("runner/worktrees");
        let repository = fs::read_dir(repositories).unwrap().next().unwrap().unwrap().path();
        let entries = fs::read_dir(repository).unwrap().map(|entry| entry.unwrap().path());
        let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0)
    }

    pub(crate) fn branches(&self) -> String {
        git(&self.origin(), &["for-each-ref", "--format=%(refname:short)", "refs/heads"])
    }
}

/// Knows one secret besides the built-in rules.
fn redactor() -> Redactor {
    let literals = vec![LiteralSecret::new("hunter22-hunter22")];
    Redactor::new(&Config { literals, ..Config::default() }).unwrap()
}

/// Runs of different tests must not share an id: what is left of a run is found by it over the whole computer.
trait NewHash {
    fn new_hash(path: &Path) -> u128;
}

impl NewHash for Uuid {
    fn new_hash(path: &Path) -> u128 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        u128::from(hasher.finish())
    }
}

pub(crate) fn failure(row: &Row) -> Failure {
    match &row.report.as_ref().unwrap().verdict {
        Verdict::Failed { failure } => failure.clone(),
        other => panic!("no failure: {other:?}"),
    }
}

pub(crate) fn said(row: &Row) -> String {
    row.notes
        .iter()
        .filter_map(|note| match note {
            RunNote::Said { text } => Some(text.as_str()),
            _ => None,
        })
        .collect()
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}
