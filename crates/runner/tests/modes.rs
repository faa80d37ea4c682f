//! What a good run does in a worktree and in a checkout; cloud runs are in `cloud.rs`.

use std::fs;
use std::time::Duration;

use signalbox_domain::job::Publish;
use signalbox_domain::outcome::Verdict;
use signalbox_domain::run::RunNote;
use signalbox_domain::states::{RunEvent, RunState};
use signalbox_domain::task::{Intent, Mode};
use signalbox_domain::workspace::Script;

use crate::fixture::{House, git, said};

#[tokio::test]
async fn a_worktree_run_ends_in_a_commit_on_its_branch() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let told = house.path("told");
    let script = format!(
        "cat > {0}/stdin; mkdir {0}/x; cp \"$SIGNALBOX_BRIEF\" {0}/file; cp \"$SIGNALBOX_CONTEXT\" {0}/context; stat -c %a \"$SIGNALBOX_BRIEF\" > {0}/mode
         echo \"$SIGNALBOX_TASK $SIGNALBOX_RUN\" > {0}/ids; env > {0}/env; sed -i s/two/2/ a.txt; echo fixed it",
        told.display()
    );
    fs::create_dir(&told).unwrap();
    let mut job = house.job(1, &script);
    job.check =
        Some(Script { script: "grep -q 2 a.txt && echo good".to_owned(), timeout: Duration::from_secs(30) });
    let context = serde_json::json!({"form": "context", "version": 1, "body": {"kind": "error"}});
    job.context = Some(context.clone());
    let row = house.done(job.clone()).await;
    let report = row.report.clone().unwrap();
    let change = report.change.clone().unwrap();
    let commit = change.head.clone();
    assert_eq!(report.verdict, Verdict::Changed { branch: job.branch.clone(), commit, files: 1 });
    assert_eq!(
        (change.branch.as_str(), change.commits, change.touches[0].first),
        (job.branch.as_str(), 1, 2)
    );
    assert_eq!(row.events, [RunEvent::Prepare, RunEvent::Work, RunEvent::Check]);
    assert_eq!(row.state, RunState::Succeeded);
    let checked = RunNote::CheckEnded { code: Some(0), tail: "good".to_owned() };
    assert_eq!(row.notes, [RunNote::Said { text: "fixed it\n".to_owned() }, checked]);
    for name in ["stdin", "file"] {
        assert_eq!(fs::read_to_string(told.join(name)).unwrap(), job.brief.value);
    }
    let told_context = fs::read_to_string(told.join("context")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&told_context).unwrap(), context);
    assert_eq!(fs::read_to_string(told.join("mode")).unwrap(), "600\n");
    assert_eq!(fs::read_to_string(told.join("ids")).unwrap(), format!("{} {}\n", job.task, job.run));
    let environment = fs::read_to_string(told.join("env")).unwrap();
    assert!(!environment.contains("CARGO"), "only everyday variables: {environment}");
    let tree = house.worktree();
    assert_eq!(git(&tree, &["log", "-1", "--format=%s"]), "Checkout $(fails)");
    assert_eq!(git(&tree, &["rev-parse", "--abbrev-ref", "HEAD"]), job.branch);
    assert_eq!(house.branches(), "main", "kept, not pushed");
}

#[tokio::test]
async fn a_branch_to_be_pushed_is_pushed_and_no_other() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let mut job = house.job(1, "echo x > x.txt; git branch -q other");
    job.publish = Publish::Push;
    let row = house.done(job.clone()).await;
    assert_eq!(house.branches(), format!("main\n{}", job.branch));
    let head = git(&house.origin(), &["rev-parse", &job.branch]);
    assert_eq!(row.report.unwrap().change.unwrap().head, head);
}

#[tokio::test]
async fn a_local_run_changes_the_checkout_and_nothing_else() {
    let house = House::new();
    house.start(&[Mode::Local]).await;
    fs::write(house.origin().join("mine.txt"), "not committed\n").unwrap();
    let before = git(&house.origin(), &["rev-parse", "HEAD"]);
    let mut job = house.job(1, "echo 2 >> a.txt; echo n > new.txt");
    (job.mode, job.publish) = (Mode::Local, Publish::Push);
    let row = house.done(job).await;
    let verdict = Verdict::Changed { branch: "main".to_owned(), commit: before.clone(), files: 2 };
    assert_eq!((row.report.clone().unwrap().verdict, row.report.unwrap().change), (verdict, None));
    assert_eq!(git(&house.origin(), &["rev-parse", "HEAD"]), before);
    assert_eq!(house.branches(), "main");
    let status = git(&house.origin(), &["status", "--porcelain"]);
    assert_eq!(status, " M a.txt\n?? mine.txt\n?? new.txt");
}

#[tokio::test]
async fn no_change_is_a_failure_only_where_one_was_wanted() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    for (n, intent, name) in [
        (1, Intent::Change, "failed"),
        (2, Intent::Investigate, "nothing_to_do"),
        (3, Intent::Answer { schema: None }, "answered"),
    ] {
        let mut job = house.job(n, "echo the answer is 42; echo a detail >&2");
        job.intent = intent;
        let row = house.done(job).await;
        let verdict = row.report.clone().unwrap().verdict;
        assert_eq!(verdict.name(), name);
        assert!(said(&row).contains("a detail"));
        if let Verdict::Answered { text } | Verdict::NothingToDo { text } = verdict {
            assert_eq!(text.value, "the answer is 42", "complaints are no part of an answer");
        }
    }
}

#[tokio::test]
async fn two_runs_work_in_one_repository_at_once() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    // Each waits for the other, so neither can be the first to end.
    let script = |own: &str, other: &str| {
        let (own, other) = (house.path(own), house.path(other));
        format!(
            "echo x > {}; while [ ! -e {} ]; do sleep 0.02; done; echo y > y.txt",
            own.display(),
            other.display()
        )
    };
    let (one, other) = (house.job(1, &script("one", "other")), house.job(2, &script("other", "one")));
    let (one, other) = tokio::join!(house.done(one), house.done(other));
    for row in [one, other] {
        assert_eq!(row.report.unwrap().verdict.name(), "changed");
    }
}
