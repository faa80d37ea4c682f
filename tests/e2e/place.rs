//! A folder with settings and a repository, a database, and the program on them: started, asked, killed, started again.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use signalbox_store::Location;
use signalbox_testkit::git::Origin;
use signalbox_testkit::postgres::{Database, Server};
use signalbox_testkit::{Part, require, wait_for};

use crate::http::ask;

pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    Sqlite,
    Postgres,
}

pub(crate) const BOTH: [Base; 2] = [Base::Sqlite, Base::Postgres];

/// Where the program works. Dropped, the program ends with it.
pub(crate) struct Place {
    folder: tempfile::TempDir,
    pub(crate) origin: Origin,
    url: String,
    /// Kept for as long as the program may use it.
    _database: Option<Database>,
    running: RefCell<Option<Running>>,
    /// Where the next starts are to die, the first one first.
    to_die_at: RefCell<VecDeque<String>>,
    /// How often the program ended although nobody asked it to.
    pub(crate) deaths: Cell<u32>,
}

struct Running {
    child: Child,
    address: String,
}

/// An agent that mends the bug, as a shell command.
pub(crate) const MENDS: &str =
    "cat > brief.seen; sed -i 's/broken/mended/' shop/cart.py; rm brief.seen; echo mended it";

impl Place {
    /// None where the database may be left out.
    pub(crate) fn new(base: Base) -> Option<Self> {
        let database = match base {
            Base::Sqlite => None,
            Base::Postgres => {
                require(Part::Postgres)?;
                Some(Server::shared().unwrap().database().unwrap())
            }
        };
        let folder = tempfile::tempdir().unwrap();
        let url = database
            .as_ref()
            .map_or_else(|| "sqlite:data/signalbox.db".to_owned(), |database| database.url().to_owned());
        let origin = Origin::start(&[("shop/cart.py", "def total(): return 'broken'\n")]).unwrap();
        Some(Self {
            folder,
            origin,
            url,
            _database: database,
            running: RefCell::default(),
            to_die_at: RefCell::default(),
            deaths: Cell::new(0),
        })
    }

    /// Where its store is, for whoever is not in its folder.
    pub(crate) fn store(&self) -> Location {
        match self.url.parse().unwrap() {
            Location::Sqlite(path) => Location::Sqlite(self.path(path.to_str().unwrap())),
            postgres @ Location::Postgres(_) => postgres,
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Settings with an agent that runs this shell command; `more` is added as it stands.
    pub(crate) fn settings(&self, agent: &str, more: &str) {
        let agent = serde_json::to_string(agent).unwrap();
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"{}\"\n\
             [runner.lease]\nlength = \"3s\"\npoll = \"200ms\"\n[runner.lease.backoff]\ncap = \"500ms\"\n\
             [planner.pass]\nperiod = \"500ms\"\n[dispatcher.pass]\nperiod = \"500ms\"\n\
             [automations.pass]\nperiod = \"500ms\"\n[ingest.backoff]\ncap = \"500ms\"\n\
             [agents.fixer]\nprogram = \"sh\"\narguments = [\"-c\", {agent}]\n{more}\n",
            self.url
        );
        std::fs::write(self.path("signalbox.toml"), text).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox-under-test"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path());
        command
    }

    /// Each of the next starts dies at one of these points.
    pub(crate) fn to_die_at(&self, failpoints: &[String]) {
        self.to_die_at.replace(failpoints.iter().cloned().collect());
    }

    /// Starts the server; returns once it said where it listens, or died before.
    pub(crate) fn up(&self) {
        let mut command = self.command(&["up"]);
        if let Some(failpoint) = self.to_die_at.borrow_mut().pop_front() {
            command.env("SIGNALBOX_FAILPOINT", failpoint);
        }
        let log = std::fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(log).stdin(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap_or_default().to_owned();
        // The program goes on writing there; a closed pipe is no failure of its.
        drop(out);
        *self.running.borrow_mut() = Some(Running { child, address });
    }

    /// Starts it again where it has died.
    pub(crate) fn see_that_it_runs(&self) {
        let dead = match self.running.borrow_mut().as_mut() {
            Some(running) => running.child.try_wait().unwrap().is_some(),
            None => true,
        };
        if dead {
            self.deaths.set(self.deaths.get() + 1);
            assert!(self.deaths.get() < 5, "it dies again and again: {}", self.log());
            self.up();
        }
    }

    /// What `kill -9` does.
    pub(crate) fn kill(&self) {
        if let Some(mut running) = self.running.borrow_mut().take() {
            running.child.kill().unwrap();
            running.child.wait().unwrap();
        }
    }

    /// In good order; the exit code.
    pub(crate) fn stop(&self) -> Option<i32> {
        let mut running = self.running.borrow_mut().take().unwrap();
        let id = i32::try_from(running.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        running.child.wait().unwrap().code()
    }

    pub(crate) fn address(&self) -> String {
        self.running.borrow().as_ref().map(|running| running.address.clone()).unwrap_or_default()
    }

    fn once(&self, method: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let token = std::fs::read_to_string(self.path("data/token")).ok()?;
        ask(&self.address(), token.trim(), method, &format!("/api/v1{path}"), body)
    }

    /// Asks until there is an answer that is not "later": whoever lost an answer asks again.
    pub(crate) fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let what = format!("{method} {path} is answered");
        let answered = wait_for(&what, PATIENCE, || {
            self.see_that_it_runs();
            self.once(method, path, body).filter(|(status, _)| *status < 500)
        });
        answered.unwrap_or_else(|late| panic!("{late}: {}", self.log()))
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, None);
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask("POST", path, Some(body));
        assert!((200..300).contains(&status), "POST {path}: {status} {answer}");
        answer
    }

    /// The items of a list.
    #[track_caller]
    pub(crate) fn list(&self, path: &str) -> Vec<Value> {
        self.get(path)["items"].as_array().cloned().unwrap_or_default()
    }

    /// Asks until it is so.
    #[track_caller]
    pub(crate) fn until<T>(&self, what: &str, holds: impl Fn() -> Option<T>) -> T {
        let waited = wait_for(what, PATIENCE, || {
            self.see_that_it_runs();
            holds()
        });
        waited.unwrap_or_else(|late| panic!("{late}: {}", self.log()))
    }

    pub(crate) fn log(&self) -> String {
        let log = std::fs::read_to_string(self.path("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    /// The branches of the origin that are ours.
    pub(crate) fn branches(&self) -> Vec<String> {
        let listed =
            self.origin.git(&["branch", "--list", "--format=%(refname:short)", "signalbox/*"]).unwrap();
        listed.lines().map(str::to_owned).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.borrow_mut().take() {
            assert!(running.child.kill().is_ok() || std::thread::panicking());
            assert!(running.child.wait().is_ok() || std::thread::panicking());
        }
    }
}
