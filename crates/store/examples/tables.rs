//! Prints the table of tables for ARCHITECTURE.md. Called by whoever changes the list.

use std::io::{self, Write as _};

use signalbox_store::tables::tables_markdown;

fn main() -> io::Result<()> {
    io::stdout().write_all(tables_markdown().as_bytes())
}
