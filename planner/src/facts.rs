//! What is known of a case at the moment of a plan: what the store added up, and the signals that join it now. Pure.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::ids::SignalId;
use signalbox_domain::signal::{Sample, Severity};
use signalbox_domain::time::Timestamp;
use signalbox_store::planner::{CaseFacts, HourCount, PlanSignal};

/// The facts that gates and scores are made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    pub(crate) signals: u64,
    /// Signals that nothing holds back.
    pub(crate) free: u64,
    pub(crate) records: u64,
    /// Distinct users of the signal that has most; none where no record named one.
    pub(crate) users: Option<u64>,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    pub(crate) severity: Severity,
    /// Records by the hour since 1970.
    pub(crate) hours: BTreeMap<i64, u64>,
    pub(crate) routes: BTreeSet<String>,
    /// Some sample says that the program did not handle it.
    pub(crate) is_unhandled: bool,
    /// The stack of some sample leads into the product's own code.
    pub(crate) has_own_code: bool,
    pub(crate) stacks: Stacks,
}

/// Whose the calls are in the stacks of a case, the least certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stacks {
    /// No sample has a stack.
    None,
    /// Of every call whoever sent it says that it is not the product's.
    Others,
    MaybeOwn,
}

impl Facts {
    /// `known` covers all signals that belong to the case already; `joining` those that do not yet; `read` are all whose
    /// samples are at hand.
    pub(crate) fn of(
        known: Option<&CaseFacts>,
        joining: &[&PlanSignal],
        read: &[&PlanSignal],
        hours_of: &BTreeMap<SignalId, Vec<HourCount>>,
    ) -> Self {
        let mut facts = known.map_or_else(Self::none, Self::known);
        for changed in joining {
            facts.join(changed, hours_of.get(&changed.signal.id));
        }
        for signal in read {
            facts.users = facts.users.max(signal.signal.users);
            facts.look_at_samples(signal);
        }
        facts
    }

    fn none() -> Self {
        Self {
            signals: 0,
            free: 0,
            records: 0,
            users: None,
            first_seen: Timestamp::from_micros(i64::MAX),
            last_seen: Timestamp::EPOCH,
            severity: Severity::Info,
            hours: BTreeMap::new(),
            routes: BTreeSet::new(),
            is_unhandled: false,
            has_own_code: false,
            stacks: Stacks::None,
        }
    }

    fn known(known: &CaseFacts) -> Self {
        Self {
            signals: known.signals,
            free: known.free,
            records: known.records,
            first_seen: known.first_seen,
            last_seen: known.last_seen,
            severity: known.severity,
            hours: known.hours.iter().map(|hour| (hour.hour, hour.count)).collect(),
            ..Self::none()
        }
    }

    fn join(&mut self, changed: &PlanSignal, hours: Option<&Vec<HourCount>>) {
        let signal = &changed.signal;
        self.signals += 1;
        self.free += u64::from(signal.hold.is_none());
        self.records = self.records.saturating_add(signal.count);
        self.first_seen = self.first_seen.min(signal.first_seen);
        self.last_seen = self.last_seen.max(signal.last_seen);
        self.severity = self.severity.max(signal.severity);
        for hour in hours.into_iter().flatten() {
            let count = self.hours.entry(hour.hour).or_default();
            *count = count.saturating_add(hour.count);
        }
    }

    /// Whoever sent its stacks says of every call that it is not the product's.
    pub(crate) fn leads_elsewhere(&self) -> bool {
        self.stacks == Stacks::Others
    }

    fn look_at_samples(&mut self, signal: &PlanSignal) {
        for sample in &signal.samples {
            self.routes.extend(sample.route.as_ref().map(|route| route.value.clone()));
            let handled = ["$exception_handled", "handled"];
            let says_no = |name: &&str| {
                sample
                    .attributes
                    .get(*name)
                    .is_some_and(|value| value.as_bool() == Some(false) || value.as_str() == Some("false"))
            };
            self.is_unhandled |= handled.iter().any(says_no);
            self.stacks = self.stacks.max(Stacks::of(sample));
            self.has_own_code |= sample.frames.iter().any(|frame| frame.in_app == Some(true));
        }
    }
}

impl Stacks {
    fn of(sample: &Sample) -> Self {
        match sample.frames.as_slice() {
            [] => Self::None,
            frames if frames.iter().all(|frame| frame.in_app == Some(false)) => Self::Others,
            _ => Self::MaybeOwn,
        }
    }
}
