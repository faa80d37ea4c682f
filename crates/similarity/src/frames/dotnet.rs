//! .NET stack traces: `at Ns.Class.Method(Type arg) in file:line 12`, inner exceptions by `--->`.
//! The innermost exception leads: its calls are printed first.

use super::family::{looks_like_exception, raw, split_header};
use super::{Frame, Language, RawTrace, Wrapper};

/// `A.B.C(T x)` or the same with ` in file:line 3`, after the `at `.
pub(super) fn is_call(call: &str) -> bool {
    let name = call.split(" in ").next().unwrap_or(call);
    // Mono writes `A.B.C (T x) [0x00012] in file:3`.
    let mono =
        name.split_once(" (").filter(|_| name.contains(") [0x")).and_then(|(own, _)| own.rsplit_once('.'));
    if mono.is_some_and(|(class, method)| !class.contains(' ') && !method.is_empty()) {
        return true;
    }
    match name.split_once('(') {
        Some((name, rest)) => name.contains('.') && !name.contains(' ') && rest.ends_with(')'),
        None => false,
    }
}

fn call(text: &str) -> Option<Frame> {
    let call = text.trim_start().strip_prefix("at ")?;
    if !is_call(call) {
        return None;
    }
    let (name, place) = call.split_once(" in ").unwrap_or((call, ""));
    let name = name.split('(').next()?.trim_end();
    let (module, function) = name.rsplit_once('.')?;
    let (file, line) =
        place.rsplit_once(":line ").or_else(|| place.trim_end().rsplit_once(':')).unwrap_or((place, ""));
    let file = if file.starts_with('<') { "" } else { file };
    Some(Frame {
        function: function.to_owned(),
        module: module.trim_end_matches('.').to_owned(),
        file: file.to_owned(),
        line: line.trim().parse().unwrap_or(0),
        ..Frame::default()
    })
}

pub(super) fn parse(lines: &[&str]) -> Option<RawTrace> {
    let first = lines.iter().position(|l| call(l).is_some())?;
    let mut named: Vec<Wrapper> = Vec::new();
    for line in &lines[first.saturating_sub(20)..first] {
        for part in line.split(" ---> ") {
            let text = part.trim().trim_start_matches("---> ");
            let text = text.strip_prefix("Unhandled exception. ").unwrap_or(text);
            let text = text.strip_prefix("Unhandled Exception: ").unwrap_or(text);
            if let Some((kind, message)) = split_header(text)
                && looks_like_exception(kind)
            {
                named.push(Wrapper { kind: kind.to_owned(), message: message.to_owned() });
            }
        }
    }
    let mut trace = raw(Language::DotNet);
    for line in &lines[first..] {
        if let Some(frame) = call(line) {
            trace.frames.push(frame);
        } else if line.contains("--- End of inner exception stack trace ---") {
            continue;
        } else if split_header(line.trim()).is_some_and(|(k, _)| looks_like_exception(k)) {
            break;
        }
    }
    if let Some(root) = named.pop() {
        trace.kind = Some(root.kind);
        trace.message = Some(root.message);
    }
    named.reverse();
    trace.wrappers = named;
    Some(trace)
}
