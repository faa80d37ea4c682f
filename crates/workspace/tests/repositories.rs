//! Fetching: what is there, what is not, and what is in the way.

use std::fs;
use std::time::Duration;

use signalbox_testkit::{process, wait_until_async};
use signalbox_workspace::{GitConfig, WorkspaceError};

use crate::fixture::{BRANCH, House, git};

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_repository_that_does_not_exist_says_so_and_leaves_nothing() {
    let house = House::new();
    let missing = house.path("nowhere");
    let opened = house
        .cache_with(GitConfig::default())
        .repository(&"acme/shop".parse().unwrap(), missing.to_str().unwrap())
        .await;
    assert!(matches!(opened, Err(WorkspaceError::RepositoryMissing { .. })), "{opened:?}");
    let left: Vec<_> =
        fs::read_dir(house.path("cache")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| name.to_str().unwrap().ends_with(".lock")), "{left:?}");
}

#[tokio::test]
async fn a_folder_that_is_no_repository_says_so() {
    let house = House::new();
    fs::create_dir(house.path("plain")).unwrap();
    let opened = house
        .cache_with(GitConfig::default())
        .repository(&"acme/shop".parse().unwrap(), house.path("plain").to_str().unwrap())
        .await;
    assert!(matches!(opened, Err(WorkspaceError::RepositoryMissing { .. })), "{opened:?}");
}

#[tokio::test]
async fn a_second_look_sees_what_is_new_and_keeps_what_is_ours() {
    let house = House::new();
    git(&house.origin(), &["branch", "gone"]);
    let repository = house.repository().await;
    let tree = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    let head = house.commit("b.txt", "new\n");
    git(&house.origin(), &["branch", "-D", "gone"]);
    let repository = house.repository().await;
    assert_eq!(repository.start_of(BRANCH, "main").await.unwrap().from.as_str(), head);
    assert!(matches!(repository.start_of(BRANCH, "gone").await, Err(WorkspaceError::RefMissing { .. })));
    let ours = git(tree.path(), &["rev-parse", "--abbrev-ref", "HEAD"]);
    assert_eq!(ours, BRANCH, "a fetch that prunes does not take our branch away");
}

#[tokio::test]
async fn names_that_are_no_refs_of_ours_are_refused() {
    let house = House::new();
    let repository = house.repository().await;
    for branch in ["main", "signalbox/..", "signalbox/a.lock", "signalbox/a b", "signalbox/x~1", "signalbox/"]
    {
        let started = repository.start_of(branch, "main").await;
        assert!(matches!(started, Err(WorkspaceError::BranchName { .. })), "{branch}: {started:?}");
    }
    for default in ["--help", "main~1", "main^{/x}", "@{-1}", ""] {
        let started = repository.start_of(BRANCH, default).await;
        assert!(
            matches!(started, Err(WorkspaceError::BranchName { .. } | WorkspaceError::RefMissing { .. })),
            "{default}: {started:?}"
        );
    }
}

#[tokio::test]
async fn an_empty_repository_has_no_default_branch() {
    let house = House::new();
    let empty = house.path("empty");
    fs::create_dir(&empty).unwrap();
    git(&empty, &["init", "-q"]);
    let cache = house.cache_with(GitConfig::default());
    let repository = cache.repository(&"acme/empty".parse().unwrap(), empty.to_str().unwrap()).await.unwrap();
    let made = repository.worktree(&house.path("w"), BRANCH, "main").await;
    assert!(matches!(made, Err(WorkspaceError::RefMissing { .. })), "{made:?}");
}

#[tokio::test]
async fn a_git_that_hangs_is_stopped_with_all_that_it_started() {
    let house = House::new();
    let pids = house.path("pids");
    // What it starts does not listen, so git itself is gone first.
    let stubborn = "sh -c 'trap \"\" TERM; while :; do sleep 600; done' &";
    let script = format!("#!/bin/sh\n{stubborn}\necho $! >> {0}\necho $$ >> {0}\nwait\n", pids.display());
    let limit = Duration::from_millis(300);
    let config = GitConfig { local_limit: limit, ..house.program("slow-git", &script) };
    let opened = house.open(config).await;
    assert!(matches!(opened, Err(WorkspaceError::TimedOut { limit: stopped, .. }) if stopped == limit));
    let pids = fs::read_to_string(&pids).unwrap();
    assert_eq!(pids.lines().count(), 2, "{pids}");
    // The kernel ends a killed process in its own time.
    wait_until_async("git and what it started are gone", PATIENCE, async || {
        !pids.lines().any(process::lives)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_git_that_is_not_there_and_one_that_talks_too_much_are_errors() {
    let house = House::new();
    let config = GitConfig { program: house.path("no-git"), ..GitConfig::default() };
    assert!(matches!(house.open(config).await, Err(WorkspaceError::GitMissing(_))));
    let config = GitConfig { output_limit: 10_000, ..house.program("loud-git", "#!/bin/sh\nyes\n") };
    let opened = house.open(config).await;
    assert!(matches!(opened, Err(WorkspaceError::TooMuchOutput { .. })), "{opened:?}");
}

#[tokio::test]
async fn a_repository_that_another_process_holds_is_waited_for_and_then_given_up() {
    let house = House::new();
    let repository = house.repository().await;
    let lock = fs::File::open(repository.folder().with_extension("lock")).unwrap();
    lock.lock().unwrap();
    let waited = Duration::from_millis(50);
    let opened = house.open(GitConfig { lock_limit: waited, ..GitConfig::default() }).await;
    assert!(matches!(opened, Err(WorkspaceError::LockTimeout { .. })), "{opened:?}");
    lock.unlock().unwrap();
    house.open(GitConfig { lock_limit: waited, ..GitConfig::default() }).await.unwrap();
}

#[tokio::test]
async fn one_branch_is_pushed_and_a_push_may_be_repeated() {
    use signalbox_workspace::Pushed;
    let house = House::new();
    let repository = house.repository().await;
    let tree = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    fs::write(tree.path().join("b.txt"), "b\n").unwrap();
    let commit = tree.commit(&crate::fixture::message()).await.unwrap().unwrap();
    assert_eq!(repository.push(BRANCH, &commit.head).await.unwrap(), Pushed::Now);
    assert_eq!(repository.push(BRANCH, &commit.head).await.unwrap(), Pushed::Before);
    let branches = git(&house.origin(), &["for-each-ref", "--format=%(refname) %(objectname)"]);
    let main = git(&house.origin(), &["rev-parse", "main"]);
    assert_eq!(branches, format!("refs/heads/main {main}\nrefs/heads/{BRANCH} {}", commit.head));
    assert!(matches!(repository.push("main", &commit.head).await, Err(WorkspaceError::BranchName { .. })));
    // The branch has gone on from there: origin still has the commit.
    fs::write(tree.path().join("c.txt"), "c\n").unwrap();
    let next = tree.commit(&crate::fixture::message()).await.unwrap().unwrap();
    assert_eq!(repository.push(BRANCH, &next.head).await.unwrap(), Pushed::Now);
    assert_eq!(repository.push(BRANCH, &commit.head).await.unwrap(), Pushed::Before);
    assert_eq!(git(&house.origin(), &["rev-parse", BRANCH]), next.head.as_str());
}

#[tokio::test]
async fn a_branch_that_went_elsewhere_is_not_overwritten() {
    let house = House::new();
    let repository = house.repository().await;
    let tree = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    fs::write(tree.path().join("b.txt"), "b\n").unwrap();
    let commit = tree.commit(&crate::fixture::message()).await.unwrap().unwrap();
    git(&house.origin(), &["checkout", "-q", "-b", BRANCH]);
    let theirs = house.commit("c.txt", "c\n");
    let pushed = repository.push(BRANCH, &commit.head).await;
    assert!(matches!(pushed, Err(WorkspaceError::GitFailed { .. })), "{pushed:?}");
    assert_eq!(git(&house.origin(), &["rev-parse", BRANCH]), theirs);
}
