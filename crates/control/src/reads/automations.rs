//! Automations with their last firings: whoever set a schedule sees here what came of it, also where that is nothing.

use signalbox_domain::access::Actor;
use signalbox_domain::automation::{Action, Automation, Firing, Trigger};
use signalbox_domain::names::{Label, ProjectName};
use signalbox_domain::time::Timestamp;
use signalbox_store::Page;

use super::Reads;
use crate::Problem;
use crate::views::{AutomationLine, FiringLine, Listing};

/// Firings of one automation that are shown, the newest.
const FIRINGS_SHOWN: u32 = 10;

impl Reads {
    /// By name. `next` says when the automation of that name fires next: only whoever has the settings knows.
    pub async fn automations(
        &self,
        actor: &Actor,
        next: impl Fn(&Label) -> Option<Timestamp> + Send,
    ) -> Result<Listing<AutomationLine>, Problem> {
        let own = self.project_of(actor, None).await?;
        let own = match own {
            Some(project) => Some(self.names().await?.project(project)?),
            None => None,
        };
        let mut items = Vec::new();
        for automation in self.store.automations_list().await? {
            let project = project_of(&automation.action).clone();
            if own.as_ref().is_some_and(|own| *own != project) {
                continue;
            }
            let firings = self.store.firings_list(automation.id, Page::first(FIRINGS_SHOWN)).await?;
            items.push(line(automation, project, firings, &next));
        }
        Ok(Listing { items, next: None })
    }
}

fn project_of(action: &Action) -> &ProjectName {
    match action {
        Action::OpenTask { project, .. } | Action::EmitSignal { project, .. } => project,
    }
}

fn line(
    automation: Automation,
    project: ProjectName,
    firings: Vec<Firing>,
    next: impl Fn(&Label) -> Option<Timestamp>,
) -> AutomationLine {
    let cron = automation.triggers.into_iter().find_map(|trigger| match trigger {
        Trigger::Cron { schedule, zone } => Some((schedule, zone)),
        _ => None,
    });
    let (schedule, zone) = cron.unzip();
    let firing = |firing: Firing| FiringLine {
        due_at: firing.due_at,
        state: firing.state,
        task: firing.task,
        reason: firing.reason,
    };
    AutomationLine {
        id: automation.id,
        next: next(&automation.name),
        name: automation.name,
        project,
        schedule,
        zone,
        firings: firings.into_iter().map(firing).collect(),
    }
}
