//! The check: the repository's own script, run in the place where the agent worked.

use signalbox_domain::outcome::Failure;
use signalbox_domain::run::RunNote;

use crate::supervise::Ending;
use crate::transcript::Transcript;

const TAIL: usize = 2_000;

/// What the history says of it, and why the run fails where it does.
pub(crate) fn verdict(ending: Ending, transcript: &Transcript) -> (RunNote, Result<(), Failure>) {
    let tail = transcript.tail(TAIL);
    let (code, tail) = match ending {
        Ending::Exited(code) => (Some(code), tail),
        Ending::Killed(signal) => (None, format!("{tail}\n(killed by signal {signal})")),
        Ending::TimedOut => (None, format!("{tail}\n(stopped: its time was over)")),
        Ending::TooMuchOutput => (None, format!("{tail}\n(stopped: it printed too much)")),
    };
    let passed =
        if code == Some(0) { Ok(()) } else { Err(Failure::CheckFailed { code, tail: tail.clone() }) };
    (RunNote::CheckEnded { code, tail }, passed)
}
