//! Clicks that nobody answered, by how many people they are of: one person who clicks a lot is one person. Pure.

use signalbox_store::planner::PlanSignal;

use super::{Hint, Short, Told};
use crate::config::DetectConfig;
use crate::detect::lossy_count;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clicks {
    Rage,
    Dead,
}

pub(super) fn kind(signal: &PlanSignal) -> Option<Clicks> {
    match signal.signal.key.kind.as_str() {
        "rage_click" => Some(Clicks::Rage),
        "dead_click" => Some(Clicks::Dead),
        _ => None,
    }
}

/// One answer for each kind that there is.
pub(super) fn clusters(free: &[&PlanSignal], config: &DetectConfig) -> Vec<Told> {
    [(Clicks::Rage, "rage_clicks", "rage clicks"), (Clicks::Dead, "dead_clicks", "dead clicks")]
        .into_iter()
        .filter_map(|(clicks, name, words)| {
            let of_kind = free.iter().filter(|signal| kind(signal) == Some(clicks));
            // Two signals may be of the same people: the one of most people is what is certain.
            let users = of_kind.map(|signal| signal.signal.users.unwrap_or(0)).max()?;
            Some(if users < config.click_users {
                Told::Short(Short::Users { users, least: config.click_users })
            } else {
                Told::Hint(Hint {
                    name,
                    value: lossy_count(users),
                    words: format!("{words} of {users} users"),
                })
            })
        })
        .collect()
}
