//! What runs leave behind goes where nothing would be lost, and stays where work is in it.

use std::fs;

use signalbox_domain::job::{Job, Publish};
use signalbox_domain::task::{Intent, Mode};

use crate::cloud;
use crate::fixture::{House, git};

fn pushed(house: &House, n: u128, script: &str) -> Job {
    let mut job = house.job(n, script);
    job.publish = Publish::Push;
    job
}

#[tokio::test]
async fn a_pushed_worktree_goes_and_the_next_run_of_its_task_goes_on_from_origin() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let job = pushed(&house, 1, "echo x > x.txt; mkdir out; echo out > .gitignore; echo built > out/a");
    house.done(job.clone()).await;
    let folder = house.run_folder(&job);
    house.holds("the run's folder is gone", || !folder.exists()).await;
    house.holds("the worktree is gone", || house.worktrees().is_empty()).await;
    let left = |name: &str| fs::read_dir(house.path("runner").join(name)).unwrap().count();
    house.holds("its locks are gone", || left("locks") == 0).await;
    let repository =
        fs::read_dir(house.path("runner/repositories")).unwrap().map(|entry| entry.unwrap().path());
    let bare = repository.into_iter().find(|path| path.is_dir()).unwrap();
    assert_eq!(git(&bare, &["for-each-ref", "refs/heads"]), "");
    assert_eq!(git(&bare, &["worktree", "list"]).lines().count(), 1, "only the repository itself");

    let mut again = pushed(&house, 2, "cat x.txt && echo y > y.txt");
    (again.task, again.branch) = (job.task, job.branch.clone());
    let change = house.done(again).await.report.unwrap().change.unwrap();
    assert_eq!(change.commits, 2);
    assert_eq!(git(&house.origin(), &["show", &format!("{}:x.txt", job.branch)]), "x");
}

#[tokio::test]
async fn a_worktree_with_work_in_it_stays() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let kept = [
        house.job(1, "echo committed, not pushed > x.txt"),
        pushed(&house, 2, "echo half > half.txt; exit 3"),
        pushed(
            &house,
            3,
            "git init -q nested; echo n > nested/n; git -C nested add n; \
            git -C nested -c user.name=a -c user.email=a@b commit -q -m n",
        ),
    ];
    let mut answer = pushed(&house, 4, "echo beside the answer > notes.txt; echo 42");
    answer.intent = Intent::Answer { schema: None };
    let mut nothing = pushed(&house, 5, "true");
    nothing.intent = Intent::Investigate;
    for job in kept.iter().chain([&answer, &nothing]) {
        house.done(job.clone()).await;
        let folder = house.run_folder(job);
        house.holds("the run's folder is gone", || !folder.exists()).await;
    }
    house.holds("only the one without work is gone", || house.worktrees().len() == 4).await;
    // A runner that starts anew looks at all of them once more.
    house.tasks.abort_all();
    house.tasks.idle().await;
    house.start(&[Mode::Worktree]).await;
    house.done(pushed(&house, 6, "echo x > x.txt")).await;
    house.holds("the sixth is gone", || house.worktrees().len() == 4).await;
    for (file, text) in
        [("x.txt", "committed, not pushed\n"), ("half.txt", "half\n"), ("notes.txt", "beside the answer\n")]
    {
        let found = house
            .worktrees()
            .iter()
            .filter_map(|tree| fs::read_to_string(tree.join(file)).ok())
            .collect::<Vec<_>>();
        assert_eq!(found, [text]);
    }
}

#[tokio::test]
async fn a_clone_goes_once_its_work_is_pushed_and_stays_before() {
    let Some(house) = cloud::house().await else { return };
    let gone = [cloud::cloud(&house, 1, "echo x > x.txt"), cloud::cloud(&house, 2, "true")];
    for job in &gone {
        house.done(job.clone()).await;
        let folder = house.run_folder(job);
        house.holds("the clone is gone", || !folder.exists()).await;
    }
    let mut unpushed = cloud::cloud(&house, 3, "echo x > x.txt");
    unpushed.publish = Publish::Keep;
    let stays = [
        unpushed,
        cloud::cloud(&house, 4, "echo half > half.txt; exit 3"),
        cloud::cloud(
            &house,
            5,
            "echo x > x.txt; git stash -q -u 2>/dev/null || git -c user.name=a -c user.email=a@b stash -q -u; echo y > y.txt",
        ),
    ];
    for job in &stays {
        house.done(job.clone()).await;
    }
    // Looked at again, after a runner that is done with all of them.
    house.tasks.abort_all();
    house.tasks.idle().await;
    house.start(&[Mode::Cloud]).await;
    let last = cloud::cloud(&house, 6, "echo x > x.txt");
    house.done(last.clone()).await;
    let folder = house.run_folder(&last);
    house.holds("the last clone is gone", || !folder.exists()).await;
    for job in &stays {
        assert!(house.run_folder(job).join("clone").exists(), "{}", job.run);
    }
}

#[tokio::test]
async fn what_a_killed_runner_left_is_looked_at_by_the_next() {
    let house = House::new();
    house.start(&[Mode::Worktree, Mode::Local]).await;
    let (idle, busy) = (house.path("idle"), house.path("busy"));
    let waiting = |pids: &std::path::Path| format!("echo $$ > {}; sleep 600 & wait", pids.display());
    let clean = pushed(&house, 1, &waiting(&idle));
    let dirty = pushed(&house, 2, &format!("echo half > half.txt; {}", waiting(&busy)));
    let mut local = pushed(&house, 3, &waiting(&house.path("local")));
    local.mode = Mode::Local;
    for job in [&clean, &dirty, &local] {
        house.dispatcher.queue(job.clone());
    }
    for pids in [&idle, &busy, &house.path("local")] {
        house.file(pids).await;
    }
    house.tasks.abort_all();
    house.tasks.idle().await;
    assert_eq!(house.worktrees().len(), 2);
    house.start(&[Mode::Worktree]).await;
    house.holds("the one without work is gone", || house.worktrees().len() == 1).await;
    assert_eq!(fs::read_to_string(house.worktree().join("half.txt")).unwrap(), "half\n");
    for job in [&clean, &dirty] {
        let folder = house.run_folder(job);
        house.holds("a folder with nothing but the brief is gone", || !folder.exists()).await;
    }
    assert!(house.run_folder(&local).exists(), "a local run may go on");
    // The run that goes on finds its work.
    house.gone(&busy).await;
    fs::remove_file(&busy).unwrap();
    house.dispatcher.rescue(dirty.run);
    house.dispatcher.until("it works again", dirty.run, |row| row.events.len() == 4).await;
    assert_eq!(fs::read_to_string(house.worktree().join("half.txt")).unwrap(), "half\n");
    // Nothing may run on when the test ends.
    house.file(&busy).await;
    house.dispatcher.fence(dirty.run);
    house.gone(&busy).await;
}
