//! Every bad end has its type.

use std::fs;
use std::time::Duration;

use signalbox_domain::job::{AgentSpec, Publish};
use signalbox_domain::outcome::Failure;
use signalbox_domain::run::RunNote;
use signalbox_domain::states::RunState;
use signalbox_domain::task::Mode;
use signalbox_domain::workspace::Script;

use crate::fixture::{House, failure, git, said};

#[tokio::test]
async fn a_repository_that_does_not_exist() {
    let house = House::new();
    house.start(&[Mode::Worktree, Mode::Local]).await;
    for (n, mode, location) in [
        (1, Mode::Worktree, house.path("nowhere").to_str().unwrap().to_owned()),
        (2, Mode::Local, house.path("nowhere").to_str().unwrap().to_owned()),
        (3, Mode::Worktree, "--upload-pack=touch /tmp/x".to_owned()),
        (4, Mode::Local, "https://git.example/shop".to_owned()),
    ] {
        let mut job = house.job(n, "true");
        (job.mode, job.repository.location) = (mode, location);
        let row = house.done(job).await;
        assert!(matches!(failure(&row), Failure::RepositoryMissing { .. }), "{:?}", failure(&row));
        assert_eq!(row.state, RunState::Failed);
    }
    let mut job = house.job(5, "true");
    job.repository.default_branch = "trunk".to_owned();
    let Failure::WorkspaceFailed { detail } = failure(&house.done(job).await) else { panic!() };
    assert!(detail.contains("no branch \"trunk\""), "{detail}");
}

#[tokio::test]
async fn an_agent_that_is_not_there_or_may_not_run() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    fs::write(house.path("plain"), "no program\n").unwrap();
    let plain = house.path("plain").to_str().unwrap().to_owned();
    for (n, program) in [(1, "no-such-agent"), (2, plain.as_str()), (3, "./agent.sh")] {
        let mut job = house.job(n, "");
        job.agent = AgentSpec::Command { program: program.to_owned(), arguments: Vec::new() };
        assert_eq!(failure(&house.done(job).await), Failure::AgentMissing { program: program.to_owned() });
    }
}

#[tokio::test]
async fn an_agent_that_hangs_is_ended_with_all_that_it_started() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let pids = house.path("pids");
    // A child, a grandchild, and one that left the process group.
    let script = format!(
        "(sleep 600 & echo $! >> {0}; sleep 600) & echo $! >> {0}; setsid sleep 600 & echo $! >> {0}; \
         trap '' TERM; echo $$ >> {0}; sleep 600",
        pids.display()
    );
    let mut job = house.job(1, &script);
    job.limits.wall = Duration::from_secs(1);
    let row = house.done(job).await;
    assert_eq!(failure(&row), Failure::AgentTimedOut { after_seconds: 1 });
    assert_eq!(fs::read_to_string(&pids).unwrap().lines().count(), 4);
    house.gone(&pids).await;
}

#[tokio::test]
async fn an_agent_that_is_killed_and_one_that_fails() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let row = house.done(house.job(1, "echo about to end; kill -9 $$")).await;
    assert_eq!((failure(&row), said(&row).as_str()), (Failure::AgentKilled { signal: 9 }, "about to end\n"));
    let row = house
        .done(house.job(2, "echo half > half.txt; echo we say hunter22-hunter22 here >&2; exit 3"))
        .await;
    let tail = "we say [redacted:literal-secret] here".to_owned();
    assert_eq!(failure(&row), Failure::AgentFailed { code: 3, tail });
    assert_eq!(said(&row), "we say [redacted:literal-secret] here\n");
}

#[tokio::test]
async fn what_an_ended_agent_left_running_is_ended_too() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let pids = house.path("pids");
    let script = format!(
        "sleep 600 & echo $! >> {0}; setsid sleep 600 & echo $! >> {0}; echo x > x.txt",
        pids.display()
    );
    let row = house.done(house.job(1, &script)).await;
    assert_eq!(row.report.unwrap().verdict.name(), "changed");
    house.gone(&pids).await;
}

/// The most memory that this process ever had, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

#[tokio::test]
async fn a_hundred_megabytes_of_output_cost_no_memory() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let before = peak();
    let mut job = house.job(1, "head -c 100000000 /dev/zero | tr '\\0' x; echo x > x.txt");
    job.limits.output_bytes = 20_000_000;
    let row = house.done(job).await;
    assert_eq!(failure(&row), Failure::TooMuchOutput { limit_bytes: 20_000_000 });
    let mut job =
        house.job(2, "head -c 100000000 /dev/zero | tr '\\0' x; echo; echo the end; echo x > x.txt");
    job.limits.output_bytes = 200_000_000;
    let row = house.done(job).await;
    assert_eq!(row.report.as_ref().unwrap().verdict.name(), "changed");
    let cut = |note: &RunNote| if let RunNote::Cut { bytes } = note { *bytes } else { 0 };
    let left_out: u64 = row.notes.iter().map(cut).sum();
    assert_eq!(left_out + u64::try_from(said(&row).len()).unwrap(), 100_000_009, "told or counted");
    assert!(
        said(&row).ends_with("\nthe end\n") && said(&row).len() <= 12 * (32 << 10),
        "{}",
        said(&row).len()
    );
    let grown = peak() - before;
    assert!(grown < 40_000_000, "{grown} bytes");
}

#[tokio::test]
async fn a_check_that_fails_fails_the_run_and_keeps_its_work() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    for (n, script, code) in [(1, "echo one test failed; exit 4", Some(4)), (2, "sleep 600", None)] {
        let mut job = house.job(n, "echo x > x.txt");
        job.check = Some(Script { script: script.to_owned(), timeout: Duration::from_secs(1) });
        job.publish = Publish::Push;
        let row = house.done(job).await;
        let Failure::CheckFailed { code: found, tail } = failure(&row) else { panic!("{:?}", failure(&row)) };
        assert_eq!(found, code, "{tail}");
        assert!(matches!(row.notes.last(), Some(RunNote::CheckEnded { .. })));
        if n == 1 {
            assert_eq!(fs::read_to_string(house.worktree().join("x.txt")).unwrap(), "x\n");
        }
    }
    assert_eq!(house.branches(), "main");
}

#[tokio::test]
async fn what_may_not_be_pushed_or_done_here_is_refused() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let mut job = house.job(1, "true");
    job.branch = "main".to_owned();
    assert!(matches!(failure(&house.done(job).await), Failure::Refused { .. }));
    let mut job = house.job(2, "true");
    job.mode = Mode::Cloud;
    assert!(matches!(failure(&house.done(job).await), Failure::Refused { .. }));
    let mut job = house.job(3, "echo x > x.txt");
    job.publish = Publish::Push;
    git(&house.origin(), &["branch", "signalbox", "main"]);
    let row = house.done(job).await;
    assert!(matches!(failure(&row), Failure::PushFailed { .. }), "{:?}", failure(&row));
}

#[tokio::test]
async fn files_in_a_repository_of_the_agents_own_are_said() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    let nested = "mkdir sub; cd sub; git init -q; echo s > s.txt; git add -A; \
        git -c user.name=a -c user.email=a@b commit -q -m s; cd ..";
    let row = house.done(house.job(1, nested)).await;
    assert_eq!(failure(&row), Failure::NestedRepository { folders: vec!["sub".to_owned()] });
    let row = house.done(house.job(2, "git init -q 'a b/sub'; echo s > 'a b/sub/s.txt'")).await;
    assert_eq!(failure(&row), Failure::NestedRepository { folders: vec!["a b/sub".to_owned()] });
    let row = house.done(house.job(3, &format!("{nested}; echo x > x.txt"))).await;
    assert_eq!(row.report.as_ref().unwrap().verdict.name(), "changed");
    assert!(said(&row).contains("sub is a repository of its own"), "{}", said(&row));
}

#[tokio::test]
async fn a_local_run_needs_a_working_tree() {
    let house = House::new();
    house.start(&[Mode::Local]).await;
    let bare = house.path("bare.git");
    git(&house.origin(), &["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let mut job = house.job(1, "true");
    (job.mode, job.repository.location) = (Mode::Local, bare.to_str().unwrap().to_owned());
    let Failure::Refused { detail } = failure(&house.done(job).await) else { panic!() };
    assert!(detail.contains("without a working tree") && detail.contains("worktree"), "{detail}");
}

#[tokio::test]
async fn an_agent_that_removes_its_workspace_is_said_to() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    for (n, script) in [(1, "rm -rf \"$PWD\""), (2, "d=$PWD; cd ..; rm -rf \"$d\"; echo x > \"$d\"")] {
        let mut job = house.job(n, script);
        job.check = Some(Script { script: "true".to_owned(), timeout: Duration::from_secs(5) });
        assert_eq!(failure(&house.done(job).await), Failure::WorkspaceRemoved);
    }
    let mut job = house.job(3, "rm -rf \"$PWD\"");
    job.intent = signalbox_domain::task::Intent::Investigate;
    assert_eq!(failure(&house.done(job).await), Failure::WorkspaceRemoved);
}

#[tokio::test]
async fn files_beyond_their_bound_are_not_committed() {
    let house = House::new();
    house.start(&[Mode::Worktree]).await;
    for (n, script, fits) in [
        (1, "head -c 3000000 /dev/zero > big.bin", false),
        // Two commits, of which the second takes the file away: the first would be pushed all the same.
        (
            2,
            "head -c 3000000 /dev/zero > big.bin; git add -A; git -c user.name=a -c user.email=a@b commit -q -m a; \
             git rm -q big.bin; echo x > x.txt; git add -A; git -c user.name=a -c user.email=a@b commit -q -m b",
            false,
        ),
        (3, "for n in $(seq 30); do head -c 100000 /dev/zero > $n.bin; echo $n >> $n.bin; done", false),
        (4, "head -c 1000000 /dev/zero > big.bin", true),
    ] {
        let mut job = house.job(n, script);
        job.limits.change_bytes = 2_000_000;
        job.publish = Publish::Push;
        let branch = job.branch.clone();
        let row = house.done(job).await;
        if fits {
            assert_eq!(row.report.unwrap().verdict.name(), "changed");
        } else {
            assert_eq!(failure(&row), Failure::TooMuchChanged { limit_bytes: 2_000_000 }, "{script}");
        }
        assert_eq!(house.branches().contains(&branch), fits);
    }
}
