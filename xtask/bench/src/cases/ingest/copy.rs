//! The other limit, where nothing folds: the very rows that ours wrote, by a staged COPY with conflict handling into the same
//! tables with the same indexes, a transaction for as many signals as one of ours holds.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::ours::TURN;
use super::place::Place;
use crate::frame::Sample;
use crate::measured;

const LIMIT: Duration = Duration::from_secs(1200);
const SIGNALS_A_TRANSACTION: usize = 2000;
/// The copied database.
const COPIED: &str = "copied";

/// A table, what makes a row of it the same, and how a row that is there is met.
const TABLES: [(&str, &str, &str); 4] = [
    ("signals", "project_id, family, kind, fingerprint_version, fingerprint", "DO NOTHING"),
    (
        "signal_counts",
        "signal_id",
        "DO UPDATE SET count = signal_counts.count + excluded.count, revision = signal_counts.revision + 1",
    ),
    ("signal_hours", "signal_id, hour", "DO UPDATE SET count = signal_hours.count + excluded.count"),
    ("signal_samples", "signal_id", "DO UPDATE SET samples = excluded.samples"),
];

/// A script that copies the rows of the last turn.
pub(super) fn script(place: &Place) -> anyhow::Result<PathBuf> {
    let order = "row_number() OVER (ORDER BY id) AS place FROM signals";
    let mut chunks: Vec<[String; TABLES.len()]> = Vec::new();
    for (at, (table, _, _)) in TABLES.iter().enumerate() {
        let id = if *table == "signals" { "id" } else { "signal_id" };
        let rows = place.server.query(
            TURN,
            &format!(
                "COPY (SELECT t.* FROM {table} t JOIN (SELECT id AS signal, {order}) o ON t.{id} = o.signal ORDER BY o.place) TO STDOUT"
            ),
        )?;
        for (chunk, rows) in rows.lines().collect::<Vec<_>>().chunks(SIGNALS_A_TRANSACTION).enumerate() {
            if chunks.len() <= chunk {
                chunks.push(Default::default());
            }
            for row in rows {
                writeln!(chunks[chunk][at], "{row}")?;
            }
        }
    }
    let mut script = String::from("\\set ON_ERROR_STOP on\n");
    let projects = place.server.query(TURN, "COPY projects TO STDOUT")?;
    writeln!(script, "COPY projects FROM stdin;\n{}\\.", with_end(&projects))?;
    for (table, _, _) in TABLES {
        writeln!(script, "CREATE TEMP TABLE staged_{table} (LIKE {table});")?;
    }
    for chunk in chunks {
        writeln!(script, "BEGIN;")?;
        for ((table, key, met), rows) in TABLES.iter().zip(chunk) {
            writeln!(script, "TRUNCATE staged_{table};\nCOPY staged_{table} FROM stdin;\n{rows}\\.")?;
            writeln!(script, "INSERT INTO {table} SELECT * FROM staged_{table} ON CONFLICT ({key}) {met};")?;
        }
        writeln!(script, "COMMIT;")?;
    }
    let file = place.folder.path().join("copy.sql");
    std::fs::write(&file, script).context("writing the script")?;
    Ok(file)
}

fn with_end(rows: &str) -> String {
    if rows.is_empty() || rows.ends_with('\n') { rows.to_owned() } else { format!("{rows}\n") }
}

pub(super) fn turn(place: &Place, script: &std::path::Path, records: u64) -> anyhow::Result<Sample> {
    place.fresh(COPIED)?;
    let mut psql = Command::new(place.server.programs().join("psql"));
    psql.args(["--quiet", "--no-psqlrc", "--host"]).arg(place.server.socket_folder());
    psql.args(["--username", xtask::postgres::USER, "--dbname", COPIED, "--file"]).arg(script);
    let measured = measured::run(&mut psql, LIMIT)?;
    let counted = place.server.query(COPIED, "SELECT sum(count)::bigint, count(*) FROM signal_counts")?;
    ensure!(counted.trim() == format!("{records}|{records}"), "{} was copied", counted.trim());
    super::rate(records, measured.elapsed.as_secs_f64())
}
