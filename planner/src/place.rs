//! Which repository a case belongs to, and where in it to look first: told from the case's largest signals. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use signalbox_domain::ids::RepositoryId;
use signalbox_domain::project::Repository;
use signalbox_similarity::frames::ParsedTrace;
use signalbox_store::planner::{Choice as EarlierChoice, PlanSignal};

use crate::features::trace;
use crate::locate::{Clue, Contents, Located, Query, Tree, clues, locate_in};
use crate::route::{self, Asked, Choice, Experience, Routed};
use crate::routing::{RoutingConfig, mapped};

/// Candidates that are told of.
const MOST_TOLD: usize = 3;

/// A repository that is clearly meant, or the candidates in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Placed {
    In { repository: RepositoryId, words: String },
    Unclear { candidates: String },
}

/// What is known of the repositories of a project.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) repositories: &'a [Repository],
    /// Their files, of those that were read.
    pub(crate) trees: &'a BTreeMap<RepositoryId, Arc<Tree>>,
    /// Where people said that earlier cases' causes were.
    pub(crate) choices: &'a [EarlierChoice],
    pub(crate) config: &'a RoutingConfig,
}

/// Of several repositories the one that the settings say, or that the signals point at, the largest that says anything
/// first.
pub(crate) fn place(read: &[&PlanSignal], known: &Known<'_>) -> Placed {
    let repositories = known.repositories;
    if let Some((name, by)) = mapped(read, known.config)
        && let Some(repository) = repositories.iter().find(|one| one.name == *name)
    {
        return Placed::In {
            repository: repository.id,
            words: format!("routed to {name}: {by} is there, by the settings"),
        };
    }
    let named: Vec<route::Known<'_>> = repositories
        .iter()
        .map(|one| route::Known { name: one.name.as_str(), tree: known.trees.get(&one.id).map(Arc::as_ref) })
        .collect();
    let mut experience = Experience::default();
    for choice in known.choices {
        experience.learn(&choice.title, &choice.repository);
    }
    let mut unclear = String::new();
    for material in read.iter().filter_map(|signal| Material::of(signal)) {
        let asked = Asked { text: &material.text, trace: material.trace.as_ref() };
        let routed = route::route(&asked, &named, &experience);
        if let Choice::One(at) = routed.choice
            && let Some(repository) = repositories.get(at)
        {
            let words = format!("routed to {}", told(&routed, repositories));
            return Placed::In { repository: repository.id, words };
        }
        if unclear.is_empty() {
            unclear = told(&routed, repositories);
        }
    }
    Placed::Unclear { candidates: unclear }
}

/// The files that the signals are likely about, as their stacks and texts write them.
pub(crate) fn whereabouts(read: &[&PlanSignal], repository: &str) -> Option<Located> {
    located(read, repository, None, &Contents::default())
}

/// The same, as files of a tree.
pub(crate) fn whereabouts_in(read: &[&PlanSignal], repository: &str, tree: &Tree) -> Option<Located> {
    located(read, repository, Some(tree), &Contents::default())
}

/// The same with what files say of the clues.
pub(crate) fn whereabouts_by(
    read: &[&PlanSignal],
    repository: &str,
    tree: &Tree,
    contents: &Contents,
) -> Option<Located> {
    located(read, repository, Some(tree), contents)
}

/// What is worth looking for in files.
pub(crate) fn clues_of(read: &[&PlanSignal]) -> Vec<Clue> {
    let materials = read.iter().filter_map(|signal| Material::of(signal)).take(MOST_TOLD);
    let mut clues: Vec<Clue> = materials.flat_map(|material| clues(&material.text)).collect();
    let mut seen = BTreeSet::new();
    clues.retain(|clue| seen.insert(clue.clone()));
    clues
}

fn located(
    read: &[&PlanSignal],
    repository: &str,
    tree: Option<&Tree>,
    contents: &Contents,
) -> Option<Located> {
    let repositories = [repository.to_owned()];
    let mut located = read.iter().filter_map(|signal| Material::of(signal)).map(|material| {
        let query =
            Query { text: &material.text, trace: material.trace.as_ref(), repositories: &repositories };
        locate_in(&query, tree, contents)
    });
    located.find(|located| !located.places.is_empty())
}

/// What records call a file that they are about.
const NAMES_A_FILE: [&str; 4] = ["manifest", "path", "file", "workflow_path"];

/// What a signal says.
struct Material {
    text: String,
    trace: Option<ParsedTrace>,
}

impl Material {
    fn of(signal: &PlanSignal) -> Option<Self> {
        let sample = signal.samples.first()?;
        let title = &sample.title.value;
        let named = NAMES_A_FILE.iter().filter_map(|name| sample.attributes.get(*name)?.as_str());
        let named: String = named.map(|path| format!("\n{path}")).collect();
        let text = format!("{title}\n{}{named}", sample.text.value);
        Some(Self { text, trace: trace(sample, title) })
    }
}

fn told(routed: &Routed, repositories: &[Repository]) -> String {
    let one = |candidate: &route::Candidate| {
        let name = repositories.get(candidate.repository).map_or("?", |one| one.name.as_str());
        let reasons: Vec<String> = candidate.reasons.iter().map(ToString::to_string).collect();
        format!("{name} ({:.0} %: {})", 100.0 * candidate.confidence, reasons.join(", "))
    };
    let told: Vec<String> = routed.candidates.iter().take(MOST_TOLD).map(one).collect();
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{crash, repository, ticket};

    fn placed(read: &[&PlanSignal], choices: &[EarlierChoice]) -> Placed {
        let (repositories, trees, config) = (repositories(), BTreeMap::new(), RoutingConfig::default());
        place(read, &Known { repositories: &repositories, trees: &trees, choices, config: &config })
    }

    fn repositories() -> Vec<Repository> {
        vec![repository(5, "acme/cart"), repository(6, "acme/mailer")]
    }

    #[test]
    fn a_stack_says_which_of_several_repositories_is_meant() {
        let (quiet, mail) = (ticket(1, "It is slow", ""), crash(2, "mailer", &["send", "queue"]));
        let placed = placed(&[&quiet, &mail], &[]);
        let Placed::In { repository, words } = placed else { panic!("{placed:?}") };
        assert_eq!(repository, repositories()[1].id);
        assert!(words.starts_with("routed to acme/mailer (100 %: "), "{words}");
    }

    #[test]
    fn what_points_nowhere_or_at_both_is_unclear_and_names_the_candidates() {
        let quiet = ticket(1, "It is slow", "");
        assert_eq!(placed(&[&quiet], &[]), Placed::Unclear { candidates: String::new() });
        let both = ticket(2, "The mailer loses the cart", "");
        let Placed::Unclear { candidates } = placed(&[&both], &[]) else { panic!() };
        assert!(candidates.contains("acme/cart (50 %") && candidates.contains("acme/mailer"), "{candidates}");
    }

    #[test]
    fn where_people_said_that_earlier_causes_were_is_learnt_from() {
        let said = |title: &str, repository: &str| EarlierChoice {
            title: title.to_owned(),
            repository: repository.to_owned(),
        };
        let mut choices = Vec::new();
        for n in 0..5 {
            choices.push(said(&format!("Total of vouchers rounds badly at checkout {n}"), "acme/cart"));
            choices.push(said(&format!("Newsletter bounces without unsubscribe footer {n}"), "acme/mailer"));
        }
        let one = ticket(1, "Voucher totals: vouchers rounds badly at checkout again", "");
        let Placed::In { repository, words } = placed(&[&one], &choices) else { panic!() };
        assert_eq!(repository, repositories()[0].id);
        assert!(words.contains("earlier signals of it used the same words"), "{words}");
    }

    #[test]
    fn a_stack_is_looked_for_in_the_files_of_each_repository() {
        let (repositories, config) =
            (vec![repository(5, "acme/one"), repository(6, "acme/two")], RoutingConfig::default());
        let tree = |path: &str| Arc::new(Tree::new([path, "README.md"]));
        let trees = BTreeMap::from([
            (repositories[0].id, tree("src/web/app.ts")),
            (repositories[1].id, tree("services/mail/core.py")),
        ]);
        let mail = crash(1, "mail", &["send", "queue"]);
        let known = Known { repositories: &repositories, trees: &trees, choices: &[], config: &config };
        let Placed::In { repository, words } = place(&[&mail], &known) else { panic!() };
        assert_eq!(repository, repositories[1].id);
        assert!(words.contains("calls of the stack are files of it"), "{words}");
    }

    #[test]
    fn the_first_signal_that_says_where_is_told() {
        let (quiet, mail) = (ticket(1, "It is slow", ""), crash(2, "mailer", &["send", "queue"]));
        let located = whereabouts(&[&quiet, &mail], "acme/mailer").unwrap();
        assert_eq!(located.places[0].at.as_str(), "mailer/core.py");
        assert_eq!(located.places[0].functions, ["mailer_send", "mailer_queue"]);
        assert_eq!(whereabouts(&[&quiet], "acme/mailer"), None);
    }
}
