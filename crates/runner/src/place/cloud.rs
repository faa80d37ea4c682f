//! A cloud run: a fresh clone in a sandbox without network. Its changes come out as a pack and the name of a tree.
//!
//! Every git that looks at the agent's files runs in a sandbox of its own, on a git directory that the agent never saw.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use signalbox_domain::job::Job;
use signalbox_domain::outcome::Failure;
use signalbox_sandbox::{Access, Mount, Sandbox, SandboxSpec, WORKSPACE};
use signalbox_workspace::{Commit, CommitMessage, Repository, SandboxClone, Taking, WorkspaceError};

use super::{Folders, Tools};
use crate::agents::Invocation;
use crate::failure::of_workspace;
use crate::supervise::{Bounds, Ending, Output, Program, supervise};
use crate::transcript::Transcript;

/// Where files of ours lie inside.
const OURS: &str = "/signalbox";

pub(super) struct CloudPlace {
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
        let clone = repository.clone_for_sandbox(&folders.file("clone"), &job.branch, default).await?;
        Ok(Self { repository, sandbox, clone })
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
        let ours = [&folders.brief, &folders.check].map(|file| mount(file, inside(file), Access::ReadOnly));
        let workspace = mount(&self.clone.path, PathBuf::from(WORKSPACE), Access::ReadWrite);
        self.sandbox.command(&SandboxSpec {
            program: invocation.program.clone(),
            arguments: invocation.arguments.clone(),
            variables,
            mounts: [workspace].into_iter().chain(ours).collect(),
            directory: PathBuf::from(WORKSPACE),
        })
    }

    pub(super) async fn gather(
        &self,
        tools: &Tools,
        folders: &Folders,
        job: &Job,
        message: &CommitMessage<'_>,
    ) -> Result<Option<Commit>, Failure> {
        let failed = |error| of_workspace(&error, &tools.redact);
        let taking = self.repository.begin_taking(&folders.file("taking.git"), &self.clone).await;
        let taking = taking.map_err(failed)?;
        let inside = Inside { place: self, tools, folders, job, taking: &taking };
        let (git_dir, workspace) = (inside_git_dir(), PathBuf::from(WORKSPACE));
        inside.git(Taking::add(&git_dir, &workspace), "", None).await?;
        let tree = inside.git(Taking::tree(&git_dir), "", None).await?;
        // A name that is none makes no pack; it is refused when it is taken in.
        let pack = folders.file("pack");
        inside.git(Taking::pack(&git_dir), &Taking::revisions(&tree, &self.clone), Some(&pack)).await?;
        self.repository.take_in(&self.clone, &tree, &pack, message).await.map_err(failed)
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
    folders: &'a Folders,
    job: &'a Job,
    taking: &'a Taking,
}

impl Inside<'_> {
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
                variable("SIGNALBOX_RUN", &self.job.run.to_string()),
            ],
            mounts: vec![
                mount(&self.place.clone.path, PathBuf::from(WORKSPACE), Access::ReadOnly),
                mount(&self.taking.git_dir, inside_git_dir(), Access::ReadWrite),
            ],
            directory: PathBuf::from(WORKSPACE),
        };
        let stdin = self.folders.file("stdin");
        std::fs::write(&stdin, input)?;
        let output = output.map(File::create).transpose()?;
        Ok(Program {
            run: self.job.run,
            command: self.place.sandbox.command(&spec),
            input: File::open(&stdin)?,
            output: output.map_or(Output::Captured, Output::File),
            bounds: Bounds { wall: self.tools.config.git.local_limit, output_bytes: 1 << 20 },
        })
    }
}
