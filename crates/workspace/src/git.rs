//! One call of git: a program and arguments, never a shell; bounded in time and output, and alone with what it was given.
//!
//! Nothing that a repository's owner or an agent configured may run by it: no hooks, no file monitor, no signing, no
//! `ext::` transport, no settings of the system; a person's own settings only where git talks to a remote (credentials).

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use serde::{Deserialize, Serialize};
use signalbox_runtime::Clock;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::error::WorkspaceError;
use crate::lock::FileLock;

/// What git may know of its surroundings: programs, credentials, proxies. `GIT_DIR` and the like are not among it.
const PASSED: [&str; 20] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "SSH_AUTH_SOCK",
    "SSH_ASKPASS",
    "GIT_ASKPASS",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "no_proxy",
    "NO_PROXY",
];

const HARDENED: [&str; 12] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.quotePath=false",
    "core.filesRefLockTimeout=5000",
    "core.packedRefsTimeout=5000",
    "commit.gpgSign=false",
    "protocol.ext.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "advice.detachedHead=false",
];

/// Who makes our commits: it tells them from an agent's own.
pub(crate) const OUR_EMAIL: &str = "signalbox@signalbox.invalid";
/// What is kept of git's complaints.
const TAIL: usize = 2_000;
/// How long git may take to remove its lock files once it was asked to end.
const GRACE: Duration = Duration::from_secs(2);
/// How often it is looked at within that.
const LOOK: Duration = Duration::from_millis(10);

/// The knobs of every call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GitConfig {
    pub program: PathBuf,
    /// For calls that stay on this computer.
    #[serde(with = "signalbox_runtime::duration")]
    pub local_limit: Duration,
    /// For fetching and pushing.
    #[serde(with = "signalbox_runtime::duration")]
    pub remote_limit: Duration,
    /// How long another process may hold a repository.
    #[serde(with = "signalbox_runtime::duration")]
    pub lock_limit: Duration,
    /// The most that is read of one answer.
    pub output_limit: usize,
}

impl Default for GitConfig {
    fn default() -> Self {
        Self {
            program: PathBuf::from("git"),
            local_limit: Duration::from_secs(120),
            remote_limit: Duration::from_secs(600),
            lock_limit: Duration::from_secs(600),
            output_limit: 4 << 20,
        }
    }
}

/// Git with its knobs.
#[derive(Debug, Clone)]
pub(crate) struct Git {
    pub(crate) config: GitConfig,
    pub(crate) clock: Clock,
}

/// Whether a call leaves this computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Local,
    Remote,
}

/// One call, being put together.
pub(crate) struct Call<'a> {
    git: &'a Git,
    doing: &'static str,
    command: Command,
    reach: Reach,
    input: Vec<u8>,
}

/// What came of a call that git itself may answer with no.
pub(crate) struct Answer {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) tail: String,
}

type Sink<'a> = &'a mut (dyn FnMut(&[u8]) -> Result<(), WorkspaceError> + Send);

/// The flags that keep git from running what others configured; also for a git inside a sandbox.
pub(crate) fn hardened() -> impl Iterator<Item = OsString> {
    HARDENED.iter().flat_map(|setting| ["-c".into(), OsString::from(setting)])
}

impl Git {
    /// `doing` completes "git failed while …".
    pub(crate) fn call(&self, doing: &'static str) -> Call<'_> {
        let mut command = Command::new(&self.config.program);
        command.env_clear().process_group(0).stdin(Stdio::null());
        command.envs(PASSED.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.envs([
            ("LC_ALL", "C"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_ALLOW_PROTOCOL", "file:git:http:https:ssh"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_AUTHOR_NAME", "Signalbox"),
            ("GIT_AUTHOR_EMAIL", OUR_EMAIL),
            ("GIT_COMMITTER_NAME", "Signalbox"),
            ("GIT_COMMITTER_EMAIL", OUR_EMAIL),
        ]);
        command.args(hardened());
        Call { git: self, doing, command, reach: Reach::Local, input: Vec::new() }
    }
}

impl Call<'_> {
    pub(crate) fn git_dir(mut self, dir: &Path) -> Self {
        self.command.env("GIT_DIR", dir);
        self
    }

    pub(crate) fn work_tree(mut self, dir: &Path) -> Self {
        self.command.env("GIT_WORK_TREE", dir).current_dir(dir);
        self
    }

    pub(crate) fn in_folder(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.command.arg(arg);
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    /// Talks to a remote: a person's own settings hold the credentials for that.
    pub(crate) fn remote(mut self) -> Self {
        self.command.env_remove("GIT_CONFIG_GLOBAL");
        if std::env::var_os("GIT_SSH_COMMAND").is_none() && std::env::var_os("GIT_SSH").is_none() {
            self.command.env("GIT_SSH_COMMAND", "ssh -oBatchMode=yes");
        }
        self.reach = Reach::Remote;
        self
    }

    /// The call holds the lock for as long as it runs, also when this process is killed.
    pub(crate) fn under(mut self, lock: &FileLock) -> Result<Self, WorkspaceError> {
        self.command.stdin(lock.as_input()?);
        Ok(self)
    }

    /// A text as input, of any length.
    pub(crate) fn input(mut self, bytes: Vec<u8>) -> Self {
        self.command.stdin(Stdio::piped());
        self.input = bytes;
        self
    }

    pub(crate) fn input_file(mut self, file: std::fs::File) -> Self {
        self.command.stdin(Stdio::from(file));
        self
    }

    /// The answer, whichever way git ended.
    pub(crate) async fn ask(self) -> Result<Answer, WorkspaceError> {
        let (doing, limit) = (self.doing, self.git.config.output_limit);
        let mut stdout = Vec::new();
        let mut collect = |chunk: &[u8]| {
            if stdout.len() + chunk.len() > limit {
                return Err(WorkspaceError::TooMuchOutput { doing, limit });
            }
            stdout.extend_from_slice(chunk);
            Ok(())
        };
        let (status, tail) = self.drive(&mut collect).await?;
        Ok(Answer { status, stdout, tail })
    }

    /// The answer of a call that has to succeed.
    pub(crate) async fn run(self) -> Result<Vec<u8>, WorkspaceError> {
        let doing = self.doing;
        let answer = self.ask().await?;
        if answer.status.success() { Ok(answer.stdout) } else { Err(answer.failure(doing)) }
    }

    /// The answer as one trimmed text.
    pub(crate) async fn text(self) -> Result<String, WorkspaceError> {
        let doing = self.doing;
        let bytes = self.run().await?;
        let text = String::from_utf8(bytes)
            .map_err(|error| WorkspaceError::unreadable(doing, &String::from_utf8_lossy(error.as_bytes())))?;
        Ok(text.trim_end().to_owned())
    }

    /// Hands the answer on piece by piece: for answers without a bound.
    pub(crate) async fn each_chunk(self, sink: Sink<'_>) -> Result<(), WorkspaceError> {
        let doing = self.doing;
        let (status, tail) = self.drive(sink).await?;
        if status.success() {
            Ok(())
        } else {
            Err(Answer { status, stdout: Vec::new(), tail }.failure(doing))
        }
    }

    async fn drive(mut self, sink: Sink<'_>) -> Result<(ExitStatus, String), WorkspaceError> {
        let limit = match self.reach {
            Reach::Local => self.git.config.local_limit,
            Reach::Remote => self.git.config.remote_limit,
        };
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = self.command.spawn().map_err(WorkspaceError::GitMissing)?;
        let mut group = Group(child);
        let mut tail = Vec::new();
        match self.git.clock.timeout(limit, group.work(self.doing, &self.input, sink, &mut tail)).await {
            Ok(done) => done.map(|status| (status, String::from_utf8_lossy(&tail).trim().to_owned())),
            Err(_) => {
                group.end(&self.git.clock).await;
                Err(WorkspaceError::TimedOut { doing: self.doing, limit })
            }
        }
    }
}

impl Answer {
    pub(crate) fn failure(self, doing: &'static str) -> WorkspaceError {
        WorkspaceError::GitFailed { doing, status: self.status.to_string(), tail: self.tail }
    }
}

/// A child and its process group, asked to end when dropped before it did.
struct Group(Child);

impl Group {
    async fn work(
        &mut self,
        doing: &'static str,
        input: &[u8],
        sink: Sink<'_>,
        tail: &mut Vec<u8>,
    ) -> Result<ExitStatus, WorkspaceError> {
        let failed = |source| WorkspaceError::Io { doing, path: PathBuf::from("git"), source };
        let stdin = self.0.stdin.take();
        let feed = async move {
            // Git that ends without reading says why by its status.
            if let Some(mut stdin) = stdin
                && let Err(error) = stdin.write_all(input).await
            {
                tracing::debug!("git did not read its input: {error}");
            }
        };
        let (stdout, stderr) = (self.0.stdout.take(), self.0.stderr.take());
        let mut keep_tail = |chunk: &[u8]| {
            tail.extend_from_slice(chunk);
            let over = tail.len().saturating_sub(TAIL);
            tail.drain(..over);
            Ok(())
        };
        // The group leader is waited for last: until then its number, which is the group's, cannot be another's.
        let (out, err, ()) = tokio::join!(pump(stdout, sink), pump(stderr, &mut keep_tail), feed);
        out.map_err(failed)??;
        err.map_err(failed)??;
        self.0.wait().await.map_err(failed)
    }

    /// Asks the group to end, then makes what is left of it: git may be gone before what it started. Its leader is
    /// reaped last, so that the number that is signalled cannot have passed to another.
    async fn end(&mut self, clock: &Clock) {
        self.signal(Signal::TERM);
        let leader_ends = async {
            while self.leader_runs() {
                clock.sleep(LOOK).await;
            }
        };
        if clock.timeout(GRACE, leader_ends).await.is_err() {
            tracing::debug!("git did not end when it was asked to");
        }
        self.signal(Signal::KILL);
        if let Err(error) = self.0.wait().await {
            tracing::warn!("could not wait for git: {error}");
        }
    }

    /// Looks without reaping.
    fn leader_runs(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | WaitIdOptions::NOHANG;
        self.leader().is_some_and(|leader| matches!(waitid(WaitId::Pid(leader), options), Ok(None)))
    }

    fn signal(&self, signal: Signal) {
        if let Some(Err(error)) = self.leader().map(|leader| kill_process_group(leader, signal)) {
            tracing::warn!("could not stop git: {error}");
        }
    }

    /// Whose number is the group's too; nobody once it is reaped.
    fn leader(&self) -> Option<Pid> {
        self.0.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal(Signal::TERM);
    }
}

type Pumped = std::io::Result<Result<(), WorkspaceError>>;

async fn pump(from: Option<impl AsyncRead + Unpin>, sink: Sink<'_>) -> Pumped {
    let Some(mut from) = from else { return Ok(Ok(())) };
    let mut buffer = vec![0; 32 << 10];
    loop {
        let count = from.read(&mut buffer).await?;
        if count == 0 {
            return Ok(Ok(()));
        }
        if let Err(error) = sink(buffer.get(..count).unwrap_or_default()) {
            return Ok(Err(error));
        }
    }
}
