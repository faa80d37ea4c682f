//! Inputs made to hurt: the parser stays within its bounds and says that it cut.

use super::*;
use crate::frames::{MAX_FRAMES, MAX_LINE_BYTES};

const MIB: usize = 1 << 20;

#[test]
fn a_line_of_a_mebibyte_is_cut_and_the_trace_below_is_found() {
    let text = format!("Error: {}\n    at f (/a.js:1:1)\n    at g (/b.js:2:2)", "x".repeat(MIB - 200));
    let trace = parse(&text).expect("the frames are within the bound");
    assert!(trace.truncated);
    assert!(trace.message.as_deref().is_some_and(|m| m.len() <= MAX_LINE_BYTES));
    assert_eq!(trace.frames.len(), 2);
}

#[test]
fn a_trace_of_a_mebibyte_keeps_the_frames_that_matter() {
    let mut text = String::from("java.lang.IllegalStateException: deep\n");
    let mut at = 0;
    while text.len() < MIB {
        text.push_str(&format!("\tat com.acme.C{at}.m{at}(C.java:{at})\n"));
        at += 1;
    }
    let trace = parse(&text).expect("a trace is found");
    assert!(trace.truncated);
    assert_eq!(trace.frames.len(), MAX_FRAMES);
    assert_eq!(trace.frames[0].function, "m0");
}

#[test]
fn endless_recursion_folds_to_one_turn() {
    let mut text = String::from(
        "==1==ERROR: AddressSanitizer: stack-overflow on address 0x7ffc (pc 0x1 bp 0x2 sp 0x3 T0)\n",
    );
    for at in 0..20_000 {
        let name = ["visit", "descend", "step"][at % 3];
        text.push_str(&format!("    #{at} 0x4000{at:04x} in {name} walk.c:{at}\n"));
    }
    let trace = parse(&text).expect("a trace is found");
    assert_eq!(trace.state, ["visit", "descend", "step"]);
    assert!(trace.folded > 19_000, "{}", trace.folded);
}

#[test]
fn a_deep_chain_of_causes_ends() {
    let mut text = String::new();
    for at in 0..30_000 {
        let lead = if at == 0 { "" } else { "Caused by: " };
        text.push_str(&format!("{lead}a.b.E{at}Exception: no\n\tat a.b.C.m(C.java:{at})\n\t... 1 more\n"));
    }
    let trace = parse(&text).expect("a trace is found");
    assert!(trace.wrappers.len() <= 64);
    assert!(trace.frames.len() <= MAX_FRAMES);
}

#[test]
fn junk_that_looks_like_frames_costs_linear_time() {
    for unit in [
        "#0 0x1 in (((((\n",
        "at at at (:::\n",
        "File \"\", line \n",
        "goroutine 1 [\n",
        "[<>] +0x/0x\n",
        "a@b:1:\n",
        "()<>[]{}\n",
        "\\n  ",
        "\\n\\t\\\"",
        "a  | b\n",
        "w[1]: ]: x\n",
        "Thread 1 (\n#0 0x1000000 in f (\n",
        "\tSuppressed: \n",
        "a.b.C/0x/0x.\n",
        "at eval (eval at (eval at \n",
        "#0 f<(((< /a.c:1 (x+0x1)\n",
    ] {
        let text = unit.repeat(MIB / unit.len());
        // A quadratic step would take minutes here.
        drop(parse(&text));
    }
}

#[test]
fn every_cut_of_a_report_is_readable() {
    let text = "thread 'ü' panicked at 'Größe', src/ä.rs:3:1\n#0 0x1000000 in größe::maß::h0123456789abcdef src/ä.rs:3:1\n";
    for end in 0..=text.len() {
        if text.is_char_boundary(end) {
            drop(parse(&text[..end]));
        }
    }
}
