//! Failed checks: assertions, CHECK macros, fatal log lines, panics. Their words begin the crash state, cleaned
//! of the values that vary. Never takes an ordinary error line for a failed check.

use super::line::Found;
use super::report::{Expects, Report};
use crate::frames::Frame;
use regex::Regex;
use std::sync::LazyLock;

/// `[12:34:0102/030405.6:FATAL:path/file.cc(12)] message`.
static FATAL_LINE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\s*\[[^\]]*:FATAL:([^\]:(]+)[^\]]*\]\s*(.*)").ok());
/// `F0102 03:04:05.678901   123 file.cc:12] message`.
static GLOG_LINE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^F\d{4}\s+\d{2}:\d{2}:\d{2}\.\d+\s+\d+\s+(.*):\d+\]\s*(.*)").ok());
/// `assert failure: x`, `ASSERTION FAILED: x`, `panic: x`, after a bracketed or file prefix.
static ASSERT_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^(?:\[.*?\]|.*\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx):.*?)?\s*(?i:ASSERT(?:ION)? FAIL(?:URE|ED)|panic): (.*)",
    )
    .ok()
});
/// `a/b.h:559: assertion !full() failed: words`.
static LIBRARY_ASSERT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^.*\S.*/.*:\d+:\s*assertion .* failed:\s*(\S.*)").ok());
/// ` (1 vs. 2)` and what follows.
static COMPARED_VALUES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r" \(.*\s+vs\.\s+.*").ok());

pub(super) fn announces(text: &str) -> bool {
    text.contains("Check failed: ") || text.contains("# Fatal error in ") || text.contains("CHECK failed: ")
}

/// Reads one line; `next` is the one below it, where newer Rust puts a panic's message.
pub(super) fn feed(report: &mut Report, text: &str, next: &str) {
    if report.kernel {
        return;
    }
    assertions(report, text, next);
    fatal_lines(report, text);
    fatal_block(report, text);
}

fn captures<'t>(regex: &LazyLock<Option<Regex>>, text: &'t str) -> Option<regex::Captures<'t>> {
    regex.as_ref().and_then(|r| r.captures(text))
}

/// Assertions win over everything before them.
fn assertions(report: &mut Report, text: &str, next: &str) {
    let lower_has = |word: &str| text.len() < 4096 && contains_ignoring_case(text, word);
    if (lower_has("assert") || lower_has("panic: "))
        && let Some(found) = captures(&ASSERT_LINE, text)
        && !text.starts_with("panic: runtime error: ")
    {
        assert(report, &found[1]);
    }
    if lower_has("assertion ") {
        if let Some(condition) = glibc_condition(text) {
            assert(report, condition);
        } else if let Some(found) = captures(&LIBRARY_ASSERT, text) {
            assert(report, &found[1]);
        }
    }
    if let Some(message) = rust_panic(text, next) {
        assert(report, message);
        report.panicked_in = rust_place(text).to_owned();
    }
    if text.trim() == "SHOULD NEVER BE REACHED" {
        report.restart("ASSERT_NOT_REACHED");
    }
}

fn contains_ignoring_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|w| w.eq_ignore_ascii_case(word.as_bytes()))
}

fn assert(report: &mut Report, words: &str) {
    report.restart_with("ASSERT", words);
}

/// "prog: file.c:12: int f(): Assertion `x > 0' failed."
fn glibc_condition(text: &str) -> Option<&str> {
    let text = text.trim_end_matches('.').strip_suffix(" failed")?;
    let at = text.to_ascii_lowercase().rfind(": assertion ")?;
    Some(text[at + ": assertion ".len()..].trim_matches(['`', '\'', '"']))
}

/// `thread 'main' panicked at 'words', src/a.rs:1:2` or, newer, the words on the next line.
fn rust_panic<'t>(text: &'t str, next: &'t str) -> Option<&'t str> {
    let (head, rest) = text.split_once(" panicked at ")?;
    if !head.trim_start().starts_with("thread ") {
        return None;
    }
    if let Some(quoted) = rest.strip_prefix('\'') {
        return Some(quoted.split('\'').next().unwrap_or(quoted));
    }
    rest.ends_with(':').then_some(next)
}

/// The file of `panicked at src/a.rs:1:2:` or `panicked at 'words', src/a.rs:1:2`.
fn rust_place(text: &str) -> &str {
    let place = text.trim_end_matches(':').rsplit([' ', ',']).next().unwrap_or("");
    place
        .split(".rs:")
        .next()
        .filter(|stem| stem.len() < place.len())
        .map_or("", |stem| &place[..stem.len() + 3])
}

/// Log lines of level fatal: the first one stands.
fn fatal_lines(report: &mut Report, text: &str) {
    for (words, kind) in [
        ("Security DCHECK failed: ", "Security DCHECK failure"),
        ("Security CHECK failed: ", "Security CHECK failure"),
    ] {
        if let Some((_, what)) = text.split_once(words)
            && let Some(found) = captures(&FATAL_LINE, text)
        {
            check(report, kind, what, &found[1]);
            return;
        }
    }
    if report.is_announced() {
        return;
    }
    if text.contains(":FATAL:")
        && let Some(found) = captures(&FATAL_LINE, text)
    {
        chromium_fatal(report, &found[1], &found[2]);
    } else if text.starts_with('F')
        && let Some(found) = captures(&GLOG_LINE, text)
    {
        glog_fatal(report, &found[1], &found[2]);
    }
}

fn chromium_fatal(report: &mut Report, file: &str, message: &str) {
    if let Some((_, what)) =
        message.split_once("heck failed: ").or_else(|| message.split_once("CHECK failed: "))
    {
        check(report, "CHECK failure", what, file);
    } else if let Some(what) = message.strip_prefix("Assert failed: ") {
        report.restart_with("ASSERT", what);
    } else if let Some(what) = message.strip_prefix("NOTREACHED hit. ") {
        check(report, "CHECK failure", what, file);
    } else if let Some(what) = message.strip_prefix("V8 error: ") {
        report.restart_with("V8 API error", what.trim_end_matches('.'));
    }
}

fn glog_fatal(report: &mut Report, file: &str, message: &str) {
    if let Some((_, what)) = message.split_once("Check failed: ") {
        check(report, "CHECK failure", what, file);
    } else if let Some((_, rest)) = message.split_once("assertion failed at ")
        && let Some((_, what)) = rest.rsplit_once(": ")
    {
        report.restart_with("ASSERT", what);
    } else {
        check(report, "Fatal error", message, file);
    }
}

fn check(report: &mut Report, kind: &str, words: &str, file: &str) {
    let headline = format!("{} in {}", condition(words), file_name(file));
    report.restart_with(kind, &headline);
}

/// The condition without the values that made it fail.
pub(super) fn condition(words: &str) -> &str {
    let words = words.trim();
    let words = words.strip_prefix("Check failed: ").unwrap_or(words);
    let end = COMPARED_VALUES.as_ref().and_then(|r| r.find(words)).map_or(words.len(), |m| m.start());
    words[..end].trim_matches([' ', '.', '\'', '"', '[', ']'])
}

fn file_name(path: &str) -> &str {
    let path = path.trim_matches([' ', '.', '\'', '"', '[', ']']);
    let path = path.split([':', '(']).next().unwrap_or(path);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The boxed form: `# Fatal error in FILE, line N`, then `# words`.
fn fatal_block(report: &mut Report, text: &str) {
    let Some(rest) = text.trim_start().strip_prefix('#') else { return };
    if differential_run(report, rest.trim_start()) {
        return;
    }
    let fatal = rest.trim_start().strip_prefix("Fatal error in ").map(|place| ("Fatal error", place));
    let opening =
        fatal.or_else(|| Some(("RUNTIME_ASSERT", rest.trim_start().strip_prefix("Runtime error in ")?)));
    if let Some((kind, place)) = opening {
        if !report.is_announced() {
            report.fatal_file.clear();
            if let Some((file, _)) = place.split_once(", line ") {
                report.fatal_file = file_name(file).to_owned();
            }
            let file = report.fatal_file.clone();
            report.restart_with(kind, &file);
            report.expects = Expects::FatalWords;
        }
        return;
    }
    if report.expects != Expects::FatalWords || !rest.starts_with(' ') || rest.trim().is_empty() {
        return;
    }
    let words = rest.trim();
    let (kind, words) = if let Some(what) = words.strip_prefix("Debug check failed: ") {
        ("DCHECK failure", what)
    } else if let Some(what) = words.strip_prefix("Check failed: ") {
        ("CHECK failure", what)
    } else if words == "unreachable code" || words == "unimplemented code" {
        ("Unreachable code", "")
    } else {
        (if report.kind == "RUNTIME_ASSERT" { "RUNTIME_ASSERT" } else { "Fatal error" }, words)
    };
    let free_words;
    let words = if kind == "Fatal error" {
        free_words = numbers_masked(words);
        free_words.as_str()
    } else {
        words
    };
    let file = report.fatal_file.clone();
    let headline = match (condition(words), file.as_str()) {
        ("", file) => file.to_owned(),
        (words, "") => words.to_owned(),
        (words, file) => format!("{words} in {file}"),
    };
    report.restart_with(kind, &headline);
    report.expects = Expects::Nothing;
}

/// Two builds of an engine that disagree: the report names what was compared instead of frames.
fn differential_run(report: &mut Report, words: &str) -> bool {
    let Some(rest) = words.strip_prefix("V8 correctness ") else { return false };
    if rest.starts_with("failure") {
        if !report.is_announced() {
            report.restart("V8 correctness failure");
        }
    } else if report.is_announced() {
        let frame = Frame { function: rest.to_owned(), ..Frame::default() };
        report.push(Found { index: None, frame });
    }
    true
}

/// Free words are no condition: their numbers are values.
fn numbers_masked(words: &str) -> String {
    let masked: Vec<&str> = words
        .split(' ')
        .map(|w| if !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit()) { "NUMBER" } else { w })
        .collect();
    masked.join(" ")
}
