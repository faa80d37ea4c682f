//! Runs a child process and measures it: elapsed time, processor time, the peak of its resident memory. Called by cases.
//!
//! The peak is the kernel's own high-water mark (`VmHWM`), read while the child runs and kept from the last look. The
//! counter that `wait4` gives is not used: a child starts it at the size of the process that forked it. Processor time
//! comes from the same looks, in the kernel's steps of ten milliseconds.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, bail};

use xtask::process::shown;
use xtask::timing::{Stopwatch, Waited, wait_until};

use crate::frame::{Metric, Sample};
use crate::machine::kibibytes;

const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// How a child used its time.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub elapsed: Duration,
    pub processor: Duration,
    pub memory_peak_bytes: u64,
}

impl Measured {
    /// Adds what a report says of a process that handled this many things.
    pub fn into_sample(self, sample: Sample, things: u64) -> anyhow::Result<Sample> {
        let mebibytes = self.memory_peak_bytes as f64 / f64::from(1 << 20);
        let per_million = self.processor.as_secs_f64() * 1e6 / things as f64;
        sample.with(Metric::MemoryPeak, mebibytes)?.with(Metric::CpuPerMillion, per_million)
    }
}

/// What was seen so far; both only grow while the child lives.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    memory_peak_bytes: u64,
    processor: Duration,
}

impl Seen {
    /// An ended child has files without figures, or none: the last look counts.
    fn look(&mut self, process: &Path) {
        let read = |name: &str| std::fs::read_to_string(process.join(name)).unwrap_or_default();
        let peak = kibibytes(&read("status"), "VmHWM").unwrap_or(0) * 1024;
        self.memory_peak_bytes = self.memory_peak_bytes.max(peak);
        self.processor = self.processor.max(processor_time(&read("stat")).unwrap_or_default());
    }
}

/// User and system time of a `/proc/…/stat`, in ticks that Linux shows as hundredths of a second everywhere.
fn processor_time(stat: &str) -> Option<Duration> {
    // The second field, the program's name in parentheses, may hold spaces; what follows has none.
    let (_, after) = stat.rsplit_once(')')?;
    let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    Some(Duration::from_millis(ticks.sum::<Result<u64, _>>().ok()? * 10))
}

/// Runs the command to its end, which must come within the limit and be a success.
pub fn run(command: &mut Command, limit: Duration) -> anyhow::Result<Measured> {
    let watch = Stopwatch::start();
    let mut child = command.spawn().with_context(|| format!("starting {}", shown(command)))?;
    let process = PathBuf::from(format!("/proc/{}", child.id()));
    let mut seen = Seen::default();
    let mut end: Option<ExitStatus> = None;
    let waited = wait_until(limit, BETWEEN_LOOKS, || {
        seen.look(&process);
        end = child.try_wait().context("looking at the child")?;
        Ok(end.is_some())
    });
    let elapsed = watch.elapsed();
    match (waited, end) {
        (Ok(Waited::Held), Some(status)) if status.success() => {
            let Seen { memory_peak_bytes, processor } = seen;
            Ok(Measured { elapsed, processor, memory_peak_bytes })
        }
        (Ok(Waited::Held), Some(status)) => bail!("{} failed: {status}", shown(command)),
        (waited, _) => {
            child.kill().context("killing the child")?;
            child.wait().context("waiting for the child's end")?;
            waited?;
            bail!("{} had not ended after {limit:?}", shown(command))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    #[test]
    fn the_peak_is_the_childs_own() {
        let block = |size: &str| {
            let mut dd = Command::new("dd");
            dd.args(["if=/dev/zero", "of=/dev/null", "count=40", "status=none"]).arg(format!("bs={size}"));
            run(&mut dd, LIMIT).unwrap()
        };
        let (small, large) = (block("4K"), block("64M"));
        assert!(large.memory_peak_bytes > 64 << 20, "{large:?}");
        assert!(small.memory_peak_bytes < 32 << 20, "{small:?}");
        assert!(large.elapsed > Duration::ZERO);
        let sample = large.into_sample(Sample::default(), 40).unwrap();
        assert!(sample.values()[&Metric::MemoryPeak] > 64.0, "{sample:?}");
    }

    #[test]
    fn processor_time_is_read_behind_the_programs_name() {
        let stat = "7 (a b) c) R 1 2 3 4 5 6 7 8 9 10 150 50 13 14";
        assert_eq!(processor_time(stat), Some(Duration::from_secs(2)));
        assert_eq!(processor_time(""), None);
    }

    #[test]
    fn a_child_that_fails_or_stays_is_an_error() {
        let error = run(Command::new("dd").args(["if=/nowhere/at/all", "status=none"]), LIMIT).unwrap_err();
        assert!(error.to_string().contains("failed: exit status: 1"), "{error}");
        let error =
            run(Command::new("tail").args(["-f", "/dev/null"]), Duration::from_millis(20)).unwrap_err();
        assert_eq!(error.to_string(), "`tail -f /dev/null` had not ended after 20ms");
    }
}
