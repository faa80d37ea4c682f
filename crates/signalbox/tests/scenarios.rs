//! Scenarios: records in real formats in, what the planner makes of them and why out. Each is a file of `scenarios/`:
//!
//! ```text
//!   # what it shows
//!   arguments: --without-repository           of `signalbox lab backtest`; may be left out
//!   {"at": …, "format": …, "payload": …}      a row
//!   40 every 30m: {…}                         so many rows; {n} is the number of each and {at} its time
//!   ----
//!   the page
//! ```
//!
//! `SIGNALBOX_RENEW=1 cargo test -p signalbox --test main scenarios` writes the pages anew: read the difference.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use signalbox_domain::time::Timestamp;

use crate::program::Place;

const RULE: &str = "\n----\n";

struct Scenario {
    path: PathBuf,
    told: String,
    page: String,
}

fn scenarios() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap();
        let (told, page) = text.split_once(RULE).unwrap_or((text.trim_end(), ""));
        Scenario { told: told.to_owned(), page: page.to_owned(), path }
    };
    paths.into_iter().map(read).collect()
}

/// The arguments, and the rows as JSON Lines.
fn rows(told: &str) -> (Vec<String>, String) {
    let (mut arguments, mut rows) = (Vec::new(), String::new());
    for line in told.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        if let Some(words) = line.strip_prefix("arguments: ") {
            arguments.extend(words.split_whitespace().map(str::to_owned));
        } else if line.starts_with('{') {
            writeln!(rows, "{}", one(line, 0, Duration::ZERO)).unwrap();
        } else {
            let (times, row) = line.split_once(": ").unwrap();
            let (count, step) = times.split_once(" every ").unwrap();
            let hours = step.strip_suffix('h').map(|hours| 60 * hours.parse::<u64>().unwrap());
            let minutes = hours.unwrap_or_else(|| step.strip_suffix('m').unwrap().parse::<u64>().unwrap());
            for n in 0..count.parse::<u32>().unwrap() {
                let after = Duration::from_mins(minutes * u64::from(n));
                writeln!(rows, "{}", one(row, n, after)).unwrap();
            }
        }
    }
    (arguments, rows)
}

fn one(row: &str, n: u32, after: Duration) -> String {
    let value: serde_json::Value = serde_json::from_str(row).unwrap();
    let at = value["at"].as_str().unwrap();
    let moment = at.parse::<Timestamp>().unwrap().plus(after).to_string();
    row.replace(at, &moment).replace("{at}", &moment).replace("{n}", &n.to_string())
}

fn played(scenario: &Scenario) -> String {
    let (arguments, rows) = rows(&scenario.told);
    let place = Place::new();
    place.write("records", &rows);
    let mut words = vec!["lab", "backtest", "records"];
    words.extend(arguments.iter().map(String::as_str));
    let ended = place.run(&words);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{}", scenario.path.display());
    ended.out
}

#[test]
fn each_scenario_makes_its_page() {
    let renews = std::env::var_os("SIGNALBOX_RENEW").is_some();
    let mut differ = String::new();
    for scenario in scenarios() {
        let page = played(&scenario);
        if renews {
            std::fs::write(&scenario.path, format!("{}{RULE}{page}", scenario.told)).unwrap();
        } else if page != scenario.page {
            let (wanted, got) = first_difference(&scenario.page, &page);
            writeln!(differ, "{}:\n  wanted {wanted}\n  got    {got}", scenario.path.display()).unwrap();
        }
    }
    assert!(differ.is_empty(), "{differ}");
}

fn first_difference<'a>(wanted: &'a str, got: &'a str) -> (&'a str, &'a str) {
    let (mut wanted, mut got) = (wanted.lines(), got.lines());
    loop {
        match (wanted.next(), got.next()) {
            (Some(one), Some(other)) if one == other => {}
            (one, other) => return (one.unwrap_or("nothing"), other.unwrap_or("nothing")),
        }
    }
}

/// What every scenario is there for: a page of each detection and of each gate.
#[test]
fn every_reason_has_a_scenario() {
    let pages: String = scenarios().into_iter().map(|scenario| scenario.page).collect();
    for code in [
        "task-opened",
        "recurred",
        "spiking",
        "spiking-upstream",
        "reopened",
        "error-heavy-sessions",
        "rage-clicks",
        "dead-clicks",
        "threshold",
        "anomaly",
        "conversion",
        "experiment",
        "coincidence",
        "held",
        "resolved-upstream",
        "archived-upstream",
        "assigned-upstream",
        "heard-again",
        "snoozed",
        "dismissed",
        "suppressed-by-rule",
        "task-lives",
        "task-ended",
        "below-threshold",
        "too-few-users",
        "not-significant",
        "cooling-down",
        "calm",
        "not-actionable",
        "third-party-only",
        "unsafe",
        "no-repository",
        "unknown-repository",
        "several-repositories",
        "quota-spent",
        "work-in-progress",
    ] {
        assert!(pages.contains(&format!(" {code}: ")), "no scenario shows {code}");
    }
}

#[test]
fn a_backtest_is_the_same_each_time_and_says_what_it_cannot_read() {
    let place = Place::new();
    let rows = concat!(
        "{\"at\":\"2026-09-21T12:00:00Z\",\"project\":\"web\",\"source\":\"logs\",\"kind\":\"k\",\"title\":\"it breaks\"}\n",
        "nonsense\n{\"format\":\"csv\",\"payload\":1}\n{\"at\":\"2026-09-21T12:00:00Z\",\"call\":\"PUT /x\"}\n",
        "{\"at\":\"2026-09-20T12:00:00Z\",\"project\":\"web\",\"source\":\"logs\",\"kind\":\"k\",\"title\":\"it breaks\"}\n",
    );
    place.write("records", rows);
    let (once, again) =
        (place.run(&["lab", "backtest", "records"]), place.run(&["lab", "backtest", "records"]));
    assert_eq!((once.code, &once.out), (Some(0), &again.out));
    for words in [
        "row 2: expected a JSON object",
        "row 3: format: expected alert_generic",
        "row 4: call: expected GET or POST",
        "3 records from 2026-09-21T12:00:00Z",
    ] {
        assert!(once.out.contains(words), "{words}: {}", once.out);
    }
    assert_eq!(place.run(&["lab", "backtest", "nowhere"]).code, Some(2));
}
