//! One program in a process group of its own, watched to its end: bounded in time and output, ended with all it started.
//!
//! A thread starts the program and waits for it, and stays that long: bubblewrap's death signal follows the thread that
//! started it. The thread sees the end without reaping it, ends the rest of the group, and reaps only then, so that the
//! number it signals cannot have passed to another process. Dropping the future kills the group at once.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::pin::pin;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use signalbox_domain::ids::RunId;
use signalbox_runtime::{Clock, Tasks};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::sync::oneshot;

use crate::leftovers;
use crate::transcript::{Side, Transcript};

/// How long the last output of an ended program may take to arrive. Longer only if an escaped process holds the pipe.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Where a program is stopped.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) wall: Duration,
    pub(crate) output_bytes: u64,
}

/// Where a program's standard output goes.
pub(crate) enum Output {
    /// Into the transcript.
    Captured,
    /// Straight into a file: not bounded here.
    File(File),
}

/// A program to be run.
pub(crate) struct Program {
    pub(crate) run: RunId,
    pub(crate) command: Command,
    pub(crate) input: File,
    pub(crate) output: Output,
    pub(crate) bounds: Bounds,
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Exited(i32),
    Killed(i32),
    TimedOut,
    TooMuchOutput,
}

/// Runs a program to its end; what it prints goes into the transcript as it comes. An error means that it did not start,
/// or could not be watched.
pub(crate) async fn supervise(
    tasks: &Tasks,
    clock: &Clock,
    program: Program,
    transcript: &Transcript,
) -> io::Result<Ending> {
    let bounds = program.bounds;
    let (started_to, started) = oneshot::channel();
    let mut watching = tasks.spawn_blocking("program of a run", move || watch(program, started_to));
    let Ok(started) = started.await else {
        // Nothing was started, and the thread says why.
        let ended = watching.await.map_err(io::Error::other)?;
        return Err(ended.err().unwrap_or_else(|| io::Error::other("it ended before it was seen")));
    };
    let group = started.group;
    let mut outputs = Outputs::new(started.stdout, started.stderr, bounds.output_bytes, transcript)?;
    let mut wall = pin!(clock.sleep(bounds.wall));
    let (mut stopped, mut status) = (None, None);
    while stopped.is_none() && status.is_none() {
        tokio::select! {
            biased;
            () = &mut wall => stopped = Some(Ending::TimedOut),
            ended = &mut watching => status = Some(ended),
            flow = outputs.read(), if outputs.are_open() => stopped = flow?,
        }
        // Output that comes faster than it is redacted would keep everything else of this run waiting, renewals too.
        tokio::task::yield_now().await;
    }
    drop(group);
    let status = match status {
        Some(status) => status,
        None => watching.await,
    };
    let status = status.map_err(io::Error::other)??;
    let late = outputs.drain(clock).await?;
    transcript.end();
    Ok(stopped.or(late).unwrap_or_else(|| ending_of(status)))
}

fn ending_of(status: ExitStatus) -> Ending {
    match (status.code(), status.signal()) {
        (Some(code), _) => Ending::Exited(code),
        (None, signal) => Ending::Killed(signal.unwrap_or_default()),
    }
}

struct Started {
    /// Also where nobody takes it any more: dropped on its way, it ends what was started.
    group: KilledOnDrop,
    stdout: Option<OwnedFd>,
    stderr: Option<OwnedFd>,
}

/// The thread's part: start, wait, end the rest of the group, reap.
fn watch(program: Program, started_to: oneshot::Sender<Started>) -> io::Result<ExitStatus> {
    let run = program.run;
    let mut command = program.command;
    let stdout = match program.output {
        Output::Captured => Stdio::piped(),
        Output::File(file) => Stdio::from(file),
    };
    command.process_group(0).stdin(program.input).stdout(stdout).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    // Its ends of the pipes are closed with it: output ends with the last process that can print.
    drop(command);
    let group = Group::led_by(&child)?;
    let started = Started {
        group: KilledOnDrop(group.clone()),
        stdout: child.stdout.take().map(OwnedFd::from),
        stderr: child.stderr.take().map(OwnedFd::from),
    };
    drop(started_to.send(started));
    let status = group.reap(&mut child);
    leftovers::end(run);
    status
}

/// A process group that can be signalled for as long as its leader is not reaped.
#[derive(Debug, Clone)]
struct Group {
    leader: Pid,
    /// None once the number may be another's.
    alive: Arc<Mutex<Option<Pid>>>,
}

impl Group {
    fn led_by(child: &Child) -> io::Result<Self> {
        let number = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let leader = number.ok_or_else(|| io::Error::other("a process without a number"))?;
        Ok(Self { leader, alive: Arc::new(Mutex::new(Some(leader))) })
    }

    fn kill(&self) {
        kill_group(*self.alive());
    }

    /// Waits for the leader, ends the others, reaps the leader.
    fn reap(&self, child: &mut Child) -> io::Result<ExitStatus> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        while let Err(error) = waitid(WaitId::Pid(self.leader), options) {
            if error != rustix::io::Errno::INTR {
                return Err(error.into());
            }
        }
        let mut alive = self.alive();
        kill_group(alive.take());
        child.wait()
    }

    fn alive(&self) -> MutexGuard<'_, Option<Pid>> {
        // One value, set whole: a panic elsewhere leaves a valid one.
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn kill_group(leader: Option<Pid>) {
    // A group of which only the dead leader is left cannot always be signalled; then there is nobody to end.
    if let Some(Err(error)) = leader.map(|leader| kill_process_group(leader, Signal::KILL)) {
        tracing::debug!("nobody was left to end: {error}");
    }
}

struct KilledOnDrop(Group);

impl Drop for KilledOnDrop {
    fn drop(&mut self) {
        self.0.kill();
    }
}

/// Both outputs of a program, being read.
struct Outputs<'a> {
    stdout: Stream,
    stderr: Stream,
    limit: u64,
    transcript: &'a Transcript,
}

struct Stream {
    pipe: Option<Receiver>,
    buffer: Vec<u8>,
}

impl Stream {
    fn new(pipe: Option<OwnedFd>) -> io::Result<Self> {
        let pipe = pipe.map(Receiver::from_owned_fd).transpose()?;
        Ok(Self { pipe, buffer: vec![0; 64 << 10] })
    }

    /// What came; nothing where the other side closed it. Never ends where it is closed already.
    async fn read(&mut self) -> io::Result<usize> {
        let Some(pipe) = &mut self.pipe else { return std::future::pending().await };
        let count = pipe.read(&mut self.buffer).await?;
        if count == 0 {
            self.pipe = None;
        }
        Ok(count)
    }
}

impl<'a> Outputs<'a> {
    fn new(
        stdout: Option<OwnedFd>,
        stderr: Option<OwnedFd>,
        limit: u64,
        transcript: &'a Transcript,
    ) -> io::Result<Self> {
        Ok(Self { stdout: Stream::new(stdout)?, stderr: Stream::new(stderr)?, limit, transcript })
    }

    fn are_open(&self) -> bool {
        self.stdout.pipe.is_some() || self.stderr.pipe.is_some()
    }

    /// Takes the next piece of either. Dropped in between, nothing is lost.
    async fn read(&mut self) -> io::Result<Option<Ending>> {
        let total = tokio::select! {
            count = self.stdout.read() => {
                self.transcript.take(Side::Stdout, self.stdout.buffer.get(..count?).unwrap_or_default())
            }
            count = self.stderr.read() => {
                self.transcript.take(Side::Stderr, self.stderr.buffer.get(..count?).unwrap_or_default())
            }
        };
        Ok((total > self.limit).then_some(Ending::TooMuchOutput))
    }

    /// What is still in the pipes after the end.
    async fn drain(&mut self, clock: &Clock) -> io::Result<Option<Ending>> {
        let mut late = None;
        let draining = async {
            while late.is_none() && self.are_open() {
                late = self.read().await?;
                tokio::task::yield_now().await;
            }
            Ok(())
        };
        match clock.timeout(LAST_WORDS, draining).await {
            Ok(drained) => drained.map(|()| late),
            Err(_) => {
                tracing::warn!("an escaped process holds the output of a program that ended");
                Ok(None)
            }
        }
    }
}
