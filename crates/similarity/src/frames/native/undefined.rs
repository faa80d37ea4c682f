//! What UndefinedBehaviorSanitizer says after `runtime error: `, as crash types.
//! Never decides twice: the first announcement of a text stands.

use super::report::{Expects, Report};

/// Words of a message and the type they mean; the first match counts, so special cases stand first.
const MEANINGS: [(&str, &str); 31] = [
    ("assumption is violated during execution", "Assumption-violation"),
    ("division by zero", "Divide-by-zero"),
    ("outside the range of representable values", "Float-cast-overflow"),
    ("implicit conversion from type", "Implicit-conversion"),
    ("through pointer to incorrect function type", "Incorrect-function-pointer-type"),
    ("out of bounds for type", "Index-out-of-bounds"),
    ("not a valid value for type 'bool'", "Invalid-bool-value"),
    ("not a valid value for type 'BOOL'", "Invalid-bool-value"),
    (", which is not a valid argument", "Invalid-builtin-use"),
    ("upcast of null pointer", "Upcast-of-null-pointer"),
    ("misaligned address", "Misaligned-address"),
    ("reached the end of a value-returning function", "No-return-value"),
    ("which is declared to never be null", "Invalid-null-argument"),
    ("load of null pointer", "Null-dereference READ"),
    ("binding to null pointer", "Null-dereference"),
    ("access within null pointer", "Null-dereference"),
    ("call on null pointer", "Null-dereference"),
    ("store to null pointer", "Null-dereference WRITE"),
    ("with insufficient space for an object of type", "Object-size"),
    ("addition of unsigned offset", "Pointer-overflow"),
    ("subtraction of unsigned offset", "Pointer-overflow"),
    ("pointer index expression with base", "Pointer-overflow"),
    ("offset to null pointer", "Pointer-overflow"),
    ("to null pointer", "Pointer-overflow"),
    ("function declared to never return null", "Invalid-null-return"),
    ("shift", "Undefined-shift"),
    ("execution reached an unreachable program point", "Unreachable code"),
    ("unsigned integer overflow", "Unsigned-integer-overflow"),
    ("bound evaluates to non-positive value", "Non-positive-vla-bound-value"),
    ("not a valid value for type", "Invalid-enum-value"),
    ("cannot be represented in type", "Integer-overflow"),
];

pub(super) fn feed(report: &mut Report, text: &str) {
    bad_cast_details(report, text);
    let Some(reason) = reason(text) else { return };
    if report.is_announced() {
        return;
    }
    if let Some(target) = bad_cast_target(reason) {
        report.restart_with("Bad-cast", &format!("Bad-cast to {target}"));
        report.expects = Expects::TrueType;
        return;
    }
    let meaning = MEANINGS.iter().find(|(words, _)| reason.contains(words)).map(|(_, kind)| *kind);
    let meaning = meaning.or_else(|| reason.contains("integer overflow").then_some("Integer-overflow"));
    report.restart(meaning.unwrap_or("UNKNOWN"));
}

/// What stands after `file:line:column: runtime error: `.
pub(super) fn reason(text: &str) -> Option<&str> {
    let (place, reason) = text.split_once(": runtime error: ")?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = place.rsplitn(3, ':');
    (parts.by_ref().take(2).all(is_number) && parts.next().is_some()).then_some(reason)
}

/// The type an object was taken for, when its virtual table says otherwise.
fn bad_cast_target(reason: &str) -> Option<&str> {
    if let Some(rest) = reason.strip_prefix("control flow integrity check for type ") {
        return Some(rest.split(" failed during").next()?.trim_matches('\''));
    }
    let wrong_object = ["member access within address", "member call on address", "downcast of address"];
    if wrong_object.iter().any(|start| reason.starts_with(start)) && !reason.contains("insufficient space") {
        return reason.split(" of type ").nth(1).map(|t| t.trim_matches('\''));
    }
    None
}

/// The notes below a bad cast name the true type.
fn bad_cast_details(report: &mut Report, text: &str) {
    if report.expects != Expects::TrueType {
        return;
    }
    let truth =
        ["note: object is of type ", "note: vtable is of type "].iter().find_map(|n| text.split(n).nth(1));
    if let Some(found) = truth {
        report.headline.push_str(&format!(" from {}", found.trim_matches('\'')));
    } else if text.contains("note: object has invalid vptr") || text.contains("note: invalid vtable") {
        report.headline.push_str(" from invalid vptr");
    } else if let Some((_, rest)) = text.split_once("at offset ")
        && let Some((offset, _)) = rest.split_once(" within object of type ")
    {
        report.headline.push_str(&format!(" from base class subobject at offset {offset}"));
    } else if !text.contains(" defined here") {
        return;
    }
    report.expects = Expects::Nothing;
}
