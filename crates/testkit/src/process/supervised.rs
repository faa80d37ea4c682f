//! One program of a nest.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use super::{Account, NEST_MARK, Nest, ProcessError, tell};
use crate::wait::wait_for;

/// How much of a log an error or a failing test shows.
const TAIL_LINES: usize = 30;

/// A program that runs in a nest. Dropping it kills it; its children are ended with the nest.
#[derive(Debug)]
pub struct Supervised {
    name: String,
    child: Child,
    log: PathBuf,
    last_status: Option<ExitStatus>,
}

impl Supervised {
    pub(super) fn start(
        nest: &Nest,
        name: &str,
        command: &Command,
        account: &Account,
    ) -> Result<Self, ProcessError> {
        let log = nest.folder().join(format!("{name}.log"));
        let output = open_log(&log)?;
        let errors =
            output.try_clone().map_err(|source| ProcessError::Write { path: log.clone(), source })?;
        let mut wrapped = wrap(nest, command, account);
        wrapped.stdin(Stdio::null()).stdout(output).stderr(errors);
        let child =
            wrapped.spawn().map_err(|source| ProcessError::Start { name: name.to_owned(), source })?;
        Ok(Self { name: name.to_owned(), child, log, last_status: None })
    }

    /// The process id of the program itself.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, or nothing while it runs.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>, ProcessError> {
        if self.last_status.is_none() {
            self.last_status = self
                .child
                .try_wait()
                .map_err(|source| ProcessError::Wait { name: self.name.clone(), source })?;
        }
        Ok(self.last_status)
    }

    /// Kills it with SIGKILL and waits until it is gone. Its children are left to themselves, as by a real
    /// crash.
    ///
    /// # Errors
    /// When it cannot be signalled or waited for.
    pub fn kill(&mut self) -> Result<(), ProcessError> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        self.signal("SIGKILL", Signal::KILL)?;
        let status =
            self.child.wait().map_err(|source| ProcessError::Wait { name: self.name.clone(), source })?;
        self.last_status = Some(status);
        Ok(())
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn stop(&mut self, patience: Duration) -> Result<ExitStatus, ProcessError> {
        self.stop_by("SIGTERM", Signal::TERM, patience)
    }

    /// Asks it to end with SIGINT, which PostgreSQL takes as "do not wait for the clients", and waits until
    /// it has.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn interrupt(&mut self, patience: Duration) -> Result<ExitStatus, ProcessError> {
        self.stop_by("SIGINT", Signal::INT, patience)
    }

    /// Waits until it ends by itself, and wants a success.
    ///
    /// # Errors
    /// When it does not end in time or ends with a failure.
    pub fn succeeded(&mut self, patience: Duration) -> Result<(), ProcessError> {
        let status = self.wait_for_end(patience)?;
        if status.success() {
            return Ok(());
        }
        Err(ProcessError::Failed { name: self.name.clone(), status, tail: self.log_tail() })
    }

    /// All that it wrote so far, by every start under this name.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read(&self.log).map_or_else(
            |error| format!("({} cannot be read: {error})", self.log.display()),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    /// The last lines that it wrote.
    #[must_use]
    pub fn log_tail(&self) -> String {
        tail(&self.log(), TAIL_LINES)
    }

    fn stop_by(
        &mut self,
        signal_name: &'static str,
        signal: Signal,
        patience: Duration,
    ) -> Result<ExitStatus, ProcessError> {
        if let Some(status) = self.ended()? {
            return Ok(status);
        }
        self.signal(signal_name, signal)?;
        self.wait_for_end(patience)
    }

    /// The child was not waited for yet, so its id cannot belong to another process.
    fn signal(&self, signal_name: &'static str, signal: Signal) -> Result<(), ProcessError> {
        let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) else { return Ok(()) };
        rustix::process::kill_process(pid, signal).map_err(|source| ProcessError::Signal {
            name: self.name.clone(),
            signal: signal_name,
            source,
        })
    }

    fn wait_for_end(&mut self, patience: Duration) -> Result<ExitStatus, ProcessError> {
        let ended = wait_for("it ends", patience, || self.ended().transpose());
        ended.unwrap_or_else(|_| {
            Err(ProcessError::TooSlow { name: self.name.clone(), patience, tail: self.log_tail() })
        })
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        if std::thread::panicking() {
            show(&format!("the end of {}'s log:\n{}", self.name, self.log_tail()));
        }
        if let Err(error) = self.kill() {
            tell(&format!("signalbox: ending {}: {error}", self.name));
        }
    }
}

/// Prints beside a failing test's own words: the harness shows them together.
#[expect(clippy::print_stderr, reason = "only printing macros reach the harness's record of a failing test")]
fn show(text: &str) {
    eprintln!("{text}");
}

/// The same command, marked, in a session of its own and as the account.
fn wrap(nest: &Nest, command: &Command, account: &Account) -> Command {
    let mut wrapped = account.prefix();
    wrapped.arg(command.get_program()).args(command.get_args());
    for (key, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(key, value),
            None => wrapped.env_remove(key),
        };
    }
    wrapped.env(NEST_MARK, nest.name());
    wrapped.current_dir(command.get_current_dir().unwrap_or_else(|| nest.folder()));
    wrapped
}

fn open_log(path: &Path) -> Result<File, ProcessError> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|source| ProcessError::Write { path: path.to_owned(), source })
}

fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_last_lines() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("a\nb\n", 5), "a\nb");
        assert_eq!(tail("", 5), "");
    }
}
