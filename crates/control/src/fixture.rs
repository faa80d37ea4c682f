//! A store, a clock held still, a project and a repository: what the tests of use cases and of faces stand on.
//!
//! Built for tests only, here and, by the feature `fixture`, in crates whose tests need a store that they must not know.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is a failed test")]

use std::collections::BTreeMap;
use std::time::Duration;

use signalbox_domain::access::{Actor, Role};
use signalbox_domain::finish::RetryPolicy;
use signalbox_domain::job::{AgentSpec, JobLimits};
use signalbox_domain::policy::Policy;
use signalbox_domain::project::Repository;
use signalbox_domain::task::{Intent, Mode, Priority};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, ManualClock, Randomness, Wakeups};
use signalbox_store::{Store, StoreConfig};

use crate::{Access, Agent, Projects, Reads, Runs, SignIn, TaskWish, Tasks, local};

const RUNNER_SEEN_WITHIN: Duration = Duration::from_secs(60);

/// What a test stands on; its database goes away with it.
pub struct Fixture {
    pub store: Store,
    pub clock: Clock,
    pub ids: IdSource,
    /// Moves the clock by hand.
    pub time: ManualClock,
    _folder: tempfile::TempDir,
}

impl Fixture {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("t.db").display()).parse().unwrap();
        let store = Store::open(&StoreConfig { url, ..StoreConfig::default() }).await.unwrap();
        let (clock, time) = Clock::manual(Timestamp::from_micros(1_790_000_000_000_000));
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
        Self { store, clock, ids, time, _folder: folder }
    }

    pub fn projects(&self) -> Projects {
        Projects::new(self.store.clone(), self.clock.clone(), self.ids.clone())
    }

    pub fn reads(&self) -> Reads {
        Reads::new(self.store.clone(), self.clock.clone(), RUNNER_SEEN_WITHIN)
    }

    pub fn access(&self) -> Access {
        Access::new(self.store.clone(), self.clock.clone(), self.ids.clone())
    }

    pub fn sign_in(&self) -> SignIn {
        SignIn::new(self.store.clone(), self.clock.clone(), self.ids.clone())
    }

    pub fn tasks(&self) -> Tasks {
        Tasks::new(
            self.store.clone(),
            self.clock.clone(),
            self.ids.clone(),
            Policy::default(),
            Wakeups::new(self.clock.clone()),
        )
    }

    pub fn runs(&self) -> Runs {
        let spec = AgentSpec::Command { program: "fix".into(), arguments: vec![] };
        let agent = Agent { spec, limits: JobLimits::default() };
        let agents = BTreeMap::from([("command".parse().unwrap(), agent)]);
        Runs::new(
            self.store.clone(),
            self.clock.clone(),
            self.ids.clone(),
            agents,
            RetryPolicy::default(),
            Wakeups::new(self.clock.clone()),
        )
    }
}

pub fn wish() -> TaskWish {
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

pub fn actor(role: Role) -> Actor {
    Actor { role, ..local() }
}
