//! Over HTTP: the commands against a running server, and `signalbox runner` as a second process that works on cloud runs.

use std::io::ErrorKind;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use signalbox_testkit::git::Origin;
use signalbox_testkit::wait_until;

use crate::faces::{json, known, made};
use crate::program::{Place, Running};

const BAD_CONFIG: i32 = 3;
const NO_ISOLATION: i32 = 11;
const PATIENCE: Duration = Duration::from_secs(90);

/// A place with a server; the agent runs this shell command.
struct Served {
    place: Place,
    /// Ends with its test.
    _running: Running,
    server: String,
    origin: Origin,
}

impl Served {
    fn new(agent: &str) -> Self {
        let origin = Origin::start(&[("a.txt", "broken\n")]).unwrap();
        let place = known(&origin);
        let agent = serde_json::to_string(agent).unwrap();
        // The server itself works on nothing: what is done, the second process does.
        let settings = format!(
            "roles = [\"api\", \"ingest\", \"planner\", \"dispatcher\", \"sweep\"]\n\
             [dispatcher.pass]\nperiod = \"300ms\"\n\
             [runner.lease]\nlength = \"3s\"\npoll = \"200ms\"\n[runner.lease.backoff]\ncap = \"500ms\"\n\
             [agents.fixer]\nprogram = \"sh\"\narguments = [\"-c\", {agent}]\n"
        );
        place.write("signalbox.toml", &settings);
        let made = place.run(&["token", "create", "second", "--role", "runner"]);
        place.write("runner.token", made.worked().lines().next().unwrap());
        let running = place.up(&[]);
        let server = format!("http://{}", running.address);
        let answers = || place.run(&["status", "--server", &server]).code == Some(0);
        let seen = wait_until("the API answers to the token of this computer", PATIENCE, answers);
        assert!(seen.is_ok(), "{:?}", place.run(&["status", "--server", &server]));
        Self { place, _running: running, server, origin }
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        json(&self.place.run(&[arguments, &["--server", &self.server, "--json"]].concat()))
    }

    /// The only run of a task, once it holds.
    fn run_until(&self, task: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let mut last = Value::Null;
        let seen = wait_until(what, PATIENCE, || {
            let runs = self.ask(&["run", "list", "--task", task]);
            let Some(run) = runs["items"][0]["id"].as_str() else { return false };
            last = self.ask(&["run", "show", run]);
            holds(&last)
        });
        assert!(seen.is_ok(), "waited in vain until {what}: {last}");
        last
    }

    fn runner(&self, name: &str) -> Worker {
        let root = format!("runner.root=roots/{name}");
        let mut command = self.place.command(&[
            "--set",
            &root,
            "runner",
            "--server",
            &self.server,
            "--mode",
            "cloud",
            "--name",
            name,
            "--slots",
            "2",
            "--token-file",
            "runner.token",
        ]);
        let log = std::fs::File::create(self.place.path(&format!("{name}.log"))).unwrap();
        Worker(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }
}

/// A runner under way; killed with its test.
struct Worker(Child);

impl Worker {
    fn terminate(mut self) -> Option<i32> {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.0.wait().unwrap().code()
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            assert!(self.0.kill().is_ok() || std::thread::panicking());
            assert!(self.0.wait().is_ok() || std::thread::panicking());
        }
    }
}

/// Whether cloud runs can be tried here.
fn isolated() -> bool {
    let found = Command::new("bwrap").arg("--version").output();
    let all = std::env::var("SIGNALBOX_TESTS").is_ok_and(|demand| demand == "all");
    all || !matches!(&found, Err(error) if error.kind() == ErrorKind::NotFound)
}

#[test]
fn commands_use_the_running_server() {
    let served = Served::new("true");
    let task = made(&served.place, &["--title", "Look at it", "--mode", "cloud", "--server", &served.server]);
    assert_eq!(served.ask(&["task", "show", &task])["task"]["state"], "queued");
    let status = served.place.run(&["status", "--server", &served.server]);
    assert!(status.worked().contains(&served.server), "{status:?}");
    let link = served.place.run(&["sign-in", "--server", &served.server]);
    assert!(link.worked().starts_with(&format!("{}/sign-in?code=", served.server)), "{link:?}");
    // The server has a port of its own choice, and has written it beside the database; the settings name another.
    assert!(served.place.run(&["task", "list"]).worked().contains(&task));
    assert!(served.place.run(&["status"]).worked().contains(&served.server));
    let mut stranger = served.place.command(&["task", "list", "--server", &served.server]);
    let told = crate::program::ended(stranger.env("SIGNALBOX_TOKEN", "sbx_admin_wrong"));
    told.failed(1, &["token"]);
}

#[test]
fn a_runner_that_came_before_its_server_ends_once_its_token_will_not_do() {
    let place = Place::new();
    let token = place.run(&["token", "create", "somebody", "--role", "viewer"]);
    place.write("viewer.token", token.worked().lines().next().unwrap());
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    let arguments = ["runner", "--server", &url, "--mode", "worktree", "--token-file", "viewer.token"];
    let log = std::fs::File::create(place.path("runner.log")).unwrap();
    let mut command = place.command(&arguments);
    let mut runner = Worker(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap());
    let said = || std::fs::read_to_string(place.path("runner.log")).unwrap();
    let waits = || said().contains("does not answer yet");
    wait_until("the runner waits for its server", PATIENCE, waits).unwrap();
    let listen = format!("server.listen={address}");
    let _running = place.up(&["--set", &listen]);
    let mut code = None;
    let ended = wait_until("the runner ends", PATIENCE, || {
        code = runner.0.try_wait().unwrap();
        code.is_some()
    });
    assert!(ended.is_ok(), "{}", said());
    assert_eq!(code.unwrap().code(), Some(BAD_CONFIG), "{}", said());
    assert!(said().contains("a token of the role runner, got one of viewer"), "{}", said());
}

#[test]
fn a_runner_starts_only_with_its_own_token_and_isolation() {
    let served = Served::new("true");
    let runner = |more: &[&str]| {
        served.place.run(&[&["runner", "--server", &served.server, "--mode", "cloud"], more].concat())
    };
    runner(&[]).failed(BAD_CONFIG, &["no token", "SIGNALBOX_TOKEN"]);
    runner(&["--token-file", "data/token"]).failed(BAD_CONFIG, &["role runner", "admin"]);
    served.place.write("wrong.token", "sbx_runner_wrong\n");
    runner(&["--token-file", "wrong.token"]).failed(BAD_CONFIG, &["does not know this token"]);
    let bare = ["--token-file", "runner.token", "--set", "runner.sandbox.bubblewrap=/nowhere/bwrap"];
    runner(&bare).failed(NO_ISOLATION, &["cloud", "isolation"]);
}

#[test]
fn a_second_process_works_on_a_cloud_task_and_pushes_one_branch() {
    if !isolated() {
        return;
    }
    let served = Served::new("echo it was broken; sed -i s/broken/mended/ a.txt; echo mended it");
    let worker = served.runner("second");
    let task = made(&served.place, &["--title", "Mend a", "--mode", "cloud", "--server", &served.server]);
    let run = served.run_until(&task, "the run ended", |run| !run["outcome"].is_null());
    assert_eq!(run["outcome"]["verdict"]["result"], "changed", "{run}");
    let branch = run["change"]["branch"].as_str().unwrap();
    assert_eq!(served.origin.git(&["show", &format!("{branch}:a.txt")]).unwrap().trim(), "mended");
    let branches = served.origin.git(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]).unwrap();
    assert_eq!(branches.lines().count(), 2, "main and one of ours: {branches}");
    let id = run["run"]["id"].as_str().unwrap();
    let shown = served.place.run(&["run", "show", id, "--server", &served.server]);
    for part in
        ["changed 1 file on signalbox/", "  │ it was broken", "  │ mended it", "fixer, cloud on second"]
    {
        assert!(shown.worked().contains(part), "{part:?} is missing in {}", shown.out);
    }
    let runners = served.place.run(&["runner", "list", "--server", &served.server]);
    assert!(runners.worked().contains("second") && runners.out.contains("cloud"), "{runners:?}");
    assert_eq!(worker.terminate(), Some(0), "it stops cleanly");
}

#[test]
fn a_killed_runners_cloud_run_is_rescued_by_another_and_has_one_outcome() {
    if !isolated() {
        return;
    }
    let agent = "echo at work; sleep 8; sed -i s/broken/mended/ a.txt; echo through";
    let served = Served::new(agent);
    let first = served.runner("first");
    let task = made(&served.place, &["--title", "Mend a", "--mode", "cloud", "--server", &served.server]);
    let begun = served.run_until(&task, "the first runner tells of its work", |run| {
        run["notes"].as_array().is_some_and(|notes| notes.iter().any(|note| note["note"]["what"] == "said"))
    });
    assert_eq!((&begun["run"]["runner"], &begun["outcome"]), (&"first".into(), &Value::Null));
    first.kill();
    let second = served.runner("other");
    let run = served.run_until(&task, "another has ended it", |run| !run["outcome"].is_null());
    assert_eq!(run["outcome"]["verdict"]["result"], "changed", "{run}");
    assert_eq!((&run["run"]["runner"], &run["run"]["attempt"]), (&"other".into(), &2.into()), "{run}");
    let view = served.ask(&["task", "show", &task]);
    assert_eq!(view["outcomes"].as_array().unwrap().len(), 1, "{view}");
    assert_eq!(view["runs"].as_array().unwrap().len(), 1, "{view}");
    let branch = run["change"]["branch"].as_str().unwrap();
    assert_eq!(served.origin.git(&["show", &format!("{branch}:a.txt")]).unwrap().trim(), "mended");
    assert_eq!(second.terminate(), Some(0));
}
