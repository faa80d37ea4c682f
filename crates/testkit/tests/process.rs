//! Nothing that a test starts outlives it, and nothing else is touched.

use std::io::{BufRead, BufReader, Lines};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use signalbox_testkit::process::{Account, Nest, lives, members_of};
use signalbox_testkit::{Part, require, wait_for, wait_until, wait_until_async};

const PATIENCE: Duration = Duration::from_secs(60);

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn dropping_a_nest_ends_every_way_of_slipping_away() -> Result<()> {
    let nest = Nest::new()?;
    // A child, one in a session of its own elsewhere, one without the mark in its environment, and the
    // program itself.
    let script = "sleep 1000 & (cd / && exec setsid sleep 1000) & env -i sleep 1000 & exec sleep 1000";
    let program = nest.start("family", &shell(script), &Account::Own)?;
    let sleepers = || -> Option<Vec<u32>> {
        let members = nest.members().ok()?;
        let names =
            members.iter().filter_map(|pid| std::fs::read_to_string(format!("/proc/{pid}/comm")).ok());
        (members.len() == 4 && names.filter(|name| name == "sleep\n").count() == 4).then_some(members)
    };
    let members = wait_for("the family of four sleeps", PATIENCE, sleepers)?;
    ensure!(members.contains(&program.id()));

    let folder = nest.folder().to_owned();
    drop(nest);
    ensure!(!folder.exists(), "{} is still there", folder.display());
    for pid in members {
        ensure!(!lives(pid), "process {pid} is still there");
    }
    Ok(())
}

#[test]
fn a_person_who_looks_into_the_folder_is_left_alone() -> Result<()> {
    let nest = Nest::new()?;
    let stranger = nest.folder().join("stranger.pid");
    // `script` gives its command a terminal, as a person's shell has one.
    let looking = format!("cd {} && echo $$ >stranger.pid && exec sleep 1000", nest.folder().display());
    let mut terminal = Command::new("script")
        .args(["-q", "-c", &looking, "/dev/null"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let pid = wait_for("the person stands in the folder", PATIENCE, || {
        if terminal.try_wait().is_ok_and(|ended| ended.is_some()) {
            return Some(Err(anyhow!("`script` gave no terminal; is there no /dev/pts?")));
        }
        let text = std::fs::read_to_string(&stranger).ok()?;
        text.trim().parse::<u32>().ok().map(Ok)
    })??;
    let members = nest.members()?;
    nest.kill_members()?;
    let survived = lives(pid);
    terminal.kill()?;
    terminal.wait()?;
    wait_until("the person's terminal is closed", PATIENCE, || !lives(pid))?;
    ensure!(members.is_empty(), "{members:?} were taken for members");
    ensure!(survived, "the person was killed");
    Ok(())
}

#[test]
fn a_program_that_fails_shows_its_last_words() -> Result<()> {
    let nest = Nest::new()?;
    let result = nest.run("talker", &shell("echo the last words >&2; exit 3"), &Account::Own, PATIENCE);
    let error = result.err().context("it failed, and that was not noticed")?.to_string();
    ensure!(error.contains("talker") && error.contains("exit status: 3"), "{error}");
    ensure!(error.contains("the last words"), "{error}");

    let missing = nest.run("missing", &Command::new("/no/such/program"), &Account::Own, PATIENCE);
    ensure!(missing.is_err());
    Ok(())
}

#[test]
fn a_program_that_does_not_end_in_time_is_reported_and_ended() -> Result<()> {
    let nest = Nest::new()?;
    let mut stubborn = nest.start("stubborn", &shell("trap '' TERM; echo up; sleep 1000"), &Account::Own)?;
    wait_until("it ignores SIGTERM", PATIENCE, || stubborn.log().contains("up"))?;
    let error = stubborn.stop(Duration::from_millis(200)).err().context("it cannot have ended")?;
    ensure!(error.to_string().contains("stubborn did not end within 200ms"), "{error}");
    stubborn.kill()?;
    let status = stubborn.ended()?.context("it was killed")?;
    ensure!(status.signal() == Some(9), "{status}");
    Ok(())
}

#[test]
fn waiting_in_vain_says_for_what() -> Result<()> {
    let error = wait_until("pigs fly", Duration::from_millis(20), || false).err().context("they do not")?;
    ensure!(error.to_string() == "waited 20ms in vain until pigs fly", "{error}");
    let mut asked = 0;
    wait_until("it was asked three times", PATIENCE, || {
        asked += 1;
        asked == 3
    })?;
    Ok(())
}

#[tokio::test]
async fn waiting_asynchronously_lets_others_work() -> Result<()> {
    let (send, receive) = tokio::sync::oneshot::channel::<()>();
    let mut receive = Some(receive);
    let mut send = Some(send);
    let waits = wait_until_async("the other side has answered", PATIENCE, async || {
        receive.as_mut().is_some_and(|receive| receive.try_recv().is_ok())
    });
    let answers = async {
        tokio::task::yield_now().await;
        send.take().map(|send| send.send(()))
    };
    let (waited, answered) = tokio::join!(waits, answers);
    waited?;
    ensure!(answered == Some(Ok(())));
    receive = None;
    let error = wait_until_async("never", Duration::from_millis(20), async || receive.is_some()).await;
    ensure!(error.is_err());
    Ok(())
}

/// What `signalbox-parts` says of itself.
struct Holder {
    child: Child,
    folders: Vec<PathBuf>,
    _output: Lines<BufReader<ChildStdout>>,
}

fn hold(parts: &[&str]) -> Result<Holder> {
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_signalbox-parts")).args(parts).stdout(Stdio::piped()).spawn()?;
    let mut output = BufReader::new(child.stdout.take().context("its output")?).lines();
    let mut folders = Vec::new();
    loop {
        let line = output.next().context("it ended before it was ready")??;
        if line == "ready" {
            return Ok(Holder { child, folders, _output: output });
        }
        folders.push(PathBuf::from(line.rsplit(' ').next().context("a folder")?));
    }
}

fn nest_name(folder: &Path) -> String {
    folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The System V segment by which PostgreSQL guards its data.
fn shared_memory_of_postgres(folder: &Path) -> Result<String> {
    let pid_file = std::fs::read_to_string(folder.join("pg/data/postmaster.pid"))?;
    let line = pid_file.lines().nth(6).context("the seventh line")?;
    Ok(line.split_whitespace().nth(1).context("the segment's id")?.to_owned())
}

fn shared_memory_exists(id: &str) -> Result<bool> {
    let table = std::fs::read_to_string("/proc/sysvipc/shm")?;
    Ok(table.lines().any(|line| line.split_whitespace().nth(1) == Some(id)))
}

#[test]
fn killing_the_test_process_leaves_nothing() -> Result<()> {
    let (Some(_), Some(_)) = (require(Part::Kafka), require(Part::Postgres)) else { return Ok(()) };
    let mut holder = hold(&["postgres", "kafka"])?;
    let names: Vec<String> = holder.folders.iter().map(|folder| nest_name(folder)).collect();
    for name in &names {
        ensure!(!members_of(name)?.is_empty(), "{name} has no processes");
    }
    let segment = shared_memory_of_postgres(&holder.folders[0])?;
    ensure!(shared_memory_exists(&segment)?, "segment {segment} is not there");

    holder.child.kill()?;
    holder.child.wait()?;
    wait_until("no process and no folder is left", PATIENCE, || {
        names.iter().all(|name| members_of(name).is_ok_and(|members| members.is_empty()))
            && holder.folders.iter().all(|folder| !folder.exists())
    })?;
    ensure!(!shared_memory_exists(&segment)?, "segment {segment} is still there");
    Ok(())
}
