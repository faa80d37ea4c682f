//! Cloud runs in the real sandbox, where bubblewrap is installed.

use std::fs;
use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Once;
use std::time::Duration;

use signalbox_domain::job::{AgentSpec, Job, Publish};
use signalbox_domain::outcome::Failure;
use signalbox_domain::task::Mode;
use signalbox_domain::workspace::Script;
use signalbox_runner::{RunnerConfig, RunnerError};
use signalbox_sandbox::SandboxConfig;

use crate::fixture::{House, failure, git, said};
use crate::leases::{ADDS, COMMITS, cut_off_before_its_report, told_and_not_repeated};

/// A house with a cloud runner. Nothing where bubblewrap is not installed and not demanded.
pub(crate) async fn house() -> Option<House> {
    static SAID: Once = Once::new();
    let installed = Command::new("bwrap").arg("--version").output();
    let all = std::env::var("SIGNALBOX_TESTS").is_ok_and(|demand| demand == "all");
    if matches!(&installed, Err(error) if error.kind() == ErrorKind::NotFound) && !all {
        SAID.call_once(|| {
            tell("signalbox: left out the tests that need bubblewrap: bwrap is not installed.\n");
        });
        return None;
    }
    let house = House::new();
    house.start(&[Mode::Cloud]).await;
    Some(house)
}

/// Past the harness, which keeps what a passing test prints.
fn tell(line: &str) {
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

pub(crate) fn cloud(house: &House, n: u128, script: &str) -> Job {
    let mut job = house.job(n, script);
    (job.mode, job.publish) = (Mode::Cloud, Publish::Push);
    job
}

#[tokio::test]
async fn a_change_leaves_the_sandbox_as_one_pushed_branch() {
    let Some(house) = house().await else { return };
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let script = format!(
        "pwd; cat; cat $SIGNALBOX_BRIEF; git log --format=%s; git commit -q --allow-empty -m own 2>/dev/null
         (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null && echo reached the network
         ls {} 2>/dev/null && echo reached the host; sed -i s/two/2/ a.txt",
        house.origin().display()
    );
    let mut job = cloud(&house, 1, &script);
    job.check =
        Some(Script { script: "grep -q 2 a.txt && pwd".to_owned(), timeout: Duration::from_secs(30) });
    let row = house.done(job.clone()).await;
    let report = row.report.clone().unwrap();
    assert_eq!(report.verdict.name(), "changed", "{:?} {}", report.verdict, said(&row));
    let expect = format!("/workspace\n{0}{0}A person's work\n", job.brief.value);
    assert_eq!(said(&row), expect);
    assert_eq!(house.branches(), format!("main\n{}", job.branch));
    let change = report.change.unwrap();
    assert_eq!(git(&house.origin(), &["rev-parse", &job.branch]), change.head);
    assert_eq!(git(&house.origin(), &["show", &format!("{}:a.txt", job.branch)]), "one\n2\nthree");
    assert_eq!((change.commits, change.touches.len()), (1, 1));
}

#[tokio::test]
async fn what_an_agent_sets_up_in_its_clone_never_runs_outside() {
    let Some(house) = house().await else { return };
    let sprung = house.path("sprung");
    let mut job = cloud(&house, 1, "");
    let clone = house.path("runner/runs").join(job.run.to_string()).join("clone");
    // Hooks, file monitors, filters and a nested repository: each would run a program if a git outside looked at it.
    let script = r#"
        printf '#!/bin/sh\ntouch SPRUNG\ncat\n' > trap; chmod +x trap; mkdir hooks
        for hook in pre-commit post-commit pre-push post-checkout reference-transaction; do cp trap hooks/$hook; done
        git init -q nested; echo n > nested/n.txt
        git -C nested add -A; git -C nested -c user.name=a -c user.email=a@b commit -q -m n
        for place in nested .; do
            for key in core.fsmonitor filter.x.clean diff.external; do git -C $place config $key CLONE/trap; done
            git -C $place config core.hooksPath CLONE/hooks
        done
        echo '* filter=x diff=x' > .gitattributes; echo x > x.txt; ln -s /etc/hostname link"#;
    let script = script.replace("SPRUNG", sprung.to_str().unwrap()).replace("CLONE", clone.to_str().unwrap());
    job.agent = AgentSpec::Command { program: "bash".to_owned(), arguments: vec!["-c".to_owned(), script] };
    let row = house.done(job.clone()).await;
    assert_eq!(row.report.clone().unwrap().verdict.name(), "changed", "{:?} {}", row.report, said(&row));
    // The trap works: a git outside that looks at the clone's files springs it.
    assert!(!sprung.exists());
    git(&clone, &["add", "--all", "--dry-run"]);
    assert!(sprung.exists());
    let link = git(&house.origin(), &["cat-file", "-p", &format!("{}:link", job.branch)]);
    assert_eq!(link, "/etc/hostname", "a link is kept as a link");
}

#[tokio::test]
async fn bad_ends_have_their_types_inside_too() {
    let Some(house) = house().await else { return };
    let mut job = cloud(&house, 1, "");
    job.agent = AgentSpec::Command { program: "no-such-agent".to_owned(), arguments: Vec::new() };
    let missing = Failure::AgentMissing { program: "no-such-agent".to_owned() };
    assert_eq!(failure(&house.done(job).await), missing);
    let row = house.done(cloud(&house, 2, "kill -9 $$")).await;
    assert_eq!(failure(&row), Failure::AgentKilled { signal: 9 });
    let row = house.done(cloud(&house, 3, "echo no; exit 5")).await;
    assert_eq!(failure(&row), Failure::AgentFailed { code: 5, tail: "no".to_owned() });
    assert_eq!(failure(&house.done(cloud(&house, 4, "true")).await), Failure::NoChange);
    let mut job = cloud(&house, 5, "yes");
    job.limits.output_bytes = 1_000_000;
    assert_eq!(failure(&house.done(job).await), Failure::TooMuchOutput { limit_bytes: 1_000_000 });
    let mut job = cloud(&house, 6, "setsid sleep 600 & sleep 600");
    job.limits.wall = Duration::from_secs(1);
    let run = job.run.to_string();
    assert_eq!(failure(&house.done(job).await), Failure::AgentTimedOut { after_seconds: 1 });
    assert_eq!(marked(&run), 0, "everything inside is gone");
    assert_eq!(house.branches(), "main");
}

/// How many living processes carry this run's variable.
fn marked(run: &str) -> usize {
    let marker = format!("SIGNALBOX_RUN={run}");
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let environments = entries.filter_map(|entry| fs::read(entry.path().join("environ")).ok());
    environments.filter(|text| text.split(|byte| *byte == 0).any(|one| one == marker.as_bytes())).count()
}

#[tokio::test]
async fn a_lost_lease_ends_the_sandbox_and_the_next_attempt_goes_on() {
    let Some(house) = house().await else { return };
    let script =
        "echo begun >> begun.txt; [ $(wc -l < begun.txt) = 2 ] && exit 0; setsid sleep 600 & sleep 600";
    let job = cloud(&house, 1, script);
    let (run, branch) = (job.run, job.branch.clone());
    let begun = house.path("runner/runs").join(run.to_string()).join("clone/begun.txt");
    house.dispatcher.queue(job);
    house.file(&begun).await;
    house.dispatcher.rescue(run);
    let row = house.dispatcher.until("the second attempt ended", run, |row| row.report.is_some()).await;
    assert_eq!(row.report.unwrap().verdict.name(), "changed");
    assert_eq!(git(&house.origin(), &["show", &format!("{branch}:begun.txt")]), "begun\nbegun");
    assert_eq!(marked(&run.to_string()), 0);
}

#[tokio::test]
async fn a_runner_that_dies_before_its_report_has_it_told_by_the_next_here_too() {
    for (root, script) in [("runner", ADDS), ("other", ADDS), ("runner", COMMITS), ("other", COMMITS)] {
        let Some(house) = house().await else { return };
        let job = cloud(&house, 1, script);
        cut_off_before_its_report(&house, &job).await;
        let config = RunnerConfig { root: house.path(root), ..house.config(&[Mode::Cloud]) };
        house.start_with(config).await.unwrap();
        told_and_not_repeated(&house, &job).await;
    }
}

#[tokio::test]
async fn a_cloud_runner_without_isolation_does_not_start() {
    let house = House::new();
    let mut config = house.config(&[Mode::Cloud]);
    config.sandbox = SandboxConfig { bubblewrap: house.path("absent"), ..SandboxConfig::default() };
    let Err(RunnerError::IsolationMissing(missing)) = house.start_with(config).await else { panic!() };
    assert!(missing.detail.contains("not installed"), "{missing}");
}
