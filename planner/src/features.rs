//! A signal as grouping compares it, told from one of its samples: the stack that its sender gave, or one that stands in
//! its text. Pure.

use signalbox_domain::signal::{Frame, Sample};
use signalbox_similarity::clicks::normalize_route;
use signalbox_similarity::features::{Features, Signal};
use signalbox_similarity::frames::{self, FrameOrder, ParsedTrace, StructuredFrame, trace_from_structured};
use signalbox_similarity::normalize::InAppRules;
use signalbox_store::planner::PlanSignal;

/// Longer heads of a title are sentences, not the name of a type.
const LONGEST_TYPE: usize = 120;

pub(crate) fn features(changed: &PlanSignal) -> Features {
    let signal = &changed.signal;
    let sample = changed.samples.first();
    let title = sample.map_or(&signal.title, |sample| &sample.title).value.as_str();
    let text = sample.map_or("", |sample| sample.text.value.as_str());
    let trace = sample.and_then(|sample| trace(sample, title));
    let attribute = |name: &str| sample.and_then(|sample| sample.attributes.get(name)?.as_str());
    let of = |value: Option<&'_ signalbox_domain::provenance::Sourced<String>>| {
        value.map(|value| value.value.clone())
    };
    let route = sample.and_then(|sample| of(sample.route.as_ref()));
    // Sources write a place in several ways; clicks know it as a route already.
    let route = route.as_deref().or_else(|| attribute("$current_url")).filter(|route| !route.is_empty());
    let route = route.map(normalize_route);
    let release = sample.and_then(|sample| of(sample.release.as_ref()));
    Features::of(&Signal {
        source: signal.key.family.name(),
        title,
        text,
        trace: trace.as_ref(),
        route: route.as_deref(),
        element: attribute("element").or_else(|| attribute("$el_text")),
        release: release.as_deref(),
    })
}

/// The stack that a sample's sender gave, or one that stands in its text.
pub(crate) fn trace(sample: &Sample, title: &str) -> Option<ParsedTrace> {
    if sample.frames.is_empty() {
        return frames::parse(&sample.text.value);
    }
    let (kind, message) = type_and_message(title);
    let frames: Vec<StructuredFrame> = sample.frames.iter().map(structured).collect();
    Some(trace_from_structured(kind, message, &frames, FrameOrder::NewestFirst, &InAppRules::default()))
}

/// `TypeError: total is undefined` has both; a sentence has no type.
fn type_and_message(title: &str) -> (&str, &str) {
    let is_type =
        |head: &str| !head.is_empty() && head.len() <= LONGEST_TYPE && !head.contains(char::is_whitespace);
    match title.split_once(": ") {
        Some((head, rest)) if is_type(head) => (head, rest),
        _ if is_type(title) => (title, ""),
        _ => ("", title),
    }
}

fn structured(frame: &Frame) -> StructuredFrame {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    StructuredFrame {
        platform: platform(frame.file.as_deref().unwrap_or_default()).to_owned(),
        function: text(&frame.function),
        module: text(&frame.module),
        file: text(&frame.file),
        line: frame.line.unwrap_or_default(),
        in_app: frame.in_app,
    }
}

/// Samples do not say which runtime printed a frame; the file's ending does.
fn platform(file: &str) -> &'static str {
    let path = file.split(['?', '#']).next().unwrap_or(file);
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("py") => "python",
        Some("js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "vue" | "svelte") => "javascript",
        Some("java" | "kt" | "scala") => "java",
        Some("go") => "go",
        Some("rs") => "rust",
        Some("rb") => "ruby",
        Some("php") => "php",
        Some("cs" | "fs" | "vb") => "csharp",
        Some("swift" | "m" | "mm") => "swift",
        Some("c" | "cc" | "cpp" | "cxx" | "h" | "hpp") => "native",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_begins_with_a_type_or_is_a_sentence() {
        for (title, kind, message) in [
            ("TypeError: total is undefined", "TypeError", "total is undefined"),
            ("java.io.IOException", "java.io.IOException", ""),
            ("The export is empty: why?", "", "The export is empty: why?"),
            ("", "", ""),
        ] {
            assert_eq!(type_and_message(title), (kind, message));
        }
    }

    #[test]
    fn a_files_ending_says_which_runtime() {
        for (file, name) in [
            ("shop/cart.py", "python"),
            ("https://shop.example/app.tsx?v=3", "javascript"),
            ("Cart.java", "java"),
            ("README", ""),
            ("", ""),
        ] {
            assert_eq!(platform(file), name, "{file}");
        }
    }
}
