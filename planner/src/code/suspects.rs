//! Which commits may have brought a cause in: who wrote the lines, how near to them, and whether it was shortly before the
//! first record. Pure.

use std::collections::BTreeMap;

use signalbox_domain::code::SuspectCommit;

/// Commits that are told of.
const MOST: usize = 5;
/// So many seconds before the first record a commit is recent.
const RECENT: i64 = 14 * 24 * 3600;

/// A line that somebody wrote, and how far it is from the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) commit: &'a str,
    pub(super) subject: &'a str,
    pub(super) author: &'a str,
    pub(super) at: i64,
    pub(super) distance: u32,
    /// Of the likeliest place.
    pub(super) first: bool,
}

/// The likeliest first. What was written after the first record cannot have brought it in.
pub(super) fn suspects(lines: &[Line<'_>], first_seen: i64) -> Vec<SuspectCommit> {
    let mut by_commit: BTreeMap<&str, (SuspectCommit, u32)> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.at <= first_seen) {
        let (suspect, nearest) = by_commit.entry(line.commit).or_insert_with(|| (new(line), u32::MAX));
        *nearest = line.distance.min(*nearest);
        let mut add = |points: f64, reason: &'static str| {
            if !suspect.reasons.iter().any(|known| known == reason) {
                suspect.points += points;
                suspect.reasons.push(reason.to_owned());
            }
        };
        if line.distance == 0 {
            add(2.0, "it wrote the very line");
        }
        if line.first {
            add(1.0, "it wrote lines of the likeliest place");
        }
        if first_seen - line.at <= RECENT {
            add(3.0, "within two weeks before the first record");
        }
    }
    // The nearest line alone: who wrote most of a file a year ago is no likelier for it.
    let near = |(suspect, nearest): (SuspectCommit, u32)| SuspectCommit {
        points: suspect.points + 0.5 / (1.0 + f64::from(nearest)),
        ..suspect
    };
    let mut suspects: Vec<SuspectCommit> = by_commit.into_values().map(near).collect();
    suspects.sort_by(|a, b| {
        b.points.total_cmp(&a.points).then(b.at.cmp(&a.at)).then_with(|| a.commit.cmp(&b.commit))
    });
    suspects.truncate(MOST);
    suspects
}

fn new(line: &Line<'_>) -> SuspectCommit {
    SuspectCommit {
        commit: line.commit.to_owned(),
        subject: line.subject.to_owned(),
        author: line.author.to_owned(),
        at: line.at,
        points: 0.0,
        reasons: vec!["it wrote lines near by".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(commit: &'static str, at: i64, distance: u32) -> Line<'static> {
        Line { commit, subject: "s", author: "Ada", at, distance, first: true }
    }

    #[test]
    fn who_changed_one_line_of_late_comes_before_who_wrote_the_rest_long_ago() {
        let now = 100 * RECENT;
        let mut lines: Vec<Line<'_>> = (0..100).map(|distance| line("old", 0, distance)).collect();
        lines.push(line("late", now - 3600, 9));
        assert_eq!(suspects(&lines, now)[0].commit, "late");
    }

    #[test]
    fn recent_commits_of_the_very_line_come_first_and_later_ones_never() {
        let now = 100 * RECENT;
        let lines = [
            line("old", 0, 0),
            line("near", now - 10, 3),
            line("it", now - 20, 0),
            line("later", now + 1, 0),
        ];
        let found = suspects(&lines, now);
        let order: Vec<&str> = found.iter().map(|one| one.commit.as_str()).collect();
        assert_eq!(order, ["it", "near", "old"]);
        let has = |at: usize, reason: &str| found[at].reasons.iter().any(|one| one == reason);
        assert!(has(0, "it wrote the very line"), "{found:?}");
        assert!(!has(2, "within two weeks before the first record"), "{found:?}");
    }
}
