//! `xtask ci` and the gates it is made of: each fails by name, and a missing tool before anything runs.

use std::path::Path;
use std::process::Command;

use crate::house::House;

#[test]
fn ci_runs_every_chosen_step_and_names_those_that_failed() {
    let house = House::new(&[("domain", "")]);
    house.write("crates/domain/src/lib.rs", "//! A room.\npub fn   crooked() {}\n");
    let end = house.xtask(&["ci", "fmt", "layers", "docs"]);
    assert!(!end.succeeded);
    assert_eq!(end.complained.lines().last(), Some("failed: fmt"));
    let verdicts: Vec<Vec<&str>> =
        end.said.lines().rev().take(3).map(|line| line.split_whitespace().take(2).collect()).collect();
    assert_eq!(verdicts, [["docs", "ok"], ["layers", "ok"], ["fmt", "FAILED"]]);
    house.write("crates/domain/src/lib.rs", "//! A room.\npub fn straight() {}\n");
    assert!(house.xtask(&["ci", "fmt", "layers", "docs"]).succeeded);
}

#[test]
fn warnings_of_clippy_and_of_rustdoc_are_errors() {
    let house = House::new(&[("domain", "")]);
    house.write("crates/domain/src/lib.rs", "//! A room, see [`Nothing`].\nfn unused() {}\n");
    let end = house.xtask(&["ci", "clippy", "docs"]);
    assert!(!end.succeeded);
    assert_eq!(end.complained.lines().last(), Some("failed: clippy, docs"));
}

#[test]
fn a_missing_tool_fails_by_name_before_any_step() {
    let house = House::new(&[("domain", "")]);
    let empty = house.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let empty = empty.to_str().unwrap();
    let cargo = Path::new(env!("CARGO"));
    let rustc = cargo.with_file_name("rustc");
    let variables = [
        ("PATH", empty),
        ("CARGO_HOME", empty),
        ("CARGO", cargo.to_str().unwrap()),
        ("RUSTC", rustc.to_str().unwrap()),
    ];
    let end = house.xtask_with(&["ci", "layers", "fmt", "homes"], &variables);
    assert!(!end.succeeded);
    assert_eq!(end.said, "");
    assert_eq!(
        end.complained,
        "missing tool: rustfmt (get it: rustup component add rustfmt)\n\
         missing tool: git (get it: your system's package `git`)\n"
    );
}

#[test]
fn a_home_in_any_file_that_git_would_take_is_named() {
    let house = House::new(&[("domain", "")]);
    let git = Command::new("git").args(["init", "--quiet"]).current_dir(house.path()).status().unwrap();
    assert!(git.success());
    assert!(house.xtask(&["homes"]).succeeded);
    let home = format!("/{}/zora/project", "home");
    house.write("docs/how.md", &format!("# How\n\nrun it in {home}\n"));
    house.write("target/ignored.txt", &home);
    let end = house.xtask(&["homes"]);
    assert!(!end.succeeded);
    assert_eq!(end.complained, format!("paths of somebody's home:\ndocs/how.md:3: /{}/zora\n", "home"));
}

#[test]
fn the_page_of_states_is_drawn_by_domain_and_held() {
    let house = House::new(&[("domain", "")]);
    let missing = house.xtask(&["states", "--check"]);
    assert!(
        !missing.succeeded && missing.complained.contains("no example target named `states`"),
        "{}",
        missing.complained
    );
    house.write(
        "crates/domain/examples/states.rs",
        "fn main() {\n    println!(\"# States\\nopen → done\");\n}\n",
    );
    assert!(!house.xtask(&["states", "--check"]).succeeded, "no page yet");
    assert!(house.xtask(&["states"]).succeeded);
    assert_eq!(house.read("docs/states.md"), "# States\nopen → done\n");
    assert!(house.xtask(&["states", "--check"]).succeeded);
    house.write("docs/states.md", "# States\nopen → gone\n");
    let stale = house.xtask(&["states", "--check"]);
    assert!(!stale.succeeded);
    assert_eq!(
        stale.complained,
        "docs/states.md is not what `cargo xtask states` writes: line 2 is “open → gone”, drawn “open → done”\n"
    );
}

#[test]
fn a_chore_that_needs_a_room_fails_by_its_name() {
    let house = House::new(&[("ingest", "")]);
    for (words, name) in
        [(["states", "--check"], "signalbox-domain"), (["sqlx", "--check"], "signalbox-store")]
    {
        let end = house.xtask(&words);
        assert!(!end.succeeded);
        assert_eq!(end.complained, format!("{name} is not a member of this workspace\n"));
    }
    let store = House::new(&[("store", "")]);
    let end = store.xtask(&["sqlx"]);
    assert_eq!(end.complained, "signalbox-store has no feature `postgres`\n");
    assert!(!store.xtask(&["sqlx", "--chekc"]).succeeded);
}
