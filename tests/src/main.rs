//! The program as people run it, with failpoints in it: `SIGNALBOX_FAILPOINT=task_open:before:1` kills it there.

use std::process::ExitCode;

fn main() -> ExitCode {
    signalbox::main()
}
