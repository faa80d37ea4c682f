//! Of several repositories, the one that a case's signals point at; its reasons are told. Pure.

use signalbox_domain::decision::Subject;

use super::Plan;
use super::subject::Planned;
use crate::gates::{Closed, Gate};
use crate::place::{Known, Placed, place};

impl Plan<'_> {
    /// Opens the gate of a case that only wants a repository, where its signals say which.
    pub(super) fn routed(&mut self, planned: &Planned<'_>, gate: Gate) -> Gate {
        let Gate::Closed { reason: Closed::SeveralRepositories { count, .. } } = gate else { return gate };
        let from = self.from;
        let known = Known {
            repositories: &from.input.repositories,
            trees: &from.code.trees,
            choices: &from.facts.beside.choices,
            config: &from.config.routing,
        };
        match place(&planned.read(), &known) {
            Placed::In { repository, words } => {
                self.decide(Subject::Case(planned.record.case.id), "routed", words);
                Gate::Open { repository }
            }
            Placed::Unclear { candidates } => {
                Gate::Closed { reason: Closed::SeveralRepositories { count, candidates } }
            }
        }
    }
}
