//! Is isolation to be had on this computer? Tried for real: programs, namespaces, and whether the network is cut.
//!
//! The same connection is tried outside first: a probe that cannot connect at all would prove nothing.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use signalbox_runtime::{Clock, TimedOut};

use crate::command::{Sandbox, SandboxConfig, SandboxSpec};

/// Why no sandbox can be had here; the caller refuses to start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no isolation can be had here: {detail}")]
pub struct IsolationMissing {
    pub detail: String,
}

/// Says where it came, then whether the listener of the host could be reached. Bash connects by itself.
const SCRIPT: &str = "echo started; if (exec 3<>/dev/tcp/127.0.0.1/$SIGNALBOX_PROBE_PORT) 2>/dev/null; \
                      then echo connected; else echo cut; fi";
const NAME: &str = "bubblewrap (bwrap)";
const PORT: &str = "SIGNALBOX_PROBE_PORT";

impl Sandbox {
    /// A sandbox, where one really works.
    pub async fn probe(config: SandboxConfig, clock: &Clock) -> Result<Self, IsolationMissing> {
        let listener =
            TcpListener::bind(("127.0.0.1", 0)).map_err(|error| missing("listening on loopback", &error))?;
        let port = listener.local_addr().map_err(|error| missing("listening on loopback", &error))?.port();
        let limit = config.probe_limit;
        let mut outside = Command::new("bash");
        outside.args(["-c", SCRIPT]).env(PORT, port.to_string());
        let control = run("bash, which the probe needs,", outside, clock, limit).await?;
        if said(&control) != "started\nconnected" {
            return Err(IsolationMissing {
                detail: format!(
                    "the probe could not be tried: outside of a sandbox it said {:?}",
                    said(&control)
                ),
            });
        }
        let bubblewrap = located(&config.bubblewrap)?;
        let sandbox = Self::unproven(SandboxConfig { bubblewrap, ..config });
        let spec = SandboxSpec {
            program: OsString::from("bash"),
            arguments: ["-c", SCRIPT].map(OsString::from).to_vec(),
            variables: vec![(PORT.into(), port.to_string().into())],
            mounts: Vec::new(),
            directory: PathBuf::from("/"),
        };
        let inside = run(NAME, sandbox.command(&spec), clock, limit).await?;
        drop(listener);
        match said(&inside).as_str() {
            "started\ncut" => Ok(sandbox),
            "started\nconnected" => {
                Err(IsolationMissing { detail: "a program inside reached the host's loopback".to_owned() })
            }
            other => Err(IsolationMissing { detail: refused(other, &inside) }),
        }
    }
}

/// The program's path: the search is ours, for the sandbox has a `PATH` of its own.
fn located(program: &Path) -> Result<PathBuf, IsolationMissing> {
    if program.components().count() > 1 {
        return Ok(program.to_owned());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file());
    found.ok_or_else(|| IsolationMissing { detail: format!("{NAME} is not installed") })
}

async fn run(
    what: &str,
    mut command: Command,
    clock: &Clock,
    limit: Duration,
) -> Result<Output, IsolationMissing> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = tokio::process::Command::from(command);
    match clock.timeout(limit, command.kill_on_drop(true).output()).await {
        Ok(Ok(output)) => Ok(output),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(IsolationMissing { detail: format!("{what} is not installed") })
        }
        Ok(Err(error)) => Err(missing(&format!("starting {what}"), &error)),
        Err(TimedOut { limit }) => {
            Err(IsolationMissing { detail: format!("{what} did not end within {limit:?}") })
        }
    }
}

fn missing(doing: &str, error: &std::io::Error) -> IsolationMissing {
    IsolationMissing { detail: format!("{doing}: {error}") }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().chars().take(200).collect()
}

/// What bubblewrap complained about, and the usual remedy.
fn refused(said: &str, output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let why: String = stderr.trim().chars().take(500).collect();
    let why = if why.is_empty() { format!("it said {said:?}") } else { why };
    format!("bubblewrap failed ({}): {why} (are user namespaces allowed for this user?)", output.status)
}
