//! Health: what every part says of itself, and the two answers that are made of it.
//!
//! `/healthz` asks "should this process be restarted?": only a part that failed for good says so. `/readyz` asks "should
//! traffic come here?": not before every part has started, and with the reason of each that is not ready. Parts
//! register at their start and report changes; the server turns the answers into HTTP.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// How a part is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "reason")]
pub enum Condition {
    Starting,
    Ready,
    /// It works, but slower or in part; traffic may come.
    Degraded(String),
    /// It does not work now; it tries again by itself, and no restart would help.
    Unavailable(String),
    /// It does not work, and a restart is the cure.
    Failed(String),
}

/// Is the process alive?
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "live")]
pub enum Liveness {
    Live,
    Dead { reasons: Vec<Reason> },
}

/// May traffic come?
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "ready")]
pub enum Readiness {
    /// `degraded` says what works only in part.
    Ready {
        degraded: Vec<Reason>,
    },
    NotReady {
        reasons: Vec<Reason>,
    },
}

/// One part and how it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    pub component: Cow<'static, str>,
    #[serde(flatten)]
    pub condition: Condition,
}

/// The register of all parts. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Health {
    components: Arc<Mutex<BTreeMap<Cow<'static, str>, Condition>>>,
}

/// The pen of one part. When it is dropped while its part was neither failed nor withdrawn, the part counts as failed:
/// a part that vanishes is not healthy.
#[derive(Debug)]
pub struct HealthReporter {
    health: Health,
    component: Cow<'static, str>,
}

impl Health {
    /// A part that is starting; it holds readiness back until it reports.
    pub fn register(&self, component: impl Into<Cow<'static, str>>) -> HealthReporter {
        let component = component.into();
        self.components().insert(component.clone(), Condition::Starting);
        HealthReporter { health: self.clone(), component }
    }

    pub fn healthz(&self) -> Liveness {
        let reasons = self.reasons(|condition| matches!(condition, Condition::Failed(_)));
        if reasons.is_empty() { Liveness::Live } else { Liveness::Dead { reasons } }
    }

    pub fn readyz(&self) -> Readiness {
        let reasons =
            self.reasons(|condition| !matches!(condition, Condition::Ready | Condition::Degraded(_)));
        if reasons.is_empty() {
            Readiness::Ready {
                degraded: self.reasons(|condition| matches!(condition, Condition::Degraded(_))),
            }
        } else {
            Readiness::NotReady { reasons }
        }
    }

    fn reasons(&self, chosen: impl Fn(&Condition) -> bool) -> Vec<Reason> {
        let components = self.components();
        let chosen = components.iter().filter(|(_, condition)| chosen(condition));
        chosen
            .map(|(component, condition)| Reason {
                component: component.clone(),
                condition: condition.clone(),
            })
            .collect()
    }

    fn components(&self) -> MutexGuard<'_, BTreeMap<Cow<'static, str>, Condition>> {
        // Conditions are replaced whole, so a panic elsewhere leaves a valid register.
        self.components.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HealthReporter {
    /// Says how the part is now.
    pub fn report(&self, condition: Condition) {
        let mut components = self.health.components();
        if components.get(&self.component) != Some(&condition) {
            tracing::info!(component = &*self.component, ?condition, "health changed");
        }
        components.insert(self.component.clone(), condition);
    }

    /// The part ended as it should and no longer counts.
    pub fn withdraw(self) {
        self.health.components().remove(&self.component);
    }
}

impl Drop for HealthReporter {
    fn drop(&mut self) {
        if let Some(condition) = self.health.components().get_mut(&self.component)
            && !matches!(condition, Condition::Failed(_))
        {
            *condition = Condition::Failed("ended without saying why".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(text: &str) -> Condition {
        Condition::Failed(text.to_owned())
    }

    #[test]
    fn a_part_that_tries_again_is_not_ready_and_no_reason_to_restart() {
        let health = Health::default();
        let store = health.register("store");
        let condition = Condition::Unavailable("no answer".to_owned());
        store.report(condition.clone());
        assert_eq!(health.healthz(), Liveness::Live);
        let reasons = vec![Reason { component: "store".into(), condition }];
        assert_eq!(health.readyz(), Readiness::NotReady { reasons });
    }

    #[test]
    fn ready_comes_after_the_last_part_and_a_degraded_part_is_told() {
        let health = Health::default();
        assert_eq!(health.readyz(), Readiness::Ready { degraded: vec![] });
        let (store, ingest) = (health.register("store"), health.register("ingest"));
        store.report(Condition::Ready);
        let reasons = vec![Reason { component: "ingest".into(), condition: Condition::Starting }];
        assert_eq!(health.readyz(), Readiness::NotReady { reasons });
        assert_eq!(health.healthz(), Liveness::Live, "a slow start is no reason to restart");
        ingest.report(Condition::Degraded("partition 3 is behind".to_owned()));
        let readiness = health.readyz();
        assert_eq!(
            serde_json::to_string(&readiness).unwrap(),
            r#"{"ready":"ready","degraded":[{"component":"ingest","state":"degraded","reason":"partition 3 is behind"}]}"#
        );
    }

    #[test]
    fn a_failed_part_is_both_not_ready_and_not_alive() {
        let health = Health::default();
        let (store, _ingest) = (health.register("store"), health.register("ingest"));
        store.report(failed("the disk is full"));
        let reason = Reason { component: "store".into(), condition: failed("the disk is full") };
        assert_eq!(health.healthz(), Liveness::Dead { reasons: vec![reason.clone()] });
        let Readiness::NotReady { reasons } = health.readyz() else { panic!("it is not ready") };
        assert_eq!(reasons.len(), 2, "the other part has not started either");
        assert!(reasons.contains(&reason));
        store.report(Condition::Ready);
        assert_eq!(health.healthz(), Liveness::Live, "and it may recover");
    }

    #[test]
    fn a_part_that_vanishes_is_failed_and_one_that_withdraws_is_not() {
        let health = Health::default();
        drop(health.register("planner"));
        health.register("migration").withdraw();
        let reasons =
            vec![Reason { component: "planner".into(), condition: failed("ended without saying why") }];
        assert_eq!(health.healthz(), Liveness::Dead { reasons });
    }
}
