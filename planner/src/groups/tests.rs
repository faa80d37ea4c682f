//! Which signals meet in a case, and that neither order nor batches nor processes change it.

use std::collections::BTreeSet;

use proptest::prelude::*;
use signalbox_domain::case::Bond;
use signalbox_domain::time::Timestamp;
use signalbox_store::planner::BoundSignal;

use super::*;
use crate::fixture::{NOON, crash, ids, input, ticket};

fn groups() -> Groups {
    Groups::new(0, vec![])
}

fn join(groups: &mut Groups, signals: Vec<PlanSignal>) -> BTreeMap<SignalId, Joined> {
    group(groups, &input(signals, vec![]), &ids()).unwrap().joined
}

#[test]
fn signals_of_one_cause_join_and_the_decision_names_case_score_and_reasons() {
    let mut groups = groups();
    let signals = vec![
        crash(1, "cart", &["total", "pay", "begin"]),
        crash(2, "cart", &["total", "pay", "resume"]),
        crash(3, "mail", &["render", "send", "begin"]),
    ];
    let id = |at: usize| signals[at].signal.id;
    let joined = join(&mut groups, signals.clone());
    let (first, second, other) = (&joined[&id(0)], &joined[&id(1)], &joined[&id(2)]);
    assert!(first.is_new && !second.is_new && other.is_new);
    assert_eq!((second.case, second.code), (first.case, "joined"));
    assert_ne!(other.case, first.case);
    let words = &second.words;
    let score: f32 = words.rsplit(": ").next().unwrap().parse().unwrap();
    assert!((0.5..=1.0).contains(&score), "{words}");
    for part in ["shares frames (", "cart_total", &first.case.to_string()] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert_eq!(first.words, format!("no open case is like it: it opens {}", first.case));
}

#[test]
fn a_likeness_too_small_is_told_with_its_case() {
    let mut groups = groups();
    let first = ticket(1, "Export of the yearly report is empty", "The file has headers and nothing else");
    let other = ticket(2, "Import of the yearly calendar is slow", "It takes minutes where it took seconds");
    let known = join(&mut groups, vec![first]).into_values().next().unwrap().case;
    let joined = join(&mut groups, vec![other]).into_values().next().unwrap();
    assert!(joined.is_new);
    let words = format!("the closest open case is {known} with 0.");
    assert!(joined.words.starts_with(&words), "{}", joined.words);
}

#[test]
fn a_signal_that_has_a_case_is_let_be() {
    let mut signal = crash(1, "cart", &["total"]);
    signal.case = Some(ids().next());
    let mut groups = groups();
    assert_eq!(join(&mut groups, vec![signal]), BTreeMap::new());
    assert_eq!(groups, self::groups());
}

/// What another process reads from the store.
fn read_back(groups: &Groups, kept: &BTreeMap<CaseId, String>) -> Groups {
    let mut other = Groups::new(groups.revision(), vec![]);
    for (case, text) in kept {
        other.open_kept(*case, text).unwrap();
    }
    other
}

#[test]
fn a_case_that_nobody_wrote_down_is_told_from_its_signals() {
    let mut told = groups();
    let case = ids().next();
    told.open_told(case, &[crash(1, "cart", &["total", "pay", "begin"])]);
    assert!(told.open_kept(ids().next(), "no JSON").is_err());
    let joined = join(&mut told, vec![crash(2, "cart", &["total", "pay", "resume"])]);
    assert_eq!(joined.into_values().next().map(|joined| joined.case), Some(case));
}

/// Two of the cart and one of the mail in one case, and another of the cart that joins.
fn parted(bond: Bond) -> (CaseId, Groups, Grouping) {
    let (mut groups, ids) = (groups(), ids());
    let case = ids.next();
    let members = [
        crash(1, "cart", &["total", "pay", "begin"]),
        crash(2, "mail", &["render", "send", "begin"]),
        crash(3, "cart", &["total", "pay", "resume"]),
    ];
    groups.open_told(case, &members);
    let joins = crash(4, "cart", &["total", "pay", "retry"]);
    let mut grouping = group(&mut groups, &input(vec![joins.clone()], vec![]), &ids).unwrap();
    assert_eq!(suspects(&groups, &grouping), [case]);
    let bound = |(at, signal): (usize, PlanSignal)| BoundSignal {
        signal,
        bond: if at == 1 { bond } else { Bond::Likeness },
    };
    let bound: Vec<BoundSignal> = members.into_iter().enumerate().map(bound).collect();
    part(&mut groups, &mut grouping, case, &bound, &[&joins], &ids).unwrap();
    (case, groups, grouping)
}

fn numbers(signals: &[SignalId]) -> Vec<u128> {
    signals.iter().map(|id| id.uuid().as_u128()).collect()
}

#[test]
fn the_largest_part_keeps_the_case_and_who_leaves_is_written_down() {
    let (case, groups, grouping) = parted(Bond::Likeness);
    let [mail] = grouping.parted.as_slice() else { panic!("{:?}", grouping.parted) };
    assert_eq!((mail.from, numbers(&mail.signals)), (case, vec![2]));
    assert_eq!(mail.title.value, "mailError: mail ran out");
    assert!(mail.words.starts_with(&format!("unlike the rest of {case} (0.")), "{}", mail.words);
    assert!(groups.has(case) && groups.has(mail.to) && groups.is_in_order());
    assert_eq!(read_back(&groups, &grouping.exemplars), groups, "what is kept is what is known");
    assert_eq!(suspects(&groups, &grouping), []);
}

#[test]
fn whom_a_person_named_keeps_the_case_and_the_others_leave() {
    let (case, _, grouping) = parted(Bond::Person);
    let [cart] = grouping.parted.as_slice() else { panic!("{:?}", grouping.parted) };
    assert_eq!((cart.from, numbers(&cart.signals)), (case, vec![1, 3, 4]));
}

/// Sixteen signals of four causes, seen one after the other.
fn sixteen() -> Vec<PlanSignal> {
    let areas = ["cart", "mail", "search", "login"];
    (0..16_u32)
        .map(|n| {
            let area = areas[n as usize % areas.len()];
            let last = format!("step{n}");
            let mut signal = crash(u128::from(n) + 1, area, &["alpha", "bravo", "charlie", &last]);
            signal.signal.first_seen = Timestamp::from_micros(NOON.micros() + i64::from(n));
            signal
        })
        .collect()
}

/// Who is with whom, whatever the cases are called.
fn partition(joined: &BTreeMap<SignalId, Joined>) -> BTreeSet<BTreeSet<SignalId>> {
    let mut cases: BTreeMap<CaseId, BTreeSet<SignalId>> = BTreeMap::new();
    for joined in joined.values() {
        cases.entry(joined.case).or_default().insert(joined.signal);
    }
    cases.into_values().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn neither_order_nor_batches_nor_a_restart_change_who_is_with_whom(
        order in Just((0..16_usize).collect::<Vec<_>>()).prop_shuffle(),
        batch in 1..17_usize,
        restarts in any::<bool>(),
    ) {
        let all = sixteen();
        let expected = join(&mut groups(), all.clone());
        prop_assert_eq!(partition(&expected).len(), 4);
        let shuffled: Vec<PlanSignal> = order.iter().map(|at| all[*at].clone()).collect();
        prop_assert_eq!(&join(&mut groups(), shuffled.clone()), &expected, "within a plan the order is nothing");

        let ids = ids();
        let (mut known, mut kept, mut joined) = (groups(), BTreeMap::new(), BTreeMap::new());
        for part in shuffled.chunks(batch) {
            let grouping = group(&mut known, &input(part.to_vec(), vec![]), &ids).unwrap();
            joined.extend(grouping.joined);
            kept.extend(grouping.exemplars);
            let read = read_back(&known, &kept);
            prop_assert_eq!(&read, &known, "what the store keeps is what the process knows");
            if restarts {
                known = read;
            }
        }
        prop_assert_eq!(partition(&joined), partition(&expected));
    }
}
