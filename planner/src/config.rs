//! The planner's part of the settings. Numbers of the score are checked where they are read: none is infinite, and the
//! thresholds of the priorities fall.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::policy::Policy;
use signalbox_domain::task::Priority;
use signalbox_llm::SharpenConfig;
use signalbox_runtime::PassConfig;
use signalbox_similarity::group::SourcePair;

use crate::code::CodeConfig;
use crate::routing::RoutingConfig;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlannerConfig {
    /// How often, and how soon after a failure.
    pub pass: PassConfig,
    /// Changed signals in one plan.
    pub signals_a_plan: NonZeroU32,
    /// How a project wants its work started.
    pub policy: Policy,
    pub grouping: GroupingConfig,
    /// Optional: who is asked where likeness is in doubt.
    pub sharpen: SharpenConfig,
    pub detect: DetectConfig,
    pub score: ScoreConfig,
    pub gates: GatesConfig,
    pub routing: RoutingConfig,
    pub code: CodeConfig,
}

impl Default for PlannerConfig {
    fn default() -> Self {
        Self {
            pass: PassConfig::default(),
            signals_a_plan: const { NonZeroU32::new(1000).unwrap() },
            policy: Policy::default(),
            grouping: GroupingConfig::default(),
            sharpen: SharpenConfig::default(),
            detect: DetectConfig::default(),
            score: ScoreConfig::default(),
            gates: GatesConfig::default(),
            routing: RoutingConfig::default(),
            code: CodeConfig::default(),
        }
    }
}

/// Which signals are thought to share a cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GroupingConfig {
    /// Likeness at which a signal joins, for pairs of sources; 0.5 for every other pair.
    pub thresholds: Vec<SourcePair>,
}

/// Two metrics, two experiments or two places of a page are called alike without having a cause in common.
const ALIKE_BY_NAME: [&str; 4] = ["product_analytics", "web_analytics", "experiments", "session_replay"];

impl Default for GroupingConfig {
    fn default() -> Self {
        let pair = |name: &str| SourcePair { one: name.to_owned(), other: name.to_owned(), threshold: 0.9 };
        Self { thresholds: ALIKE_BY_NAME.into_iter().map(pair).collect() }
    }
}

/// When a case is out of its own ordinary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DetectConfig {
    /// How far back a case's own baseline reaches.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub baseline: Duration,
    /// So many times what is usual at this hour.
    pub spike_times: Points,
    /// Fewer records in two hours are no spike, however quiet it was before.
    pub spike_records: u64,
    /// Rage and dead clicks of fewer distinct users are no cluster.
    pub click_users: u64,
    /// A difference of a conversion or an experiment that is likelier than this by chance says nothing.
    pub chance: Points,
}

impl Default for DetectConfig {
    fn default() -> Self {
        Self {
            baseline: Duration::from_hours(28 * 24),
            spike_times: Points(5.0),
            spike_records: 20,
            click_users: 3,
            chance: Points(0.05),
        }
    }
}

/// How much a case matters: what each fact adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScoreConfig {
    pub fatal: Points,
    pub error: Points,
    pub warning: Points,
    pub info: Points,
    /// For each tenfold of records, and of users.
    pub records: Points,
    pub users: Points,
    /// For each doubling over the case's own baseline, up to `rate_most`.
    pub rate: Points,
    pub rate_most: Points,
    /// For each doubling from one day to the next, up to two; as much less where it falls.
    pub trend: Points,
    /// The program did not handle it.
    pub unhandled: Points,
    /// At its first record, falling to nothing in `novel_for`.
    pub novelty: Points,
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub novel_for: Duration,
    /// It came back after its task was done.
    pub returned: Points,
    /// For each thing out of the ordinary that its sources tell: a cluster of clicks, a threshold, a conversion that fell.
    pub hint: Points,
    /// Its stack leads into the product's own code.
    pub confidence: Points,
    /// Routes that matter more; of several that fit, the one that adds most.
    pub routes: Vec<RouteWeight>,
    /// Unseen for so long, the whole is worth half.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub half_life: Duration,
    pub thresholds: Thresholds,
}

impl Default for ScoreConfig {
    fn default() -> Self {
        Self {
            fatal: Points(4.0),
            error: Points(2.0),
            warning: Points(1.0),
            info: Points(0.0),
            records: Points(1.0),
            users: Points(1.5),
            rate: Points(0.5),
            rate_most: Points(3.0),
            trend: Points(0.25),
            unhandled: Points(0.5),
            novelty: Points(0.5),
            novel_for: Duration::from_hours(7 * 24),
            returned: Points(1.0),
            hint: Points(0.5),
            confidence: Points(0.25),
            routes: Vec::new(),
            half_life: Duration::from_hours(14 * 24),
            thresholds: Thresholds::default(),
        }
    }
}

/// A number of a formula: neither negative nor infinite.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Points(pub(crate) f64);

/// The number is none that a formula can use.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("expected a number from 0 to 1000, got {got}")]
pub struct PointsError {
    got: f64,
}

impl TryFrom<f64> for Points {
    type Error = PointsError;

    fn try_from(got: f64) -> Result<Self, PointsError> {
        if (0.0..=1000.0).contains(&got) { Ok(Self(got)) } else { Err(PointsError { got }) }
    }
}

impl From<Points> for f64 {
    fn from(points: Points) -> Self {
        points.0
    }
}

/// A route, with all below it, and what it adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteWeight {
    pub prefix: String,
    pub points: Points,
}

/// From how many points on a case has a priority; below the last it is P4.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "WrittenThresholds", into = "WrittenThresholds")]
pub struct Thresholds {
    p0: Points,
    p1: Points,
    p2: Points,
    p3: Points,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenThresholds {
    p0: Points,
    p1: Points,
    p2: Points,
    p3: Points,
}

/// A higher priority would begin below a lower one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected thresholds that fall from p0 to p3")]
pub struct ThresholdsError;

impl Default for Thresholds {
    fn default() -> Self {
        Self { p0: Points(8.5), p1: Points(6.0), p2: Points(3.5), p3: Points(2.0) }
    }
}

impl Thresholds {
    pub(crate) fn priority(&self, total: f64) -> Priority {
        let steps = [
            (self.p0, Priority::P0),
            (self.p1, Priority::P1),
            (self.p2, Priority::P2),
            (self.p3, Priority::P3),
        ];
        steps.into_iter().find(|(from, _)| total >= from.0).map_or(Priority::P4, |(_, priority)| priority)
    }
}

impl TryFrom<WrittenThresholds> for Thresholds {
    type Error = ThresholdsError;

    fn try_from(written: WrittenThresholds) -> Result<Self, ThresholdsError> {
        let WrittenThresholds { p0, p1, p2, p3 } = written;
        if p0 >= p1 && p1 >= p2 && p2 >= p3 { Ok(Self { p0, p1, p2, p3 }) } else { Err(ThresholdsError) }
    }
}

impl From<Thresholds> for WrittenThresholds {
    fn from(Thresholds { p0, p1, p2, p3 }: Thresholds) -> Self {
        Self { p0, p1, p2, p3 }
    }
}

/// What is done with a text that says nothing to do, or something that must not be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionabilityGate {
    /// It waits for a person.
    Judge,
    /// Nobody looks.
    Off,
}

/// What keeps a case from becoming work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GatesConfig {
    /// Whether texts are looked at for something to do, and for what must not be obeyed.
    pub actionability: ActionabilityGate,
    /// Fewer points make no task.
    pub least_points: Points,
    /// So long after its task was done, records count as what is still out; twice as long after each return.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub cool_down: Duration,
    /// Tasks done and changes merged longer ago say nothing about a case.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub addressed_within: Duration,
    /// Tasks of a project's cases that live at a time.
    pub live_tasks: u64,
    /// New tasks of a project's cases in each window.
    pub new_tasks: u64,
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub new_tasks_window: Duration,
    /// When a case is looked at again that waits for room, or for a repository.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub look_again: Duration,
    /// When the place in the queue of a task that waits is reckoned anew although nothing was heard of it.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub rank_again: Duration,
}

impl Default for GatesConfig {
    fn default() -> Self {
        Self {
            actionability: ActionabilityGate::Judge,
            least_points: Points(1.0),
            cool_down: Duration::from_hours(24),
            addressed_within: Duration::from_hours(14 * 24),
            live_tasks: 50,
            new_tasks: 50,
            new_tasks_window: Duration::from_hours(24),
            look_again: Duration::from_mins(10),
            rank_again: Duration::from_hours(24),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_formula_can_use_is_refused() {
        let read =
            |text: &str| serde_json::from_str::<PlannerConfig>(text).map_err(|error| error.to_string());
        assert!(read("{}").is_ok());
        for (wrong, why) in [
            (r#"{"score": {"users": -1.0}}"#, "from 0 to 1000"),
            (r#"{"score": {"thresholds": {"p0": 1.0, "p1": 2.0, "p2": 0.5, "p3": 0.1}}}"#, "fall from p0"),
            (r#"{"score": {"luck": 1.0}}"#, "unknown field"),
            (r#"{"gates": {"cool_down": "0s"}}"#, "longer than 0s"),
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_total_on_the_threshold_is_above_it() {
        let thresholds = Thresholds::default();
        for (total, priority) in [
            (8.5, Priority::P0),
            (8.49, Priority::P1),
            (6.0, Priority::P1),
            (3.5, Priority::P2),
            (2.0, Priority::P3),
            (0.0, Priority::P4),
            (f64::NAN, Priority::P4),
        ] {
            assert_eq!(thresholds.priority(total), priority, "{total}");
        }
    }
}
