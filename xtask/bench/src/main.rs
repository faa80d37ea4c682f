//! The benches' command line, run at the workspace's root by `cargo xtask bench`.

use std::path::Path;
use std::process::ExitCode;

use signalbox_bench::cases::ingest::drain;
use signalbox_bench::command;
use xtask::process::complain;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        // What a case starts as a process of its own, to be measured like ours.
        ["drain", brokers, topic, records] => drain::run(brokers, topic, records),
        _ => command::parse(&words).and_then(|request| command::run(&request, Path::new("docs/bench"))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
