//! What has come of everything, in a form in which two houses can be compared.

use std::collections::{BTreeMap, BTreeSet};

use crate::place::Place;

/// What the agent of these houses says when it is done.
pub(crate) const SAYS: &str = "wrote a line";

/// The end state: the same whenever and wherever the process was killed on the way.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Kind and count of each signal.
    signals: Vec<(String, u64)>,
    /// The state of each case.
    cases: Vec<String>,
    /// Title, state, runs and outcomes of each task.
    tasks: Vec<(String, String, usize, usize)>,
    /// How many commits each branch of ours has above main, and whether each names another run.
    branches: Vec<(usize, bool)>,
    /// How many runs say in their history what the agent said.
    worked: usize,
    repositories: usize,
}

pub(crate) fn tally(place: &Place) -> Tally {
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut signals: Vec<(String, u64)> = place
        .list("/signals?project=web")
        .iter()
        .map(|signal| (text(&signal["kind"]), signal["count"].as_u64().unwrap_or_default()))
        .collect();
    signals.sort();
    let cases = place.list("/cases?project=web").iter().map(|case| text(&case["state"])).collect();
    let mut tasks = Vec::new();
    for line in place.list("/tasks?project=web") {
        let view = place.get(&format!("/tasks/{}", text(&line["id"])));
        let length = |key: &str| view[key].as_array().map_or(0, Vec::len);
        tasks.push((text(&line["title"]["value"]), text(&line["state"]), length("runs"), length("outcomes")));
    }
    tasks.sort();
    let repositories = place.get("/projects/web/repositories");
    let repositories =
        repositories["items"].as_array().or_else(|| repositories.as_array()).map_or(0, Vec::len);
    let branches = place.branches().iter().map(|branch| commits(place, branch)).collect();
    let runs = place.list("/runs");
    let worked = runs.iter().filter(|run| said(place, &text(&run["id"]))).count();
    Tally { signals, cases, tasks, branches, worked, repositories }
}

fn commits(place: &Place, branch: &str) -> (usize, bool) {
    let format = "--format=%H %(trailers:key=Signalbox-Run,valueonly,separator=%x20)";
    let log = place.origin.git(&["log", format, &format!("main..{branch}")]).unwrap();
    let runs: BTreeSet<&str> =
        log.lines().filter_map(|line| line.split_once(' ')).map(|(_, run)| run).collect();
    (log.lines().count(), runs.len() == log.lines().count())
}

fn said(place: &Place, run: &str) -> bool {
    place.get(&format!("/runs/{run}"))["notes"].to_string().contains(SAYS)
}

/// How many tasks there are of each title: none twice, none lost.
pub(crate) fn titles(place: &Place) -> BTreeMap<String, usize> {
    let mut titles = BTreeMap::new();
    for line in place.list("/tasks?project=web") {
        *titles.entry(line["title"]["value"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    titles
}
