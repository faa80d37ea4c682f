//! The bench `similarity`: keys, templates, parsing and grouping on one core, over invented signals that are the same on
//! every run. Called through `cases`; what is invented stands in `invented`.
//!
//! Ratios compare us with ourselves: a hundred thousand cases with a thousand, a hostile text with an ordinary one of its
//! size, mining with masking alone. Our column is the harder side. Time is the processor's where the system counts it,
//! so that a neighbour's load falls on neither side.

mod invented;

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context, ensure};
use signalbox_similarity::features::Features;
use signalbox_similarity::fingerprint::fingerprint;
use signalbox_similarity::frames::{self, FrameOrder, trace_from_structured};
use signalbox_similarity::group::ProjectIndex;
use signalbox_similarity::normalize::InAppRules;
use signalbox_similarity::templates::{MinerConfig, TemplateMiner, mask};
use xtask::timing::Stopwatch;

use super::Plan;
use crate::frame::{Case, Metric, Sample, Side, Size};
use crate::machine::kibibytes;
use crate::report::Row;

/// How much a turn does.
struct Work {
    small: u64,
    large: u64,
    /// Signals grouped a turn: each of another case, so that both indexes are as they were but for one member a case.
    signals: u64,
    events: u64,
    lines: u64,
    texts: u64,
}

const FULL: Work =
    Work { small: 1_000, large: 100_000, signals: 4_000, events: 20_000, lines: 200_000, texts: 2_000 };
const QUICK: Work = Work { small: 100, large: 2_000, signals: 200, events: 500, lines: 2_000, texts: 50 };
/// Every so many cases have further members unlike the first.
const WIDE_EVERY: u64 = 10;
const WIDE_MEMBERS: u64 = 3;
const HOSTILE_BYTES: usize = 1 << 20;

pub(super) fn run(plan: &Plan) -> anyhow::Result<Vec<Row>> {
    let work = match plan.size {
        Size::Quick => QUICK,
        Size::Full => FULL,
    };
    // First, while nothing that was given back could hide what the index takes.
    let mut rows = grouping(plan, &work)?;
    rows.extend(keys(plan, &work)?);
    rows.extend(templates(plan, &work)?);
    rows.extend(parsing(plan, &work)?);
    Ok(rows)
}

fn keys(plan: &Plan, work: &Work) -> anyhow::Result<Vec<Row>> {
    let events: Vec<_> = (0..work.events).map(|case| invented::structured(case, 3)).collect();
    let rules = InAppRules::default();
    let ours = || {
        let time = Timed::start()?;
        for event in &events {
            let trace = trace_from_structured("ValueError", "bad value", event, FrameOrder::Detect, &rules);
            black_box(fingerprint(&invented::identity(&trace)));
        }
        time.rate(work.events)
    };
    play(plan, "fingerprint of 30 structured frames", "events", Side::new("ours", ours), Vec::new())
}

fn templates(plan: &Plan, work: &Work) -> anyhow::Result<Vec<Row>> {
    let lines: Vec<String> = (0..work.lines).map(invented::log_line).collect();
    let mined = || {
        let mut miner = TemplateMiner::new(MinerConfig::default());
        let time = Timed::start()?;
        for line in &lines {
            black_box(miner.observe(line).id);
        }
        time.rate(work.lines)
    };
    let masked = || {
        let time = Timed::start()?;
        for line in &lines {
            black_box(mask(line));
        }
        time.rate(work.lines)
    };
    play(
        plan,
        "template of a log line",
        "lines",
        Side::new("ours", mined),
        vec![Side::new("masking alone", masked)],
    )
}

fn parsing(plan: &Plan, work: &Work) -> anyhow::Result<Vec<Row>> {
    let text = invented::python_text();
    let ordinary = || {
        let time = Timed::start()?;
        for _ in 0..work.texts {
            black_box(frames::parse(&text));
        }
        time.rate(work.texts)
    };
    let mut rows = play(plan, "parse a text of 30 frames", "texts", Side::new("ours", ordinary), Vec::new())?;
    let hostile = invented::repeated("#0 0x1 in ((((<<<< at :::: panic: assertion \n", HOSTILE_BYTES);
    let usual = invented::repeated(&text, HOSTILE_BYTES);
    let whole = |text: &str| {
        let time = Timed::start()?;
        black_box(frames::parse(text));
        time.rate(1)
    };
    rows.extend(play(
        plan,
        "parse a hostile mebibyte",
        "texts",
        Side::new("ours", || whole(&hostile)),
        vec![Side::new("an ordinary mebibyte", || whole(&usual))],
    )?);
    Ok(rows)
}

fn grouping(plan: &Plan, work: &Work) -> anyhow::Result<Vec<Row>> {
    let before = resident()?;
    let large = filled(work.large);
    let held = resident()?.saturating_sub(before);
    let small = filled(work.small);
    let mut turn = 0;
    let mut ours = || {
        turn += 1;
        group(&mut large.clone(), work.large, work.signals, turn)
    };
    let mut other_turn = 0;
    let theirs = || {
        other_turn += 1;
        let mut left = work.signals;
        let mut spent = Duration::ZERO;
        while left > 0 {
            let some = left.min(work.small);
            spent += grouped(&mut small.clone(), work.small, some, other_turn + left)?;
            left -= some;
        }
        rate(work.signals, spent)
    };
    let case = format!("group at {} cases", work.large);
    let peer = format!("at {} cases", work.small);
    let mut rows =
        play(plan, &case, "signals", Side::new("ours", &mut ours), vec![Side::new(&peer, theirs)])?;
    let each = held as f64 / large.cases() as f64;
    let stated = Side::new("ours", || Sample::default().with(Metric::MemoryEach, each));
    rows.extend(play(plan, &format!("index of {} cases", work.large), "cases", stated, Vec::new())?);
    Ok(rows)
}

fn group(index: &mut ProjectIndex, cases: u64, signals: u64, turn: u64) -> anyhow::Result<Sample> {
    let spent = grouped(index, cases, signals, turn)?;
    rate(signals, spent)
}

/// Puts signals of known causes into the index; a signal that opens a case instead is an error: the work would differ.
fn grouped(index: &mut ProjectIndex, cases: u64, signals: u64, turn: u64) -> anyhow::Result<Duration> {
    let step = (cases / signals).max(1);
    let start = invented::mixed(turn) % cases;
    let known: Vec<Features> =
        (0..signals).map(|at| invented::features((start + at * step) % cases, 4 + turn % 3)).collect();
    let time = Timed::start()?;
    let joined = known.iter().filter(|features| !index.observe(features).new).count();
    let spent = time.spent()?;
    let opened = known.len() - joined;
    ensure!(opened * 50 <= known.len(), "{opened} of {} signals opened a case", known.len());
    Ok(spent)
}

/// An index of so many open cases.
fn filled(cases: u64) -> ProjectIndex {
    let mut index = ProjectIndex::default();
    for case in 0..cases {
        let members = if case.is_multiple_of(WIDE_EVERY) { 1 + WIDE_MEMBERS } else { 1 };
        for variant in 0..members {
            index.observe(&invented::features(case, variant));
        }
    }
    index
}

fn play<'a>(
    plan: &Plan,
    name: &str,
    things: &str,
    ours: Side<'a>,
    peers: Vec<Side<'a>>,
) -> anyhow::Result<Vec<Row>> {
    plan.play(&mut [Case { name: name.to_owned(), things: things.to_owned(), ours, peers }])
}

/// This thread's time on the processor; the wall's where the kernel does not count it.
struct Timed {
    wall: Stopwatch,
    processor: Option<u64>,
}

impl Timed {
    fn start() -> anyhow::Result<Self> {
        Ok(Self { wall: Stopwatch::start(), processor: on_processor()? })
    }

    fn spent(&self) -> anyhow::Result<Duration> {
        let processor = on_processor()?.zip(self.processor);
        Ok(processor.map_or_else(|| self.wall.elapsed(), |(end, start)| Duration::from_nanos(end - start)))
    }

    fn rate(&self, things: u64) -> anyhow::Result<Sample> {
        rate(things, self.spent()?)
    }
}

fn rate(things: u64, spent: Duration) -> anyhow::Result<Sample> {
    Sample::default().with(Metric::Rate, things as f64 / spent.as_secs_f64())
}

/// Nanoseconds, the first number of the kernel's own account.
fn on_processor() -> anyhow::Result<Option<u64>> {
    let Ok(text) = std::fs::read_to_string("/proc/thread-self/schedstat") else { return Ok(None) };
    let first = text.split(' ').next().context("an empty account of processor time")?;
    Ok(Some(first.parse().context("reading the processor time")?))
}

fn resident() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").context("reading this process's memory")?;
    Ok(kibibytes(&status, "VmRSS").context("no VmRSS")? * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_run_measures_every_case() {
        let rows = run(&Plan { rounds: 1, size: Size::Quick }).unwrap();
        let told: Vec<(&str, &str, bool)> =
            rows.iter().map(|row| (row.case.as_str(), row.metric, row.peer.is_some())).collect();
        assert_eq!(
            told,
            [
                ("group at 2000 cases", "rate", true),
                ("index of 2000 cases", "memory_each", false),
                ("fingerprint of 30 structured frames", "rate", false),
                ("template of a log line", "rate", true),
                ("parse a text of 30 frames", "rate", false),
                ("parse a hostile mebibyte", "rate", true),
            ]
        );
    }

    #[test]
    fn invented_causes_are_cases_and_invented_lines_are_few_templates() {
        assert_eq!(filled(300).cases(), 300);
        let mut miner = TemplateMiner::new(MinerConfig::default());
        let ids: std::collections::BTreeSet<_> =
            (0..2_000).map(|n| miner.observe(&invented::log_line(n)).id).collect();
        assert_eq!(ids.len(), invented::LOG_EVENTS);
    }
}
