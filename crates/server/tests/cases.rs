//! What people decide about cases, their rules, and plans, over HTTP.

use serde_json::json;
use signalbox_control::views::{
    CaseDecided, CaseMoved, CaseView, Listing, PlanLine, PlanView, SuppressionLine, SuppressionMade,
};
use signalbox_domain::access::Role;
use signalbox_domain::states::CaseState;

use crate::house::House;

const CASES: &str = "/api/v1/cases";

#[tokio::test]
async fn a_case_is_decided_about_and_a_version_that_is_gone_is_a_conflict() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let (signal, _) = house.fixture.signal("It broke").await;
    let (case, _) = house.fixture.plan(signal, "new-case", None).await;
    let path = format!("{CASES}/{case}");
    let seen: CaseView = ada.get(&path).await.ok();
    assert_eq!((seen.version, seen.ruling), (0, None));

    let snooze = json!({ "records": 5, "version": 0 });
    let decided: CaseDecided = ada.post(&format!("{path}/snooze"), &snooze).await.ok();
    assert_eq!((decided.state, decided.version), (CaseState::Snoozed, 1));
    let problem =
        ada.post(&format!("{path}/dismiss"), &json!({ "code": "noise", "version": 0 })).await.problem(409);
    assert!(problem.message.contains("its version is 1; look at it again"), "{}", problem.message);
    let reopened: CaseDecided = ada.send("POST", &format!("{path}/reopen"), &[], b"").await.ok();
    assert_eq!(reopened.state, CaseState::Watching);
    let accepted: CaseDecided = ada.send("POST", &format!("{path}/accept"), &[], b"").await.ok();
    assert_eq!((accepted.state, accepted.version), (CaseState::Watching, 3));
    let dismissed: CaseDecided =
        ada.post(&format!("{path}/dismiss"), &json!({ "code": "fixed_elsewhere" })).await.ok();
    assert!(
        dismissed.words.ends_with("it comes back when it is seen after the cool-down"),
        "{}",
        dismissed.words
    );

    for (verb, body) in [
        ("snooze", json!({})),
        ("snooze", json!({ "records": 1, "next_release": true })),
        ("dismiss", json!({ "code": "luck" })),
        ("dismiss", json!({ "code": "noise", "why": "x" })),
    ] {
        ada.post(&format!("{path}/{verb}"), &body).await.problem(422);
    }
    let viewer = house.client(Role::Viewer).await;
    viewer.post(&format!("{path}/reopen"), &json!({})).await.problem(403);
}

#[tokio::test]
async fn signals_are_merged_split_moved_and_brought_back_over_http() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    let (one, _) = house.fixture.signal("It broke").await;
    let (other, _) = house.fixture.signal("It broke elsewhere").await;
    let (into, _) = house.fixture.plan(one, "new-case", None).await;
    let (from, _) = house.fixture.plan(other, "new-case", None).await;
    let signals = async |case| ada.get(&format!("{CASES}/{case}")).await.ok::<CaseView>().case.signals.len();

    let merge = format!("{CASES}/{from}/merge");
    let merged: CaseMoved = ada.post(&merge, &json!({ "into": into, "version": 0 })).await.ok();
    assert_eq!((merged.from, merged.to, merged.signals, signals(into).await), (from, into, 1, 2));
    ada.post(&merge, &json!({ "into": into })).await.problem(409);
    let undo = |moved: &CaseMoved| format!("/api/v1/moves/{}/undo", moved.id);
    let _: CaseMoved = ada.post(&undo(&merged), &json!({})).await.ok();
    assert_eq!((signals(into).await, signals(from).await), (1, 1));
    ada.post(&undo(&merged), &json!({})).await.problem(409);

    let moved: CaseMoved =
        ada.post(&format!("{CASES}/{from}/move"), &json!({ "to": into, "signals": [other] })).await.ok();
    assert_eq!((moved.signals, signals(into).await, signals(from).await), (1, 2, 0));
    let split = format!("{CASES}/{into}/split");
    let version = ada.get(&format!("{CASES}/{into}")).await.ok::<CaseView>().version;
    ada.post(&split, &json!({ "signals": [other], "version": version - 1 })).await.problem(409);
    let parted: CaseMoved = ada.post(&split, &json!({ "signals": [other], "version": version })).await.ok();
    assert_eq!((parted.signals, signals(parted.to).await, signals(into).await), (1, 1, 1));

    for (path, body, status) in [
        (format!("{CASES}/{into}/merge"), json!({ "into": into }), 409),
        (format!("{CASES}/{into}/merge"), json!({ "into": "luck" }), 422),
        (split.clone(), json!({ "signals": [], "version": version + 1 }), 422),
        (format!("{CASES}/{into}/move"), json!({ "signals": [one] }), 422),
    ] {
        ada.post(&path, &body).await.problem(status);
    }
    let viewer = house.client(Role::Viewer).await;
    viewer.post(&split, &json!({ "signals": [one] })).await.problem(403);
}

#[tokio::test]
async fn a_rule_is_kept_listed_and_lifted() {
    let house = House::new().await;
    let ada = house.client(Role::Engineer).await;
    for title in ["health check is slow", "It broke"] {
        house.fixture.signal(title).await;
    }
    let rules = "/api/v1/suppressions";
    let rule = json!({
        "project": "web", "title": "health", "reason": "known", "expires_at": "2030-01-01T00:00:00Z"
    });
    let made: SuppressionMade = ada.post(rules, &rule).await.ok();
    assert_eq!((made.takes, made.of), (1, 2));
    let all = json!({ "project": "web", "reason": "all", "expires_at": "2030-01-01T00:00:00Z" });
    let problem = ada.post(rules, &all).await.problem(409);
    assert!(problem.message.contains("takes 2 of the project's 2 signals"), "{}", problem.message);
    let listed: Listing<SuppressionLine> = ada.get(rules).await.ok();
    assert_eq!((listed.items.len(), listed.items[0].owner.as_str(), listed.items[0].holds), (1, "ada", true));
    assert_eq!(ada.send("POST", &format!("{rules}/{}/lift", made.id), &[], b"").await.status, 204);
    ada.send("POST", &format!("{rules}/{}/lift", made.id), &[], b"").await.problem(409);
}

#[tokio::test]
async fn plans_are_listed_shown_and_looked_ahead_at() {
    let house = House::new().await;
    let viewer = house.client(Role::Viewer).await;
    let (signal, _) = house.fixture.signal("It broke").await;
    house.fixture.plan(signal, "new-case", None).await;
    let plans: Listing<PlanLine> = viewer.get("/api/v1/plans?project=web").await.ok();
    let plan: PlanView = viewer.get(&format!("/api/v1/plans/{}", plans.items[0].id)).await.ok();
    assert_eq!((plan.id, plan.signals), (Some(plans.items[0].id), 1));
    let ahead: PlanView = viewer.post("/api/v1/plans/dry-run", &json!({ "project": "web" })).await.ok();
    assert_eq!((ahead.id, ahead.signals), (None, 3));
    viewer.post("/api/v1/plans/dry-run", &json!({ "project": "nowhere" })).await.problem(404);
    viewer.get("/api/v1/plans/plan_00000000000000000000000000").await.problem(404);
}
