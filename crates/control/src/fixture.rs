//! A store, a clock held still, a project and a repository: what the tests of use cases stand on.

use std::collections::BTreeMap;

use signalbox_domain::access::{Actor, Role};
use signalbox_domain::finish::RetryPolicy;
use signalbox_domain::job::{AgentSpec, JobLimits};
use signalbox_domain::policy::Policy;
use signalbox_domain::project::Repository;
use signalbox_domain::task::{Intent, Mode, Priority};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, Randomness};
use signalbox_store::{Store, StoreConfig};

use crate::{Agent, Runs, TaskWish, Tasks, local};

pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) ids: IdSource,
    _folder: tempfile::TempDir,
}

impl Fixture {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("t.db").display()).parse().unwrap();
        let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
        let (clock, _) = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
        let ids = IdSource::new(clock.clone(), Randomness::seeded(7));
        let project = store.project_ensure(&"web".parse().unwrap(), ids.next(), clock.now()).await.unwrap();
        let repository = Repository {
            id: ids.next(),
            project: project.id,
            name: "acme/shop".parse().unwrap(),
            location: "/srv/git/shop".into(),
            default_branch: "main".into(),
        };
        store.repository_put(&repository, clock.now()).await.unwrap();
        Self { store, clock, ids, _folder: folder }
    }

    pub(crate) fn tasks(&self) -> Tasks {
        Tasks::new(self.store.clone(), self.clock.clone(), self.ids.clone(), Policy::default())
    }

    pub(crate) fn runs(&self) -> Runs {
        let spec = AgentSpec::Command { program: "fix".into(), arguments: vec![] };
        let agent = Agent { spec, limits: JobLimits::default() };
        let agents = BTreeMap::from([("command".parse().unwrap(), agent)]);
        Runs::new(self.store.clone(), self.clock.clone(), self.ids.clone(), agents, RetryPolicy::default())
    }
}

pub(crate) fn wish() -> TaskWish {
    TaskWish {
        project: "web".parse().unwrap(),
        repository: "acme/shop".parse().unwrap(),
        title: "Fix the total".into(),
        brief: "It is wrong.".into(),
        intent: Intent::Change,
        mode: Mode::Worktree,
        priority: Priority::P2,
        once: None,
    }
}

pub(crate) fn actor(role: Role) -> Actor {
    Actor { role, ..local() }
}
