//! What a person sees who has no Kafka or PostgreSQL: this very test binary, run again where neither can be
//! found.

use std::process::{Command, Output};

use anyhow::{Result, ensure};

const KAFKA_TEST: &str = "kafka::topics_come_and_go";
const POSTGRES_TESTS: &str = "postgres::";

fn run_again(filter: &str, demand: Option<&str>) -> Result<Output> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(filter).args(["--test-threads", "2"]);
    command.env("KAFKA_HOME", "/nowhere/kafka").env("PG_BIN", "/nowhere/postgres");
    match demand {
        Some(demand) => command.env("SIGNALBOX_TESTS", demand),
        None => command.env_remove("SIGNALBOX_TESTS"),
    };
    Ok(command.output()?)
}

fn check_left_out(filter: &str, line: &str) -> Result<()> {
    let output = run_again(filter, None)?;
    let errors = String::from_utf8_lossy(&output.stderr);
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{said}{errors}");
    ensure!(errors.matches(line).count() == 1, "{line:?} is to stand once in {errors:?}");
    Ok(())
}

fn check_failed(filter: &str, demand: &str, reason: &str) -> Result<()> {
    let output = run_again(filter, Some(demand))?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(!output.status.success(), "it passed: {said}");
    ensure!(said.contains(reason), "{reason:?} is not in {said:?}");
    Ok(())
}

#[test]
fn a_bare_run_says_in_one_line_what_it_left_out() -> Result<()> {
    check_left_out(KAFKA_TEST, "left out the tests that need Kafka: KAFKA_HOME is /nowhere/kafka")?;
    check_left_out(
        POSTGRES_TESTS,
        "left out the tests that need PostgreSQL: PG_BIN is /nowhere/postgres, which has no initdb",
    )
}

#[test]
fn nothing_is_left_out_where_all_is_demanded() -> Result<()> {
    check_failed(KAFKA_TEST, "all", "SIGNALBOX_TESTS=all, but Kafka is missing")?;
    check_failed(POSTGRES_TESTS, "all", "SIGNALBOX_TESTS=all, but PostgreSQL is missing")?;
    check_failed(KAFKA_TEST, "most", "SIGNALBOX_TESTS is \"most\"")
}
