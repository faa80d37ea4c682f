//! The demo, as a newcomer runs it: everything on the way is real, and it ends within its minute.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::program::Place;

fn demo(place: &Place) -> Command {
    let mut command = place.command(&["demo", "--folder", "stage"]);
    // The shop is written in Rust, and rustup finds its toolchains by these.
    for name in ["HOME", "RUSTUP_HOME", "CARGO_HOME", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

#[test]
fn a_demo_that_is_killed_leaves_nothing_running() {
    let place = Place::new();
    let mut command = demo(&place);
    let mut playing = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(playing.stdout.take().unwrap());
    let listens = said.lines().map(Result::unwrap).find(|line| line.contains("listens on http://")).unwrap();
    let listen = listens.split("http://").nth(1).unwrap().trim().to_owned();
    TcpStream::connect(&listen).unwrap();
    playing.kill().unwrap();
    playing.wait().unwrap();
    let is_gone = || TcpStream::connect(&listen).is_err();
    signalbox_testkit::wait_until("the server is gone", Duration::from_secs(60), is_gone).unwrap();
}

#[test]
fn it_shows_the_whole_way_and_leaves_nothing_running() {
    let place = Place::new();
    let mut command = demo(&place);
    let (output, took) = signalbox_testkit::timed(|| command.stdin(Stdio::null()).output().unwrap());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(took.as_secs() < 60, "it took {took:?}");
    let before = said.find("an_empty_cart_costs_nothing ... FAILED").unwrap();
    let after = said.find("an_empty_cart_costs_nothing ... ok").unwrap();
    assert!(before < after, "{said}");
    for part in
        ["40 exceptions of one bug", "error     40", "succeeded, attempt 1", "checked_div", "Try next"]
    {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
    let listen = said.split("listens on http://").nth(1).unwrap().lines().next().unwrap();
    assert!(TcpStream::connect(listen).is_err(), "the server at {listen} goes on");
    place.run(&["demo", "--folder", "stage"]).failed(2, &["stage", "exists"]);
}
