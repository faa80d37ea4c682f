//! The crash state: the few lines by which people and crash trackers recognise a crash.
//! Frames of runtimes are left out, addresses and long numbers masked, lines cut. Never part of a fingerprint.

use super::{Frame, Language, Role};
use crate::normalize::is_named;

/// Lines of a state.
const STATE_LINES: usize = 3;
/// Longest line of a crash state, by the convention of crash trackers.
const STATE_LINE: usize = 80;

pub(super) fn lines(language: Language, kind: &str, headline: Option<&str>, frames: &[Frame]) -> Vec<String> {
    if kind == "V8 correctness failure" {
        // What was compared stands in place of frames: there the numbers are the identity.
        return frames.iter().map(|f| f.function.clone()).take(STATE_LINES).collect();
    }
    let telling = || frames.iter().filter(|f| f.role != Role::Runtime);
    // Where some calls have names, the ones without tell nobody anything.
    let named = telling().any(is_named);
    let headline = headline.iter().map(|h| state_line(h));
    let calls = telling().filter(|f| !named || is_named(f)).map(|f| state_line(&spelled(language, f)));
    headline.chain(calls).filter(|l| !l.is_empty()).take(STATE_LINES).collect()
}

fn spelled(language: Language, frame: &Frame) -> String {
    match language {
        Language::Java | Language::DotNet => format!("{}.{}", frame.module, frame.function),
        _ if frame.function.is_empty() => frame.module.split("+0x").next().unwrap_or("").to_owned(),
        _ => frame.function.clone(),
    }
}

/// Addresses and long numbers masked, cut at the usual width.
fn state_line(text: &str) -> String {
    let masked = mask_numbers(text);
    masked.chars().take(STATE_LINE).collect::<String>().trim_end().to_owned()
}

fn mask_numbers(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        if let Some(hex) = rest.strip_prefix("0x") {
            let digits = hex.bytes().take_while(u8::is_ascii_hexdigit).count();
            if digits >= 4 {
                out.push_str("ADDRESS");
                at += 2 + digits;
                continue;
            }
        }
        let run = rest.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let first_is_digit = bytes[at].is_ascii_digit();
        if first_is_digit && run > 0 {
            let before = out.chars().next_back();
            let marked = matches!(before, Some('@' | '#'));
            let glued = before.is_some_and(|c| c == ':' || c == '.' || c.is_ascii_digit());
            let followed = rest[run..].chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
            if !followed && !glued && (run >= 4 || marked) {
                out.push_str("NUMBER");
            } else {
                out.push_str(&rest[..run]);
            }
            at += run;
            continue;
        }
        let letter = rest.chars().next().unwrap_or(' ');
        out.push(letter);
        at += letter.len_utf8();
    }
    out
}
