//! Invented signals, the same on every run: a number in, frames, texts and log lines out. Nothing here is measured, and
//! nothing of it comes from a product.

use signalbox_similarity::features::{Features, Signal};
use signalbox_similarity::fingerprint::{Identity, UpstreamPolicy};
use signalbox_similarity::frames::{FrameOrder, ParsedTrace, StructuredFrame, trace_from_structured};
use signalbox_similarity::normalize::InAppRules;

/// Kinds of log lines.
pub(super) const LOG_EVENTS: usize = 24;

/// A number that looks drawn, always the same for the same.
pub(super) fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The frames of a fault: ten of its own area, twenty that every fault of the service shares.
pub(super) fn structured(case: u64, variant: u64) -> Vec<StructuredFrame> {
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

pub(super) fn features(case: u64, variant: u64) -> Features {
    let trace = trace(case, variant);
    Features::of(&Signal {
        source: "error_tracking",
        title: "error",
        trace: Some(&trace),
        ..Signal::default()
    })
}

fn trace(case: u64, variant: u64) -> ParsedTrace {
    let kind = format!("Error{}", case % 50);
    let message = format!("value {variant} of field {} is missing", case % 300);
    let frames = structured(case, variant);
    trace_from_structured(&kind, &message, &frames, FrameOrder::NewestFirst, &InAppRules::default())
}

pub(super) fn identity(trace: &ParsedTrace) -> Identity<'_> {
    Identity {
        source: "error_tracking",
        kind: "exception",
        title: "",
        trace: Some(trace),
        upstream: None,
        policy: UpstreamPolicy::Honour,
    }
}

/// One of `LOG_EVENTS` sentences with values in it.
pub(super) fn log_line(number: u64) -> String {
    const SUBJECTS: [&str; 4] = ["worker", "mirror", "ledger", "tunnel"];
    const VERBS: [&str; 6] = [
        "opened by client",
        "flushed towards shard",
        "renewed under lease",
        "dropped behind peer",
        "parked beside queue",
        "counted within window",
    ];
    let drawn = mixed(number);
    let event = usize::try_from(number).unwrap_or(0) % LOG_EVENTS;
    let (subject, verb) = (SUBJECTS[event % SUBJECTS.len()], VERBS[event / SUBJECTS.len()]);
    let (host, port) = (drawn % 250, drawn % 50_000 + 1_024);
    format!(
        "2026-03-0{} 10:{:02}:07,123 INFO {subject} {verb} 10.0.{host}.7:{port} in {} ms",
        drawn % 9 + 1,
        drawn % 60,
        drawn % 9_000
    )
}

pub(super) fn python_text() -> String {
    let mut text = String::from("Traceback (most recent call last):\n");
    for at in 0..30 {
        text.push_str(&format!("  File \"/srv/app/m{at}.py\", line {at}, in step_{at}\n    call()\n"));
    }
    text.push_str("ValueError: bad value\n");
    text
}

pub(super) fn repeated(text: &str, bytes: usize) -> String {
    text.repeat(bytes / text.len())
}
