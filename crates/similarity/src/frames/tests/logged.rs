//! Traces as log collectors write them: a gutter before each line, or all of it in one line of JSON.

use super::*;

const PLAIN: &str = "Traceback (most recent call last):
  File \"/srv/app/job.py\", line 3, in run
    work()
  File \"/srv/app/work.py\", line 9, in work
    return 1/0
ZeroDivisionError: division by zero";

fn guttered(before: impl Fn(usize) -> String) -> String {
    PLAIN.lines().enumerate().map(|(at, line)| format!("{}{line}\n", before(at))).collect()
}

fn found(text: &str) -> ParsedTrace {
    check(text, Language::Python, "ZeroDivisionError", "division by zero", &["work", "run"])
}

#[test]
fn the_gutters_of_containers_and_of_the_system_are_taken_away() {
    found(&guttered(|_| "web-1  | ".to_owned()));
    found(&guttered(|at| format!("2026-03-01T12:00:00.{at}23Z stderr F ")));
    found(&guttered(|at| format!("Mar  1 12:00:0{at} host shop[71]: ")));
    let mixed = guttered(|_| "web-1  | ".to_owned()).replacen("web-1", "db-1  | checkpoint done\nweb-1", 1);
    found(&mixed);
}

#[test]
fn a_bar_in_a_few_lines_is_no_gutter() {
    let table = format!("name | count\nshop | 3\n{PLAIN}");
    found(&table);
}

#[test]
fn a_trace_within_one_line_of_json_is_read() {
    let line = serde_json::json!({"level": "error", "msg": PLAIN, "at": 3}).to_string();
    found(&line);
    found(&format!("{{\"level\":\"info\",\"msg\":\"started\"}}\n{line}\n"));
    let java = serde_json::json!({"stack": "a.b.PayException: no card\n\tat a.b.Pay.take(Pay.java:3)\n"});
    check(&java.to_string(), Language::Java, "a.b.PayException", "no card", &["a.b.Pay.take"]);
}

#[test]
fn a_path_with_backslashes_is_not_torn() {
    let text = "System.IO.IOException: C:\\new\\node is gone\n   at Acme.Disk.Open(String p) in C:\\new\\node\\Disk.cs:line 3";
    let trace = parse(text).expect("a trace is found");
    assert_eq!(trace.message.as_deref(), Some("C:\\new\\node is gone"));
    assert_eq!(trace.frames[0].file, "C:\\new\\node\\Disk.cs");
}
