//! The command agent: any program. It reads the brief from its input or from the file that `SIGNALBOX_BRIEF` names, changes
//! files in its working directory, and says by its exit code whether it came through. What it prints is its answer.

use std::ffi::OsString;
use std::io;

use signalbox_domain::job::JobLimits;
use signalbox_domain::outcome::Failure;

use super::Invocation;
use crate::place::Isolation;
use crate::supervise::Ending;
use crate::transcript::Transcript;

/// What of the output is told with a failure; the history has more.
const TAIL: usize = 2_000;

/// Shells and bubblewrap tell a signal as this and its number.
const SIGNALLED: i32 = 128;
const LAST_SIGNAL: i32 = 64;

pub(super) fn invocation(program: &str, arguments: &[String]) -> Invocation {
    Invocation { program: program.into(), arguments: arguments.iter().map(OsString::from).collect() }
}

pub(super) fn not_started(program: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => missing(program),
        _ => Failure::WorkspaceFailed { detail: format!("starting {program}: {error}") },
    }
}

pub(super) fn failure(
    program: &str,
    ending: Ending,
    transcript: &Transcript,
    isolation: Isolation,
    limits: JobLimits,
) -> Option<Failure> {
    let tail = || transcript.tail(TAIL);
    match ending {
        Ending::Exited(0) => None,
        Ending::TimedOut => Some(Failure::AgentTimedOut { after_seconds: limits.wall.as_secs() }),
        Ending::TooMuchOutput => Some(Failure::TooMuchOutput { limit_bytes: limits.output_bytes }),
        Ending::Killed(signal) => Some(Failure::AgentKilled { signal }),
        Ending::Exited(code) => Some(match isolation {
            Isolation::Sandbox if tail().contains(&format!("bwrap: execvp {program}: ")) => missing(program),
            Isolation::Sandbox if (SIGNALLED + 1..=SIGNALLED + LAST_SIGNAL).contains(&code) => {
                Failure::AgentKilled { signal: code - SIGNALLED }
            }
            Isolation::Sandbox | Isolation::None => Failure::AgentFailed { code, tail: tail() },
        }),
    }
}

fn missing(program: &str) -> Failure {
    Failure::AgentMissing { program: program.chars().take(200).collect() }
}
