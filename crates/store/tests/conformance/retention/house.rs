//! What the house itself leaves: decisions, quota windows, firings, tokens.

use std::time::Duration;

use signalbox_domain::access::{Role, Scope, Token};
use signalbox_domain::automation::{Action, Automation, Firing, Trigger};
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{AutomationId, CaseId, RunId, SignalId, TaskId};
use signalbox_domain::quota::QuotaLimit;
use signalbox_domain::states::FiringState;
use signalbox_domain::time::Timestamp;
use signalbox_store::retention::Prunable;
use uuid::Uuid;

use super::rows::{Rows, days_ago, within_days};
use super::{Verdicts, on_both, prune};
use crate::fixture::{Fixture, NOON};

on_both! {
    reasons_that_no_longer_stand_go_after_30_days,
    reasons_that_stand_go_with_their_subject,
    quota_windows_go_after_their_end,
    ended_firings_go_but_the_newest_of_a_trigger,
    tokens_go_after_their_end,
}

async fn decided(fixture: &Fixture, subject: Subject, code: &str, first: Timestamp, last: Timestamp) -> Uuid {
    let decision = Decision {
        id: fixture.id(),
        stage: Stage::Planner,
        subject,
        reason: Reason { code: code.parse().unwrap(), words: "x".to_owned() },
        first_at: first,
        last_at: last,
        count: 1,
    };
    let id = decision.id.uuid();
    fixture.store.decisions_record(&[decision]).await.unwrap();
    id
}

async fn reasons_that_no_longer_stand_go_after_30_days(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    let subject = Subject::Project(rows.project);
    let (old, older) = (days_ago(30), days_ago(60));
    verdicts.goes("held long ago", decided(fixture, subject, "a", older, old).await);
    verdicts.stays("held of late", decided(fixture, subject, "b", older, within_days(30)).await);
    verdicts.stays("stands since long ago", decided(fixture, subject, "c", older, old).await);
    assert_eq!(prune(fixture, Prunable::Decisions).await, 1);
    verdicts.check(&rows.left("decisions").await);
}

async fn reasons_that_stand_go_with_their_subject(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    let old = days_ago(30);
    let task = rows.task("done", NOON, None).await;
    let there = [
        Subject::Signal(SignalId::from_uuid(rows.signal(NOON).await)),
        Subject::Case(CaseId::from_uuid(rows.case("fixed", NOON, None).await)),
        Subject::Task(TaskId::from_uuid(task)),
        Subject::Run(RunId::from_uuid(rows.run(task, "failed", NOON, None).await)),
        Subject::Project(rows.project),
    ];
    for subject in there {
        verdicts.stays(&format!("about {subject:?}"), decided(fixture, subject, "a", old, old).await);
    }
    let id = || fixture.id::<Uuid>();
    for subject in [
        Subject::Signal(id().into()),
        Subject::Case(id().into()),
        Subject::Task(id().into()),
        Subject::Run(id().into()),
        Subject::Project(id().into()),
    ] {
        verdicts.goes(&format!("about a gone {subject:?}"), decided(fixture, subject, "a", old, old).await);
    }
    let late = decided(fixture, Subject::Case(id().into()), "a", old, within_days(30)).await;
    verdicts.stays("about a gone case, of late", late);
    assert_eq!(prune(fixture, Prunable::Decisions).await, 5);
    verdicts.check(&rows.left("decisions").await);
}

async fn quota_windows_go_after_their_end(fixture: &Fixture) {
    let hour = Duration::from_secs(3_600);
    let take = async |name: &str, window: Duration, at: Timestamp| {
        let limit = QuotaLimit { name: name.parse().unwrap(), units: 9, window };
        fixture.store.quota_take(&limit, 1, at).await.unwrap().ends_at
    };
    let long_over = take("hourly", hour, days_ago(2).minus(hour)).await;
    assert!(long_over < days_ago(2));
    take("hourly", hour, within_days(2)).await;
    // It began long ago and is not over: a month's money must not be spent twice.
    let month_ends = take("monthly", hour * 24 * 365, days_ago(3)).await;
    assert!(month_ends > NOON);
    assert_eq!(prune(fixture, Prunable::QuotaWindows).await, 1);
    let mut rows = Rows::of(fixture).await;
    let ends = rows.raw.numbers("SELECT ends_at FROM quota_windows").await;
    assert_eq!(ends.len(), 2);
    assert!(ends.contains(&month_ends.micros()) && !ends.contains(&long_over.micros()));
}

async fn automation(fixture: &Fixture) -> AutomationId {
    let automation = Automation {
        id: fixture.id(),
        name: "weekly".parse().unwrap(),
        triggers: vec![Trigger::Api],
        action: Action::EmitSignal {
            project: "web".parse().unwrap(),
            kind: "tick".parse().unwrap(),
            title: "Tick".to_owned(),
            text: String::new(),
        },
    };
    fixture.store.automation_put(&automation, NOON).await.unwrap().id
}

/// A firing of so many days ago, which got where it is then.
async fn fired(
    fixture: &Fixture,
    automation: AutomationId,
    trigger: u32,
    state: FiringState,
    at: Timestamp,
) -> Uuid {
    let firing = Firing {
        id: fixture.id(),
        automation,
        trigger,
        due_at: at,
        state,
        delivery: None,
        task: None,
        reason: None,
    };
    fixture.store.firing_open(&firing, at).await.unwrap();
    firing.id.uuid()
}

async fn ended_firings_go_but_the_newest_of_a_trigger(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    let automation = automation(fixture).await;
    let ended = [FiringState::Succeeded, FiringState::Failed, FiringState::Skipped];
    for (days, state) in (0_u64..).zip(FiringState::ALL) {
        let firing = fired(fixture, automation, 0, *state, days_ago(100 + days)).await;
        if ended.contains(state) {
            verdicts.goes(&format!("{state}, old"), firing);
        } else {
            verdicts.stays(&format!("{state}, old"), firing);
        }
    }
    let young = fired(fixture, automation, 0, FiringState::Succeeded, within_days(90)).await;
    verdicts.stays("succeeded of late", young);
    let only = fired(fixture, automation, 1, FiringState::Succeeded, days_ago(300)).await;
    verdicts.stays("the only one of its trigger", only);
    verdicts.stays("newest, old", fired(fixture, automation, 2, FiringState::Skipped, days_ago(91)).await);
    verdicts.goes("before it", fired(fixture, automation, 2, FiringState::Skipped, days_ago(92)).await);
    assert_eq!(prune(fixture, Prunable::Firings).await, 4);
    verdicts.check(&rows.left("firings").await);
}

async fn tokens_go_after_their_end(fixture: &Fixture) {
    let (mut rows, mut verdicts) = (Rows::of(fixture).await, Verdicts::new());
    let (old, late) = (Some(days_ago(90)), Some(within_days(90)));
    for (n, (expires_at, revoked_at, stays)) in [
        (None, None, true),
        (late, None, true),
        (None, late, true),
        (old, None, false),
        (None, old, false),
        (late, old, false),
    ]
    .into_iter()
    .enumerate()
    {
        let token = Token {
            id: fixture.id(),
            name: "ci".parse().unwrap(),
            role: Role::Viewer,
            scope: Scope::Everything,
            made_at: days_ago(500),
            expires_at,
            revoked_at,
            used_at: None,
            parent: None,
        };
        fixture.store.token_put(&token, &[u8::try_from(n).unwrap(); 32]).await.unwrap();
        let name = format!("expires {expires_at:?}, revoked {revoked_at:?}");
        if stays {
            verdicts.stays(&name, token.id.uuid());
        } else {
            verdicts.goes(&name, token.id.uuid());
        }
    }
    assert_eq!(prune(fixture, Prunable::Tokens).await, 3);
    verdicts.check(&rows.left("tokens").await);
}
