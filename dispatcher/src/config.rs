//! The dispatcher's part of the settings.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::finish::RetryPolicy;
use signalbox_domain::names::Label;
use signalbox_runtime::PassConfig;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DispatcherConfig {
    /// How often, and how soon after a failure.
    pub pass: PassConfig,
    /// Queued tasks that one pass looks at, the most urgent first.
    pub tasks_a_pass: NonZeroU32,
    /// Ended leases that one pass looks at.
    pub leases_a_pass: NonZeroU32,
    /// A runner that was not heard of for so long gets nothing new.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub runner_seen_within: Duration,
    /// Waiting so long weighs as much as one step of priority.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub ageing: Duration,
    /// Claims of one cloud run; the last one's crash ends it.
    pub attempts: NonZeroU32,
    /// Which agent works, by name; needed only where several are configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<Label>,
    /// Whether a failed task begins anew.
    pub retry: RetryPolicy,
}

impl Default for DispatcherConfig {
    fn default() -> Self {
        Self {
            pass: PassConfig::default(),
            tasks_a_pass: const { NonZeroU32::new(500).unwrap() },
            leases_a_pass: const { NonZeroU32::new(100).unwrap() },
            runner_seen_within: Duration::from_secs(60),
            ageing: Duration::from_hours(6),
            attempts: const { NonZeroU32::new(3).unwrap() },
            agent: None,
            retry: RetryPolicy::default(),
        }
    }
}
