//! Worktrees: many at once, cut short, gone on with, committed from whatever state an agent left.

use std::fs;

use signalbox_domain::ids::RunId;
use signalbox_workspace::{Found, WorkspaceError, branch_name};
use uuid::Uuid;

use crate::fixture::{BRANCH, House, git, message, write};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_worktrees_of_one_repository_are_made_at_once() {
    let house = House::new();
    let handles: Vec<_> = (0..12)
        .map(|n| {
            let cache = house.cache_with(signalbox_workspace::GitConfig::default());
            let (location, path) = (house.location(), house.path("trees").join(n.to_string()));
            house.tasks.spawn(format!("{n}"), async move {
                let repository = cache.repository(&"acme/shop".parse().unwrap(), &location).await?;
                repository.worktree(&path, &format!("signalbox/task-{n}"), "main").await
            })
        })
        .collect();
    for handle in handles {
        let tree = handle.await.unwrap().unwrap();
        assert_eq!(git(tree.path(), &["rev-parse", "--abbrev-ref", "HEAD"]), tree.branch());
        assert_eq!(git(tree.path(), &["status", "--porcelain"]), "");
    }
}

#[tokio::test]
async fn a_change_is_committed_with_its_trailers_and_lines() {
    let house = House::new();
    let repository = house.repository().await;
    let tree = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    assert_eq!(tree.found(), Found::New);
    assert_eq!(tree.commit(&message()).await.unwrap(), None, "nothing was changed");
    let text = fs::read_to_string(tree.path().join("a.txt")).unwrap();
    write(&tree.path().join("a.txt"), &text.replace("line 4\nline 5\n", "line four\n"));
    write(&tree.path().join("dir/new ü.txt"), "new\n");
    let commit = tree.commit(&message()).await.unwrap().unwrap();
    assert_eq!((commit.commits, commit.touched.files), (1, 2));
    let touched: Vec<_> =
        commit.touched.lines.iter().map(|line| (line.path.as_str(), line.first, line.last)).collect();
    assert_eq!(touched, [("a.txt", 4, 5), ("dir/new ü.txt", 1, 1)]);
    let shown = git(tree.path(), &["log", "-1", "--format=%an <%ae>|%s|%(trailers:only)"]);
    assert_eq!(
        shown.trim_end(),
        "Signalbox <signalbox@signalbox.invalid>|Fix the basket|\
         Signalbox-Task: task_00000000000000000000000001\nSignalbox-Run: run_00000000000000000000000002"
    );
    assert_eq!(git(tree.path(), &["status", "--porcelain"]), "");
    assert_eq!(tree.commit(&message()).await.unwrap(), Some(commit), "a repeated commit is the same");
}

#[tokio::test]
async fn work_in_a_worktree_is_gone_on_with_and_keeps_its_base() {
    let house = House::new();
    let tree = house.repository().await.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    write(&tree.path().join("half.txt"), "half done\n");
    house.commit("b.txt", "meanwhile\n");
    let again = house.repository().await.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    assert_eq!((again.found(), again.base()), (Found::Before, tree.base()));
    assert_eq!(fs::read_to_string(again.path().join("half.txt")).unwrap(), "half done\n");
    let commit = again.commit(&message()).await.unwrap().unwrap();
    assert_eq!((commit.commits, commit.touched.files), (1, 1));
}

#[tokio::test]
async fn a_folder_that_is_not_ours_is_left_alone() {
    let house = House::new();
    write(&house.path("w/precious.txt"), "mine\n");
    let made = house.repository().await.worktree(&house.path("w"), BRANCH, "main").await;
    assert!(matches!(made, Err(WorkspaceError::Occupied { .. })), "{made:?}");
    assert_eq!(fs::read_to_string(house.path("w/precious.txt")).unwrap(), "mine\n");
}

#[tokio::test]
async fn a_removed_folder_comes_back_with_what_was_committed() {
    let house = House::new();
    let repository = house.repository().await;
    let tree = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    write(&tree.path().join("b.txt"), "b\n");
    let commit = tree.commit(&message()).await.unwrap().unwrap();
    fs::remove_dir_all(tree.path()).unwrap();
    let again = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    assert_eq!(again.commit(&message()).await.unwrap(), Some(commit));
}

#[tokio::test]
async fn a_worktree_whose_making_was_killed_is_made_anew() {
    let house = House::new();
    for n in 0..3_000 {
        write(&house.origin().join(format!("many/{n}.txt")), "x\n");
    }
    house.commit("last.txt", "x\n");
    house.repository().await;
    // Kills git, and itself, as soon as the worktree has begun to exist.
    let path = house.path("w");
    let killer = house.program(
        "killed-git",
        &format!(
            "#!/bin/sh\ncase \" $* \" in *' worktree add '*) ;; *) exec git \"$@\" ;; esac\n\
             git \"$@\" & while [ ! -e {}/.git ]; do :; done; kill -9 $! $$\n",
            path.display()
        ),
    );
    let made = house.open(killer).await.unwrap().worktree(&path, BRANCH, "main").await;
    assert!(matches!(made, Err(WorkspaceError::GitFailed { .. })), "{made:?}");
    assert!(path.exists(), "it was killed in the middle");
    let tree = house.repository().await.worktree(&path, BRANCH, "main").await.unwrap();
    assert_eq!(tree.found(), Found::New);
    assert_eq!(git(&path, &["status", "--porcelain"]), "");
    assert_eq!(fs::read_dir(path.join("many")).unwrap().count(), 3_000);
    assert_eq!(tree.commit(&message()).await.unwrap(), None);
}

#[tokio::test]
async fn a_run_finds_its_own_commit_and_no_other_runs() {
    let house = House::new();
    let repository = house.repository().await;
    let tree = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    let ours = message();
    assert_eq!(tree.finished(ours.run).await.unwrap(), None);
    git(tree.path(), &["checkout", "-q", "-b", "elsewhere"]);
    write(&tree.path().join("b.txt"), "b\n");
    let commit = tree.commit(&ours).await.unwrap().unwrap();
    // As if it had been killed before its last step.
    git(tree.path(), &["symbolic-ref", "HEAD", "refs/heads/elsewhere"]);
    assert_eq!(tree.finished(RunId::from_uuid(Uuid::from_u128(9))).await.unwrap(), None);
    assert_eq!(tree.finished(ours.run).await.unwrap(), Some(commit.clone()));
    assert_eq!(git(tree.path(), &["symbolic-ref", "--short", "HEAD"]), BRANCH);
    repository.push(BRANCH, &commit.head).await.unwrap();
    // Another computer knows it by origin.
    let clone = house.repository().await.clone_for_sandbox(&house.path("c"), BRANCH, "main").await.unwrap();
    assert_eq!(repository.finished_clone(&clone, ours.run).await.unwrap(), Some(commit));
}

#[tokio::test]
async fn an_agent_that_commits_switches_and_breaks_things_loses_no_work() {
    let house = House::new();
    let repository = house.repository().await;
    let tree = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    git(tree.path(), &["checkout", "-q", "-b", "elsewhere"]);
    write(&tree.path().join("one.txt"), "1\n");
    git(tree.path(), &["add", "-A"]);
    git(tree.path(), &["commit", "-q", "-m", "The agent's own"]);
    write(&tree.path().join("two.txt"), "2\n");
    fs::remove_file(tree.path().join(".git")).unwrap();
    let commit = tree.commit(&message()).await.unwrap().unwrap();
    assert_eq!((commit.commits, commit.touched.files), (2, 2));
    assert_eq!(git(repository.folder(), &["rev-parse", BRANCH]), commit.head.as_str());
}

#[tokio::test]
async fn what_an_agent_configured_does_not_run() {
    let house = House::new();
    let repository = house.repository().await;
    let tree = repository.worktree(&house.path("w"), BRANCH, "main").await.unwrap();
    let trap = house.program("trap", &format!("#!/bin/sh\ntouch {}\n", house.path("sprung").display()));
    let trap = trap.program.to_str().unwrap();
    let hooks = house.path("hooks");
    for hook in ["pre-commit", "post-commit", "post-checkout", "reference-transaction", "pre-push"] {
        fs::create_dir_all(&hooks).unwrap();
        fs::copy(trap, hooks.join(hook)).unwrap();
    }
    for (key, value) in [
        ("core.hooksPath", hooks.to_str().unwrap()),
        ("core.fsmonitor", trap),
        ("gpg.program", trap),
        ("commit.gpgSign", "true"),
        ("diff.external", trap),
    ] {
        git(repository.folder(), &["config", key, value]);
    }
    write(&tree.path().join("b.txt"), "b\n");
    let commit = tree.commit(&message()).await.unwrap().unwrap();
    repository.push(BRANCH, &commit.head).await.unwrap();
    assert!(!house.path("sprung").exists());
}

#[tokio::test]
async fn a_title_full_of_shell_makes_a_branch_that_git_takes() {
    let house = House::new();
    let repository = house.repository().await;
    let task = signalbox_domain::ids::TaskId::from_uuid(Uuid::from_u128(7));
    let titles =
        ["$(touch /tmp/x); `id` | \"' && ../../..", "你好 🚦", "-rf --help", "x.lock", "@{u}", "\0\n"];
    for (n, title) in titles.iter().enumerate() {
        let (branch, path) = (branch_name(task, &format!("{title} {n}")), house.path(&format!("w{n}")));
        let tree = repository.worktree(&path, &branch, "main").await.unwrap();
        assert_eq!(git(tree.path(), &["rev-parse", "--abbrev-ref", "HEAD"]), branch);
    }
}
