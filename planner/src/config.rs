//! The planner's part of the settings.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};
use signalbox_domain::policy::Policy;
use signalbox_runtime::PassConfig;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlannerConfig {
    /// How often, and how soon after a failure.
    pub pass: PassConfig,
    /// Changed signals in one plan.
    pub signals_a_plan: NonZeroU32,
    /// How a project wants its work started.
    pub policy: Policy,
}

impl Default for PlannerConfig {
    fn default() -> Self {
        Self {
            pass: PassConfig::default(),
            signals_a_plan: const { NonZeroU32::new(1000).unwrap() },
            policy: Policy::default(),
        }
    }
}
