//! Who may send signals, and which. Somebody of one project sends signals of that project: an item that names another is
//! refused before it reaches ingest.

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_domain::names::ProjectName;
use signalbox_domain::provenance::Provenance;

use super::Reads;
use crate::views::{SignalResult, SignalResults};
use crate::{Problem, scope};

/// Somebody who may send signals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    only: Option<ProjectName>,
}

/// Items for ingest, and those that are refused already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sorted {
    pub welcome: Vec<Vec<u8>>,
    /// A token proves who sent a signal, not who wrote what stands in it: error messages are written by anybody.
    pub from: Provenance,
    pub refused: Refusals,
}

/// The places of refused items among all; none for a welcome one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusals(Vec<Option<SignalResult>>);

#[derive(serde::Deserialize)]
struct Named {
    project: Option<String>,
}

impl Reads {
    /// The right of this actor to send signals.
    pub async fn sender(&self, actor: &Actor) -> Result<Sender, Problem> {
        let own = scope::own_project(actor);
        actor.authorize(Action::SendSignals, own.map_or(Target::System, Target::Project))?;
        let only = match own {
            Some(project) => Some(self.names().await?.project(project)?),
            None => None,
        };
        Ok(Sender { only })
    }
}

impl Sender {
    /// Whether records of this project may be sent.
    pub fn may(&self, project: &ProjectName) -> Result<(), Problem> {
        match &self.only {
            Some(only) if only != project => {
                Err(Problem::invalid("project", format!("{only}, the project of this token")))
            }
            _ => Ok(()),
        }
    }

    pub fn sort(&self, items: Vec<Vec<u8>>) -> Sorted {
        let mut welcome = Vec::with_capacity(items.len());
        let mut places = Vec::with_capacity(items.len());
        for item in items {
            let refusal = self.refusal(&item);
            if refusal.is_none() {
                welcome.push(item);
            }
            places.push(refusal);
        }
        Sorted { welcome, from: Provenance::Stranger, refused: Refusals(places) }
    }

    /// What cannot be read at all is left to ingest, which says what is wrong with it.
    fn refusal(&self, item: &[u8]) -> Option<SignalResult> {
        let only = self.only.as_ref()?;
        let named: Named = serde_json::from_slice(item).ok()?;
        if named.project.as_deref() == Some(only.as_str()) {
            return None;
        }
        let expected = format!("{only}, the project of this token");
        Some(SignalResult::Refused { at: "project".to_owned(), expected })
    }
}

impl Refusals {
    /// All results in the order in which the items were sent.
    pub fn join(self, answers: Vec<SignalResult>) -> SignalResults {
        let mut answers = answers.into_iter();
        let results = self.0.into_iter().filter_map(|refused| refused.or_else(|| answers.next()));
        SignalResults { results: results.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_projects_signal_is_refused_in_its_place() {
        let sender = Sender { only: Some("web".parse().unwrap()) };
        let items = [r#"{"project":"app"}"#, r#"{"project":"web"}"#, "not json", r#"{"title":"x"}"#];
        let sorted = sender.sort(items.iter().map(|item| item.as_bytes().to_vec()).collect());
        assert_eq!(sorted.welcome, [items[1].as_bytes(), items[2].as_bytes()]);
        let answers = vec![SignalResult::Folded, SignalResult::Duplicate];
        let results = sorted.refused.join(answers).results;
        assert!(matches!(&results[0], SignalResult::Refused { at, .. } if at == "project"));
        assert_eq!(results[1..3], [SignalResult::Folded, SignalResult::Duplicate]);
        assert!(matches!(&results[3], SignalResult::Refused { .. }));
    }

    #[test]
    fn a_file_is_of_ones_own_project() {
        let (web, app): (ProjectName, ProjectName) = ("web".parse().unwrap(), "app".parse().unwrap());
        let sender = Sender { only: Some(web.clone()) };
        assert!(sender.may(&web).is_ok() && sender.may(&app).is_err());
        assert!(Sender { only: None }.may(&app).is_ok());
    }

    #[test]
    fn somebody_of_every_project_sends_anything() {
        let items = vec![b"{}".to_vec(), b"x".to_vec()];
        let sorted = Sender { only: None }.sort(items.clone());
        assert_eq!((sorted.welcome, sorted.from), (items, Provenance::Stranger));
    }
}
