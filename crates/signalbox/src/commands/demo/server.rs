//! The demo's server: the same program, started as a person would, and stopped again however the demo ends: it is told
//! whose child it is, and must be started by the thread that lives as long as the demo.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use signalbox_runtime::ExitCode;

use crate::fail::Failure;

pub(super) const LOG: &str = "signalbox.log";
/// What it prints ends with the link that signs a browser in, once its store is open.
const LAST_LINE: &str = "sign in";
const BROKER: &str = "dev Kafka: ";

pub(super) struct Server {
    child: Child,
    said: String,
    brokers: String,
    /// Kept open, as a terminal is.
    out: BufReader<ChildStdout>,
}

impl Server {
    pub(super) fn start(program: &Path, folder: &Path) -> Result<Self, Failure> {
        let log = std::fs::File::create(folder.join(LOG))?;
        let mut command = Command::new(program);
        let me = std::process::id().to_string();
        command.args(["up", "--dev-kafka", "--ends-with", &me]).current_dir(folder).stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        let Some(out) = child.stdout.take() else {
            return Err(Failure::new(ExitCode::Failure, "the server has no output"));
        };
        let mut server =
            Self { child, said: String::new(), brokers: String::new(), out: BufReader::new(out) };
        server.listen(folder)?;
        Ok(server)
    }

    /// Reads what it prints until it is open; a server that ends closes its output.
    fn listen(&mut self, folder: &Path) -> Result<(), Failure> {
        while !self.said.lines().last().is_some_and(|line| line.trim_start().starts_with(LAST_LINE)) {
            if self.out.read_line(&mut self.said)? == 0 {
                let log = std::fs::read_to_string(folder.join(LOG)).unwrap_or_default();
                let last = log.lines().last().unwrap_or_default();
                return Err(Failure::new(ExitCode::Failure, format!("the server did not start: {last}")));
            }
        }
        let line = self.said.lines().find_map(|line| line.trim_start().strip_prefix(BROKER));
        let address = line.and_then(|line| line.split(',').next());
        self.brokers = address.unwrap_or_default().to_owned();
        Ok(())
    }

    /// Where it listens, and the rest of what it printed.
    pub(super) fn said(&self) -> &str {
        &self.said
    }

    pub(super) fn brokers(&self) -> &str {
        &self.brokers
    }

    /// In good order.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            rustix::process::kill_process(pid, rustix::process::Signal::TERM)
                .map_err(std::io::Error::from)?;
        }
        let mut rest = String::new();
        self.out.read_to_string(&mut rest)?;
        let ended = self.child.wait()?;
        if ended.success() {
            Ok(())
        } else {
            Err(Failure::new(ExitCode::Failure, format!("the server ended with {ended}")))
        }
    }
}

impl Drop for Server {
    /// A demo that failed leaves nothing running.
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let ended = self.child.kill().and_then(|()| self.child.wait());
            debug_assert!(ended.is_ok(), "{ended:?}");
        }
    }
}
