//! Sessions of users as Sentry's SDKs send them: updates of one, or counts of many. Neither is a signal: they say how much a
//! release is used, and how much of that goes wrong.

use serde_json::Value;
use signalbox_domain::time::Timestamp;
use signalbox_store::ingest::Exposed;

use crate::formats::fields;
use crate::observation::{ExposureNote, Noted, Reading};

/// Of one item; more are not counted.
const MOST_AGGREGATES: usize = 500;
/// Whatever a stranger claims, one item counts no more.
const MOST_AT_ONCE: u64 = 1_000_000;

/// Whose sessions they are.
struct Release {
    release: String,
    environment: String,
}

impl Release {
    /// None where the sender does not say which release it is.
    fn of(item: &Value) -> Option<Self> {
        let text = |path| fields::text(item, path).map(|text| fields::bounded(&text, 200));
        let environment = text("attrs.environment").unwrap_or_else(|| "production".to_owned());
        Some(Self { release: text("attrs.release")?, environment })
    }

    fn note(&self, at: Option<Timestamp>, id: Option<String>, exposed: Exposed) -> ExposureNote {
        let Self { release, environment } = self;
        ExposureNote {
            release: release.clone(),
            environment: environment.clone(),
            at,
            id,
            exposed,
            person: None,
        }
    }
}

/// An update of one session. Each of what it says is told once, however many updates say it.
pub(super) fn session(item: &Value) -> Reading {
    let Some(release) = Release::of(item) else { return Reading::not_a_signal() };
    let status = fields::text(item, "status").unwrap_or_default();
    let has_errors = item.get("errors").and_then(fields::number).is_some_and(|errors| errors > 0);
    let (crashed, abnormal) = (status == "crashed", status == "abnormal");
    let none = Exposed::default();
    let told = [
        (item.get("init") == Some(&Value::Bool(true)), "init", Exposed { sessions: 1, ..none }),
        (has_errors || crashed || abnormal || status == "errored", "errored", Exposed { errored: 1, ..none }),
        (crashed, "crashed", Exposed { crashed: 1, ..none }),
        (abnormal, "abnormal", Exposed { abnormal: 1, ..none }),
    ];
    let at = time(item, "started").or_else(|| time(item, "timestamp"));
    let (sid, person) = (fields::text(item, "sid"), fields::text(item, "did"));
    let told = told.into_iter().filter(|(is_told, ..)| *is_told);
    let noted = told.map(|(_, what, exposed)| {
        let id = sid.as_ref().map(|sid| format!("{sid}/{what}"));
        Noted::Exposure(ExposureNote { person: person.clone(), ..release.note(at, id, exposed) })
    });
    Reading { noted: noted.collect(), ..Reading::not_a_signal() }
}

/// Counts of sessions that a server made.
pub(super) fn sessions(item: &Value) -> Reading {
    let Some(release) = Release::of(item) else { return Reading::not_a_signal() };
    let aggregates = item.get("aggregates").and_then(Value::as_array).into_iter().flatten();
    let noted = aggregates.take(MOST_AGGREGATES).filter_map(|counts| {
        let count = |name: &str| counts.get(name).and_then(fields::number).unwrap_or(0).min(MOST_AT_ONCE);
        let (crashed, abnormal) = (count("crashed"), count("abnormal"));
        let errored = count("errored") + crashed + abnormal;
        let exposed = Exposed { sessions: count("exited") + errored, errored, crashed, abnormal };
        let person = fields::text(counts, "did");
        let note = ExposureNote { person, ..release.note(time(counts, "started"), None, exposed) };
        (exposed.sessions > 0).then_some(Noted::Exposure(note))
    });
    Reading { noted: noted.collect(), ..Reading::not_a_signal() }
}

fn time(item: &Value, name: &str) -> Option<Timestamp> {
    item.get(name).and_then(fields::time)
}
