//! From a parsed trace to what an observation says about it. Called by the formats.

use signalbox_domain::signal::Frame;
use signalbox_similarity::frames::{ParsedTrace, Role};

use super::TITLE_LIMIT;
use super::fields::bounded;

/// `Type: first line of the message`, as far as there is one.
pub(super) fn title(trace: &ParsedTrace) -> Option<String> {
    let message =
        trace.message.as_deref().and_then(|message| message.lines().map(str::trim).find(|l| !l.is_empty()));
    let title = match (trace.kind.as_deref(), message) {
        (Some(kind), Some(message)) => format!("{kind}: {message}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => return None,
    };
    Some(bounded(&title, TITLE_LIMIT))
}

pub(super) fn frames(trace: &ParsedTrace) -> Vec<Frame> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    trace
        .frames
        .iter()
        .map(|frame| Frame {
            function: some(&frame.function),
            module: some(&frame.module),
            file: some(&frame.file),
            line: (frame.line > 0).then_some(frame.line),
            in_app: Some(frame.role == Role::App),
        })
        .collect()
}
