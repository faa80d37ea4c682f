//! A temporary folder, the programs that live in it, and the watchdog that ends both.

use std::fmt::Display;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use super::{Account, NEST_MARK, ProcessError, Supervised, tell};
use crate::wait::wait_until;

const WATCHDOG: &str = concat!(include_str!("members.sh"), include_str!("watchdog.sh"));
const MEMBERS: &str = concat!(include_str!("members.sh"), "members \"$1\" \"$2\"\n");

/// The address of a unix socket holds 107 bytes; a socket's own name and the nest's take under 60 of them.
const LONGEST_BASE: usize = 47;
/// A killed process is gone within milliseconds; a machine out of memory may take seconds to let go of its
/// pages.
const PATIENCE_TO_END: Duration = Duration::from_secs(30);

/// A temporary folder with the programs in it. Dropping it ends the programs and removes the folder; so does
/// the end of this process, however it ends.
#[derive(Debug)]
pub struct Nest {
    folder: PathBuf,
    name: String,
    watchdog: Child,
    /// Held open while the nest is wanted. The standard library closes it in every program that this process
    /// starts.
    rope: Option<ChildStdin>,
}

impl Nest {
    /// Makes a folder of its own beneath the system's temporary folder.
    ///
    /// # Errors
    /// When the watchdog cannot be started or makes no folder.
    pub fn new() -> Result<Self, ProcessError> {
        let base = base_folder(std::env::temp_dir());
        let mut watchdog = Command::new("setsid")
            .args(["sh", "-c", WATCHDOG, "signalbox-watchdog"])
            .arg(&base)
            .arg(NEST_MARK)
            .env_remove(NEST_MARK)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(ProcessError::Watchdog)?;
        let rope = watchdog.stdin.take();
        let mut line = String::new();
        if let Some(said) = watchdog.stdout.take() {
            BufReader::new(said).read_line(&mut line).map_err(ProcessError::Watchdog)?;
        }
        let folder = PathBuf::from(line.trim_end());
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
        match name {
            Some(name) => Ok(Self { folder, name, watchdog, rope }),
            None => Err(ProcessError::NoFolder { base }),
        }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The last part of the folder's path: letters and digits after `signalbox-`, unlike any other nest's.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes a folder within the nest that only `account` can enter.
    ///
    /// # Errors
    /// When it exists or cannot be made.
    pub fn make_folder(&self, name: &str, account: &Account) -> Result<PathBuf, ProcessError> {
        let path = self.folder.join(name);
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|source| ProcessError::Write { path: path.clone(), source })?;
        account.own_folder(&path)?;
        Ok(path)
    }

    /// Writes a file within the nest.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, ProcessError> {
        let path = self.folder.join(name);
        fs::write(&path, text).map_err(|source| ProcessError::Write { path: path.clone(), source })?;
        Ok(path)
    }

    /// Leaves a shell script that the watchdog runs in the folder after the programs have ended, for what a
    /// killed program leaves outside of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn leave_farewell(&self, script: &str) -> Result<(), ProcessError> {
        self.write("farewell", script).map(drop)
    }

    /// Starts a program that belongs to this nest, in its folder unless the command names another, with its
    /// output in `<name>.log`.
    ///
    /// # Errors
    /// When the program or its log cannot be opened.
    pub fn start(
        &self,
        name: &str,
        command: &Command,
        account: &Account,
    ) -> Result<Supervised, ProcessError> {
        Supervised::start(self, name, command, account)
    }

    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it does not start, does not end in time, or fails; the error carries the end of its log.
    pub fn run(
        &self,
        name: &str,
        command: &Command,
        account: &Account,
        patience: Duration,
    ) -> Result<(), ProcessError> {
        self.start(name, command, account)?.succeeded(patience)
    }

    /// The processes that belong to this nest now. Those that ended and were not waited for yet are not among
    /// them.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn members(&self) -> Result<Vec<u32>, ProcessError> {
        members_of(&self.name)
    }

    /// Kills all that belong to this nest with SIGKILL and waits until none is left. The folder stays.
    ///
    /// # Errors
    /// When one does not end.
    pub fn kill_members(&self) -> Result<(), ProcessError> {
        let mut trouble = None;
        wait_until("the nest is empty", PATIENCE_TO_END, || match self.members() {
            Ok(members) => {
                members.iter().for_each(|pid| kill_hard(*pid));
                members.is_empty()
            }
            Err(error) => {
                trouble = Some(error);
                true
            }
        })
        .map_err(ProcessError::NotEnded)?;
        trouble.map_or(Ok(()), Err)
    }
}

impl Drop for Nest {
    fn drop(&mut self) {
        drop(self.rope.take());
        if let Err(error) = self.watchdog.wait() {
            tell(&format!("signalbox: waiting for the watchdog of {}: {error}", self.folder.display()));
        }
    }
}

/// The processes that belong to the nest of this name, whoever holds it.
///
/// # Errors
/// When they cannot be listed.
pub fn members_of(nest_name: &str) -> Result<Vec<u32>, ProcessError> {
    let output = Command::new("sh")
        .args(["-c", MEMBERS, "signalbox-members"])
        .arg(format!("{NEST_MARK}={nest_name}"))
        .arg(nest_name)
        .env_remove(NEST_MARK)
        .current_dir("/")
        .stdin(Stdio::null())
        .output()
        .map_err(|source| ProcessError::Members { nest: nest_name.to_owned(), source })?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| line.parse().ok()).collect())
}

/// A process that ended between being listed and being killed is what was wanted.
fn kill_hard(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    if let Some(pid) = pid {
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).ok();
    }
}

fn base_folder(temporary: PathBuf) -> PathBuf {
    if temporary.as_os_str().len() > LONGEST_BASE { PathBuf::from("/tmp") } else { temporary }
}

/// Whether a process of this number runs. One that ended and was not waited for yet does not.
pub fn lives(pid: impl Display) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim().chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_folder_too_long_for_sockets_is_not_used() {
        assert_eq!(base_folder("/tmp/run".into()), PathBuf::from("/tmp/run"));
        assert_eq!(base_folder(format!("/{}", "x".repeat(60)).into()), PathBuf::from("/tmp"));
    }
}
