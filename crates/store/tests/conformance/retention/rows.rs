//! Rows as other owners write them, old and young.

use std::time::Duration;

use signalbox_domain::ids::ProjectId;
use signalbox_domain::time::Timestamp;
use uuid::Uuid;

use crate::fixture::{Fixture, NOON};
use crate::raw::{Cell, Raw};

/// Writes rows into one fixture's database.
pub(super) struct Rows<'a> {
    pub(super) fixture: &'a Fixture,
    pub(super) raw: Raw,
    pub(super) project: ProjectId,
}

/// So many days before noon, and a second more.
pub(super) fn days_ago(days: u64) -> Timestamp {
    NOON.minus(Duration::from_secs(days * 86_400 + 1))
}

/// A second younger than so many days.
pub(super) fn within_days(days: u64) -> Timestamp {
    NOON.minus(Duration::from_secs(days * 86_400 - 1))
}

fn at(time: Timestamp) -> Cell<'static> {
    Cell::Number(time.micros())
}

fn maybe(id: Option<Uuid>) -> Cell<'static> {
    id.map_or(Cell::NoId, Cell::Id)
}

impl<'a> Rows<'a> {
    pub(super) async fn of(fixture: &'a Fixture) -> Self {
        let project = fixture.project("web").await;
        Self { fixture, raw: Raw::beside(fixture).await, project }
    }

    /// A signal that was planned as it was last seen.
    pub(super) async fn signal(&mut self, last_seen: Timestamp) -> Uuid {
        self.signal_at(last_seen, 3, 3).await
    }

    pub(super) async fn signal_at(&mut self, last_seen: Timestamp, revision: i64, planned: i64) -> Uuid {
        let id: Uuid = self.fixture.id();
        let text = Cell::Text("x");
        let row = [
            ("id", Cell::Id(id)),
            ("project_id", Cell::Id(self.project.uuid())),
            ("family", text),
            ("kind", text),
            ("fingerprint_version", Cell::Number(1)),
            ("fingerprint", Cell::Text(&id.to_string())),
            ("title", text),
            ("title_from", text),
            ("severity", text),
            ("made_at", at(last_seen)),
        ];
        self.raw.insert("signals", &row).await;
        let counts = [
            ("signal_id", Cell::Id(id)),
            ("project_id", Cell::Id(self.project.uuid())),
            ("count", Cell::Number(1)),
            ("first_seen", at(last_seen)),
            ("last_seen", at(last_seen)),
            ("revision", Cell::Number(revision)),
            ("planned_revision", Cell::Number(planned)),
        ];
        self.raw.insert("signal_counts", &counts).await;
        id
    }

    pub(super) async fn alias(&mut self, signal: Uuid) {
        let text = Cell::Text("x");
        let row = [
            ("project_id", Cell::Id(self.project.uuid())),
            ("family", text),
            ("kind", text),
            ("fingerprint_version", Cell::Number(2)),
            ("fingerprint", text),
            ("signal_id", Cell::Id(signal)),
            ("made_at", at(NOON)),
        ];
        self.raw.insert("signal_aliases", &row).await;
    }

    pub(super) async fn hour(&mut self, signal: Uuid, time: Timestamp) -> i64 {
        let hour = time.micros().div_euclid(3_600_000_000);
        let row = [("signal_id", Cell::Id(signal)), ("hour", Cell::Number(hour)), ("count", Cell::Number(1))];
        self.raw.insert("signal_hours", &row).await;
        hour
    }

    pub(super) async fn case(
        &mut self,
        state: &str,
        changed_at: Timestamp,
        merged_into: Option<Uuid>,
    ) -> Uuid {
        let id: Uuid = self.fixture.id();
        let row = [
            ("id", Cell::Id(id)),
            ("project_id", Cell::Id(self.project.uuid())),
            ("title", Cell::Text("x")),
            ("title_from", Cell::Text("stranger")),
            ("state", Cell::Text(state)),
            ("generation", Cell::Number(1)),
            ("priority", Cell::Number(2)),
            ("score", Cell::Text("{}")),
            ("merged_into", maybe(merged_into)),
            ("opened_at", at(changed_at)),
            ("changed_at", at(changed_at)),
        ];
        self.raw.insert("cases", &row).await;
        id
    }

    pub(super) async fn join(&mut self, case: Uuid, signal: Uuid) {
        let row = [
            ("signal_id", Cell::Id(signal)),
            ("case_id", Cell::Id(case)),
            ("joined_at", at(NOON)),
            ("bond", Cell::Text("likeness")),
        ];
        self.raw.insert("case_signals", &row).await;
    }

    pub(super) async fn task(&mut self, state: &str, changed_at: Timestamp, case: Option<Uuid>) -> Uuid {
        let id: Uuid = self.fixture.id();
        let text = Cell::Text("x");
        let row = [
            ("id", Cell::Id(id)),
            ("project_id", Cell::Id(self.project.uuid())),
            ("case_id", maybe(case)),
            ("case_generation", case.map_or(Cell::NoNumber, |_| Cell::Number(1))),
            ("title", text),
            ("title_from", text),
            ("brief", text),
            ("brief_from", text),
            ("intent", text),
            ("mode", text),
            ("priority", Cell::Number(2)),
            ("origin", text),
            ("root_id", Cell::Id(id)),
            ("depth", Cell::Number(0)),
            ("state", Cell::Text(state)),
            ("starter", text),
            ("provenance", text),
            ("opened_at", at(changed_at)),
            ("changed_at", at(changed_at)),
        ];
        self.raw.insert("tasks", &row).await;
        id
    }

    pub(super) async fn run(
        &mut self,
        task: Uuid,
        state: &str,
        changed_at: Timestamp,
        runner: Option<Uuid>,
    ) -> Uuid {
        let id: Uuid = self.fixture.id();
        let row = [
            ("id", Cell::Id(id)),
            ("task_id", Cell::Id(task)),
            ("state", Cell::Text(state)),
            ("mode", Cell::Text("cloud")),
            ("agent", Cell::Text("x")),
            ("attempt", Cell::Number(1)),
            ("token", Cell::Number(1)),
            ("runner_id", maybe(runner)),
            ("queued_at", at(changed_at)),
            ("changed_at", at(changed_at)),
        ];
        self.raw.insert("runs", &row).await;
        id
    }

    pub(super) async fn note(&mut self, run: Uuid, seq: i64) {
        let row = [
            ("run_id", Cell::Id(run)),
            ("seq", Cell::Number(seq)),
            ("at", at(NOON)),
            ("note", Cell::Text("{}")),
        ];
        self.raw.insert("run_notes", &row).await;
    }

    pub(super) async fn outcome(&mut self, task: Uuid, run: Uuid) {
        let row = [
            ("id", Cell::Id(self.fixture.id())),
            ("task_id", Cell::Id(task)),
            ("run_id", Cell::Id(run)),
            ("verdict", Cell::Text("changed")),
            ("document", Cell::Text("{}")),
            ("at", at(NOON)),
        ];
        self.raw.insert("outcomes", &row).await;
    }

    pub(super) async fn runner(&mut self, seen_at: Timestamp) -> Uuid {
        let id: Uuid = self.fixture.id();
        let row = [
            ("id", Cell::Id(id)),
            ("name", Cell::Text(&id.to_string())),
            ("computer", Cell::Text("x")),
            ("modes", Cell::Text("[]")),
            ("slots", Cell::Number(1)),
            ("seen_at", at(seen_at)),
        ];
        self.raw.insert("runners", &row).await;
        id
    }

    pub(super) async fn change(
        &mut self,
        task: Option<Uuid>,
        case: Option<Uuid>,
        changed_at: Timestamp,
    ) -> Uuid {
        let id: Uuid = self.fixture.id();
        let row = [
            ("id", Cell::Id(id)),
            ("repository_id", Cell::Id(self.fixture.id())),
            ("task_id", maybe(task)),
            ("case_id", maybe(case)),
            ("state", Cell::Text("open")),
            ("branch", Cell::Text("b")),
            ("document", Cell::Text("{}")),
            ("changed_at", at(changed_at)),
        ];
        self.raw.insert("changes", &row).await;
        id
    }

    pub(super) async fn quarantined(&mut self, time: Timestamp) -> Uuid {
        let id: Uuid = self.fixture.id();
        let text = Cell::Text("x");
        let row = [
            ("id", Cell::Id(id)),
            ("source", text),
            ("origin", text),
            ("code", text),
            ("words", text),
            ("sealed", Cell::Bytes(b"x")),
            ("size", Cell::Number(1)),
            ("at", at(time)),
        ];
        self.raw.insert("quarantine", &row).await;
        id
    }

    pub(super) async fn mark(&mut self, mark: &[u8], seen_at: Timestamp) {
        let row = [
            ("project_id", Cell::Id(self.project.uuid())),
            ("mark", Cell::Bytes(mark)),
            ("seen_at", at(seen_at)),
        ];
        self.raw.insert("record_marks", &row).await;
    }

    pub(super) async fn plan(&mut self, project: Uuid, revision: i64) -> Uuid {
        let id: Uuid = self.fixture.id();
        let row = [
            ("id", Cell::Id(id)),
            ("project_id", Cell::Id(project)),
            ("revision", Cell::Number(revision)),
            ("at", at(NOON)),
            ("document", Cell::Text("{}")),
        ];
        self.raw.insert("plans", &row).await;
        id
    }

    pub(super) async fn left(&mut self, table: &str) -> Vec<Uuid> {
        self.raw.ids(&format!("SELECT id FROM {table}")).await
    }

    pub(super) async fn count(&mut self, table: &str) -> i64 {
        self.raw.numbers(&format!("SELECT count(*) FROM {table}")).await[0]
    }
}
