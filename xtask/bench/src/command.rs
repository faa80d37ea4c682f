//! `signalbox-bench NAME [--rounds N] [--quick]`: one bench, its table at the terminal, its report in a folder.
//!
//! A quick run has fewer rounds and little work, and must never write a report. Called by `main`.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use xtask::process::say;

use crate::cases::{self, Bench, Plan};
use crate::frame::Size;
use crate::machine::{self, Machine};
use crate::report::Report;
use crate::rounds::FEWEST;
use crate::table;

const USAGE: &str = "usage: cargo xtask bench NAME [--rounds N] [--quick]";
const QUICK_ROUNDS: u32 = 2;

/// What the words ask for.
#[derive(Debug)]
pub struct Request {
    bench: &'static Bench,
    plan: Plan,
}

pub fn parse(words: &[&str]) -> anyhow::Result<Request> {
    let Some((name, flags)) = words.split_first() else { bail!("{USAGE}") };
    let bench = cases::find(name)?;
    let (mut size, mut rounds) = (Size::Full, None);
    let mut flags = flags.iter();
    while let Some(flag) = flags.next() {
        match *flag {
            "--quick" => size = Size::Quick,
            "--rounds" => {
                let count = flags.next().context(USAGE)?;
                rounds = Some(count.parse().with_context(|| format!("{count} is no number of rounds"))?);
            }
            _ => bail!("{USAGE}"),
        }
    }
    let rounds = rounds.unwrap_or(if size == Size::Quick { QUICK_ROUNDS } else { FEWEST });
    ensure!(
        size == Size::Quick || rounds >= FEWEST,
        "{rounds} rounds say nothing: at least {FEWEST}, or --quick for a look that is not kept"
    );
    Ok(Request { bench, plan: Plan { rounds, size } })
}

/// Runs the bench; the report goes to `<folder>/NAME.json`.
pub fn run(request: &Request, folder: &Path) -> anyhow::Result<()> {
    // Asked before the run: building or measuring must not be what makes the tree differ.
    let (commit, dirty) = machine::commit()?;
    let rows =
        (request.bench.run)(&request.plan).with_context(|| format!("running {}", request.bench.name))?;
    say(&table::draw(&rows));
    if request.plan.size == Size::Quick {
        say("a quick look: no report was written");
        return Ok(());
    }
    let report = Report {
        name: request.bench.name.to_owned(),
        machine: Machine::here()?,
        date: machine::date()?,
        commit,
        dirty,
        rows,
    };
    let file = report.write(folder)?;
    say(&format!("written to {}", file.display()));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_plan() {
        let check = |words: &[&str], rounds: u32, size: Size| {
            assert_eq!(parse(words).unwrap().plan, Plan { rounds, size }, "{words:?}");
        };
        check(&["noise"], 5, Size::Full);
        check(&["noise", "--rounds", "9"], 9, Size::Full);
        check(&["noise", "--quick"], 2, Size::Quick);
        check(&["noise", "--quick", "--rounds", "1"], 1, Size::Quick);
    }

    #[test]
    fn words_that_make_no_plan_are_refused_with_what_would() {
        let refusal = |words: &[&str]| parse(words).unwrap_err().to_string();
        assert!(refusal(&["noise", "--rounds", "4"]).starts_with("4 rounds say nothing: at least 5"));
        assert_eq!(refusal(&["noise", "--rounds", "many"]), "many is no number of rounds");
        assert_eq!(refusal(&["noise", "--rounds"]), USAGE);
        assert_eq!(refusal(&["noise", "--fast"]), USAGE);
        assert!(refusal(&["nosie"]).contains("\n  noise: "));
    }

    #[test]
    fn only_a_full_run_leaves_a_report() {
        let bench: &'static Bench = &Bench {
            name: "fake",
            about: "turns that take no time",
            run: |plan| {
                let side = |name, value| {
                    crate::frame::Side::new(name, move || {
                        crate::frame::Sample::default().with(crate::frame::Metric::Rate, value)
                    })
                };
                let (ours, peers) = (side("ours", 6.0), vec![side("peer", 2.0)]);
                plan.play(&mut [crate::frame::Case {
                    name: "turn".to_owned(),
                    things: "turns".to_owned(),
                    ours,
                    peers,
                }])
            },
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("fake.json");
        run(&Request { bench, plan: Plan { rounds: 5, size: Size::Quick } }, folder.path()).unwrap();
        assert!(!file.exists());
        run(&Request { bench, plan: Plan { rounds: 5, size: Size::Full } }, folder.path()).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!((&report["rows"][0]["ratio"], &report["rows"][0]["rounds"]), (&3.0.into(), &5.into()));
        assert_eq!(report["commit"].as_str().unwrap().len(), 40);
    }
}
