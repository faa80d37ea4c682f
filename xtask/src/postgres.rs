//! A PostgreSQL of one's own for as long as a value lives: initdb in a temporary folder, a unix socket there, no port.
//!
//! Run by an ordinary user, since the server refuses root. It must never outlive its owner: dropping the value stops
//! it, and should this process be killed, the kernel tells the server (`setpriv --pdeathsig`). That signal follows
//! the thread that started it, so keep the value on its thread. Called by `sqlx` and by the benches.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use tempfile::TempDir;

use crate::process::{capture, complain};
use crate::timing::{Waited, wait_until};

/// The server's superuser inside the database, whoever runs it outside.
pub const USER: &str = "postgres";

/// Names the socket file; nothing listens on the network.
const PORT: &str = "5432";
const START_LIMIT: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Temporary {
    folder: TempDir,
    programs: PathBuf,
    account: Account,
    server: Child,
}

/// Who runs the server.
#[derive(Debug)]
enum Account {
    Myself,
    Other { user: u32, group: u32 },
}

impl Temporary {
    /// Starts a fresh server; each setting is passed as `-c name=value`.
    pub fn start(settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let programs = programs()?;
        let account = Account::choose()?;
        let folder = tempfile::Builder::new().prefix("postgres-").tempdir().context("making a folder")?;
        if let Account::Other { user, group } = account {
            chown(folder.path(), Some(user), Some(group))
                .context("giving the folder to the server's account")?;
        }
        let mut initdb = account.command(&programs.join("initdb"), folder.path());
        initdb.args([
            "--auth",
            "trust",
            "--no-sync",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--username",
            USER,
        ]);
        capture(initdb.arg("--pgdata").arg(folder.path().join("data")))?;
        let server = launch(&account, &programs, folder.path(), settings)?;
        let mut started = Self { folder, programs, account, server };
        started.wait_until_ready()?;
        Ok(started)
    }

    /// The folder of the unix socket, as `-h` takes it.
    pub fn socket_folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the server's programs are (`psql`, `pgbench`).
    pub fn programs(&self) -> &Path {
        &self.programs
    }

    pub fn url(&self, database: &str) -> String {
        let socket = self.folder.path().display();
        format!("postgres://{USER}@localhost:{PORT}/{database}?host={socket}")
    }

    pub fn create_database(&self, name: &str) -> anyhow::Result<()> {
        self.query("postgres", &format!("CREATE DATABASE \"{name}\"")).map(drop)
    }

    /// Runs statements through psql, stopping at the first error; rows come back as bare text.
    pub fn query(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        query(&self.programs, self.folder.path(), database, sql)
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let status = self.folder.path().join("data/postmaster.pid");
        let server = &mut self.server;
        let waited = wait_until(START_LIMIT, Duration::from_millis(10), || {
            if let Some(end) = server.try_wait().context("looking at the server")? {
                bail!("the server ended at once: {end}");
            }
            // The server writes its state into the eighth line of this file, which is how pg_ctl waits as well.
            let state = std::fs::read_to_string(&status).unwrap_or_default();
            Ok(state.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
        });
        let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        match waited.with_context(log)? {
            Waited::Held => Ok(()),
            Waited::TimedOut => bail!("the server was not ready after {START_LIMIT:?}\n{}", log()),
        }
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        if self.server.try_wait().context("looking at the server")?.is_some() {
            return Ok(());
        }
        let mut stop = self.account.command(&self.programs.join("pg_ctl"), self.folder.path());
        stop.args(["stop", "--mode", "fast", "--wait", "--pgdata"]).arg(self.folder.path().join("data"));
        if let Err(error) = capture(&mut stop) {
            self.server.kill().context("killing the server")?;
            self.server.wait().context("waiting for the server's end")?;
            return Err(error);
        }
        self.server.wait().context("waiting for the server's end").map(drop)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            complain(&format!("the temporary PostgreSQL did not stop in order: {error:#}"));
        }
    }
}

/// The same as [`Temporary::query`] for a server that somebody else runs.
pub fn query(programs: &Path, socket_folder: &Path, database: &str, sql: &str) -> anyhow::Result<String> {
    let mut psql = Command::new(programs.join("psql"));
    address(&mut psql, socket_folder);
    psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]);
    capture(psql.args(["--dbname", database, "--command", sql]))
}

/// Points a client program at a socket and at nothing that the environment may name.
pub fn address(client: &mut Command, socket_folder: &Path) {
    forget_environment(client);
    client.arg("--host").arg(socket_folder).args(["--port", PORT, "--username", USER]);
}

fn forget_environment(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
}

fn launch(
    account: &Account,
    programs: &Path,
    folder: &Path,
    settings: &[(&str, &str)],
) -> anyhow::Result<Child> {
    let log = std::fs::File::create(folder.join("log")).context("making the server's log")?;
    let mut postgres = account.command(&programs.join("postgres"), folder);
    postgres.arg("-D").arg(folder.join("data")).arg("-k").arg(folder).args([
        "-p",
        PORT,
        "-c",
        "listen_addresses=",
    ]);
    for (name, value) in settings {
        postgres.arg("-c").arg(format!("{name}={value}"));
    }
    postgres.stdin(Stdio::null()).stdout(log.try_clone().context("sharing the log")?).stderr(log);
    postgres.spawn().context("starting the server")
}

impl Account {
    fn choose() -> anyhow::Result<Self> {
        let myself = std::fs::metadata("/proc/self").context("asking who runs this")?.uid();
        if myself != 0 {
            return Ok(Self::Myself);
        }
        for name in ["postgres", "nobody"] {
            if let (Ok(user), Ok(group)) = (number_of("-u", name), number_of("-g", name)) {
                return Ok(Self::Other { user, group });
            }
        }
        bail!("PostgreSQL refuses root, and neither `postgres` nor `nobody` is an account here")
    }

    /// A program in this account that is told to end when this thread does.
    fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if let Self::Other { user, group } = self {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
        }
        forget_environment(&mut command);
        command.args(["--pdeathsig", "INT", "--"]).arg(program).current_dir(folder).env("LC_ALL", "C");
        command
    }
}

fn number_of(which: &str, account: &str) -> anyhow::Result<u32> {
    capture(Command::new("id").args([which, account]))?.trim().parse().context("reading `id`")
}

/// The folder of the newest PostgreSQL here: the one on the PATH, or Debian's.
pub fn programs() -> anyhow::Result<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path =
        std::env::split_paths(&path).map(|folder| folder.join("initdb")).find(|file| file.is_file());
    if let Some(initdb) = on_path {
        let real = initdb.canonicalize().context("following the link of initdb")?;
        return Ok(real.parent().unwrap_or(Path::new("/")).to_owned());
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    versions
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("initdb").is_file())
        .max_by_key(|folder| version_of(folder))
        .context("no initdb on the PATH or in /usr/lib/postgresql/*/bin")
}

fn version_of(programs: &Path) -> u32 {
    let folder = programs.parent().and_then(Path::file_name).unwrap_or_default();
    folder.to_string_lossy().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_temporary_server_answers_and_is_gone_afterwards() {
        let server = Temporary::start(&[("work_mem", "5MB")]).unwrap();
        server.create_database("scratch").unwrap();
        assert_eq!(server.query("scratch", "SHOW work_mem").unwrap(), "5MB\n");
        let refusal = server.query("scratch", "SELECT 1; SELECT no_such_column").unwrap_err().to_string();
        assert!(refusal.contains("no_such_column"), "{refusal}");
        let process = format!("/proc/{}", server.server.id());
        let folder = server.socket_folder().to_owned();
        assert!(Path::new(&process).exists());
        drop(server);
        assert!(!Path::new(&process).exists() && !folder.exists());
    }

    #[test]
    fn a_server_that_cannot_start_says_why() {
        let refusal = Temporary::start(&[("no_such_setting", "1")]).unwrap_err();
        assert!(format!("{refusal:#}").contains("no_such_setting"), "{refusal:#}");
    }
}
