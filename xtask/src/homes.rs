//! `cargo xtask homes`: no file of the tree holds a path of a developer's home.
//!
//! Such a path says who built it and where, and works nowhere else. Made-up homes of the names below are welcome: stack
//! frames in tests need some. It must look at every file git would take, generated ones included. Called by `ci`.

use anyhow::{Context, bail};

use crate::house::House;
use crate::process::capture;

/// Users that belong to nobody: examples, containers and build machines.
const EXAMPLE_USERS: &[&str] = &[
    "alice",
    "bob",
    "carol",
    "dave",
    "jane",
    "john",
    "user",
    "username",
    "someone",
    "you",
    "name",
    "dev",
    "developer",
    "app",
    "appuser",
    "web",
    "www",
    "node",
    "ubuntu",
    "debian",
    "runner",
    "vagrant",
    "deploy",
    "ec2-user",
    "site",
    "signalbox",
    "test",
    "tester",
    "me",
    "ci",
];

const ROOT: &str = "/root/";

/// The gate: fails with file and line of each path.
pub fn hold(house: &House) -> anyhow::Result<String> {
    let listed = capture(house.git().args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let names: Vec<&str> = listed.split('\0').filter(|name| !name.is_empty()).collect();
    let mut found = Vec::new();
    for name in &names {
        let path = house.file(name);
        // A link or a deleted file that git still lists has no bytes of its own here.
        if !path.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
            continue;
        }
        let bytes = std::fs::read(&path).with_context(|| format!("reading {name}"))?;
        found.extend(homes_in(&bytes).into_iter().map(|(line, home)| format!("{name}:{line}: {home}")));
    }
    if found.is_empty() {
        return Ok(format!("{} files, none with a path of a developer's home", names.len()));
    }
    bail!("paths of somebody's home:\n{}", found.join("\n"))
}

/// Line number and text of each home in the bytes of a file.
fn homes_in(bytes: &[u8]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let text = String::from_utf8_lossy(line);
        found.extend(homes_of_line(&text).map(|home| (index + 1, home)));
    }
    found
}

fn homes_of_line(line: &str) -> impl Iterator<Item = String> {
    let named = ["/home/", "/Users/", "\\Users\\", "\\\\Users\\\\"].into_iter().flat_map(move |parent| {
        starts(line, parent).filter_map(move |rest| {
            let end = rest.find(|letter: char| !is_name(letter)).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            let is_folder = after.starts_with(['/', '\\']);
            let is_somebody = !name.is_empty() && !EXAMPLE_USERS.contains(&name.to_lowercase().as_str());
            (is_folder && is_somebody).then(|| format!("{parent}{name}"))
        })
    });
    // Root's own folders are hidden ones (toolchains, caches, keys); /root/app is a container's.
    let root = starts(line, ROOT).filter(|rest| rest.starts_with('.')).map(|_| format!("{ROOT}."));
    named.chain(root)
}

/// What follows each place where the path starts; not where it goes on (`https://host/home/feed/`).
fn starts<'a>(line: &'a str, parent: &'static str) -> impl Iterator<Item = &'a str> {
    line.match_indices(parent).filter_map(move |(at, _)| {
        let before = line.get(..at)?.chars().next_back();
        let goes_on = before.is_some_and(|letter| is_name(letter) || letter == '\\');
        (!goes_on).then(|| line.get(at + parent.len()..)).flatten()
    })
}

fn is_name(letter: char) -> bool {
    letter.is_alphanumeric() || "._-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `~` stands for the parent of homes, `^` for root's home, so that this file passes its own gate.
    fn written(text: &str, parent: &str) -> String {
        text.replace('~', parent).replace('^', ROOT)
    }

    fn check(text: &str, expect: &[(usize, &str)]) {
        for parent in ["/home/", "/Users/", "\\Users\\", "\\\\Users\\\\"] {
            let expect: Vec<(usize, String)> =
                expect.iter().map(|(line, home)| (*line, written(home, parent))).collect();
            assert_eq!(homes_in(written(text, parent).as_bytes()), expect, "{text}");
        }
    }

    #[test]
    fn a_home_of_somebody_is_found_with_its_line() {
        check("fine\nat \"~zora/project/a.rs:1\"\n", &[(2, "~zora")]);
        check("~zora\\x, ~hank/y", &[(1, "~zora"), (1, "~hank")]);
        check("see ^.cargo/registry", &[(1, "^.")]);
        check("\u{fffd} ~zora/x", &[(1, "~zora")]);
    }

    #[test]
    fn examples_routes_and_containers_are_not_homes() {
        check("~alice/app.py ~Bob/x ~runner/work", &[]);
        check("https://shop.example~feed/today", &[]);
        check("GET ~feed", &[]);
        check("^app/main.py and project^.x", &[]);
        check("~ and ~.", &[]);
    }
}
