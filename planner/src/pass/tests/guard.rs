//! A case that no one change could fix falls apart, its task stays with what is left, and later passes keep it so.

use signalbox_domain::case_move::MoveKind;
use signalbox_store::planner::{MoveTo, Moved, SignalsMove};

use super::*;

/// Two of the cart with a task, in whose case somebody's grouping put two of the mail as well.
async fn swallowed(place: &Place) -> (Planner, signalbox_domain::task::Task) {
    let planner = place.planner(3, |_| {});
    place.seen(1, "cart", NOON).await;
    place.seen(3, "cart", NOON).await;
    planner.pass(NOON).await.unwrap();
    let task = the_task(place).await;
    let case = place.store.case_show(task.case.unwrap().case).await.unwrap().unwrap().case;
    place.seen(2, "mail", NOON).await;
    place.seen(4, "mail", NOON).await;
    let input = place.store.plan_load(place.project, 10, NOON).await.unwrap();
    let by_hand = PlanCommit {
        joins: input.signals.iter().map(|one| (one.signal.id, case.id)).collect(),
        planned: input.signals.iter().map(|one| (one.signal.id, one.signal.revision)).collect(),
        // Not readable: what grouping knows of the case is told anew from its signals.
        exemplars: [(case.id, "of another version".to_owned())].into(),
        cases: vec![case],
        ..plan_of(place, input.revision)
    };
    assert_eq!(place.store.plan_commit(&by_hand).await.unwrap(), Committed::Yes);
    (planner, task)
}

fn of(keys: &[&str]) -> BTreeSet<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

#[tokio::test]
async fn a_case_that_no_one_change_fixes_falls_apart_and_its_task_stays() {
    let place = Place::new().await;
    let (planner, task) = swallowed(&place).await;
    let kept = task.case.unwrap().case;
    place.seen(7, "cart", NOON).await;
    let end = planner.pass(NOON).await.unwrap();
    assert_eq!((end.report.split_off, end.report.tasks, end.next), (1, 0, NextPass::AtOnce));
    assert_eq!(place.partition().await, BTreeSet::from([of(&["1", "3", "7"]), of(&["2", "4"])]));

    let mail = place.signal("2").await;
    let (record, _) = place.store.signal_show(mail).await.unwrap().unwrap();
    let left = record.case.unwrap();
    let told = place.words(Subject::Case(kept), "split").await;
    let expected = format!(
        "no one change would fix all of it: 2 of its signals leave, 2 to {left}; {} stays with what is left",
        task.id
    );
    assert_eq!(told, [expected]);
    let told = place.words(Subject::Task(task.id), "case-split").await;
    assert_eq!(told, [format!("2 of its signals leave, 2 to {left}; it works on what is left of {kept}")]);
    for subject in [Subject::Case(left), Subject::Signal(mail)] {
        let told = place.words(subject, "split-off").await;
        let begins = format!("unlike the rest of {kept} (0.");
        assert!(told.len() == 1 && told[0].starts_with(&begins), "{told:?}");
    }

    // Each part is judged by itself, once what it comes to is written.
    let next = planner.pass(NOON).await.unwrap();
    assert_eq!((next.report.split_off, next.report.tasks), (0, 1));
    let of_mail = place.store.case_show(left).await.unwrap().unwrap();
    assert_eq!((of_mail.case.signals.len(), of_mail.tasks.len()), (2, 1));
    assert_eq!(place.words(Subject::Case(left), "task-opened").await.len(), 1);
    let of_cart = place.store.case_show(kept).await.unwrap().unwrap();
    assert_eq!(of_cart.tasks.last().map(|(id, _)| *id), Some(task.id));
}

#[tokio::test]
async fn what_was_parted_stays_apart_also_after_a_restart() {
    let place = Place::new().await;
    let (planner, _) = swallowed(&place).await;
    place.seen(7, "cart", NOON).await;
    planner.pass(NOON).await.unwrap();
    let restarted = place.planner(9, |_| {});
    for (n, area) in [(2, "mail"), (10, "cart"), (5, "mail"), (1, "cart")] {
        place.seen(n, area, NOON).await;
        assert_eq!(restarted.pass(NOON).await.unwrap().report.split_off, 0);
    }
    let expected = BTreeSet::from([of(&["1", "10", "3", "7"]), of(&["2", "4", "5"])]);
    assert_eq!((place.partition().await, place.tasks().await), (expected, 2));
}

#[tokio::test]
async fn two_planners_at_once_part_a_case_once() {
    let place = Place::new().await;
    let (planner, _) = swallowed(&place).await;
    let other = place.planner(11, |_| {});
    place.seen(7, "cart", NOON).await;
    let (one, two) = tokio::join!(planner.pass(NOON), other.pass(NOON));
    let split_off = one.unwrap().report.split_off + two.unwrap().report.split_off;
    assert_eq!((split_off, place.partition().await.len()), (1, 2));
}

#[tokio::test]
async fn whom_a_person_merged_stays_together_whatever_the_guard_thinks() {
    let place = Place::new().await;
    let planner = place.planner(3, |_| {});
    for (n, area) in [(1, "cart"), (3, "cart"), (2, "mail"), (4, "mail")] {
        place.seen(n, area, NOON).await;
    }
    planner.pass(NOON).await.unwrap();
    let case_of = async |key: &str| {
        let (record, _) = place.store.signal_show(place.signal(key).await).await.unwrap().unwrap();
        record.case.unwrap()
    };
    let (cart, mail) = (case_of("1").await, case_of("2").await);
    let wish = SignalsMove {
        id: place.ids.next(),
        kind: MoveKind::Merge,
        by: "ada",
        from: mail,
        to: MoveTo::Known(cart),
        signals: None,
        seen_from: None,
        seen_to: None,
        now: NOON,
    };
    let moved = place.store.signals_move(&wish, |_| vec![]).await.unwrap();
    assert!(matches!(moved, Moved::Yes(_)), "{moved:?}");
    place.seen(7, "cart", NOON).await;
    assert_eq!(planner.pass(NOON).await.unwrap().report.split_off, 0);
    let merged_away = of(&[]);
    assert_eq!(place.partition().await, BTreeSet::from([merged_away, of(&["1", "2", "3", "4", "7"])]));
}
