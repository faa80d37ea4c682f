//! Briefs with the code of a real repository, and without one that cannot be read.

use std::path::Path;
use std::process::Command;

use super::*;
use crate::code::{CodeConfig, Reader};

/// A person's git, at a time.
fn git(folder: &Path, at: &str, arguments: &[&str]) {
    let output = Command::new("git")
        .current_dir(folder)
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "commit.gpgSign=false"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([("GIT_AUTHOR_DATE", at), ("GIT_COMMITTER_DATE", at)])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

const CART: &str =
    "import os\n\n\ndef cart_alpha(cart):\n    items = cart[0]\n    total = 0\n    return items[total]\n";

/// `cart/core.py`, of which line 7 is where `crash` crashes.
fn origin(folder: &Path) {
    let (old, new) = ("2020-01-01T00:00:00Z", "2026-09-20T00:00:00Z");
    std::fs::create_dir_all(folder.join("cart")).unwrap();
    std::fs::create_dir_all(folder.join("tests")).unwrap();
    git(folder, old, &["init", "-q", "-b", "main"]);
    std::fs::write(folder.join("cart/core.py"), CART.replace("items[total]", "items")).unwrap();
    std::fs::write(folder.join("tests/test_core.py"), "def test_it():\n    pass\n").unwrap();
    std::fs::write(folder.join("CODEOWNERS"), "/cart/ @acme/cart\n").unwrap();
    git(folder, old, &["add", "-A"]);
    git(folder, old, &["commit", "-q", "-m", "The cart"]);
    std::fs::write(folder.join("cart/core.py"), CART).unwrap();
    git(folder, new, &["commit", "-q", "-a", "-m", "Return the item `x`\n\nbody"]);
}

async fn brief(place: &Place, origin: &Path) -> String {
    let mut repository = crate::fixture::repository(5, "acme/shop");
    repository.project = place.project;
    repository.location = origin.to_str().unwrap().to_owned();
    place.store.repository_put(&repository, NOON).await.unwrap();
    place.seen(1, "cart", NOON).await;
    let config = CodeConfig { root: place.folder.path().join("code"), ..CodeConfig::default() };
    let planner = place.planner(3, |_| {}).reading(Reader::new(&config, Clock::system()));
    assert_eq!(planner.pass(NOON).await.unwrap().report.tasks, 1);
    let tasks = place.store.tasks_list(TaskFilter::default(), Page::first(2)).await.unwrap();
    tasks[0].brief.value.clone()
}

#[tokio::test]
async fn a_brief_shows_the_code_its_authors_owners_and_tests() {
    let place = Place::new().await;
    let folder = tempfile::tempdir().unwrap();
    origin(folder.path());
    let brief = brief(&place, folder.path()).await;
    for part in [
        "Files of the default branch at ",
        "cart/core.py, line 7, in cart_alpha",
        "# The code (written by: repository)",
        "cart/core.py:7, in cart_alpha",
        ">     7      return items[total]",
        "# Suspect commits (written by: repository)",
        "Return the item  x  (Ada)\n    it wrote lines near by; it wrote the very line; it wrote lines of the likeliest place; within two weeks before the first record",
        "@acme/cart (CODEOWNERS)",
        "Ada (2 commits to these files)",
        "tests/test_core.py",
    ] {
        assert!(brief.contains(part), "{part}:\n{brief}");
    }
}

#[tokio::test]
async fn a_repository_that_cannot_be_read_delays_no_task_and_the_brief_says_so() {
    let place = Place::new().await;
    let brief = brief(&place, &place.folder.path().join("nowhere")).await;
    assert!(brief.contains("the repository was not read: there is no repository at"), "{brief}");
    assert!(brief.contains("cart/core.py, line 7"), "{brief}");
}

#[tokio::test]
async fn a_repository_that_hangs_takes_only_its_time() {
    let place = Place::new().await;
    let (clock, _time) = Clock::manual(NOON);
    let config = CodeConfig { root: place.folder.path().join("code"), ..CodeConfig::default() };
    let reader = Reader::new(&config, clock.clone());
    let repository = crate::fixture::repository(5, "acme/shop");
    let subject = crate::code::Subject { repository: &repository, read: vec![], first_seen: NOON };
    let looked = reader.look(&subject, clock.boot()).await;
    assert_eq!(looked, crate::code::Looked::Failed("the 60s of one plan for reading were over".to_owned()));
}
