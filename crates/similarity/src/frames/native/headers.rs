//! What announces a crash: sanitizers, signals, fuzzing engines, debuggers, Android and Windows.
//! One line in, at most a few changes to the report out. Never reads frames.

use super::report::Report;

const SANITIZERS: [&str; 6] = [
    "HWAddressSanitizer",
    "AddressSanitizer",
    "MemorySanitizer",
    "ThreadSanitizer",
    "LeakSanitizer",
    "UndefinedBehaviorSanitizer",
];

/// Ways in which allocators and engines say that memory ran out.
const OUT_OF_MEMORY: [&str; 14] = [
    "ERROR: libFuzzer: out-of-memory (",
    "RSS limit exceeded",
    "rss limit exhausted",
    "Sanitizer: out of memory",
    "Sanitizer: allocation-size-too-big",
    "Sanitizer: calloc-overflow",
    "Sanitizer: requested allocation size",
    "allocator is out of memory trying to allocate",
    "Sanitizer failed to allocate",
    "Out of memory. size=",
    "Out of memory. Dying.",
    "Fatal process out of memory",
    "Fatal JavaScript out of memory",
    "JavaScript heap out of memory",
];

pub(super) fn announces(text: &str) -> bool {
    (text.contains("Sanitizer: ") && (text.contains("ERROR: ") || text.contains("WARNING: ")))
        || text.contains("ERROR: libFuzzer: ")
        || text.contains("Program received signal SIG")
        || (text.contains("(SIG") && text.contains("fault addr"))
        || (text.contains("Fatal signal ") && text.contains("(SIG"))
        || super::undefined::reason(text).is_some()
}

/// A signal marker glued to the end of an important line is cut off; alone it leaves nothing.
pub(super) fn before_signal_marker(text: &str) -> &str {
    let Some(at) = text.find("Sanitizer:DEADLYSIGNAL") else { return text };
    let head = &text[..at];
    ["HWAddress", "Address", "Memory", "Thread", "Leak", "UndefinedBehavior"]
        .iter()
        .find_map(|name| head.strip_suffix(name))
        .unwrap_or(head)
}

/// Lines that repeat or comment: reading them would only mislead.
pub(super) fn is_commentary(text: &str) -> bool {
    text.is_empty()
        || text.contains("SUMMARY:")
        || text.contains(":INFO:CONSOLE")
        || (text.contains("WARNING: AddressSanitizer") && !text.contains("failed to allocate"))
        || text.contains("text run at (")
}

pub(super) fn feed(report: &mut Report, text: &str) {
    out_of_memory(report, text);
    sanitizer(report, text);
    access(report, text);
    leaks(report, text);
    engines(report, text);
    signals(report, text);
    android(report, text);
    windows(report, text);
}

fn out_of_memory(report: &mut Report, text: &str) {
    if !OUT_OF_MEMORY.iter().any(|m| text.contains(m)) {
        return;
    }
    if text.contains("WARNING: ") {
        report.memory_refused();
    } else {
        report.out_of_memory();
    }
}

/// `==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x12 …`.
fn sanitizer(report: &mut Report, text: &str) {
    let Some((name, rest)) = SANITIZERS.iter().find_map(|name| {
        let at = text.find(name)?;
        Some((*name, text[at + name.len()..].strip_prefix(':')?.trim_start()))
    }) else {
        return;
    };
    if report.kernel
        || OUT_OF_MEMORY.iter().any(|m| text.contains(m))
        || text.contains(" suppressions")
        || text.contains(" warnings")
    {
        return;
    }
    if rest.starts_with("CHECK failed") {
        let words = rest.split_once(": ").map_or("", |(_, after)| after);
        let words = words.split_once(' ').map_or(words, |(_, condition)| condition);
        report.restart_with("Sanitizer CHECK failure", words);
        report.close();
        return;
    }
    let is_error = text.contains("ERROR: ") || name == "ThreadSanitizer" || name == "MemorySanitizer";
    if !is_error {
        return;
    }
    let word = sanitizer_word(rest);
    let address = fault_address(rest);
    if is_signal_word(word) && (report.is_failed_check() || report.kind == "Timeout") {
        return;
    }
    let kind = sanitizer_kind(rest, word);
    if kind == "UNKNOWN" && report.kind.starts_with("ASSERT") && address.is_some_and(is_trap_address) {
        return;
    }
    report.restart(&kind);
    report.address = address;
}

/// The type's words: up to the address, the parenthesis or the colon.
fn sanitizer_word(rest: &str) -> &str {
    let end = rest.find([':', ';', '(']).unwrap_or(rest.len());
    let word = &rest[..end];
    word.split(" on ").next().unwrap_or(word).trim()
}

fn is_signal_word(word: &str) -> bool {
    matches!(word, "ABRT" | "ILL" | "TRAP" | "breakpoint" | "illegal-instruction")
}

fn sanitizer_kind(rest: &str, word: &str) -> String {
    if rest.starts_with("attempting free on address which was not malloc") {
        return "Invalid-free".to_owned();
    }
    if rest.contains("double-free on") {
        return "Heap-double-free".to_owned();
    }
    match word {
        "SEGV" | "access-violation" | "unknown-crash" => "UNKNOWN".to_owned(),
        "FPE" => "Floating-point-exception".to_owned(),
        "illegal-instruction" => "Ill".to_owned(),
        "int-divide-by-zero" => "Divide-by-zero".to_owned(),
        other => capitalised(&other.replace('_', "-")),
    }
}

/// `DATA race` → `Data race`.
pub(super) fn capitalised(text: &str) -> String {
    let lower = text.to_lowercase();
    let mut letters = lower.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn fault_address(rest: &str) -> Option<u64> {
    let after = rest.split("address ").nth(1)?;
    let word = after.split_whitespace().next()?;
    u64::from_str_radix(word.trim_start_matches("0x").trim_end_matches([',', ':']), 16).ok()
}

/// Addresses that checks write to on purpose, to stop the program.
fn is_trap_address(address: u64) -> bool {
    matches!(address, 0xbbad_beef | 0xfbad_beef | 0xface_b00c | 0x1f7a_b2b0 | 0x1337 | 0xdead_beef)
}

/// `READ of size 8 at …`, `The signal is caused by a WRITE memory access.`
fn access(report: &mut Report, text: &str) {
    if let Some((_, rest)) = text.split_once("The signal is caused by a ")
        && report.kind == "UNKNOWN"
        && let Some((way, _)) = rest.split_once(" memory access")
        && way != "UNKNOWN"
    {
        report.rename(&format!("UNKNOWN {way}"));
    }
    let start = text.trim_start();
    let start = start.strip_prefix("Atomic ").unwrap_or(start);
    let Some((way, rest)) = start.split_once(" of size ") else { return };
    if !matches!(way.to_ascii_uppercase().as_str(), "READ" | "WRITE") || !report.is_announced() {
        return;
    }
    let size = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or("");
    if report.kind.starts_with("UNKNOWN") || report.kind.contains("\nREAD") || report.kind.contains("\nWRITE")
    {
        return;
    }
    let size = if size.parse().is_ok_and(|s: u64| s > 16) { "{*}" } else { size };
    report.rename(&format!("{}\n{} {size}", report.kind, way.to_ascii_uppercase()));
}

fn leaks(report: &mut Report, text: &str) {
    let direct = text.starts_with("Direct leak of ");
    if direct && (!report.is_announced() || report.kind == "Indirect-leak") {
        report.restart("Direct-leak");
    } else if text.starts_with("Indirect leak of ") && !report.is_announced() {
        report.restart("Indirect-leak");
    }
}

/// What fuzzing engines and their detectors report.
fn engines(report: &mut Report, text: &str) {
    if text.contains("ERROR: libFuzzer: timeout") || text.contains("Per-input timeout exceeded") {
        report.out_of_time();
    } else if !report.is_announced() {
        if text.contains("ERROR: libFuzzer: deadly signal") {
            report.restart("Fatal-signal");
        } else if text.contains("ERROR: libFuzzer: fuzz target exited") {
            report.restart("Unexpected-exit");
        } else if text.contains("ERROR: libFuzzer: fuzz target overwrites its const input") {
            report.restart("Overwrites-const-input");
        }
    }
    if text.contains("V8 sandbox violation detected") {
        report.rename("V8 sandbox violation");
    }
    let Some(bug) = text.strip_prefix("===BUG DETECTED: ") else { return };
    let bug = bug.trim_end_matches('=').trim_end();
    match bug {
        "Shell corruption" | "Shell injection" => report.restart("Command injection"),
        "Arbitrary domain name resolution" => report.restart("Arbitrary DNS resolution"),
        other => report.restart(other.split(':').next().unwrap_or(other)),
    }
}

/// Debuggers and in-process handlers.
fn signals(report: &mut Report, text: &str) {
    for start in ["Program received signal ", "Program terminated with signal "] {
        if let Some(rest) = text.strip_prefix(start) {
            let name = rest.split([',', ' ']).next().unwrap_or("");
            report.rename(name);
        }
    }
    let Some((_, rest)) = text.split_once("Received signal 11 SEGV_") else { return };
    if !report.is_announced() {
        report.restart("UNKNOWN");
        let word = rest.split_whitespace().nth(1).unwrap_or("");
        report.address = u64::from_str_radix(word, 16).ok();
    }
}

/// `signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0`, `Abort message: …`.
fn android(report: &mut Report, text: &str) {
    if let Some((_, message)) = text.split_once("Abort message: ")
        && text.trim_start().starts_with("Abort message: ")
    {
        report.restart_with("CHECK failure", super::checks::condition(message.trim_matches(['\'', '"'])));
    }
    let Some((head, rest)) = text.split_once("(SIG") else { return };
    if !head.to_ascii_lowercase().contains("signal") {
        return;
    }
    if rest.starts_with("ABRT") && !report.is_failed_check() {
        report.rename("Abort");
    } else if let Some((_, address)) = rest.split_once("fault addr ") {
        let known = report.kind.starts_with("UNKNOWN") || report.is_failed_check();
        if known && text.contains("Fatal signal") || rest.starts_with("ABRT") {
            return;
        }
        report.restart(if rest.contains("SEGV_MTESERR") { "Tag-mismatch" } else { "UNKNOWN" });
        let word = address.split_whitespace().next().unwrap_or("");
        report.address = u64::from_str_radix(word.trim_start_matches("0x"), 16).ok();
    }
}

/// cdb: `DEFAULT_BUCKET_ID:  STACK_OVERFLOW`, `Attempt to read from address 0012`.
fn windows(report: &mut Report, text: &str) {
    if text.contains("ChildEBP RetAddr") || text.contains("Child-SP          RetAddr") {
        report.headline.clear();
        report.clear_frames();
    }
    if let Some(rest) = text.strip_prefix("Attempt to ")
        && let Some((way, address)) = rest.split_once(" address ")
        && let Some(way) = way.split(' ').next()
    {
        report.rename(&way.to_ascii_uppercase());
        report.address = u64::from_str_radix(address.trim(), 16).ok();
    }
    if report.is_announced() {
        return;
    }
    if text.contains("ExceptionCode: ") && text.contains("(Stack overflow)") {
        report.rename("Stack-overflow");
    } else if let Some((_, bucket)) = text.split_once("DEFAULT_BUCKET_ID:") {
        let bucket = bucket.trim().trim_end_matches("_AVRF").replace('_', "-");
        let bucket = bucket.strip_prefix("STATUS-").unwrap_or(&bucket);
        let bucket = if bucket == "INTEGER-DIVIDE-BY-ZERO" { "DIVIDE-BY-ZERO" } else { bucket };
        report.rename(&capitalised(bucket));
    }
}
