//! The bench `noise`: the same statement on both sides. Its ratios are this machine's error of measurement: a ratio of
//! another bench that lies within their spread says nothing. Called through `cases`.

use xtask::postgres::Temporary;

use super::Plan;
use super::claim::{self, Claim, SETTINGS};
use crate::pgbench::Database;
use crate::report::Row;

pub(super) fn run(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let server = Temporary::start(SETTINGS)?;
    server.create_database("noise")?;
    let database =
        Database { programs: server.programs(), socket_folder: server.socket_folder(), name: "noise" };
    let bare = Claim::bare();
    claim::beside_pgbench(plan, &database, &bare, |load| claim::turn(&database, &bare, load))
}
