//! The agents of the settings: what runs, and within which bounds.

use std::num::NonZeroU64;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_control::Agent;
use signalbox_domain::job::{AgentSpec, JobLimits};

/// A program that does the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub(crate) struct AgentConfig {
    /// Found as a shell would find it; started without one.
    program: String,
    arguments: Vec<String>,
    /// How long it may take.
    #[serde(with = "signalbox_runtime::duration::positive")]
    wall: Duration,
    /// How much it may print.
    output_bytes: NonZeroU64,
    /// How large the files that it adds or changes may be together.
    change_bytes: NonZeroU64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    program: String,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default = "usual_wall", with = "signalbox_runtime::duration::positive")]
    wall: Duration,
    #[serde(default = "usual_output")]
    output_bytes: NonZeroU64,
    #[serde(default = "usual_change")]
    change_bytes: NonZeroU64,
}

fn usual_wall() -> Duration {
    JobLimits::default().wall
}

fn usual_output() -> NonZeroU64 {
    NonZeroU64::new(JobLimits::default().output_bytes).unwrap_or(NonZeroU64::MIN)
}

fn usual_change() -> NonZeroU64 {
    NonZeroU64::new(JobLimits::default().change_bytes).unwrap_or(NonZeroU64::MIN)
}

impl TryFrom<Unchecked> for AgentConfig {
    type Error = &'static str;

    fn try_from(read: Unchecked) -> Result<Self, &'static str> {
        let Unchecked { program, arguments, wall, output_bytes, change_bytes } = read;
        if program.trim().is_empty() {
            return Err("expected the name or path of a program");
        }
        Ok(Self { program, arguments, wall, output_bytes, change_bytes })
    }
}

impl AgentConfig {
    pub(crate) fn program(&self) -> &str {
        &self.program
    }

    pub(crate) fn agent(&self) -> Agent {
        let Self { program, arguments, wall, output_bytes, change_bytes } = self.clone();
        Agent {
            spec: AgentSpec::Command { program, arguments },
            limits: JobLimits { wall, output_bytes: output_bytes.get(), change_bytes: change_bytes.get() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_the_usual_and_what_is_wrong_is_refused() {
        let read = toml::from_str::<AgentConfig>("program = \"claude\"").unwrap();
        assert_eq!(read.agent().limits, JobLimits::default());
        for wrong in [
            "program = \" \"",
            "arguments = []",
            "program = \"x\"\nwall = \"0s\"",
            "program = \"x\"\nshell = true",
        ] {
            assert!(toml::from_str::<AgentConfig>(wrong).is_err(), "{wrong}");
        }
    }
}
