//! How fast fingerprints and grouping are on one core, and how much a case weighs. Printed, never asserted.

#![expect(clippy::print_stdout, reason = "figures for people")]

use signalbox_similarity::features::{Features, Signal};
use signalbox_similarity::fingerprint::{Identity, UpstreamPolicy, fingerprint};
use signalbox_similarity::frames::{self, FrameOrder, ParsedTrace, StructuredFrame, trace_from_structured};
use signalbox_similarity::group::ProjectIndex;
use signalbox_similarity::normalize::InAppRules;
use std::time::Duration;

/// Time on the processor, so that neighbours on the machine do not count; by the wall where the system says nothing.
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let wall = now();
    let start = on_processor();
    let done = work();
    let spent = on_processor().zip(start).map(|(end, start)| Duration::from_nanos(end - start));
    (done, spent.unwrap_or_else(|| wall.elapsed()))
}

#[expect(clippy::disallowed_methods, reason = "a stopwatch: nothing depends on it but the printed figure")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

fn on_processor() -> Option<u64> {
    std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
}

/// Mixes a number: the same invented stream on every run.
fn mixed(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The frames of the `case`-th fault: ten of its own area, twenty that every fault of the service shares.
fn structured(case: u64, variant: u64) -> Vec<StructuredFrame> {
    (0..30u64)
        .map(|at| {
            let function = match at {
                0 => format!("fail_{case}"),
                1..6 => format!("step_{}_{at}", mixed(case) % 40_000),
                6..10 => format!("area_{}_{}", mixed(case / 16) % 5_000, (at + variant) % 7),
                _ => format!("frame_{at}"),
            };
            StructuredFrame {
                platform: "python".into(),
                function,
                file: format!("srv/app/module_{}.py", at % 9),
                line: u32::try_from(variant % 900).unwrap_or(1),
                in_app: Some(at < 24),
                ..StructuredFrame::default()
            }
        })
        .collect()
}

fn trace(case: u64, variant: u64) -> ParsedTrace {
    let kind = format!("Error{}", case % 50);
    let message = format!("value {variant} of field {} is missing", case % 300);
    trace_from_structured(
        &kind,
        &message,
        &structured(case, variant),
        FrameOrder::NewestFirst,
        &InAppRules::default(),
    )
}

fn features(case: u64, variant: u64) -> Features {
    let trace = trace(case, variant);
    Features::of(&Signal {
        source: "error_tracking",
        title: "error",
        trace: Some(&trace),
        ..Signal::default()
    })
}

fn identity(trace: &ParsedTrace) -> Identity<'_> {
    Identity {
        source: "s",
        kind: "e",
        title: "",
        trace: Some(trace),
        upstream: None,
        policy: UpstreamPolicy::Honour,
    }
}

fn main() {
    fingerprints();
    parsing();
    if std::env::args().any(|a| a == "fingerprint") {
        return;
    }
    let mut index = ProjectIndex::default();
    let mut known = 0u64;
    for size in [1_000u64, 10_000, 100_000] {
        let before = resident();
        let (_, filling) = timed(|| (known..size).for_each(|case| drop(index.observe(&features(case, 0)))));
        let sample: Vec<Features> = (0..4_000).map(|at| features(mixed(at) % size, 1 + at % 5)).collect();
        let (joined, time) = timed(|| sample.iter().filter(|f| !index.observe(f).new).count());
        let grown = resident().saturating_sub(before);
        println!(
            "grouping: {} cases, {:.0} signals/s, {:.3} ms a signal, {joined} of 4000 joined; filled at {:.0}/s; about {} bytes a new case",
            index.cases(),
            4_000.0 / time.as_secs_f64(),
            time.as_secs_f64() / 4.0,
            (size - known) as f64 / filling.as_secs_f64(),
            grown / (size - known).max(1)
        );
        known = size;
    }
}

fn fingerprints() {
    let inputs: Vec<Vec<StructuredFrame>> = (0..2_000).map(|case| structured(case, 3)).collect();
    let rules = InAppRules::default();
    let (keys, time) = timed(|| {
        let mut keys = 0u128;
        for _ in 0..10 {
            for frames in &inputs {
                let trace =
                    trace_from_structured("ValueError", "bad value", frames, FrameOrder::Detect, &rules);
                keys = keys.wrapping_add(fingerprint(&identity(&trace)).key);
            }
        }
        keys
    });
    println!(
        "fingerprint: {:.0} structured events/s of 30 frames ({keys:032x})",
        20_000.0 / time.as_secs_f64()
    );
}

fn parsing() {
    let mut text = String::from("Traceback (most recent call last):\n");
    for at in 0..30 {
        text.push_str(&format!("  File \"/srv/app/m{at}.py\", line {at}, in step_{at}\n    call()\n"));
    }
    text.push_str("ValueError: bad value\n");
    let (_, time) = timed(|| (0..5_000).for_each(|_| drop(frames::parse(&text))));
    println!("parse: {:.0} texts/s of 30 frames", 5_000.0 / time.as_secs_f64());
    let worst = "#0 0x1 in ((((<<<< at :::: panic: assertion \n".repeat((1 << 20) / 44);
    let (_, time) = timed(|| frames::parse(&worst));
    println!("parse: {:.0} ms for a hostile mebibyte", time.as_secs_f64() * 1e3);
}

/// Resident bytes of this process, where the system says so.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|p| p.parse::<u64>().ok()).unwrap_or(0) * 4096
}
