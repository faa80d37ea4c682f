//! PostgreSQL is real, is a test's own, and comes back from a crash with what was committed.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use signalbox_testkit::postgres::{PostgresError, Server};
use signalbox_testkit::process::members_of;
use signalbox_testkit::{Part, require, timed};

#[test]
fn databases_know_nothing_of_each_other() -> Result<()> {
    let Some(_) = require(Part::Postgres) else { return Ok(()) };
    let server = Server::shared()?;
    let one = server.database()?;
    let other = server.database()?;
    one.query("CREATE TABLE numbers (n bigint); INSERT INTO numbers SELECT generate_series(1, 100)")?;
    ensure!(one.query("SELECT sum(n) FROM numbers")? == "5050");
    let refused = other.query("SELECT sum(n) FROM numbers").err().context("the other sees it")?;
    ensure!(refused.to_string().contains("relation \"numbers\" does not exist"), "{refused}");

    let copy = server.copy_of(&one)?;
    one.query("DELETE FROM numbers")?;
    ensure!(copy.query("SELECT count(*) FROM numbers")? == "100");
    ensure!(one.query("SELECT count(*) FROM numbers")? == "0");
    Ok(())
}

#[test]
fn the_url_leads_to_the_database_and_to_no_port() -> Result<()> {
    let Some(_) = require(Part::Postgres) else { return Ok(()) };
    let database = Server::shared()?.database()?;
    let output = Command::new("psql")
        .args(["-X", "-A", "-t", database.url(), "-c", "SELECT current_database()"])
        .output()?;
    ensure!(String::from_utf8(output.stdout)?.trim() == database.name());
    ensure!(database.query("SHOW listen_addresses")?.is_empty());
    Ok(())
}

#[test]
fn what_was_committed_survives_a_crash() -> Result<()> {
    let Some(_) = require(Part::Postgres) else { return Ok(()) };
    let mut server = Server::start()?;
    let database = server.database()?;
    database.query("CREATE TABLE numbers (n bigint); INSERT INTO numbers SELECT generate_series(1, 1000)")?;
    let nest = server.folder().file_name().context("a name")?.to_string_lossy().into_owned();
    let before = members_of(&nest)?;
    ensure!(before.len() > 3, "a postmaster and its children, not {before:?}");

    server.kill()?;
    ensure!(members_of(&nest)?.is_empty(), "children are left");
    let refused = database.query("SELECT 1").err().context("a killed server answers")?;
    ensure!(matches!(refused, PostgresError::Refused { .. }), "{refused}");

    let (restarted, took) = timed(|| server.restart());
    restarted?;
    println!("PostgreSQL answers {took:?} after kill -9 and restart");
    ensure!(database.query("SELECT count(*), sum(n) FROM numbers")? == "1000|500500");
    ensure!(matches!(server.restart(), Err(PostgresError::AlreadyRuns)));

    database.query("INSERT INTO numbers VALUES (0)")?;
    server.stop()?;
    server.restart()?;
    ensure!(database.query("SELECT count(*) FROM numbers")? == "1001");
    Ok(())
}

#[test]
fn two_servers_stand_side_by_side() -> Result<()> {
    let Some(_) = require(Part::Postgres) else { return Ok(()) };
    let shared = Server::shared()?.database()?;
    let own_server = Server::start()?;
    let own = own_server.database()?;
    let system = "SELECT system_identifier FROM pg_control_system()";
    ensure!(shared.query(system)? != own.query(system)?);
    let folder = own_server.folder().to_owned();
    drop(own_server);
    ensure!(!folder.exists());
    ensure!(own.query("SELECT 1").is_err());
    ensure!(shared.query("SELECT 1")? == "1");
    Ok(())
}
