//! A cloud run: a fresh clone in a sandbox without network. Its changes come out as a pack and the name of a tree.
//!
//! Every git that looks at the agent's files runs in a sandbox of its own, on a git directory that the agent never saw.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use signalbox_domain::ids::RunId;
use signalbox_domain::job::Job;
use signalbox_domain::outcome::Failure;
use signalbox_sandbox::{Access, Mount, Sandbox, SandboxSpec, WORKSPACE};
use signalbox_workspace::{
    Commit, CommitMessage, Found, Kept, Repository, SandboxClone, Taking, WorkspaceError, unborn_repository,
};

use super::folders::CLONE;
use super::{Folders, Tools};
use crate::agents::Invocation;
use crate::failure::{named, of_workspace};
use crate::supervise::{Bounds, Ending, Output, Program, supervise};
use crate::transcript::Transcript;

/// Where files of ours lie inside.
const OURS: &str = "/signalbox";

pub(crate) struct CloudPlace {
    repository: Repository,
    sandbox: Sandbox,
    clone: SandboxClone,
}

/// The name inside of a file in a run's folder.
pub(super) fn inside(file: &Path) -> PathBuf {
    Path::new(OURS).join(file.file_name().unwrap_or_default())
}

impl CloudPlace {
    pub(super) async fn open(
        repository: Repository,
        sandbox: Sandbox,
        folders: &Folders,
        job: &Job,
    ) -> Result<Self, WorkspaceError> {
        let default = &job.repository.default_branch;
        let clone = repository.clone_for_sandbox(&folders.file(CLONE), &job.branch, default).await?;
        Ok(Self { repository, sandbox, clone })
    }

    /// What an earlier attempt left.
    pub(crate) fn found(repository: Repository, sandbox: Sandbox, clone: SandboxClone) -> Self {
        Self { repository, sandbox, clone }
    }

    pub(super) fn path(&self) -> &Path {
        &self.clone.path
    }

    pub(super) fn found_as(&self) -> Found {
        self.clone.found
    }

    pub(super) fn repository(&self) -> &Repository {
        &self.repository
    }

    pub(super) fn command(
        &self,
        folders: &Folders,
        invocation: &Invocation,
        variables: Vec<(OsString, OsString)>,
    ) -> Command {
        let ours = [&folders.brief, &folders.context, &folders.check]
            .map(|file| mount(file, inside(file), Access::ReadOnly));
        let workspace = mount(&self.clone.path, PathBuf::from(WORKSPACE), Access::ReadWrite);
        self.sandbox.command(&SandboxSpec {
            program: invocation.program.clone(),
            arguments: invocation.arguments.clone(),
            variables,
            mounts: [workspace].into_iter().chain(ours).collect(),
            directory: PathBuf::from(WORKSPACE),
        })
    }

    pub(super) async fn finished(&self, run: RunId) -> Result<Option<Commit>, WorkspaceError> {
        self.repository.finished_clone(&self.clone, run).await
    }

    pub(super) async fn gather(
        &self,
        tools: &Tools,
        folders: &Folders,
        job: &Job,
        message: &CommitMessage<'_>,
    ) -> Result<Option<Commit>, Failure> {
        let failed = |error| of_workspace(&error, &tools.redact);
        let taking = self.begin_taking(tools, &folders.run).await?;
        let inside = Inside { place: self, tools, folder: &folders.run, run: job.run, taking: &taking };
        let tree = inside.tree().await?;
        let git_dir = inside_git_dir();
        // A name that is none makes no pack; it is refused when it is taken in.
        let pack = folders.file("pack");
        inside.git(Taking::pack(&git_dir), &Taking::revisions(&tree, &self.clone), Some(&pack)).await?;
        self.repository.take_in(&self.clone, &tree, &pack, message).await.map_err(failed)
    }

    /// Why the clone has to stay, if it does. `folder` is the run's.
    pub(crate) async fn keeps(
        &self,
        tools: &Tools,
        folder: &Path,
        run: RunId,
    ) -> Result<Option<Kept>, Failure> {
        let failed = |error| of_workspace(&error, &tools.redact);
        let taking = self.begin_taking(tools, folder).await?;
        let inside = Inside { place: self, tools, folder, run, taking: &taking };
        let tree = inside.tree().await?;
        if !inside.git(Taking::beside(Path::new(WORKSPACE)), "", None).await?.is_empty() {
            return Ok(Some(Kept::Unpushed));
        }
        let listing = folder.join("listing");
        inside.git(Taking::list(&inside_git_dir()), "", Some(&listing)).await?;
        self.repository.clone_keeps(&self.clone, &tree, &listing).await.map_err(failed)
    }

    pub(crate) async fn forget(&self) -> Result<(), WorkspaceError> {
        self.repository.forget_clone(&self.clone).await
    }

    async fn begin_taking(&self, tools: &Tools, folder: &Path) -> Result<Taking, Failure> {
        let taking = self.repository.begin_taking(&folder.join("taking.git"), &self.clone).await;
        taking.map_err(|error| of_workspace(&error, &tools.redact))
    }
}

fn inside_git_dir() -> PathBuf {
    Path::new(OURS).join("taking.git")
}

fn mount(host: &Path, inside: PathBuf, access: Access) -> Mount {
    Mount { host: host.to_owned(), inside, access }
}

/// Git calls in the sandbox, after the agent.
struct Inside<'a> {
    place: &'a CloudPlace,
    tools: &'a Tools,
    folder: &'a Path,
    run: RunId,
    taking: &'a Taking,
}

impl Inside<'_> {
    /// The name of the tree that the clone's files make now.
    async fn tree(&self) -> Result<String, Failure> {
        self.git(Taking::add(&inside_git_dir(), Path::new(WORKSPACE)), "", None).await?;
        self.git(Taking::tree(&inside_git_dir()), "", None).await
    }

    /// What git printed; nothing where that went into a file.
    async fn git(
        &self,
        arguments: Vec<OsString>,
        input: &str,
        output: Option<&Path>,
    ) -> Result<String, Failure> {
        let failed = |detail: String| Failure::WorkspaceFailed {
            detail: self.tools.redact.text(&detail).text.into_owned(),
        };
        let program = self.program(arguments, input, output).map_err(|error| failed(error.to_string()))?;
        let transcript = Transcript::new(&self.tools.redact, 4_096);
        let ending = supervise(&self.tools.tasks, &self.tools.clock, program, &transcript).await;
        match ending.map_err(|error| failed(format!("starting git in the sandbox: {error}")))? {
            Ending::Exited(0) => Ok(transcript.answer()),
            other => {
                let tail = transcript.tail(2_000);
                if let Some(folder) = unborn_repository(&tail) {
                    return Err(Failure::NestedRepository {
                        folders: vec![named(&folder, &self.tools.redact)],
                    });
                }
                Err(failed(format!("git in the sandbox ended with {other:?}: {tail}")))
            }
        }
    }

    fn program(
        &self,
        arguments: Vec<OsString>,
        input: &str,
        output: Option<&Path>,
    ) -> std::io::Result<Program> {
        let variable = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let spec = SandboxSpec {
            program: "git".into(),
            arguments,
            variables: vec![
                variable("GIT_CONFIG_NOSYSTEM", "1"),
                variable("GIT_CONFIG_GLOBAL", "/dev/null"),
                variable("SIGNALBOX_RUN", &self.run.to_string()),
            ],
            mounts: vec![
                mount(&self.place.clone.path, PathBuf::from(WORKSPACE), Access::ReadOnly),
                mount(&self.taking.git_dir, inside_git_dir(), Access::ReadWrite),
            ],
            directory: PathBuf::from(WORKSPACE),
        };
        let stdin = self.folder.join("stdin");
        std::fs::write(&stdin, input)?;
        let output = output.map(File::create).transpose()?;
        Ok(Program {
            run: self.run,
            command: self.place.sandbox.command(&spec),
            input: File::open(&stdin)?,
            output: output.map_or(Output::Captured, Output::File),
            bounds: Bounds { wall: self.tools.config.git.local_limit, output_bytes: 1 << 20 },
        })
    }
}
