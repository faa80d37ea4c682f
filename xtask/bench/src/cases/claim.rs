//! Claiming beside the bare statement: our side against pgbench, at several rows a call, on the same server.
//!
//! ```text
//! a turn:  fill (not measured) ─▶ clients × calls of the claim (measured) ─▶ count what was taken (not measured)
//! ```
//!
//! Both sides take the same number of rows by the same number of clients and calls. A turn that took another number
//! than it should is an error, not a figure. Called by the benches of stores; it must not know a store.

use anyhow::ensure;

use super::Plan;
use crate::frame::{Case, Metric, Sample, Side, Size};
use crate::pgbench::{Database, Load};
use crate::report::Row;

/// A server as a team would run it, but for the vacuum: a turn vacuums by itself, before it is measured.
pub const SETTINGS: &[(&str, &str)] = &[
    ("shared_buffers", "256MB"),
    ("max_wal_size", "4GB"),
    ("checkpoint_timeout", "30min"),
    ("autovacuum", "off"),
];

const CLIENTS: u32 = 4;
/// Rows a call, and calls a client such that a full turn takes some seconds.
const STEPS: &[(u32, u32)] = &[(1, 1500), (10, 500), (100, 150), (500, 40)];
/// A quick turn shows that everything works.
const QUICK_CALLS: u32 = 10;

/// A claim statement and the tables that it works on.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Makes the tables anew.
    pub schema: String,
    /// Fills them with `{rows}` open rows.
    pub fill: String,
    /// Takes `:batch` of them; pgbench's script.
    pub statement: String,
    /// Counts those that are taken.
    pub taken: String,
}

impl Claim {
    /// The smallest table that a leased queue can have.
    pub fn bare() -> Self {
        Self {
            schema: include_str!("../../sql/bare_claim_schema.sql").to_owned(),
            fill: "INSERT INTO bare_task (id, priority) SELECT n, n % 5 FROM generate_series(1, {rows}) AS n"
                .to_owned(),
            statement: include_str!("../../sql/bare_claim.sql").to_owned(),
            taken: "SELECT count(*) FROM bare_task WHERE state = 1".to_owned(),
        }
    }
}

/// The work of one turn, the same for both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimLoad {
    /// Rows a call.
    pub batch: u32,
    pub clients: u32,
    /// Calls by each client.
    pub calls: u32,
}

impl ClaimLoad {
    /// Rows that a turn takes.
    pub fn rows(&self) -> u64 {
        u64::from(self.batch) * u64::from(self.clients) * u64::from(self.calls)
    }

    /// Rows that a turn finds: enough that the last call still gets its whole batch while others hold theirs.
    pub fn rows_to_fill(&self) -> u64 {
        self.rows() + u64::from(self.batch) * u64::from(self.clients)
    }
}

/// Plays a case for each batch size: `ours` makes one turn of the load and measures `Rate` in rows and both latencies
/// of a call. It fills and counts by itself, outside its figures.
pub fn beside_pgbench(
    plan: &Plan,
    database: &Database<'_>,
    claim: &Claim,
    mut ours: impl FnMut(&ClaimLoad) -> anyhow::Result<Sample>,
) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for load in loads(plan.size) {
        let case = Case {
            name: format!("claim {}", load.batch),
            things: "claims".to_owned(),
            ours: Side::new("ours", || ours(&load)),
            peers: vec![Side::new("pgbench", || turn(database, claim, &load))],
        };
        rows.extend(plan.play(&mut [case])?);
    }
    Ok(rows)
}

fn loads(size: Size) -> impl Iterator<Item = ClaimLoad> {
    STEPS.iter().map(move |(batch, calls)| ClaimLoad {
        batch: *batch,
        clients: CLIENTS,
        calls: match size {
            Size::Quick => QUICK_CALLS,
            Size::Full => *calls,
        },
    })
}

/// One turn of the bare statement under pgbench.
pub fn turn(database: &Database<'_>, claim: &Claim, load: &ClaimLoad) -> anyhow::Result<Sample> {
    database.query(&claim.schema)?;
    database.query(&claim.fill.replace("{rows}", &load.rows_to_fill().to_string()))?;
    database.query("VACUUM ANALYZE")?;
    database.query("CHECKPOINT")?;
    let outcome = database.pgbench(
        &claim.statement,
        &Load { clients: load.clients, calls: load.calls, variables: &[("batch", load.batch)] },
    )?;
    let taken = database.query(&claim.taken)?;
    ensure!(taken.trim() == load.rows().to_string(), "{} of {} rows were taken", taken.trim(), load.rows());
    let rate = Sample::default().with(Metric::Rate, outcome.calls_per_second * f64::from(load.batch))?;
    outcome.latencies.into_sample(rate)
}

#[cfg(test)]
mod tests {
    use xtask::postgres::Temporary;

    use super::*;

    const PLAN: Plan = Plan { rounds: 2, size: Size::Quick };

    #[test]
    fn the_bare_statement_takes_each_row_once_beside_ours() {
        let server = Temporary::start(&[("fsync", "off")]).unwrap();
        let database =
            Database { programs: server.programs(), socket_folder: server.socket_folder(), name: "postgres" };
        let bare = Claim::bare();
        let mut loads = Vec::new();
        let rows = beside_pgbench(&PLAN, &database, &bare, |load| {
            loads.push(*load);
            turn(&database, &bare, load)
        })
        .unwrap();
        assert_eq!(
            loads.iter().map(|load| load.batch).collect::<Vec<_>>(),
            [1, 1, 10, 10, 100, 100, 500, 500]
        );
        let told: Vec<(&str, &str)> = rows.iter().map(|row| (row.case.as_str(), row.metric)).collect();
        assert_eq!(told[..3], [("claim 1", "rate"), ("claim 1", "latency_p50"), ("claim 1", "latency_p99")]);
        assert_eq!((told.len(), rows[0].peer.as_deref(), rows[0].rounds), (12, Some("pgbench"), 2));
        let twice = database.query("SELECT count(*) FROM bare_task WHERE attempts > 1").unwrap();
        assert_eq!(twice, "0\n");
    }

    #[test]
    fn a_turn_that_took_too_little_is_no_figure() {
        let server = Temporary::start(&[("fsync", "off")]).unwrap();
        let database =
            Database { programs: server.programs(), socket_folder: server.socket_folder(), name: "postgres" };
        let short =
            Claim { fill: "INSERT INTO bare_task (id, priority) VALUES (1, 1)".to_owned(), ..Claim::bare() };
        let load = ClaimLoad { batch: 10, clients: 2, calls: 5 };
        assert_eq!(turn(&database, &short, &load).unwrap_err().to_string(), "1 of 100 rows were taken");
    }
}
