//! The bench `ingest`: records on Apache Kafka become signals, by the release binary as a team runs it, beside a bare
//! consumer that only counts the same topic, and (where nothing folds) beside a staged COPY into the same tables.
//!
//! ```text
//!   load ─▶ a topic of 8 partitions ─┬▶ signalbox up --once --roles ingest ─▶ PostgreSQL, or SQLite
//!                                    ├▶ signalbox-bench drain (counts)
//!                                    └▶ psql: staged COPY of the rows that ours left (case `distinct`)
//! ```
//!
//! Every side is a process of its own, measured from its start to its end, with a database of its own each turn. The broker
//! and the database run on the same machine and take their share of it.

mod copy;
pub mod drain;
mod load;
mod ours;
mod place;

use anyhow::Context;

use super::Plan;
use crate::frame::{Case, Metric, Sample, Side, Size};
use crate::report::Row;
use load::Load;
use ours::Database;
use place::Place;

struct Measure {
    load: Load,
    quick: u64,
    full: u64,
    beside_copy: bool,
}

const MEASURES: [Measure; 4] = [
    Measure { load: Load::Firehose, quick: 100_000, full: 2_000_000, beside_copy: false },
    Measure { load: Load::Exceptions, quick: 20_000, full: 200_000, beside_copy: false },
    Measure { load: Load::Distinct, quick: 20_000, full: 200_000, beside_copy: true },
    Measure { load: Load::Hot, quick: 20_000, full: 200_000, beside_copy: false },
];

pub(super) fn run(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let place = Place::prepare()?;
    let mut rows = Vec::new();
    for measure in MEASURES {
        let records = if plan.size == Size::Quick { measure.quick } else { measure.full };
        let name = measure.load.name();
        let topic = place.topic(name, records, |number| measure.load.record(number))?;
        let mut case = Case {
            name: name.to_owned(),
            things: "records".to_owned(),
            ours: ours(&place, measure.load, &topic, records, Database::Postgres),
            peers: vec![
                Side::new("bare consumer", || place.drain(&topic, records)),
                ours(&place, measure.load, &topic, records, Database::Sqlite),
            ],
        };
        if measure.beside_copy {
            // The rows that a turn of ours leaves are what is copied.
            place.ingest(measure.load, &topic, records, Database::Postgres)?;
            let script = copy::script(&place).context("taking the rows to be copied")?;
            case.peers.push(Side::new("staged COPY", {
                let place = &place;
                move || copy::turn(place, &script, records)
            }));
        }
        rows.extend(plan.play(std::slice::from_mut(&mut case))?);
        drop(case);
        place.forget(&topic)?;
    }
    Ok(rows)
}

fn ours<'a>(place: &'a Place, load: Load, topic: &'a str, records: u64, database: Database) -> Side<'a> {
    let name = match database {
        Database::Postgres => "signalbox",
        Database::Sqlite => "signalbox on SQLite",
    };
    Side::new(name, move || place.ingest(load, topic, records, database))
}

fn rate(records: u64, seconds: f64) -> anyhow::Result<Sample> {
    Sample::default().with(Metric::Rate, records as f64 / seconds)
}
