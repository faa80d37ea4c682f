//! Frames as trackers send them.

use super::*;
use crate::frames::{FrameOrder, StructuredFrame, exceptions_from_json, trace_from_structured};
use crate::normalize::{InAppRules, Pattern};
use serde_json::json;

fn frame(function: &str, file: &str, in_app: bool) -> StructuredFrame {
    StructuredFrame {
        platform: "python".into(),
        function: function.into(),
        file: file.into(),
        line: 3,
        in_app: Some(in_app),
        ..StructuredFrame::default()
    }
}

#[test]
fn the_order_is_told_from_the_entry_point() {
    let oldest_first =
        [frame("<module>", "run.py", true), frame("load", "db.py", true), frame("parse", "json.py", false)];
    let mut newest_first = oldest_first.to_vec();
    newest_first.reverse();
    let rules = InAppRules::default();
    let one = trace_from_structured("ValueError", "x", &oldest_first, FrameOrder::Detect, &rules);
    let other = trace_from_structured("ValueError", "x", &newest_first, FrameOrder::Detect, &rules);
    assert_eq!(one.frames, other.frames);
    assert_eq!(one.frames[0].function, "parse");
    assert_eq!(roles(&one), [Role::Library, Role::App, Role::App]);
}

#[test]
fn a_teams_patterns_come_first() {
    let rules =
        InAppRules { app: vec![Pattern("*vendored/*".into())], library: vec![Pattern("*legacy*".into())] };
    let frames = [frame("a", "src/legacy/a.py", true), frame("b", "site-packages/vendored/b.py", true)];
    let trace = trace_from_structured("E", "", &frames, FrameOrder::NewestFirst, &rules);
    assert_eq!(roles(&trace), [Role::Library, Role::App]);
}

#[test]
fn the_root_cause_leads_in_either_chain_order() {
    let stack = |name: &str| json!([{"platform": "python", "function": name, "filename": "a.py", "lineno": 1, "in_app": true}]);
    let posthog = json!([
        {"type": "Outer", "value": "o", "stacktrace": {"type": "raw", "frames": stack("wrap")}},
        {"type": "Root", "value": "r", "mechanism": {"parent_id": 0, "source": "cause"},
         "stacktrace": {"type": "raw", "frames": stack("origin")}},
    ]);
    let sentry = json!([
        {"type": "Root", "value": "r", "stacktrace": {"frames": stack("origin")}},
        {"type": "Outer", "value": "o", "stacktrace": {"frames": stack("wrap")}},
    ]);
    for list in [posthog, sentry] {
        let trace = exceptions_from_json(&list, &InAppRules::default()).expect("a list");
        assert_eq!(trace.kind.as_deref(), Some("Root"));
        assert_eq!(trace.frames[0].function, "origin");
        assert_eq!(trace.wrappers[0].kind, "Outer");
    }
}

#[test]
fn what_is_no_list_is_no_trace() {
    for value in [json!(null), json!({"a": 1}), json!([])] {
        assert_eq!(exceptions_from_json(&value, &InAppRules::default()), None);
    }
    let odd = json!([{"type": 3, "stacktrace": {"frames": [1, "x", {"function": {}}]}}]);
    assert!(exceptions_from_json(&odd, &InAppRules::default()).is_some());
}
