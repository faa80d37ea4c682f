//! The public keys that SDKs are given. Whoever reads a page's source has one, so whoever may read a project may see its
//! keys; giving one and taking it away is for those who run the house.

use signalbox_domain::access::{Action, Actor};
use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::ProjectName;
use signalbox_domain::project_key::{ProjectKey, PublicKey};
use signalbox_store::control::Removed;

use super::Projects;
use crate::Problem;
use crate::views::{KeyLine, Listing};

impl Projects {
    /// A project's keys, the oldest first. `base` is where SDKs reach the server.
    pub async fn keys(
        &self,
        actor: &Actor,
        project: &ProjectName,
        base: &str,
    ) -> Result<Listing<KeyLine>, Problem> {
        let project = self.project(actor, Action::Read, project).await?;
        let keys = self.store.project_keys_list(project.id).await?;
        Ok(Listing { items: keys.into_iter().map(|key| line(key, base)).collect(), next: None })
    }

    /// One more key of a project.
    pub async fn key_make(
        &self,
        actor: &Actor,
        project: &ProjectName,
        base: &str,
    ) -> Result<KeyLine, Problem> {
        let project = self.project(actor, Action::Operate, project).await?;
        let key = PublicKey::from_bytes(self.ids.random_bytes());
        let key = ProjectKey { key, project: project.id, made_at: self.clock.now() };
        self.store.project_key_put(&key).await?;
        Ok(line(key, base))
    }

    /// From now on nothing is taken that comes with this key; a process may remember it for half a minute.
    pub async fn key_remove(
        &self,
        actor: &Actor,
        project: &ProjectName,
        key: &PublicKey,
    ) -> Result<(), Problem> {
        let project = self.project(actor, Action::Operate, project).await?;
        match self.store.project_key_remove(project.id, key).await? {
            Removed::Now => Ok(()),
            Removed::WasNotThere => Err(Problem::missing("key", key)),
        }
    }
}

fn line(key: ProjectKey, base: &str) -> KeyLine {
    let base = base.trim_end_matches('/');
    let (scheme, place) = base.split_once("://").unwrap_or(("http", base));
    let sentry_dsn = format!("{scheme}://{}@{place}/{}", key.key, number(key.project));
    KeyLine { key: key.key, made_at: key.made_at, sentry_dsn, posthog_host: base.to_owned() }
}

/// Sentry's SDKs want a number for a project. The key alone decides, so two projects may share one.
fn number(project: ProjectId) -> u32 {
    let bytes = project.uuid().into_bytes();
    u32::from_be_bytes([bytes[12] & 0x7f, bytes[13], bytes[14], bytes[15]])
}
