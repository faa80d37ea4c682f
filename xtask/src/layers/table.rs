//! Who may depend on whom, as data: DESIGN's table, row by row. A new crate is named here first.
//!
//! Rows speak of direct dependencies. Dev-dependencies follow the same rows and may add the fixtures. Called by
//! `layers` only; it must hold no logic beyond looking a row up.

/// What a room is for; decides the reason that a violation gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// No runtime, no IO, no clock.
    Pure,
    /// Knows one thing of the world each and no stage.
    Base,
    /// load → decide → commit; meets the others in the store.
    Stage,
    /// What people and programs see, and the use cases behind it.
    Face,
    /// The binary: wires everything.
    Product,
    /// Test fixtures: dev-dependencies only.
    Fixture,
    /// Looks at the product from outside; nothing depends on it.
    Gate,
}

/// Which rooms a room may name.
#[derive(Debug, Clone, Copy)]
pub(super) enum Inside {
    Only(&'static [&'static [&'static str]]),
    Everything,
}

#[derive(Debug)]
pub(super) struct Room {
    pub(super) package: &'static str,
    pub(super) usage: Use,
    pub(super) inside: Inside,
}

impl Room {
    /// Benches and end-to-end tests: they look at everything, peers and fixtures included.
    pub(super) fn is_open_gate(&self) -> bool {
        self.usage == Use::Gate && matches!(self.inside, Inside::Everything)
    }
}

/// The first column of the table.
const FOUNDATION: &[&str] =
    &["signalbox-domain", "signalbox-redact", "signalbox-runtime", "signalbox-similarity"];
const DOMAIN: &[&str] = &["signalbox-domain"];
const STORE: &[&str] = &["signalbox-store"];
const WORKSPACE: &[&str] = &["signalbox-workspace"];
const LLM: &[&str] = &["signalbox-llm"];
const SANDBOX: &[&str] = &["signalbox-sandbox"];
const FORGE: &[&str] = &["signalbox-forge"];
const CONTROL: &[&str] = &["signalbox-control"];

const fn room(package: &'static str, usage: Use, inside: Inside) -> Room {
    Room { package, usage, inside }
}

const TABLE: &[Room] = &[
    room("signalbox-domain", Use::Pure, Inside::Only(&[])),
    room("signalbox-redact", Use::Pure, Inside::Only(&[DOMAIN])),
    room("signalbox-similarity", Use::Pure, Inside::Only(&[DOMAIN])),
    room("signalbox-runtime", Use::Base, Inside::Only(&[DOMAIN])),
    room("signalbox-store", Use::Base, Inside::Only(&[FOUNDATION])),
    room("signalbox-workspace", Use::Base, Inside::Only(&[FOUNDATION])),
    room("signalbox-sandbox", Use::Base, Inside::Only(&[FOUNDATION])),
    room("signalbox-llm", Use::Base, Inside::Only(&[FOUNDATION])),
    room("signalbox-forge", Use::Base, Inside::Only(&[FOUNDATION])),
    room("signalbox-ingest", Use::Stage, Inside::Only(&[FOUNDATION, STORE])),
    room("signalbox-planner", Use::Stage, Inside::Only(&[FOUNDATION, STORE, WORKSPACE, LLM])),
    room("signalbox-dispatcher", Use::Stage, Inside::Only(&[FOUNDATION, STORE, FORGE])),
    room("signalbox-automations", Use::Stage, Inside::Only(&[FOUNDATION, STORE])),
    room("signalbox-runner", Use::Stage, Inside::Only(&[FOUNDATION, WORKSPACE, SANDBOX])),
    room("signalbox-control", Use::Face, Inside::Only(&[FOUNDATION, STORE, WORKSPACE])),
    room("signalbox-server", Use::Face, Inside::Only(&[FOUNDATION, CONTROL])),
    room("signalbox", Use::Product, Inside::Everything),
    room("signalbox-testkit", Use::Fixture, Inside::Everything),
    room("signalbox-tests", Use::Gate, Inside::Everything),
    room("signalbox-bench", Use::Gate, Inside::Everything),
    room("xtask", Use::Gate, Inside::Only(&[])),
];

pub(super) fn room_of(package: &str) -> Option<&'static Room> {
    TABLE.iter().find(|room| room.package == package)
}

/// An outside crate, with its family (`axum`, `axum-extra`), that only some rooms may name. Open gates may
/// too: a peer or a limit is measured with it.
#[derive(Debug)]
pub(super) struct Knowledge {
    family: &'static str,
    pub(super) holders: &'static [&'static str],
    pub(super) reason: &'static str,
}

impl Knowledge {
    pub(super) fn covers(&self, package: &str) -> bool {
        package.strip_prefix(self.family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

pub(super) const KNOWLEDGE: &[Knowledge] = &[
    Knowledge { family: "sqlx", holders: &["signalbox-store"], reason: "only store knows sqlx" },
    Knowledge {
        family: "rdkafka",
        holders: &["signalbox-ingest", "signalbox-dispatcher", "signalbox-testkit", "signalbox-bench"],
        reason: "only ingest, the outbox publisher, testkit and the benches know rdkafka",
    },
    Knowledge { family: "axum", holders: &["signalbox-server"], reason: "only server knows axum" },
];

/// Runtimes, sockets, files and child processes; each name stands for its family.
const WORLD: &[&str] = &[
    "tokio",
    "async-std",
    "async-io",
    "smol",
    "mio",
    "socket2",
    "hyper",
    "reqwest",
    "ureq",
    "curl",
    "rdkafka",
    "sqlx",
    "axum",
    "tempfile",
    "walkdir",
    "memmap2",
    "notify",
    "nix",
    "rustix",
];

/// Whether a resolved crate (`name@version`) does IO or brings a runtime.
pub(super) fn reads_the_world(resolved: &str) -> bool {
    let name = resolved.split('@').next().unwrap_or(resolved);
    WORLD
        .iter()
        .any(|family| name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')))
}
