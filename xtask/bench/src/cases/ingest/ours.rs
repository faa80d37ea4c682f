//! Our side: the binary reads the topic to its end, and what it counted is checked.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::json;

use super::load::Load;
use super::place::{EMPTY, Place};
use crate::frame::Sample;
use crate::measured;

const LIMIT: Duration = Duration::from_secs(1200);
/// The database of the last turn, for whoever looks at its rows.
pub(super) const TURN: &str = "turn";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Database {
    Postgres,
    Sqlite,
}

impl Place {
    /// One turn: a fresh database, a group of its own, everything that is on the topic.
    pub(super) fn ingest(
        &self,
        load: Load,
        topic: &str,
        records: u64,
        database: Database,
    ) -> anyhow::Result<Sample> {
        let folder = tempfile::Builder::new().prefix("turn-").tempdir_in(self.folder.path())?;
        let url = match database {
            Database::Postgres => {
                self.fresh(TURN)?;
                self.server.url(TURN)
            }
            Database::Sqlite => "sqlite:signalbox.db".to_owned(),
        };
        let group = folder.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let brokers: Vec<String> = self.cluster.bootstrap().split(',').map(str::to_owned).collect();
        let settings = format!(
            "[store]\nurl = {}\n[telemetry]\nfilter = \"warn\"\n[ingest.limits]\nnew_signals = 0\n\
             [[ingest.sources]]\nname = \"events\"\nformat = \"{}\"\nproject = {{ fixed = \"web\" }}\n\
             kafka = {{ brokers = {}, topics = [\"{topic}\"], group = \"{group}\" }}\n",
            json!(url),
            load.format(),
            json!(brokers),
        );
        std::fs::write(folder.path().join("signalbox.toml"), settings).context("writing settings")?;
        let mut command = Command::new(&self.binary);
        command.args(["up", "--once", "--roles", "ingest"]).current_dir(folder.path()).stdout(Stdio::null());
        let measured = measured::run(&mut command, LIMIT)?;
        if database == Database::Postgres {
            let counted =
                self.server.query(TURN, "SELECT sum(count)::bigint, count(*) FROM signal_counts")?;
            let (kept, signals) = load.expected(records);
            ensure!(
                counted.trim() == format!("{kept}|{signals}"),
                "{} counted, not {kept}|{signals}",
                counted.trim()
            );
        }
        measured.into_sample(super::rate(records, measured.elapsed.as_secs_f64())?, records)
    }

    /// A database with every table and no row.
    pub(super) fn fresh(&self, name: &str) -> anyhow::Result<()> {
        self.server.query("postgres", &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))?;
        self.server.query("postgres", &format!("CREATE DATABASE \"{name}\" TEMPLATE \"{EMPTY}\""))?;
        self.server.query("postgres", "CHECKPOINT").map(drop)
    }
}
