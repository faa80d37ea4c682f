//! The bench `store`: the claim of the store, through its method, beside its own statement under pgbench, on the same
//! server and the same tables. What is lost between the two is what the store's Rust side costs.

use std::num::NonZeroU32;

use anyhow::{Context, ensure};
use signalbox_domain::ids::RunnerId;
use signalbox_domain::run::Runner;
use signalbox_domain::task::Mode;
use signalbox_domain::time::Timestamp;
use signalbox_store::{Store, StoreConfig};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use xtask::postgres::Temporary;
use xtask::timing::Stopwatch;

use super::Plan;
use super::claim::{self, Claim, ClaimLoad, SETTINGS};
use crate::frame::{Metric, Sample};
use crate::latencies::Latencies;
use crate::pgbench::Database;
use crate::report::Row;

const STATEMENT: &str = include_str!("../../../../crates/store/queries/dispatcher/runs_claim.postgres.sql");
const NOW: Timestamp = Timestamp::from_micros(1_790_000_000_000_000);
const UNTIL: Timestamp = Timestamp::from_micros(1_790_000_060_000_000);

pub(super) fn run(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let server = Temporary::start(SETTINGS)?;
    server.create_database("store")?;
    let database =
        Database { programs: server.programs(), socket_folder: server.socket_folder(), name: "store" };
    let runtime = Runtime::new().context("starting a runtime")?;
    let config = StoreConfig {
        url: server.url("store").parse()?,
        connections: NonZeroU32::new(8).context("eight is not zero")?,
        ..StoreConfig::default()
    };
    let store = runtime.block_on(Store::open(&config))?;
    let rows =
        claim::beside_pgbench(plan, &database, &bare(), |load| turn(&runtime, &store, &database, load));
    runtime.block_on(store.close());
    rows
}

/// The store's statement with its parameters written out.
fn bare() -> Claim {
    let parameters = [
        ("$1", "'00000000-0000-0000-0000-0000000000ff'".to_owned()),
        ("$2", "'bench'".to_owned()),
        ("$3", UNTIL.micros().to_string()),
        ("$4", NOW.micros().to_string()),
        ("$5", "'[\"cloud\"]'".to_owned()),
        ("$6", ":batch".to_owned()),
    ];
    let statement =
        parameters.into_iter().fold(STATEMENT.to_owned(), |text, (name, value)| text.replace(name, &value));
    Claim {
        schema: "SELECT 1".to_owned(),
        fill: include_str!("../../sql/store_fill.sql").to_owned(),
        statement: format!("{};\n", statement.trim_end()),
        taken: "SELECT count(*) FROM runs WHERE state = 'leased' AND token = 1".to_owned(),
    }
}

/// The same load through `runs_claim`.
fn turn(
    runtime: &Runtime,
    store: &Store,
    database: &Database<'_>,
    load: &ClaimLoad,
) -> anyhow::Result<Sample> {
    let bare = bare();
    database.query(&bare.fill.replace("{rows}", &load.rows_to_fill().to_string()))?;
    database.query("VACUUM ANALYZE")?;
    database.query("CHECKPOINT")?;
    let whole = Stopwatch::start();
    let latencies = runtime.block_on(clients(store, load))?;
    let seconds = whole.elapsed().as_secs_f64();
    let taken = database.query(&bare.taken)?;
    ensure!(taken.trim() == load.rows().to_string(), "{} of {} rows were taken", taken.trim(), load.rows());
    let calls = f64::from(load.clients) * f64::from(load.calls);
    let rate = Sample::default().with(Metric::Rate, calls / seconds * f64::from(load.batch))?;
    latencies.into_sample(rate)
}

#[expect(clippy::disallowed_methods, reason = "the clients end with the measurement")]
async fn clients(store: &Store, load: &ClaimLoad) -> anyhow::Result<Latencies> {
    let mut clients = JoinSet::new();
    for number in 0..load.clients {
        clients.spawn(client(store.clone(), number, load.calls, load.batch));
    }
    let mut all = Latencies::default();
    while let Some(ended) = clients.join_next().await {
        all.merge(ended.context("a client ended badly")??);
    }
    Ok(all)
}

async fn client(store: Store, number: u32, calls: u32, batch: u32) -> anyhow::Result<Latencies> {
    let runner = Runner {
        id: RunnerId::from_uuid(uuid::Uuid::from_u128(u128::from(number))),
        name: format!("bench-{number}").parse()?,
        computer: "bench".parse()?,
        modes: vec![Mode::Cloud],
        slots: batch,
        seen_at: NOW,
    };
    let mut latencies = Latencies::default();
    for _ in 0..calls {
        let call = Stopwatch::start();
        store.runs_claim(&runner, batch, UNTIL, NOW).await?;
        latencies.record(call.elapsed());
    }
    Ok(latencies)
}
