//! The metrics that the drivers fill by themselves, so that every pass, lease and quota is seen without a line of its own.

use std::time::Duration;

use prometheus_client::metrics::family::Family;

use super::{Counter, Gauge, Histogram, MetricError, Metrics, seconds_histogram};

type Named = [(&'static str, &'static str); 1];
type NamedKind = [(&'static str, &'static str); 2];

/// One family a driver metric. Names and kinds are constants of the program, so these need no bound.
#[derive(Clone)]
pub(super) struct DriverFamilies {
    pass_runs: Family<NamedKind, Counter>,
    pass_duration: Family<Named, Histogram, fn() -> Histogram>,
    pass_failures: Family<Named, Gauge>,
    leases_held: Family<Named, Gauge>,
    leases_acquired: Family<Named, Counter>,
    leases_ended: Family<NamedKind, Counter>,
    lease_errors: Family<NamedKind, Counter>,
    quota_answers: Family<NamedKind, Counter>,
    quota_units: Family<Named, Counter>,
}

impl Default for DriverFamilies {
    fn default() -> Self {
        Self {
            pass_runs: Family::default(),
            pass_duration: Family::new_with_constructor(seconds_histogram),
            pass_failures: Family::default(),
            leases_held: Family::default(),
            leases_acquired: Family::default(),
            leases_ended: Family::default(),
            lease_errors: Family::default(),
            quota_answers: Family::default(),
            quota_units: Family::default(),
        }
    }
}

impl DriverFamilies {
    pub(super) fn register(&self, metrics: &Metrics) -> Result<(), MetricError> {
        metrics.register("pass_runs", "Passes run, by how they ended", self.pass_runs.clone())?;
        metrics.register_seconds("pass_duration", "How long a pass took", self.pass_duration.clone())?;
        metrics.register(
            "pass_consecutive_failures",
            "Failed passes since the last that worked",
            self.pass_failures.clone(),
        )?;
        metrics.register("leases_held", "Leases under work", self.leases_held.clone())?;
        metrics.register("leases_acquired", "Leases taken", self.leases_acquired.clone())?;
        metrics.register("leases_ended", "Leases ended, by how", self.leases_ended.clone())?;
        metrics.register("lease_errors", "Failed calls about leases, by step", self.lease_errors.clone())?;
        metrics.register("quota_answers", "Answers of a quota, by kind", self.quota_answers.clone())?;
        metrics.register("quota_units_granted", "Units that a quota granted", self.quota_units.clone())
    }
}

/// What the pass driver fills.
#[derive(Debug, Clone)]
pub struct PassMetrics {
    pub(crate) succeeded: Counter,
    pub(crate) failed: Counter,
    pub(crate) timed_out: Counter,
    pub(crate) consecutive_failures: Gauge,
    duration: Histogram,
}

impl PassMetrics {
    pub(crate) fn observe(&self, duration: Duration) {
        self.duration.observe(duration.as_secs_f64());
    }
}

/// What the lease driver fills.
#[derive(Debug, Clone)]
pub struct LeaseMetrics {
    pub(crate) held: Gauge,
    pub(crate) acquired: Counter,
    pub(crate) finished: Counter,
    pub(crate) taken: Counter,
    pub(crate) expired: Counter,
    pub(crate) acquire_errors: Counter,
    pub(crate) renew_errors: Counter,
}

/// What a quota fills.
#[derive(Debug, Clone)]
pub struct QuotaMetrics {
    pub(crate) granted: Counter,
    pub(crate) waiting: Counter,
    pub(crate) exhausted: Counter,
    pub(crate) units: Counter,
}

impl Metrics {
    /// The metrics of the pass of this name.
    pub fn for_pass(&self, pass: &'static str) -> PassMetrics {
        let runs =
            |outcome| self.drivers.pass_runs.get_or_create_owned(&[("pass", pass), ("outcome", outcome)]);
        PassMetrics {
            succeeded: runs("succeeded"),
            failed: runs("failed"),
            timed_out: runs("timed_out"),
            consecutive_failures: self.drivers.pass_failures.get_or_create_owned(&[("pass", pass)]),
            duration: self.drivers.pass_duration.get_or_create_owned(&[("pass", pass)]),
        }
    }

    /// The metrics of the lease driver of this name.
    pub fn for_leases(&self, driver: &'static str) -> LeaseMetrics {
        let ended = |end| self.drivers.leases_ended.get_or_create_owned(&[("driver", driver), ("end", end)]);
        let errors =
            |step| self.drivers.lease_errors.get_or_create_owned(&[("driver", driver), ("step", step)]);
        LeaseMetrics {
            held: self.drivers.leases_held.get_or_create_owned(&[("driver", driver)]),
            acquired: self.drivers.leases_acquired.get_or_create_owned(&[("driver", driver)]),
            finished: ended("finished"),
            taken: ended("taken"),
            expired: ended("expired"),
            acquire_errors: errors("acquire"),
            renew_errors: errors("renew"),
        }
    }

    /// The metrics of the quotas of this kind. Quotas of the same kind (one a project, say) share them.
    pub fn for_quota(&self, kind: &'static str) -> QuotaMetrics {
        let answers =
            |answer| self.drivers.quota_answers.get_or_create_owned(&[("quota", kind), ("answer", answer)]);
        QuotaMetrics {
            granted: answers("granted"),
            waiting: answers("wait"),
            exhausted: answers("exhausted"),
            units: self.drivers.quota_units.get_or_create_owned(&[("quota", kind)]),
        }
    }
}
