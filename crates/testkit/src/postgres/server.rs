//! One PostgreSQL server: its data, its socket, its crashes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::database::{Connection, Database};
use super::{Install, PostgresError};
use crate::process::{Account, Nest, Supervised};
use crate::wait::wait_for;

/// The owner of everything in the server.
pub(super) const OWNER: &str = "signalbox";
/// Only part of the socket's name: the server listens on no port.
pub(super) const PORT: &str = "5432";

/// Made in under a second; a machine that compiles beside it takes longer.
const PATIENCE_TO_MAKE: Duration = Duration::from_secs(60);
/// After a crash the server first replays its log.
const PATIENCE_TO_START: Duration = Duration::from_secs(60);
const PATIENCE_TO_STOP: Duration = Duration::from_secs(30);

/// What a killed server leaves to the system besides files: one small segment of System V shared memory,
/// named in the seventh line of its pid file, by which a second server on the same data would notice the
/// first.
const FAREWELL: &str = "pid=pg/data/postmaster.pid
if [ -f \"$pid\" ]; then
    segment=$(sed -n 7p \"$pid\" | { read -r _ id; printf %s \"$id\"; })
    [ -z \"$segment\" ] || ipcrm -m \"$segment\" 2>/dev/null || :
fi
";

/// A running, or killed, PostgreSQL server of this test process alone.
#[derive(Debug)]
pub struct Server {
    // Ended before the nest goes.
    process: Option<Supervised>,
    install: Install,
    account: Account,
    socket_folder: PathBuf,
    data: PathBuf,
    next_database: AtomicU32,
    nest: Nest,
}

impl Server {
    /// Makes a new, empty server and waits until it answers.
    ///
    /// # Errors
    /// When PostgreSQL is not on this machine or does not start; the error carries the end of its log.
    pub fn start() -> Result<Self, PostgresError> {
        let install = Install::find()?;
        let account = Account::ordinary()?;
        let nest = Nest::new()?;
        nest.leave_farewell(FAREWELL)?;
        let socket_folder = nest.make_folder("pg", &account)?;
        let data = socket_folder.join("data");
        nest.run("initdb", &initdb(&install, &data), &account, PATIENCE_TO_MAKE)?;
        let mut server = Self {
            process: None,
            install,
            account,
            socket_folder,
            data,
            next_database: AtomicU32::new(1),
            nest,
        };
        server.launch()?;
        Ok(server)
    }

    /// The server that all tests of this process share, each in a database of its own. It cannot be killed
    /// through this; it ends with the process.
    ///
    /// # Errors
    /// When it could not be started; every caller gets the same error.
    pub fn shared() -> Result<&'static Self, &'static PostgresError> {
        static SHARED: OnceLock<Result<Server, PostgresError>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref()
    }

    /// Makes a fresh, empty database. It goes with the server.
    ///
    /// # Errors
    /// When the server does not run or refuses.
    pub fn database(&self) -> Result<Database, PostgresError> {
        self.database_from("template0")
    }

    /// Makes a database with all that is in `original` (its migrations, say). Nobody may be connected to the
    /// original meanwhile.
    ///
    /// # Errors
    /// When the server does not run or refuses.
    pub fn copy_of(&self, original: &Database) -> Result<Database, PostgresError> {
        self.database_from(original.name())
    }

    /// Kills the server with SIGKILL, its children too, as by a power cut of the machine that it runs on.
    /// What was committed stays.
    ///
    /// # Errors
    /// When its processes do not end.
    pub fn kill(&mut self) -> Result<(), PostgresError> {
        // The postmaster first: were a child killed under it, it would begin to recover.
        if let Some(mut process) = self.process.take() {
            process.kill()?;
        }
        Ok(self.nest.kill_members()?)
    }

    /// Stops the server in good order, without waiting for its clients.
    ///
    /// # Errors
    /// When it does not end in time.
    pub fn stop(&mut self) -> Result<(), PostgresError> {
        if let Some(mut process) = self.process.take() {
            process.interrupt(PATIENCE_TO_STOP)?;
        }
        Ok(self.nest.kill_members()?)
    }

    /// Starts the server again on the same data and the same socket, and waits until it answers.
    ///
    /// # Errors
    /// When it runs already or does not start.
    pub fn restart(&mut self) -> Result<(), PostgresError> {
        self.launch()
    }

    /// The folder of this server; it is gone when the server is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.nest.folder()
    }

    fn launch(&mut self) -> Result<(), PostgresError> {
        if self.process.is_some() {
            return Err(PostgresError::AlreadyRuns);
        }
        let command = postgres(&self.install, &self.data, &self.socket_folder);
        let mut process = self.nest.start("postgres", &command, &self.account)?;
        let pid_file = self.data.join("postmaster.pid");
        let ready = wait_for("PostgreSQL answers", PATIENCE_TO_START, || match process.ended() {
            Err(error) => Some(Err(PostgresError::Process(error))),
            Ok(Some(_)) => Some(Err(PostgresError::Ended { tail: process.log_tail() })),
            Ok(None) => says_ready(&pid_file, process.id()).then_some(Ok(())),
        });
        ready.unwrap_or_else(|source| Err(PostgresError::NotReady { tail: process.log_tail(), source }))?;
        self.process = Some(process);
        Ok(())
    }

    fn database_from(&self, template: &str) -> Result<Database, PostgresError> {
        let name = format!("test_{}", self.next_database.fetch_add(1, Ordering::Relaxed));
        let connection = Connection::new(self.install.program("psql"), self.socket_folder.clone());
        connection.query("postgres", &format!("CREATE DATABASE {name} TEMPLATE {template}"))?;
        Ok(Database::new(connection, name))
    }
}

fn initdb(install: &Install, data: &Path) -> Command {
    let mut command = Command::new(install.program("initdb"));
    command.arg("-D").arg(data).args(["-A", "trust", "-U", OWNER, "--no-sync", "--no-instructions"]);
    command.args(["--encoding=UTF8", "--locale=C.UTF-8"]);
    clean_environment(&mut command);
    command
}

/// Not synced to the disk: tests kill processes, not machines, and what was written outlives its writer in
/// the kernel. Dynamic shared memory in files: a killed server would leave it in /dev/shm.
fn postgres(install: &Install, data: &Path, socket_folder: &Path) -> Command {
    let mut command = Command::new(install.program("postgres"));
    command.arg("-D").arg(data).arg("-k").arg(socket_folder).args(["-p", PORT]);
    for setting in [
        "listen_addresses=",
        "fsync=off",
        "dynamic_shared_memory_type=mmap",
        "max_connections=300",
        "timezone=UTC",
        "log_timezone=UTC",
    ] {
        command.args(["-c", setting]);
    }
    clean_environment(&mut command);
    command
}

/// A person's own PGDATA, PGOPTIONS, LC_ALL and the like must not reach a test.
pub(super) fn clean_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("PG") || text.starts_with("LC_") || text == "LANGUAGE" {
            command.env_remove(&name);
        }
    }
    command.env("LANG", "C.UTF-8").env("TZ", "UTC");
}

/// The server writes its own id first and its state last; after a crash the file of the one before is still
/// there.
fn says_ready(pid_file: &Path, pid: u32) -> bool {
    std::fs::read_to_string(pid_file).is_ok_and(|text| file_says_ready(&text, pid))
}

fn file_says_ready(text: &str, pid: u32) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    lines.first().is_some_and(|line| *line == pid.to_string())
        && lines.get(7).is_some_and(|state| state.trim() == "ready")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: bool) {
        assert_eq!(file_says_ready(text, 41), expect, "{text:?}");
    }

    #[test]
    fn only_the_own_server_says_ready() {
        check("41\n/data\n1795231914\n5432\n/socket\n\n  10044093  4\nready   \n", true);
        check("41\n/data\n1795231914\n5432\n/socket\n\n  10044093  4\nstarting\n", false);
        check("41\n/data\n1795231914\n5432\n/socket\n\n  10044093  4\n", false);
        check("40\n/data\n1795231914\n5432\n/socket\n\n  10044093  4\nready   \n", false);
        check("", false);
    }
}
