//! Tests that need a process of their own: real signals, real environment variables, a real socket.
//!
//! A test starts this very binary again, asking for the one test [`child`] and naming a role in a variable; the
//! child plays the role and exits with its code.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "all of this file and its modules is tests"
)]

mod child;
mod http;
mod otlp;
mod process;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

/// The variable that names the role.
const ROLE: &str = "SIGNALBOX_RUNTIME_TEST_ROLE";

/// Does nothing unless a test asked for a role.
#[test]
fn child() {
    if let Ok(role) = std::env::var(ROLE) {
        child::play(&role);
    }
}

/// A child under way. It is killed when a test fails before its end.
struct Role {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Role {
    fn start(role: &str, variables: &BTreeMap<&str, String>) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture", "--quiet"])
            .env_clear()
            .env(ROLE, role)
            .envs(variables)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log }
    }

    /// Reads the log until a line has `wanted` in it; the lines read.
    fn log_until(&mut self, wanted: &str) -> String {
        let mut read = String::new();
        while !read.lines().last().is_some_and(|line| line.contains(wanted)) {
            assert!(self.log.read_line(&mut read).unwrap() > 0, "{wanted:?} never came:\n{read}");
        }
        read
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Waits for the end: the exit code and the rest of the log.
    fn end(mut self) -> (i32, String) {
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.log, &mut rest).unwrap();
        (self.child.wait().unwrap().code().unwrap(), rest)
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        // A child that has ended cannot be killed, which is all that can go wrong here.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
