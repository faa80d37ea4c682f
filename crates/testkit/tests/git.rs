//! The repository fixture is a real repository, the same on every machine.

use anyhow::{Context, Result, ensure};
use signalbox_testkit::git::{MAIN, Origin};

#[test]
fn the_same_steps_give_the_same_commits() -> Result<()> {
    let history = || -> Result<String> {
        let origin = Origin::start(&[("src/lib.rs", "pub fn one() {}\n"), ("README.md", "hello\n")])?;
        let work = origin.checkout("work")?;
        work.write("src/lib.rs", "pub fn two() {}\n")?;
        work.commit("Change it")?;
        work.git(&["push", "--quiet", "origin", MAIN])?;
        Ok(origin.git(&["log", "--format=%H %an %at %s", MAIN])?)
    };
    let first = history()?;
    ensure!(first.lines().count() == 2, "{first}");
    ensure!(first.ends_with("Testkit 1790000060 Begin"), "{first}");
    ensure!(first == history()?);
    Ok(())
}

#[test]
fn what_is_pushed_reaches_other_checkouts_and_goes_with_the_origin() -> Result<()> {
    let origin = Origin::start(&[("a", "1\n")])?;
    let work = origin.checkout("work")?;
    work.write("deep/er/b", "2\n")?;
    let commit = work.commit("Add b")?;
    work.git(&["push", "--quiet", "origin", "HEAD:refs/heads/topic"])?;

    let other = origin.checkout("other")?;
    ensure!(other.git(&["rev-parse", "origin/topic"])? == commit);
    ensure!(other.git(&["show", "origin/topic:deep/er/b"])? == "2");
    let error = other.git(&["checkout", "no-such-branch"]).err().context("there is none")?;
    ensure!(error.to_string().contains("no-such-branch"), "{error}");

    let folder = origin.path().to_owned();
    drop(origin);
    ensure!(folder.exists(), "checkouts still need it");
    drop((work, other));
    ensure!(!folder.exists());
    Ok(())
}
