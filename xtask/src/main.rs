//! The command line of the house's chores: words in, one chore out. See the library for what each does.

use std::process::ExitCode;

use anyhow::bail;
use xtask::files::Renewal;
use xtask::house::House;
use xtask::process::{complain, run, say};
use xtask::{ci, homes, layers, licences, sqlx, states, verification};

const USAGE: &str = "usage: cargo xtask layers
       cargo xtask licences
       cargo xtask homes
       cargo xtask states [--check]
       cargo xtask verification [--check]
       cargo xtask sqlx [--check]
       cargo xtask bench NAME [--rounds N] [--quick]
       cargo xtask ci [STEP…]";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match chore(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn chore(words: &[&str]) -> anyhow::Result<()> {
    let Some((chore, rest)) = words.split_first() else { bail!("{USAGE}") };
    match (*chore, rest) {
        ("layers", []) => layers::hold(&House::find()?.metadata).map(|line| say(&line)),
        ("licences", []) => licences::hold(&House::find()?).map(|line| say(&line)),
        ("homes", []) => homes::hold(&House::find()?).map(|line| say(&line)),
        ("states", flags) => states::renew(&House::find()?, renewal(flags)?),
        ("verification", flags) => verification::renew(&House::find()?, renewal(flags)?),
        ("sqlx", flags) => sqlx::renew(&House::find()?, renewal(flags)?),
        ("bench", arguments) => bench(&House::find()?, arguments),
        ("ci", steps) => ci::ci(&House::find()?, steps),
        _ => bail!("{USAGE}"),
    }
}

fn renewal(flags: &[&str]) -> anyhow::Result<Renewal> {
    match flags {
        [] => Ok(Renewal::Write),
        ["--check"] => Ok(Renewal::Check),
        _ => bail!("{USAGE}"),
    }
}

/// Builds the benches with their peers, in release, and hands the words over.
fn bench(house: &House, arguments: &[&str]) -> anyhow::Result<()> {
    let mut bench = house.cargo();
    bench.args(["run", "--quiet", "--release", "--package", "signalbox-bench", "--"]).args(arguments);
    run(&mut bench)
}
