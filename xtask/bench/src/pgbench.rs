//! A statement alone under pgbench, PostgreSQL's own load generator: the peer of everything that store does with it.
//!
//! Rate and latencies come from pgbench itself; a call that failed fails the turn. It takes any server by its socket
//! and must not know what the statement means. Called by the cases.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use xtask::postgres::{address, query};
use xtask::process::capture;

use crate::latencies::Latencies;

/// A database on a server of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Database<'a> {
    /// The folder of `pgbench` and `psql`.
    pub programs: &'a Path,
    /// The folder of the server's unix socket.
    pub socket_folder: &'a Path,
    pub name: &'a str,
}

/// How the script is run.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    pub clients: u32,
    /// Runs of the script by each client.
    pub calls: u32,
    /// `:name` in the script.
    pub variables: &'a [(&'a str, u32)],
}

/// What pgbench saw.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Runs of the script a second, without the time to connect.
    pub calls_per_second: f64,
    pub latencies: Latencies,
}

impl Database<'_> {
    /// Runs statements that prepare or check a turn.
    pub fn query(&self, sql: &str) -> anyhow::Result<String> {
        query(self.programs, self.socket_folder, self.name, sql)
    }

    /// Runs the script, as a prepared statement, until every client has made its calls.
    pub fn pgbench(&self, script: &str, load: &Load<'_>) -> anyhow::Result<Outcome> {
        let place = tempfile::tempdir().context("making a folder")?;
        let file = place.path().join("script.sql");
        std::fs::write(&file, script).context("writing the script")?;
        let mut pgbench = Command::new(self.programs.join("pgbench"));
        address(&mut pgbench, self.socket_folder);
        pgbench.args(["--no-vacuum", "--protocol", "prepared", "--log"]).arg("--file").arg(&file);
        pgbench.arg("--log-prefix").arg(place.path().join("calls"));
        pgbench.arg(format!("--client={}", load.clients)).arg(format!("--transactions={}", load.calls));
        for (name, value) in load.variables {
            pgbench.arg(format!("--define={name}={value}"));
        }
        let said = capture(pgbench.arg(self.name))?;
        let latencies = read_logs(place.path())?;
        let wanted = usize::try_from(u64::from(load.clients) * u64::from(load.calls))?;
        ensure!(
            latencies.calls() == wanted,
            "pgbench logged {} of {wanted} calls\n{said}",
            latencies.calls()
        );
        Ok(Outcome { calls_per_second: rate(&said)?, latencies })
    }
}

/// The line `tps = 1234.5 (without initial connection time)`.
fn rate(said: &str) -> anyhow::Result<f64> {
    let figure =
        said.lines().find_map(|line| line.strip_prefix("tps = ")).and_then(|rest| rest.split(' ').next());
    figure.and_then(|figure| figure.parse().ok()).with_context(|| format!("pgbench gave no rate\n{said}"))
}

fn read_logs(place: &Path) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    for entry in std::fs::read_dir(place).context("listing pgbench's logs")? {
        let entry = entry.context("listing pgbench's logs")?;
        if entry.file_name().to_string_lossy().starts_with("calls.") {
            let log = std::fs::read_to_string(entry.path()).context("reading pgbench's log")?;
            latencies.merge(read_log(&log)?);
        }
    }
    Ok(latencies)
}

/// Lines of client, number of the call, microseconds, script and time. A call that failed has a word instead.
fn read_log(log: &str) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    for line in log.lines() {
        let took = line.split(' ').nth(2).and_then(|field| field.parse().ok());
        latencies.record(Duration::from_micros(took.with_context(|| format!("a call failed: {line}"))?));
    }
    Ok(latencies)
}

#[cfg(test)]
mod tests {
    use xtask::postgres::Temporary;

    use super::*;

    #[test]
    fn rate_and_calls_are_read_from_what_pgbench_writes() {
        let said = "latency average = 0.6 ms\ntps = 6123.25 (without initial connection time)\n";
        assert!((rate(said).unwrap() - 6123.25).abs() < 1e-9);
        assert!(rate("nothing").is_err());
        let log = read_log("0 1 250 0 1795000000 1\n1 1 350 0 1795000000 2\n").unwrap();
        assert_eq!(log.percentile(100).unwrap(), Duration::from_micros(350));
        assert_eq!(read_log("0 1 failed 0 1 1").unwrap_err().to_string(), "a call failed: 0 1 failed 0 1 1");
    }

    #[test]
    fn every_call_reaches_a_real_server_and_is_timed() {
        let server = Temporary::start(&[("fsync", "off")]).unwrap();
        let database =
            Database { programs: server.programs(), socket_folder: server.socket_folder(), name: "postgres" };
        database.query("CREATE TABLE tally (n int)").unwrap();
        let load = Load { clients: 3, calls: 40, variables: &[("step", 7)] };
        let outcome = database.pgbench("INSERT INTO tally VALUES (:step);\n", &load).unwrap();
        assert_eq!(database.query("SELECT count(*), min(n), max(n) FROM tally").unwrap(), "120|7|7\n");
        assert_eq!(outcome.latencies.calls(), 120);
        assert!(outcome.calls_per_second > 0.0);
        let error = database.pgbench("SELECT no_such_column;\n", &load).unwrap_err().to_string();
        assert!(error.contains("no_such_column"), "{error}");
    }
}
