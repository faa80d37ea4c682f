//! The agents: each file says how one is started and how its end is read.

mod command;

use std::ffi::OsString;

use signalbox_domain::job::{AgentSpec, JobLimits};
use signalbox_domain::outcome::Failure;

use crate::place::Isolation;
use crate::supervise::Ending;
use crate::transcript::Transcript;

/// A program and its arguments; its input is the brief.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    pub(crate) program: OsString,
    pub(crate) arguments: Vec<OsString>,
}

pub(crate) fn invocation(spec: &AgentSpec) -> Invocation {
    match spec {
        AgentSpec::Command { program, arguments } => command::invocation(program, arguments),
    }
}

/// Why an agent could not be started.
pub(crate) fn not_started(spec: &AgentSpec, error: &std::io::Error) -> Failure {
    match spec {
        AgentSpec::Command { program, .. } => command::not_started(program, error),
    }
}

/// What an agent's end means. None: it did its work.
pub(crate) fn failure(
    spec: &AgentSpec,
    ending: Ending,
    transcript: &Transcript,
    isolation: Isolation,
    limits: JobLimits,
) -> Option<Failure> {
    match spec {
        AgentSpec::Command { program, .. } => {
            command::failure(program, ending, transcript, isolation, limits)
        }
    }
}
