//! The facts that a figure depends on: processor, cores, memory, kernel, day, commit. Called by `command`.
//!
//! It must never take a host's name, a user or a path along: reports are published.

use anyhow::Context;
use serde::Serialize;
use std::process::Command;

use xtask::process::capture;
use xtask::timing::unix_seconds;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    pub processor: String,
    pub cores: usize,
    pub memory_bytes: u64,
    pub kernel: String,
}

impl Machine {
    pub fn here() -> anyhow::Result<Self> {
        let read = |path: &str| std::fs::read_to_string(path).with_context(|| format!("reading {path}"));
        Ok(Self {
            processor: processor(&read("/proc/cpuinfo")?),
            cores: std::thread::available_parallelism().context("counting the cores")?.get(),
            memory_bytes: kibibytes(&read("/proc/meminfo")?, "MemTotal").context("no MemTotal")? * 1024,
            kernel: read("/proc/sys/kernel/osrelease")?.trim().to_owned(),
        })
    }
}

/// The first processor's name; some architectures give none.
fn processor(cpuinfo: &str) -> String {
    let named = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"));
    let name = named.and_then(|rest| rest.split_once(':')).map_or("", |(_, name)| name.trim());
    if name.is_empty() { std::env::consts::ARCH.to_owned() } else { name.to_owned() }
}

/// A line such as `VmHWM:     1234 kB` of a file under /proc.
pub fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Now, in UTC, to the second.
pub fn date() -> anyhow::Result<String> {
    let now = jiff::Timestamp::from_second(unix_seconds()?).context("a date out of the calendar")?;
    Ok(now.to_string())
}

/// The commit that was measured, and whether the tree differed from it. What benches write themselves does not count.
pub fn commit() -> anyhow::Result<(String, bool)> {
    let head = capture(Command::new("git").args(["rev-parse", "HEAD"]))?;
    let changes =
        capture(Command::new("git").args(["status", "--porcelain", "--", ".", ":(exclude)docs/bench"]))?;
    Ok((head.trim().to_owned(), !changes.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_from_what_the_kernel_writes() {
        assert_eq!(
            processor("processor\t: 0\nmodel name\t: Fast (R) 3000\nmodel name\t: other\n"),
            "Fast (R) 3000"
        );
        assert_eq!(processor("processor\t: 0\n"), std::env::consts::ARCH);
        let status = "Name:\tbench\nVmHWM:\t    2048 kB\nVmRSS:\t 1024 kB\n";
        assert_eq!(kibibytes(status, "VmHWM"), Some(2048));
        assert_eq!(kibibytes(status, "VmSwap"), None);
    }

    #[test]
    fn this_machine_has_cores_memory_and_a_date() {
        let machine = Machine::here().unwrap();
        assert!(
            machine.cores >= 1 && machine.memory_bytes > 1 << 20 && !machine.kernel.is_empty(),
            "{machine:?}"
        );
        let date = date().unwrap();
        assert!(date.len() == 20 && date.ends_with('Z') && date.starts_with("20"), "{date}");
    }
}
