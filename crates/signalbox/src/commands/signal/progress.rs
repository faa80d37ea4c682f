//! How far a load is, on one line that is drawn anew: only where somebody sees it.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use signalbox_runtime::{BootTime, Clock};

use crate::fail::Failure;
use crate::wiring;

const WIDTH: usize = 24;
const DRAW: Duration = Duration::from_millis(100);

pub(super) struct Progress {
    clock: Clock,
    size: Option<u64>,
    began: BootTime,
    drawn: Option<BootTime>,
    seen: bool,
}

impl Progress {
    pub(super) fn new(size: Option<u64>) -> Result<Self, Failure> {
        let clock = wiring::base()?.clock;
        let began = clock.boot();
        Ok(Self { clock, size, began, drawn: None, seen: std::io::stderr().is_terminal() })
    }

    pub(super) fn show(&mut self, bytes: u64, records: u64) {
        let now = self.clock.boot();
        let is_due = self.drawn.is_none_or(|drawn| now.since(drawn) >= DRAW);
        if self.seen && is_due {
            self.drawn = Some(now);
            self.draw(&line(bytes, self.size, records, now.since(self.began)));
        }
    }

    /// Says something on a line of its own.
    pub(super) fn note(&mut self, words: &str) {
        if self.seen {
            self.draw(words);
            self.draw_raw("\n");
        }
    }

    pub(super) fn clear(&self) {
        if self.seen && self.drawn.is_some() {
            self.draw("");
        }
    }

    fn draw(&self, line: &str) {
        self.draw_raw(&format!("\r\x1b[2K{line}"));
    }

    /// Whoever closed the terminal misses nothing of what is loaded.
    fn draw_raw(&self, text: &str) {
        let mut to = std::io::stderr().lock();
        if let Err(error) = to.write_all(text.as_bytes()).and_then(|()| to.flush()) {
            tracing::trace!(%error, "no progress was shown");
        }
    }
}

/// `[######------------------]  25 %  12300 records  3.1 MB/s  12 s left`; of a size that nobody knows, without share and rest.
fn line(bytes: u64, size: Option<u64>, records: u64, passed: Duration) -> String {
    let tenths = u64::try_from(passed.as_millis() / 100).unwrap_or(u64::MAX).max(1);
    let a_second = bytes.saturating_mul(10) / tenths;
    let (millions, rest) = (a_second / 1_000_000, a_second % 1_000_000 / 100_000);
    let told = format!("{records} records  {millions}.{rest} MB/s");
    let Some(size) = size.filter(|size| *size > 0) else { return told };
    let share = usize::try_from(bytes.min(size).saturating_mul(100) / size).unwrap_or(100);
    let full = share * WIDTH / 100;
    let bar = format!("[{}{}]", "#".repeat(full), "-".repeat(WIDTH - full));
    let left = match size.saturating_sub(bytes).checked_div(a_second) {
        Some(seconds) => format!("  {seconds} s left"),
        None => String::new(),
    };
    format!("{bar} {share:>3} %  {told}{left}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_and_how_long() {
        let second = Duration::from_secs(1);
        assert_eq!(
            line(2_500_000, Some(10_000_000), 12_300, second),
            "[######------------------]  25 %  12300 records  2.5 MB/s  3 s left"
        );
        assert_eq!(
            line(10, Some(10), 1, second),
            "[########################] 100 %  1 records  0.0 MB/s  0 s left"
        );
        assert_eq!(
            line(0, Some(10), 0, Duration::ZERO),
            "[------------------------]   0 %  0 records  0.0 MB/s"
        );
        assert_eq!(line(1_500_000, None, 7, second), "7 records  1.5 MB/s");
    }
}
