//! The binary `signalbox`.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Reading records is mostly making and dropping small texts.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    signalbox::main()
}
