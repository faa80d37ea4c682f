//! Where a run works: three modes, one contract. A place is prepared, programs run in it, and its changes are gathered.

pub(crate) mod cloud;
pub(crate) mod folders;
mod local;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use signalbox_domain::job::{Job, LeasedRun};
use signalbox_domain::outcome::Failure;
use signalbox_domain::task::Mode;
use signalbox_redact::Redactor;
use signalbox_runtime::{Clock, Tasks};
use signalbox_sandbox::Sandbox;
use signalbox_workspace::{
    Cache, Commit, CommitMessage, FileLock, Found, Repository, WorkspaceError, Worktree,
};

use crate::agents::Invocation;
use crate::config::RunnerConfig;
use crate::failure::{detail, of_gathering, of_workspace};
use cloud::CloudPlace;
pub(crate) use folders::Folders;
use local::LocalPlace;

/// What a runner works with, whatever the run.
pub(crate) struct Tools {
    pub(crate) config: RunnerConfig,
    pub(crate) clock: Clock,
    pub(crate) tasks: Tasks,
    pub(crate) redact: Redactor,
    pub(crate) cache: Cache,
    /// There if cloud runs may be leased.
    pub(crate) sandbox: Option<Sandbox>,
}

/// What stands between an agent and this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Isolation {
    None,
    Sandbox,
}

/// A place, and the locks that keep other runs out of it.
pub(crate) struct Place<'a> {
    tools: &'a Tools,
    folders: Folders,
    kind: Kind,
    _locks: Vec<FileLock>,
}

enum Kind {
    Local(LocalPlace),
    Worktree(Box<(Repository, Worktree)>),
    Cloud(Box<CloudPlace>),
}

/// What was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Gathered {
    Nothing,
    Committed(Commit),
    /// In the engineer's own working tree, where it stays.
    InPlace {
        branch: String,
        commit: String,
        files: u32,
    },
}

impl<'a> Place<'a> {
    pub(crate) async fn prepare(tools: &'a Tools, leased: &LeasedRun) -> Result<Self, Failure> {
        let job = &leased.job;
        if !tools.config.modes.contains(&job.mode) {
            return Err(Failure::Refused { detail: format!("this runner does no {} runs", job.mode) });
        }
        let unmade =
            |error: String| Failure::WorkspaceFailed { detail: tools.redact.text(&error).text.into_owned() };
        let failed = |error| of_workspace(&error, &tools.redact);
        let folders = Folders::of(&tools.config.root, job).map_err(unmade)?;
        let locks = lock(tools, &folders).await.map_err(|error| match error {
            Unlocked::Unmade(error) => unmade(error),
            Unlocked::Held(error) => failed(error),
        })?;
        folders.make(job).map_err(unmade)?;
        // Of an attempt that was killed together with its runner.
        crate::leftovers::end(job.run);
        let kind = match job.mode {
            Mode::Local => Kind::Local(LocalPlace::open(tools, &folders, job).await.map_err(failed)?),
            Mode::Worktree => {
                let repository = open(tools, job).await.map_err(failed)?;
                let default = &job.repository.default_branch;
                let worktree = repository.worktree(&folders.worktree, &job.branch, default).await;
                Kind::Worktree(Box::new((repository, worktree.map_err(failed)?)))
            }
            Mode::Cloud => {
                let sandbox = tools.sandbox.clone().ok_or_else(no_sandbox)?;
                let repository = open(tools, job).await.map_err(failed)?;
                let place = CloudPlace::open(repository, sandbox, &folders, job).await.map_err(failed)?;
                Kind::Cloud(Box::new(place))
            }
        };
        Ok(Self { tools, folders, kind, _locks: locks })
    }

    pub(crate) fn folders(&self) -> &Folders {
        &self.folders
    }

    pub(crate) fn isolation(&self) -> Isolation {
        match self.kind {
            Kind::Local(_) | Kind::Worktree(_) => Isolation::None,
            Kind::Cloud(_) => Isolation::Sandbox,
        }
    }

    /// A program in this place. Files of ours (brief, context, check) are shown to it under the names given by `shown`.
    pub(crate) fn command(&self, job: &Job, invocation: &Invocation) -> Command {
        let mut variables = vec![
            (OsString::from("SIGNALBOX_TASK"), OsString::from(job.task.to_string())),
            ("SIGNALBOX_RUN".into(), job.run.to_string().into()),
            ("SIGNALBOX_BRIEF".into(), self.shown(&self.folders.brief).into_os_string()),
        ];
        if job.context.is_some() {
            let context = self.shown(&self.folders.context).into_os_string();
            variables.push(("SIGNALBOX_CONTEXT".into(), context));
        }
        let directory = match &self.kind {
            Kind::Cloud(place) => return place.command(&self.folders, invocation, variables),
            Kind::Local(place) => place.path().to_owned(),
            Kind::Worktree(both) => both.1.path().to_owned(),
        };
        let passed =
            EVERYDAY.iter().map(|name| (*name).to_owned()).chain(self.tools.config.variables.clone());
        variables.extend(passed.filter_map(|name| Some((OsString::from(&name), std::env::var_os(&name)?))));
        let mut command = Command::new(&invocation.program);
        command.args(&invocation.arguments).env_clear().envs(variables).current_dir(directory);
        command
    }

    /// Where a program in this place finds a file of ours.
    pub(crate) fn shown(&self, file: &Path) -> PathBuf {
        match &self.kind {
            Kind::Local(_) | Kind::Worktree(_) => file.to_owned(),
            Kind::Cloud(_) => cloud::inside(file),
        }
    }

    /// What an earlier attempt at this run committed: its work was done and checked. A local run commits nothing.
    pub(crate) async fn finished(&self, job: &Job) -> Result<Option<Commit>, Failure> {
        let found = match &self.kind {
            Kind::Local(_) => return Ok(None),
            Kind::Worktree(both) => both.1.finished(job.run).await,
            Kind::Cloud(place) => place.finished(job.run).await,
        };
        found.map_err(|error| of_workspace(&error, &self.tools.redact))
    }

    pub(crate) async fn gather(&self, job: &Job) -> Result<Gathered, Failure> {
        let failed = |error| of_gathering(&error, &self.tools.redact);
        let message = CommitMessage { title: &job.title.value, task: job.task, run: job.run };
        let committed = match &self.kind {
            Kind::Local(place) => return place.gather().await.map_err(failed),
            Kind::Worktree(both) => both.1.commit(&message).await.map_err(failed)?,
            Kind::Cloud(place) => place.gather(self.tools, &self.folders, job, &message).await?,
        };
        Ok(committed.map_or(Gathered::Nothing, Gathered::Committed))
    }

    /// Whether an agent left the folder that it worked in.
    pub(crate) fn is_there(&self) -> bool {
        let path = match &self.kind {
            Kind::Local(place) => place.path(),
            Kind::Worktree(both) => both.1.path(),
            Kind::Cloud(place) => place.path(),
        };
        std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir())
    }

    /// Whether an earlier attempt at the run, or another run of the task, may have worked here.
    pub(crate) fn found(&self) -> Found {
        match &self.kind {
            Kind::Local(_) => Found::Before,
            Kind::Worktree(both) => both.1.found(),
            Kind::Cloud(place) => place.found_as(),
        }
    }

    /// The files that a push of this would bring, in bytes.
    pub(crate) async fn weight(&self, commit: &Commit) -> Result<u64, Failure> {
        let Some(repository) = self.repository() else { return Ok(0) };
        let weight = repository.weight(&commit.head).await;
        weight.map_err(|error| of_workspace(&error, &self.tools.redact))
    }

    /// Publishes what was gathered, and says what the run made: where an earlier attempt's push was faster, that. A
    /// local run publishes nothing.
    pub(crate) async fn push(&self, job: &Job, commit: Commit) -> Result<Commit, Failure> {
        let Some(repository) = self.repository() else { return Ok(commit) };
        let Err(refused) = repository.push(&commit.branch, &commit.head).await else { return Ok(commit) };
        match repository.pushed_by(job.run, &job.branch, &job.repository.default_branch).await {
            Ok(Some(first)) => return Ok(first),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(run = %job.run, "looking at origin: {}", detail(&error, &self.tools.redact));
            }
        }
        Err(Failure::PushFailed { detail: detail(&refused, &self.tools.redact) })
    }

    /// Where its commits are made.
    fn repository(&self) -> Option<&Repository> {
        match &self.kind {
            Kind::Local(_) => None,
            Kind::Worktree(both) => Some(&both.0),
            Kind::Cloud(place) => Some(place.repository()),
        }
    }
}

/// What agents outside of a sandbox get of this process's variables without being asked for: never a secret.
const EVERYDAY: [&str; 14] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TERM",
    "TMPDIR",
    "TZ",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
];

/// Why a place could not be locked.
enum Unlocked {
    Unmade(String),
    Held(WorkspaceError),
}

async fn lock(tools: &Tools, folders: &Folders) -> Result<Vec<FileLock>, Unlocked> {
    folders.make_locks().map_err(Unlocked::Unmade)?;
    let mut locks = Vec::new();
    for path in [&folders.run_lock, &folders.lock] {
        if locks.is_empty() || *path != folders.run_lock {
            let lock = FileLock::acquire(&tools.clock, path, tools.config.place_limit).await;
            locks.push(lock.map_err(Unlocked::Held)?);
        }
    }
    Ok(locks)
}

async fn open(tools: &Tools, job: &Job) -> Result<Repository, WorkspaceError> {
    tools.cache.repository(&job.repository.name, &job.repository.location).await
}

fn no_sandbox() -> Failure {
    Failure::IsolationMissing { detail: "this runner was started without a sandbox".to_owned() }
}
