//! The real SDKs, pointed at a server of ours and otherwise as they come: a bug that is reported three times is one
//! signal with the frames of the shop's own code, its release and its people.

use std::process::{Command, Output};

use serde_json::{Value, json};
use signalbox_testkit::sdks::Sdks;
use signalbox_testkit::{Part, require};

use crate::place::{BOTH, Place};

const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sdks");

/// The project's key as its settings would have it.
pub(crate) fn key(place: &Place) -> Value {
    place.post("/projects", &json!({"name": "web"}));
    place.post("/projects/web/keys", &json!({}))
}

#[track_caller]
fn reported(place: &Place, command: &mut Command) -> Output {
    let done = command.current_dir(SCRIPTS).env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    assert!(done.status.success(), "{done:?}: {}", place.log());
    done
}

/// The one signal whose title holds this, once it counts so many.
fn the_signal(place: &Place, title: &str, count: u64) -> Value {
    place.until(&format!("{title} counts {count}"), || {
        let signals = place.list("/signals?project=web");
        let mut found = signals.into_iter().filter(|signal| {
            let own = signal["title"]["value"].as_str().unwrap_or_default();
            own.contains(title)
        });
        let signal = found.next().filter(|signal| signal["count"] == count)?;
        assert!(found.next().is_none(), "{title} is one signal");
        Some(place.get(&format!("/signals/{}", signal["id"].as_str().unwrap())))
    })
}

#[track_caller]
fn check(view: &Value, function: &str, file: &str) {
    let sample = &view["samples"][0];
    assert_eq!(sample["release"], json!({"value": "shop@1.2.0", "from": "stranger"}), "{view}");
    assert_eq!(view["signal"]["title"]["from"], "stranger", "the key is public");
    assert_eq!(view["signal"]["users"], 2, "ada, bob, and ada again: {view}");
    let frames = sample["frames"].as_array().unwrap();
    let own = frames.iter().find(|frame| frame["function"] == function).unwrap_or_else(|| panic!("{view}"));
    assert!(own["file"].as_str().unwrap().ends_with(file) && own["in_app"] == true, "{own}");
    assert!(own["line"].as_u64().unwrap() > 0, "{own}");
}

#[test]
fn pythons_sdks_report_a_bug_and_it_is_one_signal_of_each() {
    let Some(_) = require(Part::Sdks) else { return };
    let sdks = Sdks::find().unwrap();
    for base in BOTH {
        let Some(place) = Place::new(base) else { continue };
        place.settings("true", "");
        place.up();
        let key = key(&place);
        let text = |name: &str| key[name].as_str().unwrap().to_owned();
        let arguments = [&text("key"), &text("posthog_host"), &text("sentry_dsn")];
        let posthog = "KeyError: 'price'";
        for (run, (mode, more)) in [("v0", None), ("v0", Some("gzip")), ("v1", None)].into_iter().enumerate()
        {
            let mut python = sdks.python();
            python.arg("report.py").args(arguments).args(more).env("POSTHOG_CAPTURE_MODE", mode);
            reported(&place, &mut python);
            let count = 3 * (u64::try_from(run).unwrap() + 1);
            // Both SDKs report the same bug: one signal of each kind of sender's own identity, or one of both.
            let signals = place.until("both have reported", || {
                let signals = place.list("/signals?project=web");
                let sum: u64 = signals.iter().filter_map(|signal| signal["count"].as_u64()).sum();
                (sum == 2 * count).then_some(signals)
            });
            assert!(signals.len() <= 2, "{signals:?}");
            for signal in &signals {
                assert_eq!(signal["title"]["value"], posthog, "{signal}");
                let view = place.get(&format!("/signals/{}", signal["id"].as_str().unwrap()));
                check(&view, "total", "report.py");
            }
        }
        let status = place.get("/status");
        let parts = &status["parts"];
        for name in ["sdk posthog", "sdk sentry"] {
            let counts = &parts[name];
            let of = |name: &str| counts[name].as_u64().unwrap();
            assert_eq!(of("kept"), 9, "{name}: {counts}");
            let outcomes = ["kept", "held", "overflow", "not_a_signal", "duplicate", "quarantined"];
            assert_eq!(of("read"), outcomes.map(of).into_iter().sum::<u64>());
            assert_eq!(of("quarantined"), 0, "{name}: {counts}");
        }
    }
}

#[test]
fn nodes_sdk_reports_a_bug_and_it_is_one_signal() {
    let Some(_) = require(Part::Sdks) else { return };
    let Some(mut node) = Sdks::find().unwrap().node() else { return };
    let place = Place::new(BOTH[0]).unwrap();
    place.settings("true", "");
    place.up();
    let key = key(&place);
    node.arg("report.js").args([key["key"].as_str().unwrap(), key["posthog_host"].as_str().unwrap()]);
    reported(&place, &mut node);
    let view = the_signal(&place, "Cannot read properties of undefined", 3);
    check(&view, "total", "report.js");
}
