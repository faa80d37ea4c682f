//! Ends what a run's agent left running: processes that moved out of its group, and all of them after this runner was
//! killed and started anew. They are known by the variable `SIGNALBOX_RUN`, which they inherit.
//!
//! Only where `/proc` tells the variables of a process; elsewhere the process group alone is ended. An agent that hides
//! from this is no friend: such work belongs into a sandbox, where everything dies together.

use signalbox_domain::ids::RunId;

/// Ends every process of this run and says how many there were.
#[cfg(target_os = "linux")]
pub(crate) fn end(run: RunId) -> usize {
    let marker = format!("SIGNALBOX_RUN={run}");
    let Ok(entries) = std::fs::read_dir("/proc") else { return 0 };
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let ended = pids.filter(|pid| *pid != std::process::id() && end_one(*pid, &marker)).count();
    if ended > 0 {
        tracing::warn!(%run, ended, "ended processes that were left of the run");
    }
    ended
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn end(_run: RunId) -> usize {
    0
}

/// The handle is taken before the look: if the number passes to another process, the signal finds nobody.
#[cfg(target_os = "linux")]
fn end_one(pid: u32, marker: &str) -> bool {
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

    let Some(number) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    let Ok(handle) = pidfd_open(number, PidfdFlags::empty()) else { return false };
    let Ok(variables) = std::fs::read(format!("/proc/{pid}/environ")) else { return false };
    let marked = variables.split(|byte| *byte == 0).any(|variable| variable == marker.as_bytes());
    marked && pidfd_send_signal(handle, Signal::KILL).is_ok()
}
