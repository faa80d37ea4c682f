//! Runs the program in a folder of its own, without anybody's variables, and ends it with its test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A folder to start the program in.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A server under way; killed with its test.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
    /// Kept open, as a terminal is.
    _stdout: BufReader<ChildStdout>,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        ended(self.command(arguments).stdin(Stdio::null()))
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ended {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        of_output(&child.wait_with_output().unwrap())
    }

    /// `up` on a free port; returns once it said where it listens.
    pub(crate) fn up(&self, arguments: &[&str]) -> Running {
        let mut all = vec!["--set", "server.listen=127.0.0.1:0", "up"];
        all.extend(arguments);
        let log = std::fs::File::create(self.path("up.err")).unwrap();
        let mut child = self.command(&all).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let address = line.trim().rsplit("http://").next().unwrap_or_default().to_owned();
        let said = || std::fs::read_to_string(self.path("up.err"));
        assert!(line.contains("listens on http://127.0.0.1:"), "{line:?} {:?}", said());
        Running { child, address, _stdout: stdout }
    }
}

pub(crate) fn ended(command: &mut Command) -> Ended {
    of_output(&command.output().unwrap())
}

fn of_output(output: &std::process::Output) -> Ended {
    Ended {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Ended {
    /// One line on standard error that holds these words, and this code.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        let said: Vec<&str> = self.err.lines().filter(|line| line.starts_with("signalbox: ")).collect();
        assert_eq!(said.len(), 1, "one clear line: {self:?}");
        for word in words {
            assert!(said[0].contains(word), "{word:?} is missing in {:?}", said[0]);
        }
    }

    #[track_caller]
    pub(crate) fn worked(&self) -> &str {
        assert_eq!(self.code, Some(0), "{self:?}");
        &self.out
    }
}

impl Running {
    /// Status and body of a GET, in the plainest HTTP there is.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
        (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    /// Waits until /readyz answers like this.
    pub(crate) fn until_ready(&self, expected: bool) -> String {
        let mut last = String::new();
        let seen = signalbox_testkit::wait_until("the server's readiness", Duration::from_secs(60), || {
            let (status, body) = self.get("/readyz");
            last = body;
            (status == 200) == expected
        });
        assert!(seen.is_ok(), "{last}");
        last
    }

    /// Waits until /readyz names this reason.
    pub(crate) fn until_says(&self, reason: &str) {
        let says = || self.get("/readyz").1.contains(reason);
        signalbox_testkit::wait_until(reason, Duration::from_secs(60), says).unwrap();
    }

    pub(crate) fn terminate(mut self) -> Option<i32> {
        let id = i32::try_from(self.child.id()).unwrap();
        let pid = rustix::process::Pid::from_raw(id).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().code()
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already ended in most tests; one that failed must not leave it behind.
        if let Ok(None) = self.child.try_wait() {
            assert!(self.child.kill().is_ok() || std::thread::panicking());
            assert!(self.child.wait().is_ok() || std::thread::panicking());
        }
    }
}
