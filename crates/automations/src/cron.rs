//! When a schedule fires: five fields, evaluated on the local time line of an IANA time zone. Pure.
//!
//! ```text
//!   fields ─▶ days and times on a line without a zone (cron) ─▶ moments (jiff)
//! ```
//!
//! Day of month and day of week are alternatives where both are restricted, and both hold otherwise. A schedule
//! whose hour begins with `*` repeats: it skips what the clocks leap over, and runs in both hours when one comes twice.
//! Any other has set times: what the clocks leap over fires right after the leap, and what comes twice fires the
//! first time. So nothing fires twice for one time, and nothing that was asked for at a time of day is lost.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime as Line, Utc};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp as Moment};
use signalbox_domain::time::Timestamp;

use crate::fields::{self, Field, FieldError, Fields, WEEKDAYS};

/// No zone turns its clocks back by more today; a schedule that repeats looks that far around a moment.
const LONGEST_FOLD: SignedDuration = SignedDuration::from_hours(3);

/// Why a schedule cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    #[error("schedule {schedule:?}: {what}")]
    Fields { schedule: String, what: FieldError },
    #[error("zone {got:?}: expected an IANA time zone such as \"Europe/Berlin\" or \"UTC\"")]
    Zone { got: String },
    /// Every text that passed the fields is one that cron reads; a test runs through many.
    #[error("schedule {schedule:?} cannot be evaluated")]
    Line { schedule: String },
}

/// A schedule in its zone.
#[derive(Clone)]
pub struct CronSchedule {
    text: String,
    zone: TimeZone,
    /// Their union: two where day of month and day of week are alternatives.
    lines: Vec<cron::Schedule>,
    clocks: Clocks,
}

/// What happens when the clocks change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clocks {
    Repeats,
    SetTimes,
}

impl CronSchedule {
    pub fn parse(schedule: &str, zone: &str) -> Result<Self, ScheduleError> {
        let shown: String = schedule.chars().take(256).collect();
        let fields = fields::parse(schedule)
            .map_err(|what| ScheduleError::Fields { schedule: shown.clone(), what })?;
        let lines = line_texts(&fields).iter().map(|text| cron::Schedule::from_str(text)).collect();
        let lines = match lines {
            Ok(lines) => lines,
            Err(_) => return Err(ScheduleError::Line { schedule: shown }),
        };
        let zone =
            TimeZone::get(zone).map_err(|_| ScheduleError::Zone { got: zone.chars().take(64).collect() })?;
        let clocks = if fields.hour.open { Clocks::Repeats } else { Clocks::SetTimes };
        Ok(Self { text: shown, zone, lines, clocks })
    }

    /// The first moment after this one at which it fires; none after the year 2100.
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let after = Moment::from_microsecond(after.micros()).ok()?;
        let mut best: Option<Moment> = None;
        for local in self.locals_from(self.zone.to_datetime(after), self.fold_near(after)) {
            let moments = self.moments(local)?;
            best = moments.iter().flatten().copied().filter(|moment| *moment > after).chain(best).min();
            // Later local times are never earlier as moments, the first time that they come.
            if best.is_some() && moments[0] >= best {
                break;
            }
        }
        best.map(|moment| Timestamp::from_micros(moment.as_microsecond()))
    }

    /// Does the zone change its clocks so near that an earlier local time may come again?
    fn fold_near(&self, moment: Moment) -> bool {
        let offset = |moment: Result<Moment, jiff::Error>| moment.map(|at| self.zone.to_offset(at)).ok();
        offset(moment.checked_sub(LONGEST_FOLD)) != offset(moment.checked_add(LONGEST_FOLD))
    }

    /// Local times of the schedule, in order, from at the latest this one on.
    fn locals_from(&self, from: DateTime, fold_near: bool) -> impl Iterator<Item = DateTime> {
        let back = if fold_near { LONGEST_FOLD } else { SignedDuration::ZERO };
        let start = from.checked_sub(back + SignedDuration::from_secs(1)).unwrap_or(from);
        let start = on_line(start).unwrap_or_default();
        let mut lines: Vec<_> = self.lines.iter().map(|line| line.after(&start).peekable()).collect();
        std::iter::from_fn(move || {
            let next = lines.iter_mut().filter_map(|line| line.peek().copied()).min()?;
            for line in &mut lines {
                line.next_if_eq(&next);
            }
            from_line(next)
        })
    }

    /// The moments of a local time, the first one first. None: out of what can be reckoned with.
    fn moments(&self, local: DateTime) -> Option<[Option<Moment>; 2]> {
        let at = |offset: jiff::tz::Offset| offset.to_timestamp(local).ok();
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => Some([Some(at(offset)?), None]),
            AmbiguousOffset::Gap { after, .. } => match self.clocks {
                Clocks::Repeats => Some([None, None]),
                // Read with the later offset, a time that never was lies before the leap.
                Clocks::SetTimes => {
                    let leap = self.zone.following(at(after)?).next()?;
                    Some([Some(leap.timestamp()), None])
                }
            },
            AmbiguousOffset::Fold { before, after } => match self.clocks {
                Clocks::Repeats => Some([Some(at(before)?), Some(at(after)?)]),
                Clocks::SetTimes => Some([Some(at(before)?), None]),
            },
        }
    }
}

impl fmt::Debug for CronSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} in {}", self.text, self.zone.iana_name().unwrap_or("an unnamed zone"))
    }
}

/// The line has no zone; UTC stands for that, because it neither leaps nor folds.
fn on_line(local: DateTime) -> Option<Line<Utc>> {
    Line::from_timestamp(jiff::tz::Offset::UTC.to_timestamp(local).ok()?.as_second(), 0)
}

fn from_line(line: Line<Utc>) -> Option<DateTime> {
    Some(jiff::tz::Offset::UTC.to_datetime(Moment::from_second(line.timestamp()).ok()?))
}

/// The same in the six fields of cron, seconds first: every value written out and weekdays by name, so that nothing is
/// left to how it counts.
fn line_texts(fields: &Fields) -> Vec<String> {
    let numbers =
        |field: &Field| -> String { field.values.iter().map(u8::to_string).collect::<Vec<_>>().join(",") };
    let names: Vec<&str> = fields.weekday.values.iter().map(|day| WEEKDAYS[usize::from(*day)]).collect();
    let (days, weekdays) = (numbers(&fields.day), names.join(","));
    let text = |days: &str, weekdays: &str| {
        let (minute, hour, month) = (numbers(&fields.minute), numbers(&fields.hour), numbers(&fields.month));
        format!("0 {minute} {hour} {days} {month} {weekdays}")
    };
    if fields.day.open || fields.weekday.open {
        vec![text(&days, &weekdays)]
    } else {
        vec![text(&days, "*"), text("*", &weekdays)]
    }
}

#[cfg(test)]
mod tests;
