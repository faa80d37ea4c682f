//! Clones for a sandbox: nothing of the cache in them, nothing hostile out of them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use signalbox_workspace::{Commit, Found, Repository, SandboxClone, Taking, WorkspaceError};

use crate::fixture::{BRANCH, House, git, message, write};

/// The way out of a sandbox, made here without one: what the runner does inside.
async fn take(
    house: &House,
    repository: &Repository,
    clone: &SandboxClone,
) -> Result<Option<Commit>, WorkspaceError> {
    let taking = repository.begin_taking(&house.path("taking.git"), clone).await?;
    let inside = |arguments: Vec<std::ffi::OsString>, input: &str, output: &Path| {
        let stdin = house.path("stdin");
        write(&stdin, input);
        let status = Command::new("git")
            .args(arguments)
            .current_dir(&clone.path)
            .stdin(fs::File::open(stdin).unwrap())
            .stdout(fs::File::create(output).unwrap())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success());
    };
    let (tree, pack) = (house.path("tree"), house.path("pack"));
    inside(Taking::add(&taking.git_dir, &clone.path), "", &tree);
    inside(Taking::tree(&taking.git_dir), "", &tree);
    let tree = fs::read_to_string(tree).unwrap();
    inside(Taking::pack(&taking.git_dir), &Taking::revisions(&tree, clone), &pack);
    repository.take_in(clone, &tree, &pack, &message()).await
}

#[tokio::test]
async fn a_clone_shares_nothing_and_knows_no_way_back() {
    let house = House::new();
    let repository = house.repository().await;
    let clone = repository.clone_for_sandbox(&house.path("c"), BRANCH, "main").await.unwrap();
    assert_eq!(git(&clone.path, &["rev-parse", "--abbrev-ref", "HEAD"]), BRANCH);
    assert_eq!(git(&clone.path, &["status", "--porcelain"]), "");
    assert_eq!(git(&clone.path, &["remote"]), "");
    assert!(!clone.path.join(".git/objects/info/alternates").exists());
    let mut folders = vec![clone.path.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let about = fs::symlink_metadata(&path).unwrap();
            if about.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(about.nlink(), 1, "{}", path.display());
                let bytes = fs::read(&path).unwrap();
                let cache = house.path("cache").to_str().unwrap().to_owned();
                assert!(!String::from_utf8_lossy(&bytes).contains(&cache), "{}", path.display());
            }
        }
    }
}

#[tokio::test]
async fn changes_come_out_as_one_commit_and_once() {
    let house = House::new();
    let repository = house.repository().await;
    let clone = repository.clone_for_sandbox(&house.path("c"), BRANCH, "main").await.unwrap();
    assert_eq!(take(&house, &repository, &clone).await.unwrap(), None);
    write(&clone.path.join("a.txt"), "all new\n");
    write(&clone.path.join("x/b.txt"), "b\n");
    git(&clone.path, &["commit", "-q", "-a", "-m", "The agent's own"]);
    let commit = take(&house, &repository, &clone).await.unwrap().unwrap();
    assert_eq!((commit.commits, commit.touched.files), (1, 2));
    // A commit made anew would have another time, and so another name.
    let second = house.clock.now().seconds();
    while house.clock.now().seconds() == second {
        house.clock.sleep(Duration::from_millis(20)).await;
    }
    let again = repository.clone_for_sandbox(&house.path("c"), BRANCH, "main").await.unwrap();
    assert_eq!(again.found, Found::Before);
    assert_eq!(take(&house, &repository, &again).await.unwrap(), Some(commit.clone()));
    repository.push(BRANCH, &commit.head).await.unwrap();
    let shown = git(&house.origin(), &["show", &format!("{BRANCH}:x/b.txt")]);
    assert_eq!(shown, "b");
    // Another computer, later: it begins where the branch is and adds nothing.
    let other = house.repository().await.clone_for_sandbox(&house.path("d"), BRANCH, "main").await.unwrap();
    assert_eq!(other.start.from, commit.head);
    let found = take(&house, &repository, &other).await.unwrap().unwrap();
    assert_eq!((found.head, found.base), (commit.head, commit.base));
}

#[tokio::test]
async fn a_clone_whose_making_was_killed_is_made_anew() {
    let house = House::new();
    house.repository().await;
    let path = house.path("c");
    let killer = house.program(
        "killed-git",
        "#!/bin/sh\ncase \" $* \" in *' reset '*) kill -9 $$ ;; *) exec git \"$@\" ;; esac\n",
    );
    let made = house.open(killer).await.unwrap().clone_for_sandbox(&path, BRANCH, "main").await;
    assert!(matches!(made, Err(WorkspaceError::GitFailed { .. })), "{made:?}");
    let clone = house.repository().await.clone_for_sandbox(&path, BRANCH, "main").await.unwrap();
    assert_eq!(clone.found, Found::New);
    assert_eq!(git(&path, &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_pack_that_is_none_and_a_tree_that_is_none_are_refused() {
    let house = House::new();
    let repository = house.repository().await;
    let clone = repository.clone_for_sandbox(&house.path("c"), BRANCH, "main").await.unwrap();
    let pack = house.path("pack");
    write(&pack, "PACKnonsense");
    for tree in ["--all", "", "main", "0123"] {
        let taken = repository.take_in(&clone, tree, &pack, &message()).await;
        assert!(matches!(taken, Err(WorkspaceError::Unreadable { .. })), "{tree}: {taken:?}");
    }
    let taken = repository.take_in(&clone, &"a".repeat(40), &pack, &message()).await;
    assert!(matches!(taken, Err(WorkspaceError::GitFailed { .. })), "{taken:?}");
}
