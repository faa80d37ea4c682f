use std::time::Duration;

use signalbox_domain::access::Role;
use signalbox_domain::ruling::DismissCode;
use signalbox_domain::task::Starter;

use super::*;
use crate::fixture::{Fixture, actor};
use crate::views::{PlansAsk, SuppressionsAsk};

const DAY: Duration = Duration::from_hours(24);

async fn case(fixture: &Fixture, with_task: bool) -> CaseId {
    let (signal, _) = fixture.signal("It broke").await;
    let starter = with_task.then_some(Starter::Person);
    fixture.plan(signal, "new-case", starter).await.0
}

async fn told(fixture: &Fixture, id: CaseId) -> (String, String) {
    let view = fixture.reads().case(&actor(Role::Viewer), id).await.unwrap();
    let last = view.decisions.iter().rfind(|one| one.stage == Stage::Control).unwrap();
    (last.code.to_string(), last.words.clone())
}

#[tokio::test]
async fn a_case_sleeps_as_it_is_told_and_is_opened_again() {
    let fixture = Fixture::new().await;
    let (cases, ada) = (fixture.cases(), actor(Role::Engineer));
    let id = case(&fixture, false).await;
    let until = fixture.clock.now().plus(DAY);
    let time = SnoozeCase { until: Some(until), ..SnoozeCase::default() };
    let decided = cases.snooze(&ada, id, &time).await.unwrap();
    assert_eq!((decided.state, decided.version), (CaseState::Snoozed, 1));
    assert_eq!(told(&fixture, id).await, ("snoozed".into(), format!("local snoozed it until {until}")));
    let again = cases.reopen(&ada, id, &ReopenCase::default()).await.unwrap();
    assert_eq!((again.state, again.version), (CaseState::Watching, 2));

    let records = SnoozeCase { records: Some(10), ..SnoozeCase::default() };
    let decided = cases.snooze(&ada, id, &records).await.unwrap();
    assert_eq!(decided.words, "local snoozed it until 10 records more than its 1");
    let view = fixture.reads().case(&ada, id).await.unwrap();
    let ruled = view.ruling.unwrap().ruled;
    assert_eq!(ruled, Ruled::Snooze { until: SnoozeUntil::Records { more: 10, had: 1 } });
}

#[tokio::test]
async fn what_no_snooze_means_is_refused() {
    let fixture = Fixture::new().await;
    let (cases, ada) = (fixture.cases(), actor(Role::Engineer));
    let id = case(&fixture, false).await;
    let now = Some(fixture.clock.now());
    for ask in [
        SnoozeCase::default(),
        SnoozeCase { until: now, ..SnoozeCase::default() },
        SnoozeCase { records: Some(0), ..SnoozeCase::default() },
        SnoozeCase { records: Some(1), next_release: true, ..SnoozeCase::default() },
    ] {
        assert_eq!(cases.snooze(&ada, id, &ask).await.unwrap_err().code(), "invalid", "{ask:?}");
    }
}

#[tokio::test]
async fn a_dismissal_says_what_it_means_for_records_to_come_and_flags_the_live_task() {
    let fixture = Fixture::new().await;
    let (cases, ada) = (fixture.cases(), actor(Role::Engineer));
    let id = case(&fixture, true).await;
    let ask = DismissCase { code: DismissCode::Noise, words: " a robot ".into(), version: None };
    let decided = cases.dismiss(&ada, id, &ask).await.unwrap();
    assert_eq!(decided.state, CaseState::Dismissed);
    let words = "local dismissed it as noise (a robot); it stays so, whatever is seen of it";
    assert_eq!(decided.words, words);
    let why = fixture.reads().why(&ada, id.to_string().parse().unwrap()).await.unwrap();
    let of_task =
        why.chain.iter().flat_map(|link| &link.decisions).find(|one| one.code.as_str() == "case-decided");
    assert_eq!(of_task.unwrap().words, format!("its case: {words}; the task goes on as it is"));
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_is_told() {
    let fixture = Fixture::new().await;
    let (cases, ada) = (fixture.cases(), actor(Role::Engineer));
    let id = case(&fixture, false).await;
    let seen = fixture.reads().case(&ada, id).await.unwrap().version;
    let dismiss = DismissCase { code: DismissCode::Intended, words: String::new(), version: Some(seen) };
    let snooze = SnoozeCase { records: Some(5), version: Some(seen), ..SnoozeCase::default() };
    let (one, other) = tokio::join!(cases.dismiss(&ada, id, &dismiss), cases.snooze(&ada, id, &snooze));
    let refused = match (one, other) {
        (Ok(_), Err(problem)) | (Err(problem), Ok(_)) => problem,
        both => panic!("{both:?}"),
    };
    assert_eq!(refused.code(), "conflict");
    let words = format!("somebody else decided about {id} meanwhile: its version is 1; look at it again");
    assert_eq!(refused.to_string(), words);
}

#[tokio::test]
async fn a_read_text_is_accepted_while_the_case_is_open() {
    let fixture = Fixture::new().await;
    let (cases, ada) = (fixture.cases(), actor(Role::Engineer));
    let id = case(&fixture, false).await;
    let ask = AcceptCase { words: "a quote from our docs".into(), version: None };
    let decided = cases.accept(&ada, id, &ask).await.unwrap();
    assert_eq!(decided.state, CaseState::Watching);
    assert_eq!(told(&fixture, id).await.0, "accepted");
    let dismiss = DismissCase { code: DismissCode::WontFix, words: String::new(), version: None };
    cases.dismiss(&ada, id, &dismiss).await.unwrap();
    let refused = cases.accept(&ada, id, &ask).await.unwrap_err();
    assert_eq!(refused.to_string(), "the case is dismissed: reopen it first");
}

fn rule(fixture: &Fixture) -> NewSuppression {
    NewSuppression {
        project: "web".parse().unwrap(),
        source: None,
        kind: None,
        title: Some("health".into()),
        reason: "known, mended next week".into(),
        expires_at: fixture.clock.now().plus(DAY),
        confirm: false,
    }
}

#[tokio::test]
async fn a_rule_says_what_it_takes_and_one_that_takes_most_is_warned_of() {
    let fixture = Fixture::new().await;
    let (cases, ada) = (fixture.cases(), actor(Role::Engineer));
    for title in ["health check is slow", "It broke", "Total is wrong"] {
        fixture.signal(title).await;
    }
    let made = cases.suppress(&ada, &rule(&fixture)).await.unwrap();
    assert_eq!((made.takes, made.of), (1, 3));
    let all = NewSuppression { title: None, ..rule(&fixture) };
    let warned = cases.suppress(&ada, &all).await.unwrap_err();
    let words = "the rule takes 3 of the project's 3 signals; send confirm to keep it all the same";
    assert_eq!((warned.code(), warned.to_string()), ("conflict", words.into()));
    let confirmed = cases.suppress(&ada, &NewSuppression { confirm: true, ..all }).await.unwrap();
    assert_eq!(confirmed.takes, 3);

    cases.lift(&ada, confirmed.id).await.unwrap();
    assert_eq!(cases.lift(&ada, confirmed.id).await.unwrap_err().code(), "conflict");
    let listed = fixture.reads().suppressions(&ada, &SuppressionsAsk::default()).await.unwrap();
    let rows: Vec<(bool, &str)> = listed.items.iter().map(|one| (one.holds, one.rule.as_str())).collect();
    assert_eq!(rows, [(false, "every signal"), (true, "title with \"health\"")]);
    assert_eq!(listed.items[0].owner, "local");
}

#[tokio::test]
async fn a_rule_without_reason_or_end_or_letters_is_refused() {
    let fixture = Fixture::new().await;
    let (cases, ada) = (fixture.cases(), actor(Role::Engineer));
    let good = rule(&fixture);
    for bad in [
        NewSuppression { reason: " ".into(), ..good.clone() },
        NewSuppression { expires_at: fixture.clock.now(), ..good.clone() },
        NewSuppression { title: Some(String::new()), ..good.clone() },
        NewSuppression { reason: "x".repeat(501), ..good.clone() },
    ] {
        assert_eq!(cases.suppress(&ada, &bad).await.unwrap_err().code(), "invalid", "{bad:?}");
    }
}

#[tokio::test]
async fn who_only_reads_decides_nothing_and_sees_plans_with_their_reasons() {
    let fixture = Fixture::new().await;
    let (cases, viewer) = (fixture.cases(), actor(Role::Viewer));
    let id = case(&fixture, false).await;
    let snooze = SnoozeCase { records: Some(1), ..SnoozeCase::default() };
    assert_eq!(cases.snooze(&viewer, id, &snooze).await.unwrap_err().code(), "denied");
    assert_eq!(cases.suppress(&viewer, &rule(&fixture)).await.unwrap_err().code(), "denied");
    let plans = fixture.reads().plans(&viewer, &PlansAsk::default()).await.unwrap();
    let [plan] = plans.items.as_slice() else { panic!("{plans:?}") };
    let view = fixture.reads().plan(&viewer, plan.id).await.unwrap();
    assert_eq!((view.id, view.signals, view.new_cases), (Some(plan.id), 1, 1));
}
