//! Runners that are killed where it hurts: a push goes on without them, or an agent had just ended.

use std::fs;

use signalbox_domain::job::{Job, Publish};
use signalbox_domain::outcome::Verdict;
use signalbox_domain::task::{Intent, Mode};
use signalbox_runner::RunnerConfig;
use signalbox_runner::outcome_id;

use crate::cloud;
use crate::dispatcher::Row;
use crate::fixture::{House, git, said};
use crate::leases::{ADDS, COMMITS, cut_off_before_its_report};

#[tokio::test]
async fn a_push_that_outlived_its_runner_is_what_the_run_made() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let (begun, go) = (house.path("begun"), house.path("go"));
    // The second time it waits, as any work takes a while.
    let script = format!(
        "{ADDS}; [ -e {0}/first ] || exec touch {0}/first; echo >> {1}; while [ ! -e {2} ]; do sleep 0.02; done",
        house.path("").display(),
        begun.display(),
        go.display()
    );
    let mut job = house.job(1, &script);
    job.publish = Publish::Push;
    cut_off_before_its_report(&house, &job).await;
    // Its push is still on its way: origin does not show it yet.
    let (origin, full) = (house.origin(), format!("refs/heads/{}", job.branch));
    let first = git(&origin, &["rev-parse", &full]);
    git(&origin, &["update-ref", "-d", &full]);
    fs::write(origin.join("b.txt"), "meanwhile\n").unwrap();
    git(&origin, &["add", "-A"]);
    git(&origin, &["commit", "-q", "-m", "Somebody else's work"]);
    let config = RunnerConfig { root: house.path("other"), ..house.config(&[Mode::Worktree]) };
    house.start_with(config).await.unwrap();
    house.file(&begun).await;
    git(&origin, &["update-ref", &full, &first]);
    fs::write(&go, "").unwrap();

    let row = second(&house, &job).await;
    let report = row.report.clone().unwrap();
    let Verdict::Changed { commit, .. } = &report.verdict else { panic!("{:?}", report.verdict) };
    assert_eq!((commit, &git(&origin, &["rev-parse", &full])), (&first, &first));
    let change = report.change.unwrap();
    assert_eq!((change.head, change.commits, change.touches.len()), (first.clone(), 1, 1), "not b.txt");
    assert!(said(&row).contains(&format!("had pushed this already, as {first}")), "{}", said(&row));
}

#[tokio::test]
async fn a_branch_that_somebody_else_moved_is_not_taken_for_the_runs_own() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let (begun, go) = (house.path("begun"), house.path("go"));
    let wait = format!("echo >> {}; while [ ! -e {} ]; do sleep 0.02; done", begun.display(), go.display());
    let mut job = house.job(1, &format!("{ADDS}; {wait}"));
    job.publish = Publish::Push;
    house.dispatcher.queue(job.clone());
    house.file(&begun).await;
    // It names the run, and is not ours.
    let origin = house.origin();
    git(&origin, &["checkout", "-q", "-b", &job.branch]);
    let message = format!("Forged\n\nSignalbox-Run: {}", job.run);
    git(&origin, &["commit", "-q", "--allow-empty", "-m", &message]);
    fs::write(&go, "").unwrap();
    let row = house.dispatcher.until("it ended", job.run, |row| row.report.is_some()).await;
    assert_eq!(crate::fixture::failure(&row).name(), "push_failed");
}

#[tokio::test]
async fn what_an_agent_committed_itself_keeps_its_author_and_names_the_run() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let merges = "git checkout -q -b side; echo s > s.txt; git add s.txt; git -c user.name=Bea -c user.email=b@b \
        commit -q -m side; git checkout -q -; git -c user.name=Bea -c user.email=b@b merge -q --no-ff -m '' \
        --allow-unrelated-histories side 2>/dev/null || git -c user.name=Bea -c user.email=b@b commit -q \
        --allow-empty-message -m ''";
    for (n, script, subject, parents) in [(1, COMMITS, "Add a line", 1), (2, merges, "Checkout $(fails)", 2)]
    {
        let mut job = house.job(n, script);
        job.publish = Publish::Push;
        let row = house.done(job.clone()).await;
        assert_eq!(row.report.clone().unwrap().verdict.name(), "changed", "{:?}", row.report);
        let shown =
            |format: &str| git(&house.origin(), &["log", "-1", &format!("--format={format}"), &job.branch]);
        assert_eq!(shown("%an %ce %s"), format!("Bea signalbox@signalbox.invalid {subject}"));
        assert_eq!(shown("%P").split(' ').count(), parents);
        let only = |key: &str| shown(&format!("%(trailers:key={key},valueonly)"));
        assert_eq!(only("Signalbox-Run").trim(), job.run.to_string());
        assert_eq!(only("Signalbox-Task").trim(), job.task.to_string());
        if n == 1 {
            assert_eq!(only("Reviewed-by").trim(), "Ada");
            assert!(shown("%b").starts_with("Why: it was missing.\n"), "{}", shown("%B"));
        }
    }
}

async fn second(house: &House, job: &Job) -> Row {
    let row = house.dispatcher.until("the second attempt ended", job.run, |row| row.report.is_some()).await;
    assert_eq!(row.report.as_ref().unwrap().outcome, outcome_id(job.run, 2));
    row
}

#[tokio::test]
async fn a_local_run_that_was_cut_off_after_its_agent_is_told_and_not_repeated() {
    let house = House::new();
    house.start(&[Mode::Local]).await;
    let mut job = house.job(1, ADDS);
    job.mode = Mode::Local;
    cut_off_before_its_report(&house, &job).await;
    // The engineer goes on working meanwhile.
    fs::write(house.origin().join("mine.txt"), "mine\n").unwrap();
    house.start(&[Mode::Local]).await;
    let row = second(&house, &job).await;
    let Verdict::Changed { branch, files, .. } = row.report.clone().unwrap().verdict else { panic!() };
    assert_eq!((branch.as_str(), files), ("main", 1));
    assert_eq!(fs::read_to_string(house.origin().join("a.txt")).unwrap(), "one\ntwo\nthree\nw\n");
    assert_eq!(said(&row).matches("worked").count(), 1, "{}", said(&row));
    let folder = house.run_folder(&job);
    house.holds("the run's folder is gone", || !folder.exists()).await;
}

/// Kills the runner once the agent has ended, before anything of that was told.
async fn cut_off_while_it_tells(house: &House, job: &Job) {
    house.dispatcher.table().notes_held = true;
    house.dispatcher.queue(job.clone());
    let record = house.run_folder(job).join("through");
    house.holds("the agent's end is on record", || record.exists()).await;
    house.tasks.abort_all();
    house.tasks.idle().await;
    house.dispatcher.release_notes();
    house.dispatcher.rescue(job.run);
}

#[tokio::test]
async fn an_agent_that_came_through_is_not_started_again_in_any_mode() {
    for (mode, intent, name) in [
        (Mode::Local, Intent::Change, "changed"),
        (Mode::Worktree, Intent::Change, "changed"),
        (Mode::Worktree, Intent::Answer { schema: None }, "answered"),
        (Mode::Worktree, Intent::Investigate, "changed"),
    ] {
        let house = House::new();
        house.start(&[mode]).await;
        let mut job = house.job(1, ADDS);
        (job.mode, job.intent) = (mode, intent);
        cut_off_while_it_tells(&house, &job).await;
        house.start(&[mode]).await;
        let row = second(&house, &job).await;
        assert_eq!(row.report.clone().unwrap().verdict.name(), name, "{:?}", row.report);
        assert_eq!(said(&row).matches("worked").count(), 1, "told once: {}", said(&row));
        assert!(said(&row).contains("had come through"), "{}", said(&row));
        let place = if mode == Mode::Local { house.origin() } else { house.worktree() };
        assert_eq!(fs::read_to_string(place.join("a.txt")).unwrap(), "one\ntwo\nthree\nw\n");
    }
}

#[tokio::test]
async fn an_agent_that_came_through_in_a_sandbox_is_not_started_again() {
    let Some(house) = cloud::house().await else { return };
    let job = cloud::cloud(&house, 1, ADDS);
    cut_off_while_it_tells(&house, &job).await;
    house.start(&[Mode::Cloud]).await;
    let row = second(&house, &job).await;
    assert_eq!(row.report.clone().unwrap().verdict.name(), "changed", "{:?}", row.report);
    assert_eq!(git(&house.origin(), &["show", &format!("{}:a.txt", job.branch)]), "one\ntwo\nthree\nw");
}

#[tokio::test]
async fn work_that_is_gone_is_done_again() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let job = house.job(1, ADDS);
    cut_off_while_it_tells(&house, &job).await;
    fs::remove_dir_all(house.worktree()).unwrap();
    house.start(&[Mode::Worktree]).await;
    let row = second(&house, &job).await;
    assert_eq!(row.report.unwrap().verdict.name(), "changed");
}
