//! The benches by name. Each starts what it needs, plays its cases, and gives rows. Called by `command`.
//!
//! A new bench is one file in `cases/` and one line here.

mod brief;
pub mod claim;
pub mod ingest;
mod noise;
mod similarity;
mod store;

use anyhow::Context;
use xtask::process::complain;

use crate::frame::{Case, Size};
use crate::report::{self, Row};
use crate::rounds;

/// How much of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    pub rounds: u32,
    pub size: Size,
}

impl Plan {
    /// Plays the cases one after the other.
    pub fn play(&self, cases: &mut [Case<'_>]) -> anyhow::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for case in cases {
            rows.extend(report::rows(&rounds::play(case, self.rounds, complain)?));
        }
        Ok(rows)
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Bench {
    pub name: &'static str,
    pub about: &'static str,
    pub run: fn(&Plan) -> anyhow::Result<Vec<Row>>,
}

pub const BENCHES: &[Bench] = &[
    Bench {
        name: "brief",
        about: "a brief with blame and snippets from a large repository, and routing among a hundred",
        run: brief::run,
    },
    Bench {
        name: "ingest",
        about: "records from Apache Kafka into signals beside a consumer that only counts, and a staged COPY",
        run: ingest::run,
    },
    Bench {
        name: "noise",
        about: "a bare statement under pgbench beside itself: how far a ratio strays from 1 here by chance",
        run: noise::run,
    },
    Bench {
        name: "similarity",
        about: "keys, templates, parsing and grouping on one core; at 100,000 cases beside 1,000",
        run: similarity::run,
    },
    Bench {
        name: "store",
        about: "the store's claim of runs beside its own statement under pgbench",
        run: store::run,
    },
];

/// The bench with this name; an unknown name is answered with all there are.
pub fn find(name: &str) -> anyhow::Result<&'static Bench> {
    let known =
        || BENCHES.iter().map(|bench| format!("  {}: {}", bench.name, bench.about)).collect::<Vec<_>>();
    BENCHES
        .iter()
        .find(|bench| bench.name == name)
        .with_context(|| format!("no bench named {name}; there are\n{}", known().join("\n")))
}
