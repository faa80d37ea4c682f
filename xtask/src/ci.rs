//! `cargo xtask ci [STEP…]`: every gate but the tests, which are `./test`'s.
//!
//! ```text
//! ask every tool that the chosen steps need ─▶ run each step, whatever the others said ─▶ name, verdict, seconds
//! ```
//!
//! A missing tool fails by name before the first step. It must never skip a step on its own. Called by CI and people.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::files::Renewal;
use crate::house::House;
use crate::process::{run, say};
use crate::timing::Stopwatch;
use crate::tools::{self, Tool};
use crate::{homes, layers, licences, sqlx, states, verification};

struct Step {
    name: &'static str,
    tools: &'static [Tool],
    work: fn(&House) -> anyhow::Result<()>,
}

/// In order: what is quick to say comes before what compiles, and what compiles shares its work.
const STEPS: &[Step] = &[
    Step { name: "fmt", tools: &[Tool::Rustfmt], work: fmt },
    Step { name: "layers", tools: &[], work: |house| layers::hold(&house.metadata).map(|line| say(&line)) },
    Step { name: "licences", tools: &[], work: |house| licences::hold(house).map(|line| say(&line)) },
    Step { name: "homes", tools: &[Tool::Git], work: |house| homes::hold(house).map(|line| say(&line)) },
    Step { name: "clippy", tools: &[Tool::Clippy], work: clippy },
    Step { name: "docs", tools: &[Tool::Rustdoc], work: docs },
    Step { name: "states", tools: &[], work: |house| states::renew(house, Renewal::Check) },
    Step { name: "verification", tools: &[], work: |house| verification::renew(house, Renewal::Check) },
    Step { name: "sqlx", tools: sqlx::TOOLS, work: |house| sqlx::renew(house, Renewal::Check) },
];

/// What became of a step.
struct Verdict {
    name: &'static str,
    took: Duration,
    end: anyhow::Result<()>,
}

/// Runs the steps with these names, or all of them.
pub fn ci(house: &House, names: &[&str]) -> anyhow::Result<()> {
    let steps = chosen(names)?;
    tools::require(steps.iter().flat_map(|step| step.tools.iter().copied()).collect::<BTreeSet<_>>())?;
    let verdicts: Vec<Verdict> = steps.into_iter().map(|step| judge(house, step)).collect();
    for verdict in &verdicts {
        say(&line(verdict));
    }
    let failed: Vec<&str> =
        verdicts.iter().filter(|verdict| verdict.end.is_err()).map(|verdict| verdict.name).collect();
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    Ok(())
}

fn chosen(names: &[&str]) -> anyhow::Result<Vec<&'static Step>> {
    if names.is_empty() {
        return Ok(STEPS.iter().collect());
    }
    let known = || STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    names
        .iter()
        .map(|name| {
            STEPS
                .iter()
                .find(|step| step.name == *name)
                .with_context(|| format!("no step named {name}; there are {}", known()))
        })
        .collect()
}

fn judge(house: &House, step: &Step) -> Verdict {
    say(&format!("── {}", step.name));
    let watch = Stopwatch::start();
    let end = (step.work)(house);
    if let Err(error) = &end {
        say(&format!("{error:#}"));
    }
    Verdict { name: step.name, took: watch.elapsed(), end }
}

fn line(verdict: &Verdict) -> String {
    let word = if verdict.end.is_ok() { "ok" } else { "FAILED" };
    format!("{:<10} {word:<7} {:>7.1} s", verdict.name, verdict.took.as_secs_f64())
}

fn fmt(house: &House) -> anyhow::Result<()> {
    run(house.cargo().args(["fmt", "--all", "--check"]))
}

fn clippy(house: &House) -> anyhow::Result<()> {
    run(house.cargo().args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn docs(house: &House) -> anyhow::Result<()> {
    let mut doc = house.cargo();
    run(doc.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_chosen_by_name_and_an_unknown_name_is_refused() {
        let names = |steps: Vec<&Step>| steps.iter().map(|step| step.name).collect::<Vec<_>>();
        assert_eq!(
            names(chosen(&[]).unwrap()),
            ["fmt", "layers", "licences", "homes", "clippy", "docs", "states", "verification", "sqlx"]
        );
        assert_eq!(names(chosen(&["docs", "fmt"]).unwrap()), ["docs", "fmt"]);
        let refusal = chosen(&["test"]).err().unwrap().to_string();
        assert!(refusal.starts_with("no step named test; there are fmt, layers"), "{refusal}");
    }
}
