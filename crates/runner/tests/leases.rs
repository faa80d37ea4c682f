//! Leases that are lost, answers that are lost, runners that died: one outcome, no work lost, nothing pushed twice.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

use signalbox_domain::job::{Job, Publish};
use signalbox_domain::task::Mode;
use signalbox_runner::{RunnerConfig, outcome_id};

use crate::fixture::{House, git, said};

/// Works once a file lets it, having said that it waits.
fn waiting(house: &House) -> String {
    let (pids, go) = (house.path("pids"), house.path("go"));
    format!(
        "echo begun >> begun.txt; sleep 600 & (echo $!; echo $$) > {}; \
         while [ ! -e {} ]; do sleep 0.02; done; echo x > x.txt",
        pids.display(),
        go.display()
    )
}

#[tokio::test]
async fn a_lost_lease_stops_the_agent_at_once_and_pushes_nothing() {
    let house = House::new();
    let runner = house.start(&[Mode::Worktree]).await;
    let mut job = house.job(1, &waiting(&house));
    job.publish = Publish::Push;
    let run = job.run;
    house.dispatcher.queue(job);
    house.file(&house.path("pids")).await;
    house.dispatcher.fence(run);
    house.gone(&house.path("pids")).await;
    house.shutdown.stop(signalbox_runtime::StopReason::Asked("test"));
    runner.await.unwrap();
    let row = house.dispatcher.row(run).unwrap();
    assert!(row.report.is_none() && row.finishes.is_empty());
    assert_eq!(house.branches(), "main");
    assert_eq!(fs::read_to_string(house.worktree().join("begun.txt")).unwrap(), "begun\n");
}

#[tokio::test]
async fn a_rescued_run_goes_on_with_the_work_that_is_there() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let job = house.job(1, &waiting(&house));
    let run = job.run;
    house.dispatcher.queue(job);
    house.file(&house.path("pids")).await;
    house.dispatcher.rescue(run);
    house.gone(&house.path("pids")).await;
    fs::write(house.path("go"), "").unwrap();
    let row = house.dispatcher.until("the second attempt ended", run, |row| row.report.is_some()).await;
    let report = row.report.unwrap();
    assert_eq!((report.verdict.name(), report.outcome), ("changed", outcome_id(run, 2)));
    assert_eq!(fs::read_to_string(house.worktree().join("begun.txt")).unwrap(), "begun\nbegun\n");
    assert_eq!(row.finishes.len(), 1);
}

#[tokio::test]
async fn a_dropped_runner_leaves_its_work_for_the_next() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let job = house.job(1, &waiting(&house));
    let run = job.run;
    house.dispatcher.queue(job);
    house.file(&house.path("pids")).await;
    house.tasks.abort_all();
    house.gone(&house.path("pids")).await;
    house.dispatcher.rescue(run);
    fs::write(house.path("go"), "").unwrap();
    house.start(&[Mode::Worktree]).await;
    let row = house.dispatcher.until("the second attempt ended", run, |row| row.report.is_some()).await;
    assert_eq!(row.report.unwrap().change.unwrap().commits, 1);
    assert_eq!(fs::read_to_string(house.worktree().join("begun.txt")).unwrap(), "begun\nbegun\n");
}

#[tokio::test]
async fn an_agent_that_outlived_a_killed_runner_is_ended_before_the_next_begins() {
    let house = House::new();
    let pids = house.path("pids");
    let job = house.job(1, &format!("grep -q . {} && echo x > x.txt", pids.display()));
    let mut left = Command::new("sleep")
        .arg("600")
        .env("SIGNALBOX_RUN", job.run.to_string())
        .process_group(0)
        .spawn()
        .unwrap();
    fs::write(&pids, format!("{}\n", left.id())).unwrap();
    house.start(&[Mode::Worktree]).await;
    let row = house.done(job).await;
    assert_eq!(row.report.unwrap().verdict.name(), "changed");
    assert!(left.try_wait().unwrap().is_some(), "ended before the run was reported");
}

#[tokio::test]
async fn a_report_whose_answer_was_lost_is_the_same_outcome_again() {
    let house = House::new();
    house.dispatcher.table().lost_answers = 2;
    let mut config = house.config(&[Mode::Worktree]);
    // A renewal would learn before the repeated report that the run has ended.
    config.lease.length = Duration::from_secs(600);
    house.start_with(config).await.unwrap();
    let job = house.job(1, "echo x > x.txt");
    let run = job.run;
    house.dispatcher.queue(job);
    let row = house.dispatcher.until("it was said three times", run, |row| row.finishes.len() == 3).await;
    assert_eq!(row.finishes, [outcome_id(run, 1); 3]);
    assert_eq!(row.report.unwrap().verdict.name(), "changed");
}

/// Another one wherever it runs twice.
pub(crate) const ADDS: &str = "echo w >> a.txt; echo worked";

/// Commits by itself, and names a run that it has nothing to do with.
pub(crate) const COMMITS: &str = "echo w >> a.txt; echo worked; git -c user.name=Bea -c user.email=bea@acme.example \
    commit -q -a -m $'Add a line\n\nWhy: it was missing.\n\nSignalbox-Run: run_00000000000000000000000000\nReviewed-by: Ada'";

/// Ends the runner of this job when everything is done but the report; the job waits for the next one.
pub(crate) async fn cut_off_before_its_report(house: &House, job: &Job) {
    house.dispatcher.table().finishes_held = true;
    house.dispatcher.queue(job.clone());
    house.dispatcher.until_a_finish_is_held().await;
    house.tasks.abort_all();
    house.dispatcher.table().finishes_held = false;
    house.dispatcher.rescue(job.run);
}

/// What was done by the attempt that was cut off is told by the next, and nothing is done twice.
pub(crate) async fn told_and_not_repeated(house: &House, job: &Job) {
    let row = house.dispatcher.until("the second attempt ended", job.run, |row| row.report.is_some()).await;
    let report = row.report.clone().unwrap();
    assert_eq!((report.verdict.name(), report.outcome), ("changed", outcome_id(job.run, 2)), "{report:?}");
    let change = report.change.unwrap();
    assert_eq!((change.commits, change.touches.len()), (1, 1));
    assert_eq!(change.base, git(&house.origin(), &["rev-parse", "main"]));
    let told = said(&row);
    assert_eq!(told.matches("worked").count(), 1, "the agent ran once: {told}");
    assert!(told.contains(&format!("had committed this already, as {}", change.head)), "{told}");
    if job.publish == Publish::Push {
        assert_eq!(git(&house.origin(), &["rev-parse", &job.branch]), change.head);
        assert_eq!(git(&house.origin(), &["show", &format!("{}:a.txt", job.branch)]), "one\ntwo\nthree\nw");
        let runs = "--format=%(trailers:key=Signalbox-Run,valueonly)";
        let named = git(&house.origin(), &["log", runs, &format!("main..{}", job.branch)]);
        assert_eq!(named.trim(), job.run.to_string());
    }
}

#[tokio::test]
async fn a_runner_that_dies_before_its_report_has_it_told_by_the_next() {
    for (publish, root, script) in [
        (Publish::Push, "runner", ADDS),
        (Publish::Keep, "runner", ADDS),
        // Another computer: only origin knows.
        (Publish::Push, "other", ADDS),
        (Publish::Push, "runner", COMMITS),
        (Publish::Keep, "runner", COMMITS),
        (Publish::Push, "other", COMMITS),
    ] {
        let house = House::new();
        house.start(&[Mode::Worktree]).await;
        let mut job = house.job(1, script);
        job.publish = publish;
        cut_off_before_its_report(&house, &job).await;
        let config = RunnerConfig { root: house.path(root), ..house.config(&[Mode::Worktree]) };
        house.start_with(config).await.unwrap();
        told_and_not_repeated(&house, &job).await;
    }
}

#[tokio::test]
async fn a_commit_of_an_agent_that_names_the_run_is_not_taken_for_the_end() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let script = format!(
        "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m \"Half

Signalbox-Run: $SIGNALBOX_RUN\"; {}",
        waiting(&house)
    );
    let job = house.job(1, &script);
    house.dispatcher.queue(job.clone());
    house.file(&house.path("pids")).await;
    house.dispatcher.rescue(job.run);
    house.gone(&house.path("pids")).await;
    fs::write(house.path("go"), "").unwrap();
    let row = house.dispatcher.until("the second attempt ended", job.run, |row| row.report.is_some()).await;
    assert_eq!(row.report.unwrap().verdict.name(), "changed");
    assert_eq!(fs::read_to_string(house.worktree().join("begun.txt")).unwrap(), "begun\nbegun\n");
}
