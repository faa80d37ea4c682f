//! The exit codes of the program: one total table, from which the documentation is printed.
//!
//! A code keeps its number and meaning for ever: scripts and service managers rely on it. Only the binary turns one into
//! the process's own.

use std::fmt;

/// Why the process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ExitCode {
    Done = 0,
    Failure = 1,
    Usage = 2,
    BadConfig = 3,
    Unreachable = 4,
    StoreHeld = 5,
    StoreNewer = 6,
    DrainExceeded = 7,
    DiskFull = 8,
    Panicked = 9,
    Interrupted = 10,
    IsolationMissing = 11,
}

impl ExitCode {
    /// Every code, in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::Done,
        Self::Failure,
        Self::Usage,
        Self::BadConfig,
        Self::Unreachable,
        Self::StoreHeld,
        Self::StoreNewer,
        Self::DrainExceeded,
        Self::DiskFull,
        Self::Panicked,
        Self::Interrupted,
        Self::IsolationMissing,
    ];

    pub const fn number(self) -> u8 {
        self as u8
    }

    /// One line for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done, or stopped cleanly when asked to",
            Self::Failure => "failed; the log says why",
            Self::Usage => "the command line was not understood",
            Self::BadConfig => "the settings are wrong; the message names the file and the key",
            Self::Unreachable => "the server could not be reached; with --once, a dependency",
            Self::StoreHeld => "the store is locked, read-only or held by another server",
            Self::StoreNewer => "the store was written by a newer version of the program",
            Self::DrainExceeded => "work was still under way at the end of the drain bound and was cut off",
            Self::DiskFull => "the disk is full",
            Self::Panicked => "a bug: a task panicked, and the rest was stopped cleanly",
            Self::Interrupted => "a second signal cut the drain short",
            Self::IsolationMissing => "cloud runs were asked for, and nothing here isolates them",
        }
    }

    /// The rows of the documented table: number and meaning.
    pub fn table() -> impl Iterator<Item = (u8, &'static str)> {
        Self::ALL.into_iter().map(|code| (code.number(), code.meaning()))
    }
}

impl fmt::Display for ExitCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.number(), self.meaning())
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_is_sorted_complete_and_says_something_else_each_time() {
        let rows: Vec<_> = ExitCode::table().collect();
        for (row, (number, meaning)) in rows.iter().enumerate() {
            assert_eq!(usize::from(*number), row, "numbers go up without a gap");
            assert!(!meaning.is_empty() && !meaning.contains('\n'));
        }
        assert_eq!(rows.iter().map(|(_, meaning)| meaning).collect::<BTreeSet<_>>().len(), rows.len());
        assert_eq!(
            ExitCode::StoreNewer.to_string(),
            "6: the store was written by a newer version of the program"
        );
    }
}
