//! Structured frames of error trackers (PostHog, Sentry): JSON in, the same `ParsedTrace` out.
//! The order is detected, never assumed. A sender's `in_app: false` is believed; `true` only where no rule knows better.

use super::{Frame, Language, ParsedTrace, RawTrace, Role, Wrapper, finish};
use crate::normalize::InAppRules;
use serde_json::Value;

/// How the frames of a list are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameOrder {
    /// Python's way, and that of most trackers: the crashing call is last.
    OldestFirst,
    NewestFirst,
    /// Told from the list itself; oldest first when nothing tells.
    Detect,
}

/// A frame as a tracker sends it, of either spelling.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StructuredFrame {
    pub platform: String,
    pub function: String,
    pub module: String,
    pub file: String,
    pub line: u32,
    pub in_app: Option<bool>,
}

fn text<'v>(value: &'v Value, names: &[&str]) -> &'v str {
    names.iter().find_map(|n| value.get(n).and_then(Value::as_str).filter(|s| !s.is_empty())).unwrap_or("")
}

/// The frames of a list; what is no object is left out.
#[must_use]
pub fn frames_from_json(list: &Value) -> Vec<StructuredFrame> {
    let Some(list) = list.as_array() else { return Vec::new() };
    let line_of =
        |v: &Value| ["lineno", "line"].iter().find_map(|n| v.get(n).and_then(Value::as_u64)).unwrap_or(0);
    list.iter()
        .filter(|v| v.is_object())
        .take(4 * super::MAX_FRAMES)
        .map(|v| StructuredFrame {
            platform: text(v, &["platform", "lang"]).to_owned(),
            function: text(v, &["resolved_name", "function", "mangled_name"]).to_owned(),
            module: text(v, &["module", "package"]).to_owned(),
            file: text(v, &["filename", "source", "abs_path"]).to_owned(),
            line: u32::try_from(line_of(v)).unwrap_or(0),
            in_app: v.get("in_app").and_then(Value::as_bool),
        })
        .collect()
}

fn language_of(platform: &str) -> Language {
    let name = platform.rsplit(':').next().unwrap_or(platform);
    match name {
        "python" => Language::Python,
        "javascript" | "typescript" | "node" | "hermes" | "js" => Language::JavaScript,
        "java" | "kotlin" | "android" => Language::Java,
        "go" => Language::Go,
        "rust" => Language::Rust,
        "ruby" => Language::Ruby,
        "php" => Language::Php,
        "csharp" | "dotnet" => Language::DotNet,
        "swift" | "cocoa" | "apple" => Language::Swift,
        "native" | "c" | "cpp" => Language::Native,
        _ => Language::Unknown,
    }
}

/// One exception's frames as a trace.
#[must_use]
pub fn trace_from_structured(
    kind: &str,
    message: &str,
    frames: &[StructuredFrame],
    order: FrameOrder,
    rules: &InAppRules,
) -> ParsedTrace {
    let language =
        frames.iter().map(|f| language_of(&f.platform)).find(|l| *l != Language::Unknown).unwrap_or_default();
    let newest_first = match order {
        FrameOrder::OldestFirst => false,
        FrameOrder::NewestFirst => true,
        FrameOrder::Detect => is_newest_first(language, frames),
    };
    let mut frames: Vec<Frame> = frames.iter().map(plain).collect();
    if !newest_first {
        frames.reverse();
    }
    let raw = RawTrace {
        language,
        kind: Some(kind.to_owned()),
        message: Some(message.to_owned()),
        frames,
        ..RawTrace::default()
    };
    finish(raw, rules, false)
}

fn plain(frame: &StructuredFrame) -> Frame {
    Frame {
        function: frame.function.clone(),
        module: frame.module.clone(),
        file: frame.file.clone(),
        line: frame.line,
        role: if frame.in_app == Some(false) { Role::Library } else { Role::App },
        ..Frame::default()
    }
}

/// Entry points stand at the old end: module bodies, `main`, thread and event-loop starts.
fn is_newest_first(language: Language, frames: &[StructuredFrame]) -> bool {
    let is_entry = |f: &StructuredFrame| {
        matches!(f.function.as_str(), "<module>" | "main" | "{main}" | "__main__" | "_start" | "run" | "Main")
            || f.module == "java.lang.Thread"
            || f.file.starts_with("node:internal")
            || crate::normalize::role(language, &plain(f), &InAppRules::default()) == Role::Runtime
    };
    let (Some(first), Some(last)) = (frames.first(), frames.last()) else { return false };
    is_entry(last) && !is_entry(first)
}

/// How a tracker chains exceptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chain {
    RootFirst,
    RootLast,
}

/// The trace of a tracker's exception list: PostHog's `$exception_list` (outermost first) or Sentry's
/// `exception.values` (outermost last). The root cause leads.
#[must_use]
pub fn exceptions_from_json(list: &Value, rules: &InAppRules) -> Option<ParsedTrace> {
    let items = list.as_array()?;
    let chain = chain_of(items);
    let mut ordered: Vec<&Value> = items.iter().filter(|v| v.is_object()).take(64).collect();
    if chain == Chain::RootLast {
        ordered.reverse();
    }
    let with_frames = ordered.iter().position(|v| !stack(v).is_null()).unwrap_or(0);
    let root = ordered.get(with_frames)?;
    let frames = frames_from_json(stack(root));
    let mut trace = trace_from_structured(
        text(root, &["type"]),
        text(root, &["value"]),
        &frames,
        FrameOrder::Detect,
        rules,
    );
    trace.wrappers = ordered[with_frames + 1..]
        .iter()
        .map(|v| Wrapper { kind: text(v, &["type"]).to_owned(), message: text(v, &["value"]).to_owned() })
        .collect();
    Some(trace)
}

fn stack(exception: &Value) -> &Value {
    exception.pointer("/stacktrace/frames").unwrap_or(&Value::Null)
}

/// PostHog marks its items by `mechanism.parent_id` upwards from the first; Sentry lists causes first.
fn chain_of(items: &[Value]) -> Chain {
    let typed = items.iter().any(|v| v.pointer("/stacktrace/type").is_some());
    let causes_follow =
        items.iter().skip(1).any(|v| v.pointer("/mechanism/parent_id").is_some_and(|p| p == &Value::from(0)))
            && items
                .first()
                .is_some_and(|v| v.pointer("/mechanism/exception_id").is_some_and(|p| p == &Value::from(0)));
    if typed || causes_follow { Chain::RootLast } else { Chain::RootFirst }
}
