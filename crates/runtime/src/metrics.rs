//! The metrics of a process: registered once, rendered for `/metrics` in the OpenMetrics text form.
//!
//! Names are `signalbox_…`, counters end in `_total` and times in `_seconds`; both endings are added here, never written
//! by the caller. A family of label sets is bounded: what a stranger can make up (routes, projects, releases) can never
//! grow the exposition without end. Stages register theirs at the start; the server renders.

mod drivers;
mod family;

use std::collections::BTreeSet;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::exponential_buckets;
use prometheus_client::registry::{Metric, Registry, Unit};

pub use drivers::{LeaseMetrics, PassMetrics, QuotaMetrics};
pub use family::BoundedFamily;
pub use prometheus_client::metrics::counter::Counter;
pub use prometheus_client::metrics::gauge::Gauge;
pub use prometheus_client::metrics::histogram::Histogram;

use drivers::DriverFamilies;

/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const PREFIX: &str = "signalbox";
const FORBIDDEN_ENDINGS: [&str; 5] = ["_total", "_seconds", "_bucket", "_count", "_sum"];

/// What can label a metric. `[("pass", "planner")]` is one.
pub trait LabelSet: EncodeLabelSet + Clone + Hash + Eq + fmt::Debug + Send + Sync + 'static {}

impl<L: EncodeLabelSet + Clone + Hash + Eq + fmt::Debug + Send + Sync + 'static> LabelSet for L {}

/// Why a metric was not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetricError {
    #[error(
        "expected a metric name of lower-case letters, digits and `_`, without `signalbox_` before it and without \
         `_total` or `_seconds` after it, got {got:?}"
    )]
    Name { got: String },
    #[error("the metric {name} is registered twice")]
    Twice { name: String },
}

/// Which build this is, for `signalbox_build_info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildInfo {
    pub version: &'static str,
    pub revision: &'static str,
}

/// The metrics of one process. Clones are the same.
#[derive(Clone)]
pub struct Metrics {
    registered: Arc<Mutex<Registered>>,
    labels_refused: Family<[(&'static str, &'static str); 1], Counter>,
    drivers: DriverFamilies,
}

struct Registered {
    registry: Registry,
    names: BTreeSet<&'static str>,
}

impl Metrics {
    pub fn new(build: BuildInfo) -> Result<Self, MetricError> {
        let registered = Registered { registry: Registry::with_prefix(PREFIX), names: BTreeSet::new() };
        let registered = Arc::new(Mutex::new(registered));
        let labels_refused = Family::default();
        let metrics = Self { registered, labels_refused, drivers: DriverFamilies::default() };
        metrics.register(
            "metric_labels_refused",
            "Label sets that a full family of metrics did not take",
            metrics.labels_refused.clone(),
        )?;
        metrics.drivers.register(&metrics)?;
        let info: Family<_, Gauge> = Family::default();
        info.get_or_create(&[("version", build.version), ("revision", build.revision)]).set(1);
        metrics.register("build_info", "Which build this is, always 1", info)?;
        Ok(metrics)
    }

    /// `signalbox_{name}_total`.
    pub fn counter(&self, name: &'static str, help: &str) -> Result<Counter, MetricError> {
        let counter = Counter::default();
        self.register(name, help, counter.clone())?;
        Ok(counter)
    }

    /// `signalbox_{name}`.
    pub fn gauge(&self, name: &'static str, help: &str) -> Result<Gauge, MetricError> {
        let gauge = Gauge::default();
        self.register(name, help, gauge.clone())?;
        Ok(gauge)
    }

    /// `signalbox_{name}_seconds`, from a millisecond to more than an hour.
    pub fn seconds(&self, name: &'static str, help: &str) -> Result<Histogram, MetricError> {
        let histogram = seconds_histogram();
        self.register_seconds(name, help, histogram.clone())?;
        Ok(histogram)
    }

    /// `signalbox_{name}_total`, one for each of at most `limit` label sets.
    pub fn counters<L: LabelSet>(
        &self,
        name: &'static str,
        help: &str,
        limit: usize,
    ) -> Result<BoundedFamily<L, Counter>, MetricError> {
        let family = self.bounded(name, limit, Counter::default);
        self.register(name, help, family.family())?;
        Ok(family)
    }

    /// `signalbox_{name}`, one for each of at most `limit` label sets.
    pub fn gauges<L: LabelSet>(
        &self,
        name: &'static str,
        help: &str,
        limit: usize,
    ) -> Result<BoundedFamily<L, Gauge>, MetricError> {
        let family = self.bounded(name, limit, Gauge::default);
        self.register(name, help, family.family())?;
        Ok(family)
    }

    /// `signalbox_{name}_seconds`, one for each of at most `limit` label sets.
    pub fn seconds_by<L: LabelSet>(
        &self,
        name: &'static str,
        help: &str,
        limit: usize,
    ) -> Result<BoundedFamily<L, Histogram>, MetricError> {
        let family = self.bounded(name, limit, seconds_histogram);
        self.register_seconds(name, help, family.family())?;
        Ok(family)
    }

    /// `signalbox_{name}_seconds` as whole seconds that go up and down, one for each of at most `limit` label sets.
    pub fn gauges_of_seconds<L: LabelSet>(
        &self,
        name: &'static str,
        help: &str,
        limit: usize,
    ) -> Result<BoundedFamily<L, Gauge>, MetricError> {
        let family = self.bounded(name, limit, Gauge::default);
        self.register_seconds(name, help, family.family())?;
        Ok(family)
    }

    /// `signalbox_{name}`: how many at once, one for each of at most `limit` label sets.
    pub fn sizes_by<L: LabelSet>(
        &self,
        name: &'static str,
        help: &str,
        limit: usize,
    ) -> Result<BoundedFamily<L, Histogram>, MetricError> {
        let family = self.bounded(name, limit, sizes_histogram);
        self.register(name, help, family.family())?;
        Ok(family)
    }

    /// Everything registered, as `/metrics` shows it.
    pub fn render(&self) -> String {
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &self.registered().registry) {
            tracing::error!(%error, "a metric could not be written");
        }
        text
    }

    fn bounded<L: LabelSet, M: Clone>(
        &self,
        name: &'static str,
        limit: usize,
        make: fn() -> M,
    ) -> BoundedFamily<L, M> {
        BoundedFamily::new(limit, make, self.labels_refused.get_or_create_owned(&[("family", name)]))
    }

    fn register(&self, name: &'static str, help: &str, metric: impl Metric) -> Result<(), MetricError> {
        let mut registered = self.registered();
        registered.take_name(name)?;
        registered.registry.register(name, help, metric);
        Ok(())
    }

    fn register_seconds(
        &self,
        name: &'static str,
        help: &str,
        metric: impl Metric,
    ) -> Result<(), MetricError> {
        let mut registered = self.registered();
        registered.take_name(name)?;
        registered.registry.register_with_unit(name, help, Unit::Seconds, metric);
        Ok(())
    }

    fn registered(&self) -> MutexGuard<'_, Registered> {
        // A name without its metric, the worst that a panic leaves here, is never rendered.
        self.registered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registered {
    fn take_name(&mut self, name: &'static str) -> Result<(), MetricError> {
        let letters = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        let ending = FORBIDDEN_ENDINGS.iter().any(|ending| name.ends_with(ending));
        let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
        if !letters || ending || !starts || name.starts_with(PREFIX) {
            return Err(MetricError::Name { got: name.to_owned() });
        }
        if self.names.insert(name) { Ok(()) } else { Err(MetricError::Twice { name: name.to_owned() }) }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").field("names", &self.registered().names).finish()
    }
}

/// Twelve buckets, each four times as wide as the one before: 1 ms, 4 ms, … 70 minutes.
fn seconds_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 4.0, 12))
}

/// Ten buckets, each four times as wide as the one before: 1, 4, … 262,144.
fn sizes_histogram() -> Histogram {
    Histogram::new(exponential_buckets(1.0, 4.0, 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn metrics() -> Metrics {
        Metrics::new(BuildInfo { version: "1.2.3", revision: "abc" }).unwrap()
    }

    #[test]
    fn names_get_their_prefix_and_ending() {
        let metrics = metrics();
        metrics.counter("records_read", "Records read").unwrap().inc_by(7);
        metrics.gauge("queue_depth", "Records waiting").unwrap().set(3);
        metrics.seconds("fold", "How long a fold took").unwrap().observe(0.5);
        let text = metrics.render();
        for line in [
            "# HELP signalbox_records_read Records read.",
            "signalbox_records_read_total 7",
            "signalbox_queue_depth 3",
            "signalbox_fold_seconds_count 1",
            "signalbox_fold_seconds_bucket{le=\"1.024\"} 1",
            "signalbox_build_info{version=\"1.2.3\",revision=\"abc\"} 1",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is missing in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn sizes_have_no_unit_and_gauges_may_be_of_seconds() {
        let metrics = metrics();
        let sizes =
            metrics.sizes_by::<[(&str, String); 1]>("batch_records", "Records of a batch", 9).unwrap();
        sizes.with(&[("source", "a".to_owned())]).observe(5.0);
        let lags = metrics.gauges_of_seconds::<[(&str, String); 1]>("lag", "How far behind", 9).unwrap();
        lags.with(&[("source", "a".to_owned())]).set(7);
        let text = metrics.render();
        for line in [
            "signalbox_batch_records_bucket{le=\"16.0\",source=\"a\"} 1",
            "signalbox_lag_seconds{source=\"a\"} 7",
        ] {
            assert!(text.lines().any(|one| one == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn a_wrong_name_and_a_second_one_are_refused() {
        let metrics = metrics();
        for name in ["", "Reads", "reads_total", "wait_seconds", "signalbox_reads", "1st", "a-b", "_a"] {
            assert!(matches!(metrics.counter(name, "x"), Err(MetricError::Name { .. })), "{name}");
        }
        metrics.counter("reads", "x").unwrap();
        let twice = metrics.seconds("reads", "x").unwrap_err();
        assert_eq!(twice, MetricError::Twice { name: "reads".to_owned() });
    }

    #[test]
    fn a_full_family_refuses_counts_and_goes_on_with_what_it_knows() {
        let metrics = metrics();
        let family = metrics.counters::<[(&str, String); 1]>("by_route", "x", 10).unwrap();
        for route in 0..1_000 {
            family.with(&[("route", format!("/{route}"))]).inc();
        }
        family.with(&[("route", "/3".to_owned())]).inc();
        let text = metrics.render();
        let shown = text.lines().filter(|line| line.starts_with("signalbox_by_route_total{")).count();
        assert_eq!(shown, 10, "{text}");
        assert!(text.contains("signalbox_by_route_total{route=\"/3\"} 2\n"), "{text}");
        assert!(text.contains("signalbox_metric_labels_refused_total{family=\"by_route\"} 990\n"), "{text}");
    }

    #[test]
    fn a_label_cannot_break_out_of_its_line() {
        let metrics = metrics();
        let family = metrics.gauges::<[(&str, String); 1]>("by_route", "x", 10).unwrap();
        family.with(&[("route", "/\"} 1\nsignalbox_fake 2".to_owned())]).set(5);
        let text = metrics.render();
        assert!(!text.lines().any(|line| line.starts_with("signalbox_fake")), "{text}");
    }
}
