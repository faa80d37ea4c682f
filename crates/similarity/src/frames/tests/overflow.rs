//! Endless recursion: the cycle is the fault, and where in it the stack ended is chance.

use super::*;
use crate::fingerprint::{Fingerprint, Identity, UpstreamPolicy, fingerprint};

fn key(trace: &ParsedTrace) -> Fingerprint {
    let policy = UpstreamPolicy::Honour;
    fingerprint(&Identity { source: "t", kind: "", title: "", trace: Some(trace), upstream: None, policy })
}

/// A report whose stack ends in `above`, over many turns of `turn`, called by `below`.
fn native(above: &[&str], turn: &[&str], below: &[&str]) -> ParsedTrace {
    let turns = std::iter::repeat_n(turn, 40).flatten();
    let names = above.iter().chain(turns).chain(below);
    let mut text = String::from(
        "==1==ERROR: AddressSanitizer: stack-overflow on address 0x7ffc (pc 0x1 bp 0x2 sp 0x3 T0)\n",
    );
    for (at, name) in names.enumerate() {
        text.push_str(&format!("    #{at} 0x4000{at:04x} in {name} walk.c:{at}\n"));
    }
    parse(&text).expect("a trace is found")
}

#[test]
fn what_ran_when_the_stack_ended_says_nothing() {
    let trace = native(&["measure", "round", "measure"], &["visit"], &["load", "main"]);
    assert_eq!(trace.state, ["visit", "load"]);
    assert_eq!(
        trace.frames.iter().map(|f| f.function.as_str()).collect::<Vec<_>>()[..3],
        ["measure", "round", "measure"]
    );
    assert_eq!(key(&trace), key(&native(&["shorten"], &["visit"], &["load", "main"])));
    assert_ne!(key(&trace), key(&native(&["measure"], &["descend"], &["load", "main"])));
}

#[test]
fn a_turn_has_one_key_wherever_the_stack_ended_in_it() {
    let calls = ["visit", "descend", "step", "enter"];
    let keys: Vec<Fingerprint> = (0..calls.len())
        .map(|end| {
            let mut turn = calls;
            turn.rotate_left(end);
            let trace = native(&[], &turn, &["load"]);
            assert_eq!(trace.state, turn[..3], "people read it as it stood");
            key(&trace)
        })
        .collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

#[test]
fn every_runtimes_words_for_it_are_known() {
    let java = "java.lang.StackOverflowError
\tat com.acme.Name.hash(Name.java:9)
\tat com.acme.Tree.walk(Tree.java:5)
\tat com.acme.Tree.walk(Tree.java:5)
\tat com.acme.Tree.walk(Tree.java:5)
\tat com.acme.Main.go(Main.java:1)";
    let script = "RangeError: Maximum call stack size exceeded
    at hash (/srv/name.js:9:1)
    at walk (/srv/tree.js:5:1)
    at walk (/srv/tree.js:5:1)
    at walk (/srv/tree.js:5:1)
    at go (/srv/main.js:1:1)";
    for (text, first) in [(java, "com.acme.Tree.walk"), (script, "walk")] {
        let trace = parse(text).expect("a trace is found");
        assert_eq!(trace.state[0], first);
        assert_eq!(roles(&trace), [Role::Runtime, Role::App, Role::App]);
    }
    let python = "Traceback (most recent call last):
  File \"main.py\", line 1, in <module>
  File \"tree.py\", line 5, in walk
  File \"tree.py\", line 5, in walk
  File \"tree.py\", line 5, in walk
  [Previous line repeated 990 more times]
  File \"name.py\", line 9, in hash
RecursionError: maximum recursion depth exceeded";
    assert_eq!(parse(python).expect("a trace is found").state[0], "walk");
}

#[test]
fn recursion_that_is_no_fault_leaves_the_top_as_it_is() {
    let text = "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020 at pc 0x1 bp 0x2 sp 0x3
    #0 0x40000001 in measure name.c:1:1
    #1 0x40000002 in walk tree.c:5:1
    #2 0x40000003 in walk tree.c:5:1
    #3 0x40000004 in walk tree.c:5:1";
    let trace = parse(text).expect("a trace is found");
    assert_eq!((trace.state[0].as_str(), trace.frames[0].role), ("measure", Role::App));
}
