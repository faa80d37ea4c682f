//! The demo, as a newcomer runs it: everything on the way is real, and it ends within its minute.

use std::process::Stdio;

use crate::program::Place;

#[test]
fn it_shows_the_whole_way_and_leaves_nothing_running() {
    let place = Place::new();
    let mut command = place.command(&["demo", "--folder", "stage"]);
    // The shop is written in Rust, and rustup finds its toolchains by these.
    for name in ["HOME", "RUSTUP_HOME", "CARGO_HOME", "RUSTUP_TOOLCHAIN"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
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
    assert!(std::net::TcpStream::connect(listen).is_err(), "the server at {listen} goes on");
    place.run(&["demo", "--folder", "stage"]).failed(2, &["stage", "exists"]);
}
