//! Standard output, for what a command was asked to say. A reader that went away (`| head`) is no failure.

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};

use crate::fail::Failure;

/// One line, or several.
pub(crate) fn say(text: impl Display) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
