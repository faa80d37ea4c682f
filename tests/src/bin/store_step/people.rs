//! Steps of people about cases: what they decide, and their rules.

use std::collections::BTreeMap;

use signalbox_domain::case::{Case, Score};
use signalbox_domain::case_move::MoveKind;
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{
    CaseId, CaseMoveId, DecisionId, PersonId, PlanId, ProjectId, RepositoryId, SignalId, SuppressionId,
};
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::policy::Policy;
use signalbox_domain::project::Repository;
use signalbox_domain::provenance::Sourced;
use signalbox_domain::ruling::{DismissCode, Ruled, Ruling};
use signalbox_domain::signal::{Fingerprint, HoldReason, Severity, SignalKey, SourceFamily};
use signalbox_domain::sketch::Sketch;
use signalbox_domain::states::{CaseEvent, CaseState};
use signalbox_domain::suppression::{Suppression, SuppressionRule};
use signalbox_domain::task::Priority;
use signalbox_store::Store;
use signalbox_store::ingest::{Fold, FoldedRecord};
use signalbox_store::planner::{CasePick, CaseRuling, MoveTo, PlanCommit, SignalsMove, TaskEvidence};
use signalbox_store::tasks::Disown;
use uuid::Uuid;

use super::{Failed, MINUTE, NOW, limit};

fn project() -> ProjectId {
    ProjectId::from_uuid(Uuid::from_u128(1))
}

fn case_id(n: u128) -> CaseId {
    CaseId::from_uuid(Uuid::from_u128(n))
}

/// A project with two cases.
pub(super) async fn prepare(store: &Store) -> Result<(), Failed> {
    store.project_ensure(&"web".parse()?, project(), NOW).await?;
    let repository = Repository {
        id: RepositoryId::from_uuid(Uuid::from_u128(18)),
        project: project(),
        name: "acme/shop".parse()?,
        location: "/srv/git/shop".to_owned(),
        default_branch: "main".to_owned(),
    };
    store.repository_put(&repository, NOW).await?;
    let plan = PlanCommit {
        id: PlanId::from_uuid(Uuid::from_u128(9)),
        project: project(),
        revision: 0,
        at: NOW,
        planned: vec![],
        cases: vec![case(10), case(11)],
        joins: vec![],
        due: BTreeMap::new(),
        exemplars: BTreeMap::new(),
        tasks: vec![],
        ranks: vec![],
        quota: limit()?,
        policy: Policy::default(),
        evidence: TaskEvidence::default(),
        decisions: vec![],
        summary: PlanSummary::default(),
    };
    store.plan_commit(&plan).await?;
    Ok(())
}

pub(super) async fn act(store: &Store, method: &str) -> Result<(), Failed> {
    match method {
        "case_rule" => rule(store).await?,
        "case_pick" => {
            let decisions = [decision(17, Subject::Case(case_id(10)))?];
            let repository = RepositoryId::from_uuid(Uuid::from_u128(18));
            let pick =
                CasePick { case: case_id(10), seen: Some(0), repository, decisions: &decisions, now: NOW };
            store.case_pick(&pick).await?;
        }
        "task_disown" => {
            let decision = decision(19, Subject::Project(project()))?;
            let repository = RepositoryId::from_uuid(Uuid::from_u128(18));
            let person = PersonId::from_uuid(Uuid::from_u128(20));
            let disown = Disown { person, file: Some((repository, "src/cart.py")), decision: &decision };
            store.task_disown(super::task_id(), disown, NOW).await?;
        }
        "suppression_put" => {
            store.suppression_put(&suppression(), &decision(14, Subject::Project(project()))?).await?;
        }
        "suppression_lift" => {
            let decision = decision(15, Subject::Case(case_id(11)))?;
            store.suppression_lift(&suppression(), &decision, NOW.plus(MINUTE)).await?;
        }
        "signals_move" => {
            let wish = SignalsMove {
                id: move_id(),
                kind: MoveKind::Merge,
                by: "ada",
                from: case_id(10),
                to: MoveTo::Known(case_id(11)),
                signals: None,
                seen_from: Some(0),
                seen_to: Some(0),
                now: NOW,
            };
            store.signals_move(&wish, |_| vec![]).await?;
        }
        "signal_release" => {
            let fold = held()?;
            store.signal_release(fold.id, &decision(18, Subject::Signal(fold.id))?).await?;
        }
        "move_undo" => drop(store.move_undo(move_id(), NOW.plus(MINUTE), |_| vec![]).await?),
        other => return Err(format!("no step for {other}").into()),
    }
    Ok(())
}

async fn rule(store: &Store) -> Result<(), Failed> {
    let ruled = Ruled::Dismiss { code: DismissCode::Noise, words: "a robot".to_owned() };
    let ruling = Ruling { by: "ada".to_owned(), at: NOW, generation: 1, ruled };
    let decisions = [decision(13, Subject::Case(case_id(10)))?];
    store
        .case_rule(&CaseRuling {
            case: case_id(10),
            seen: Some(0),
            event: Some(CaseEvent::Dismiss),
            ruling: Some(&ruling),
            due: NOW,
            decisions: &decisions,
            now: NOW,
        })
        .await?;
    Ok(())
}

fn case(n: u128) -> Case {
    Case {
        id: case_id(n),
        project: project(),
        title: Sourced::stranger("It broke".to_owned()),
        state: CaseState::Watching,
        generation: 1,
        score: Score { total: 1.0, priority: Priority::P2, parts: vec![] },
        signals: vec![],
        opened_at: NOW,
        changed_at: NOW,
        merged_into: None,
    }
}

/// A signal that its one record holds.
pub(super) fn held() -> Result<Fold, Failed> {
    let key = SignalKey {
        project: project(),
        family: SourceFamily::ErrorTracking,
        kind: "exception".parse()?,
        fingerprint: Fingerprint { version: 1, key: "a".to_owned() },
    };
    Ok(Fold {
        id: SignalId::from_uuid(Uuid::from_u128(17)),
        key,
        aliases: vec![],
        title: Sourced::stranger("It broke".to_owned()),
        severity: Severity::Error,
        hold: Some(HoldReason::TooOld),
        hold_at: NOW,
        repository: None,
        users: Sketch::default(),
        records: vec![FoldedRecord { mark: None, at: NOW, count: 1, held: true }],
        samples: vec![],
    })
}

fn move_id() -> CaseMoveId {
    CaseMoveId::from_uuid(Uuid::from_u128(16))
}

fn suppression() -> Suppression {
    Suppression {
        id: SuppressionId::from_uuid(Uuid::from_u128(12)),
        project: project(),
        owner: "ada".to_owned(),
        reason: "known".to_owned(),
        rule: SuppressionRule::default(),
        made_at: NOW,
        expires_at: NOW.plus(10 * MINUTE),
        lifted_at: None,
    }
}

fn decision(n: u128, subject: Subject) -> Result<Decision, Failed> {
    let reason = Reason { code: "decided".parse()?, words: "ada decided".to_owned() };
    let id = DecisionId::from_uuid(Uuid::from_u128(n));
    Ok(Decision { id, stage: Stage::Control, subject, reason, first_at: NOW, last_at: NOW, count: 1 })
}
