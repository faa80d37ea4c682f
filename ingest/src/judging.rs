//! Judges what is over: sessions that were silent for long enough, and windows of metrics and funnels that the slowest
//! partition has read past. Each is taken from where it was gathered in the step that keeps what it said, so it is judged once,
//! by whichever process. Called by the binary, as a pass.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use signalbox_domain::ids::ProjectId;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{BootTime, NextPass, PassEnd};
use signalbox_store::StoreError;
use signalbox_store::ingest::{
    FoldBatch, FoldPart, PartReport, PartSource, PointRead, SeriesKey, SessionDue, SessionsOver,
};
use tokio::sync::Mutex;

use crate::config::IngestConfig;
use crate::fold::Folder;
use crate::measures::{Window, funnel_drops, metric_moves, window_of};
use crate::observation::Observation;
use crate::pass::{IngestSetup, SIGNALS};

/// Sessions of one transaction.
const SESSIONS_AT_ONCE: u32 = 200;
/// Projects of one series in one pass.
const PROJECTS_AT_ONCE: u32 = 200;
/// Windows that are judged one by one after a long absence; older ones are passed over.
const MOST_WINDOWS: i64 = 48;
/// With what a window is compared.
const FUNNEL_BASELINE: Duration = Duration::from_secs(7 * 24 * 3600);
const METRIC_BASELINE: Duration = Duration::from_secs(28 * 24 * 3600);
/// Records may be written so long after what they tell of.
const GRACE: Duration = Duration::from_secs(5 * 60);
/// A partition that did not move for so long is not read at the moment.
const FLOWS: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    #[error("reading or writing what is gathered")]
    Store(#[from] StoreError),
}

/// What was judged since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Judged {
    pub sessions: u64,
    pub windows: u64,
    /// Records of signals that came of it.
    pub told: u64,
}

/// Judges what is over.
pub struct Judge {
    config: IngestConfig,
    setup: IngestSetup,
    since: BootTime,
    sum: Mutex<Judged>,
}

/// A funnel or a metric, as far as judging it differs.
enum Series<'a> {
    Funnel(&'a crate::measures::FunnelConfig),
    Metric(&'a crate::measures::MetricConfig),
}

impl Judge {
    pub fn new(config: &IngestConfig, setup: IngestSetup) -> Self {
        let since = setup.clock.boot();
        Self { config: config.clone(), setup, since, sum: Mutex::default() }
    }

    pub async fn pass(&self, now: Timestamp) -> Result<PassEnd<Judged>, JudgeError> {
        let (sessions, is_full) = self.sessions(now).await?;
        let windows = self.windows(now).await?;
        let mut sum = self.sum.lock().await;
        for judged in [sessions, windows] {
            sum.sessions += judged.sessions;
            sum.windows += judged.windows;
            sum.told += judged.told;
        }
        let next = if is_full { NextPass::AtOnce } else { NextPass::AtPeriod };
        Ok(PassEnd { report: *sum, next })
    }

    /// Those that are over; true where there may be more.
    async fn sessions(&self, now: Timestamp) -> Result<(Judged, bool), JudgeError> {
        let replay = &self.config.replay;
        // Right after a start nothing moves because nothing is read yet.
        let is_settled = self.setup.clock.boot().since(self.since) >= replay.silence;
        let over = SessionsOver {
            silence: replay.silence,
            flows_since: now.minus(FLOWS),
            unchanged_since: is_settled.then(|| now.minus(replay.silence)),
            most: replay.most_sessions,
            at_most: SESSIONS_AT_ONCE,
        };
        let due = self.setup.store.sessions_over(over).await?;
        if due.is_empty() {
            return Ok((Judged::default(), false));
        }
        let parts: Vec<FoldPart> = due.iter().map(|due| self.session(due, now)).collect();
        let (judged, told) = self.keep(parts, now).await?;
        let is_full = u32::try_from(due.len()).is_ok_and(|many| many >= SESSIONS_AT_ONCE);
        Ok((Judged { sessions: judged, told, ..Judged::default() }, is_full))
    }

    fn session(&self, due: &SessionDue, now: Timestamp) -> FoldPart {
        let key = due.session.key;
        let observations = self.config.replay.judge(&due.session);
        self.part(key.project, &observations, PartSource::Session { key, revision: due.revision }, now)
    }

    /// Every window that is over and was not judged.
    async fn windows(&self, now: Timestamp) -> Result<Judged, JudgeError> {
        let mut sum = Judged::default();
        let funnels = self.config.funnels.iter().map(Series::Funnel);
        for series in funnels.chain(self.config.metrics.iter().map(Series::Metric)) {
            let judged = self.series(&series, now).await?;
            sum.windows += judged.windows;
            sum.told += judged.told;
        }
        Ok(sum)
    }

    async fn series(&self, series: &Series<'_>, now: Timestamp) -> Result<Judged, JudgeError> {
        let (name, source, span) = match series {
            Series::Funnel(funnel) => (&funnel.name, &funnel.source, funnel.window),
            Series::Metric(metric) => (&metric.name, &metric.source, metric.window),
        };
        // A topic that is silent as a whole closes no window.
        let Some(mark) = self.setup.store.flow_mark(source, now.minus(FLOWS)).await? else {
            return Ok(Judged::default());
        };
        let ended_by = window_of(mark.minus(GRACE), span);
        let mut sum = Judged::default();
        for (key, judged_to) in self.setup.store.series_due(name, span, ended_by, PROJECTS_AT_ONCE).await? {
            let (windows, part) = self.stretch(series, key, (judged_to, ended_by), now).await?;
            let (won, told) = self.keep(vec![part], now).await?;
            sum.windows += won * windows;
            sum.told += told;
        }
        Ok(sum)
    }

    /// The windows of a stretch, each against those before it, as one part that is kept once.
    async fn stretch(
        &self,
        series: &Series<'_>,
        key: SeriesKey,
        (from, to): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Result<(u64, FoldPart), JudgeError> {
        let baseline = match series {
            Series::Funnel(_) => FUNNEL_BASELINE,
            Series::Metric(_) => METRIC_BASELINE,
        };
        let span = i64::try_from(key.span.as_micros()).unwrap_or(i64::MAX).max(1);
        let first = from.micros().max(to.micros().saturating_sub(MOST_WINDOWS.saturating_mul(span)));
        let begin = window_of(Timestamp::from_micros(first).minus(baseline), key.span);
        let points = self.setup.store.points_load(&key, begin, to).await?;
        let windows = windows_of(&points, to, key.span, series.steps());
        let (mut observations, mut many) = (Vec::new(), 0);
        for (place, _) in windows.iter().enumerate().filter(|(_, window)| window.at.micros() >= first) {
            many += 1;
            let until = &windows[..=place];
            let since = until.partition_point(|window| window.at < windows[place].at.minus(baseline));
            match series {
                Series::Funnel(funnel) => observations.extend(funnel_drops(funnel, &until[since..])),
                Series::Metric(metric) => observations.extend(metric_moves(metric, &until[since..])),
            }
        }
        let project = key.project;
        Ok((many, self.part(project, &observations, PartSource::Series { key, from, to }, now)))
    }

    fn part(
        &self,
        project: ProjectId,
        observations: &[Observation],
        from: PartSource,
        now: Timestamp,
    ) -> FoldPart {
        let (mut folder, mut context) = (Folder::default(), self.setup.fold_context());
        context.received_at = now;
        for observation in observations {
            folder.add(project, observation.clone(), &self.config.fingerprints, &context);
        }
        FoldPart { from: Some(from), ..self.setup.limited(folder.finish(&self.setup.redactor)) }
    }

    /// How many parts were ours to judge, and how many records they told.
    async fn keep(&self, parts: Vec<FoldPart>, now: Timestamp) -> Result<(u64, u64), JudgeError> {
        // On the heap: a fold holds far more while it is under way than the pass around it.
        let reports = Box::pin(self.setup.store.signals_fold(&FoldBatch { parts }, now)).await?;
        let (mut won, mut told) = (0, 0);
        for report in reports {
            if let PartReport::Folded { records, .. } = report {
                won += 1;
                told += records;
            }
        }
        if told > 0 {
            self.setup.wakeups.wake(SIGNALS);
        }
        Ok((won, told))
    }
}

impl Series<'_> {
    fn steps(&self) -> usize {
        match self {
            Self::Funnel(funnel) => funnel.steps.len(),
            Self::Metric(_) => 1,
        }
    }
}

/// Every window from the first that has anything to the end of a stretch, in order; one without points had nothing.
fn windows_of(points: &[PointRead], to: Timestamp, span: Duration, steps: usize) -> Vec<Window> {
    let mut counted: BTreeMap<Timestamp, Window> = BTreeMap::new();
    let empty = |at| Window { at, counts: vec![0; steps], users: vec![0; steps] };
    for point in points {
        let window = counted.entry(point.at).or_insert_with(|| empty(point.at));
        let step = usize::try_from(point.step).unwrap_or(usize::MAX);
        if let (Some(count), Some(users)) = (window.counts.get_mut(step), window.users.get_mut(step)) {
            (*count, *users) = (point.count, point.users);
        }
    }
    let Some(mut at) = counted.keys().next().copied() else { return Vec::new() };
    let mut windows = Vec::new();
    while at < to {
        windows.push(counted.remove(&at).unwrap_or_else(|| empty(at)));
        at = at.plus(span);
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_without_points_had_nothing() {
        let hour = Duration::from_secs(3600);
        let at = |hours: u64| Timestamp::EPOCH.plus(hour * u32::try_from(hours).unwrap());
        let point = |hours, step| PointRead { step, at: at(hours), count: 5, users: 3 };
        let windows = windows_of(&[point(2, 0), point(4, 1), point(4, 9)], at(6), hour, 2);
        let counts: Vec<(Timestamp, Vec<u64>)> =
            windows.iter().map(|window| (window.at, window.counts.clone())).collect();
        assert_eq!(
            counts,
            [(at(2), vec![5, 0]), (at(3), vec![0, 0]), (at(4), vec![0, 5]), (at(5), vec![0, 0])]
        );
        assert_eq!(windows_of(&[], at(6), hour, 2), []);
    }
}
