//! People's rules that keep signals away, each with how much it takes now.

use signalbox_domain::access::Actor;

use super::Reads;
use super::page::{listing, page};
use crate::Problem;
use crate::views::{Listing, SuppressionLine, SuppressionsAsk};

impl Reads {
    pub async fn suppressions(
        &self,
        actor: &Actor,
        ask: &SuppressionsAsk,
    ) -> Result<Listing<SuppressionLine>, Problem> {
        let project = self.project_of(actor, ask.project.as_ref()).await?;
        let (page, shown) = page(ask.after, ask.limit)?;
        let (names, now) = (self.names().await?, self.now());
        let mut lines = Vec::new();
        for rule in self.store.suppressions_list(project, page).await? {
            let taken = self.store.suppression_count(rule.project, &rule.rule).await?;
            lines.push(SuppressionLine {
                id: rule.id,
                project: names.project(rule.project)?,
                rule: rule.rule.words(),
                holds: rule.holds(now),
                owner: rule.owner,
                reason: rule.reason,
                made_at: rule.made_at,
                expires_at: rule.expires_at,
                lifted_at: rule.lifted_at,
                takes: taken.taken,
                of: taken.of,
            });
        }
        Ok(listing(lines, shown, |line| line.id))
    }
}
