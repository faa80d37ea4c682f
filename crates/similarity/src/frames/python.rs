//! Python tracebacks: printed oldest call first, chained by cause or by handling. The propagated exception leads,
//! unless it names its direct cause. Never reads source lines.

use super::family::{raw, split_header};
use super::{Frame, Language, RawTrace, Wrapper};

const DIRECT_CAUSE: &str = "The above exception was the direct cause of the following exception:";
const WHILE_HANDLING: &str = "During handling of the above exception, another exception occurred:";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Direct,
    Handling,
}

#[derive(Default)]
struct Block {
    kind: String,
    message: String,
    frames: Vec<Frame>,
    next: Option<Link>,
}

/// `File "a.py", line 3, in f`.
pub(super) fn is_frame(line: &str) -> bool {
    line.starts_with("File \"") && line.contains("\", line ")
}

/// A line without the gutter of exception groups.
pub(super) fn ungrouped(line: &str) -> &str {
    line.trim_start_matches([' ', '|', '+', '-'])
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let mut blocks: Vec<Block> = vec![Block::default()];
    let mut finding = None;
    for line in lines {
        finding = finding.or_else(|| engine_finding(line));
        let text = ungrouped(line);
        if let Some(frame) = frame(text) {
            let done = blocks.last().is_some_and(|b| !b.kind.is_empty());
            if done {
                blocks.push(Block::default());
            }
            if let Some(block) = blocks.last_mut() {
                block.frames.push(frame);
            }
        } else if text == DIRECT_CAUSE || text == WHILE_HANDLING {
            let link = if text == DIRECT_CAUSE { Link::Direct } else { Link::Handling };
            if let Some(block) = blocks.last_mut() {
                block.next = Some(link);
            }
            blocks.push(Block::default());
        } else if !line.starts_with([' ', '\t']) || line.contains("| ") {
            exception(&mut blocks, text);
        }
    }
    let mut trace = lead(blocks)?;
    if let Some(finding) = finding {
        trace.message = trace.kind.replace(finding.to_owned());
    }
    Some(trace)
}

/// What a fuzzing engine calls what it found.
fn engine_finding(line: &str) -> Option<&str> {
    if line.trim() == "=== Uncaught Python exception: ===" {
        return Some("Uncaught exception");
    }
    line.strip_prefix("===BUG DETECTED: ")?.split(':').next()
}

fn frame(text: &str) -> Option<Frame> {
    let rest = text.strip_prefix("File \"")?;
    let (file, rest) = rest.split_once("\", line ")?;
    let (line, function) = rest.split_once(", in ").unwrap_or((rest, ""));
    let line: u32 = line.trim().parse().ok()?;
    Some(Frame { function: function.trim().to_owned(), file: file.to_owned(), line, ..Frame::default() })
}

/// `Type: message` right below the calls.
fn exception(blocks: &mut [Block], text: &str) {
    let Some(block) = blocks.last_mut() else { return };
    if block.frames.is_empty() || !block.kind.is_empty() || text.contains("Traceback (most") {
        return;
    }
    if let Some((kind, message)) = split_header(text) {
        block.kind = kind.to_owned();
        block.message = message.to_owned();
    }
}

/// The block that explains the failure, and what wrapped it.
fn lead(blocks: Vec<Block>) -> Option<RawTrace> {
    let mut blocks: Vec<Block> = blocks.into_iter().filter(|b| !b.frames.is_empty()).collect();
    let mut at = blocks.iter().position(|b| b.next.is_none()).unwrap_or(blocks.len().checked_sub(1)?);
    // A group only says that some failed: the first of them is why.
    let group = at;
    while blocks[at].kind.ends_with("ExceptionGroup") && at + 1 < blocks.len() {
        at += 1;
    }
    let (groups, last) = (group..at, at);
    while at > 0 && blocks[at - 1].next == Some(Link::Direct) {
        at -= 1;
    }
    let wrappers = blocks[at + 1..=last]
        .iter()
        .chain(blocks[groups].iter().rev())
        .map(|b| Wrapper { kind: b.kind.clone(), message: b.message.clone() })
        .collect();
    let mut chosen = blocks.swap_remove(at);
    chosen.frames.reverse();
    Some(RawTrace {
        kind: Some(chosen.kind),
        message: Some(chosen.message),
        frames: chosen.frames,
        wrappers,
        ..raw(Language::Python)
    })
}
