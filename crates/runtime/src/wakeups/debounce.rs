//! Gathers outgoing wake-ups, so that at most one message leaves in each interval.
//!
//! The first after a quiet time leaves at once (an idle system answers quickly); those that follow within the interval
//! leave together at its end (a commit lock that all writers share is taken rarely). Pure: told the time, never asks.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Channel;
use crate::BootTime;

/// When to send next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    Nothing,
    At(BootTime),
}

/// The wake-ups that wait to be sent, and when the last were.
#[derive(Debug)]
pub struct Debounce {
    interval: Duration,
    sent: Option<BootTime>,
    waiting: BTreeSet<Channel>,
}

impl Debounce {
    pub const fn new(interval: Duration) -> Self {
        Self { interval, sent: None, waiting: BTreeSet::new() }
    }

    pub fn add(&mut self, channels: impl IntoIterator<Item = Channel>) {
        self.waiting.extend(channels);
    }

    /// When what waits is due; a moment in the past means now.
    pub fn due(&self) -> Due {
        if self.waiting.is_empty() {
            return Due::Nothing;
        }
        Due::At(self.sent.map_or(BootTime::default(), |sent| sent.plus(self.interval)))
    }

    /// What to send now, if it is due. It goes on waiting until [`Self::sent`] says that it left.
    pub fn ready(&self, now: BootTime) -> Option<Vec<Channel>> {
        match self.due() {
            Due::At(due) if due <= now => Some(self.waiting.iter().copied().collect()),
            Due::At(_) | Due::Nothing => None,
        }
    }

    /// `channels` left at `now`.
    pub fn sent(&mut self, channels: &[Channel], now: BootTime) {
        self.sent = Some(now);
        for channel in channels {
            self.waiting.remove(channel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNALS: Channel = Channel::new("signals");
    const TASKS: Channel = Channel::new("tasks");

    fn at(millis: u64) -> BootTime {
        BootTime::from_nanos(millis * 1_000_000)
    }

    #[test]
    fn the_first_leaves_at_once_and_the_next_together() {
        let mut debounce = Debounce::new(Duration::from_millis(100));
        assert_eq!((debounce.due(), debounce.ready(at(5_000))), (Due::Nothing, None));
        debounce.add([SIGNALS]);
        assert_eq!(debounce.ready(at(5_000)), Some(vec![SIGNALS]));
        debounce.sent(&[SIGNALS], at(5_000));
        debounce.add([TASKS, SIGNALS, TASKS]);
        assert_eq!((debounce.due(), debounce.ready(at(5_099))), (Due::At(at(5_100)), None));
        assert_eq!(debounce.ready(at(5_100)), Some(vec![SIGNALS, TASKS]));
        debounce.sent(&[SIGNALS, TASKS], at(5_100));
        assert_eq!(debounce.due(), Due::Nothing);
    }

    #[test]
    fn what_could_not_be_sent_goes_on_waiting() {
        let mut debounce = Debounce::new(Duration::from_millis(100));
        debounce.add([SIGNALS]);
        let tried = debounce.ready(at(1)).unwrap();
        assert_eq!(debounce.ready(at(2)), Some(tried), "a failed try changes nothing");
    }

    #[test]
    fn what_comes_while_sending_is_kept() {
        let mut debounce = Debounce::new(Duration::from_millis(100));
        debounce.add([SIGNALS]);
        let sending = debounce.ready(at(1)).unwrap();
        debounce.add([TASKS]);
        debounce.sent(&sending, at(1));
        assert_eq!(debounce.ready(at(101)), Some(vec![TASKS]));
    }
}
