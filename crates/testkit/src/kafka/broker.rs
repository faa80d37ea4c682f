//! One broker: its folder, its process, its crashes.

use std::path::PathBuf;
use std::time::Duration;

use super::settings::{Address, LOGGING, server_properties};
use super::{Install, KafkaError};
use crate::process::{Account, Nest, ProcessError, Supervised};

/// A second on an idle machine.
const PATIENCE_TO_FORMAT: Duration = Duration::from_secs(60);
const PATIENCE_TO_STOP: Duration = Duration::from_secs(60);
const TROUBLE_LINES: usize = 30;

#[derive(Debug)]
pub(super) struct Broker {
    pub(super) address: Address,
    install: Install,
    /// Distinguishes the files of one try to start from those of the next.
    label: String,
    properties: PathBuf,
    logging: PathBuf,
    process: Option<Supervised>,
}

impl Broker {
    /// Writes the settings of a broker that was not formatted yet.
    pub(super) fn prepare(
        nest: &Nest,
        install: &Install,
        attempt: usize,
        own: Address,
        all: &[Address],
    ) -> Result<Self, KafkaError> {
        let label = format!("broker-{}-{attempt}", own.node);
        let data = nest.make_folder(&label, &Account::Own)?;
        let properties = nest.write(&format!("{label}.properties"), &server_properties(own, all, &data))?;
        let logging = nest.write("log4j2.properties", LOGGING)?;
        Ok(Self { address: own, install: install.clone(), label, properties, logging, process: None })
    }

    /// Starts the program that makes the folder a broker's; the caller waits for it with
    /// [`Broker::formatted`].
    pub(super) fn format(&self, nest: &Nest, cluster_id: &str) -> Result<Supervised, KafkaError> {
        let mut command = self.install.program(&["-Xmx256m"], "kafka.tools.StorageTool");
        command.args(["format", "-t", cluster_id, "-c"]).arg(&self.properties);
        Ok(nest.start(&format!("{}-format", self.label), &command, &Account::Own)?)
    }

    pub(super) fn formatted(mut format: Supervised) -> Result<(), KafkaError> {
        Ok(format.succeeded(PATIENCE_TO_FORMAT)?)
    }

    pub(super) fn launch(&mut self, nest: &Nest) -> Result<(), KafkaError> {
        if self.process.is_some() {
            return Err(KafkaError::AlreadyRuns { node: self.address.node });
        }
        let logging = format!("-Dlog4j2.configurationFile={}", self.logging.display());
        // Native libraries are unpacked here; elsewhere a killed JVM would leave them.
        let temporary = format!("-Djava.io.tmpdir={}", nest.folder().display());
        let mut command = self.install.program(&["-Xmx512m", &logging, &temporary], "kafka.Kafka");
        command.arg(&self.properties);
        self.process = Some(nest.start(&self.label, &command, &Account::Own)?);
        Ok(())
    }

    pub(super) fn kill(&mut self) -> Result<(), ProcessError> {
        self.process.take().map_or(Ok(()), |mut process| process.kill())
    }

    pub(super) fn stop(&mut self) -> Result<(), ProcessError> {
        self.process.take().map_or(Ok(()), |mut process| process.stop(PATIENCE_TO_STOP).map(drop))
    }

    pub(super) fn runs(&self) -> bool {
        self.process.is_some()
    }

    /// An error when the process ended by itself.
    pub(super) fn check_alive(&mut self) -> Result<(), KafkaError> {
        let Some(process) = &mut self.process else { return Ok(()) };
        match process.ended()? {
            None => Ok(()),
            Some(_) => Err(KafkaError::Ended { node: self.address.node, tail: troubles(&process.log()) }),
        }
    }

    pub(super) fn log_tail(&self) -> String {
        self.process.as_ref().map_or_else(String::new, Supervised::log_tail)
    }
}

/// What a broker's log says of its end: its errors, which may stand far above the last line; without any, the
/// last lines.
fn troubles(log: &str) -> String {
    let mut lines: Vec<&str> = log.lines().filter(|line| is_trouble(line)).collect();
    if lines.is_empty() {
        lines = log.lines().collect();
    }
    lines[lines.len().saturating_sub(TROUBLE_LINES)..].join("\n")
}

fn is_trouble(line: &str) -> bool {
    [" ERROR ", " FATAL ", "Exception", "Error:", "Caused by"].iter().any(|sign| line.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_shown_from_wherever_they_stand() {
        let mut log = "x.KafkaException: Socket server failed to bind: Address already in use.\n".to_owned();
        log.push_str(&"03:31:58.940 INFO Broker going down\n".repeat(100));
        assert_eq!(troubles(&log), "x.KafkaException: Socket server failed to bind: Address already in use.");
        assert_eq!(troubles("a\nb"), "a\nb");
    }
}
