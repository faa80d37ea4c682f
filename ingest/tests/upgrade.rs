//! What an upgrade of how keys are made does to signals and cases: nothing.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

use signalbox_domain::case::{Case, Score};
use signalbox_domain::ids::{CaseId, PlanId};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::policy::Policy;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::states::CaseState;
use signalbox_domain::task::Priority;
use signalbox_ingest::{Accepted, Door, FingerprintConfig, ItemResult, ProjectCreation};
use signalbox_runtime::Shutdown;
use signalbox_store::planner::{Committed, PlanCommit, PlanInput, TaskEvidence};

use crate::house::{BOTH, House};

/// A fault without an identity of its sender's: its key is made here.
fn fault(id: &str, function: &str) -> Value {
    json!({
        "id": id, "project": "web", "source": "error_tracking", "kind": "exception", "title": "Cart is gone",
        "stack": [{"function": function, "module": "shop.cart", "filename": "cart.py", "lineno": 3, "in_app": true}],
    })
}

/// A process that makes keys by these versions.
fn door(house: &House, versions: &[u16]) -> Door {
    let setup = house.setup(house.store.clone(), &Shutdown::new());
    let fingerprints = FingerprintConfig { versions: versions.to_vec(), ..FingerprintConfig::default() };
    Door::new(setup, ProjectCreation::AtFirstMention).with_fingerprints(fingerprints)
}

async fn send(door: &Door, id: &str, function: &str) -> Accepted {
    let results = door.accept(vec![Ok(fault(id, function))], Provenance::SignedSource).await.unwrap();
    match results.as_slice() {
        [ItemResult::Accepted(accepted)] => accepted.clone(),
        other => panic!("{other:?}"),
    }
}

async fn load(house: &House) -> PlanInput {
    let project = house.store.project_find(&"web".parse().unwrap()).await.unwrap().unwrap();
    let now = house.setup(house.store.clone(), &Shutdown::new()).clock.now();
    house.store.plan_load(project.id, 1000, now).await.unwrap()
}

/// Opens a case for the only signal that is to be planned.
async fn open_case(house: &House) -> CaseId {
    let setup = house.setup(house.store.clone(), &Shutdown::new());
    let (input, now) = (load(house).await, setup.clock.now());
    let [changed] = input.signals.as_slice() else { panic!("{input:?}") };
    assert_eq!(changed.case, None);
    let id: CaseId = setup.ids.next();
    let case = Case {
        id,
        project: input.project,
        title: changed.signal.title.clone(),
        state: CaseState::Watching,
        generation: 1,
        score: Score { total: 1.0, priority: Priority::P2, parts: vec![] },
        signals: vec![],
        opened_at: now,
        changed_at: now,
        merged_into: None,
    };
    let plan = PlanCommit {
        id: setup.ids.next::<PlanId>(),
        project: input.project,
        revision: input.revision,
        at: now,
        planned: vec![(changed.signal.id, changed.signal.revision)],
        cases: vec![case],
        joins: vec![(changed.signal.id, id)],
        due: BTreeMap::new(),
        exemplars: BTreeMap::new(),
        tasks: vec![],
        ranks: vec![],
        quota: QuotaLimit { name: "tasks".parse().unwrap(), units: 1, window: Duration::from_hours(1) },
        policy: Policy::default(),
        evidence: TaskEvidence::default(),
        decisions: vec![],
        summary: PlanSummary::default(),
    };
    assert_eq!(house.store.plan_commit(&plan).await.unwrap(), Committed::Yes);
    id
}

#[tokio::test]
async fn an_upgrade_opens_no_case() {
    for base in BOTH {
        let Some(house) = House::new(base).await else { continue };
        let (before, overlap, after) = (door(&house, &[1]), door(&house, &[1, 2]), door(&house, &[2]));
        assert!(matches!(send(&before, "1", "total").await, Accepted::New { .. }));
        let case = open_case(&house).await;
        assert_eq!(send(&overlap, "2", "total").await, Accepted::Folded);
        assert_eq!(
            send(&before, "3", "total").await,
            Accepted::Folded,
            "another process is not upgraded yet"
        );
        assert_eq!(send(&after, "4", "total").await, Accepted::Folded);

        let signals = house.signals().await;
        assert_eq!(signals.iter().map(|signal| signal.count).collect::<Vec<_>>(), [4]);
        let input = load(&house).await;
        let planned: Vec<_> = input.signals.iter().map(|changed| changed.case).collect();
        assert_eq!(planned, [Some(case)], "what is to be planned is in its case already");
        assert!(matches!(send(&after, "5", "discount").await, Accepted::New { .. }), "another fault is new");
    }
}

#[tokio::test]
async fn without_an_overlap_an_upgrade_would_open_another() {
    let Some(house) = House::new(BOTH[0]).await else { return };
    let (before, after) = (door(&house, &[1]), door(&house, &[2]));
    assert!(matches!(send(&before, "1", "total").await, Accepted::New { .. }));
    assert!(matches!(send(&after, "2", "total").await, Accepted::New { .. }));
}
