//! One invented trace a language family, and inputs made to hurt.

mod languages;
mod logged;
mod native;
mod overflow;
mod pathological;
mod structured;

use super::{Language, ParsedTrace, Role, parse};

/// What a trace must say: language, type, message, and its top frames as `module.function` or `function`.
fn check(text: &str, language: Language, kind: &str, message: &str, top: &[&str]) -> ParsedTrace {
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.language, language);
    assert_eq!(trace.kind.as_deref().unwrap_or(""), kind);
    assert_eq!(trace.message.as_deref().unwrap_or(""), message);
    let spelled: Vec<String> = trace.frames.iter().take(top.len()).map(spell).collect();
    assert_eq!(spelled, top);
    trace
}

fn spell(frame: &super::Frame) -> String {
    if frame.module.is_empty() || frame.module.contains('/') {
        frame.function.clone()
    } else {
        format!("{}.{}", frame.module, frame.function)
    }
}

fn roles(trace: &ParsedTrace) -> Vec<Role> {
    trace.frames.iter().map(|f| f.role).collect()
}
