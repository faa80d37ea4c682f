//! A case that swallowed unlike things falls apart, and moving signals leaves the index that their cases would build.

use proptest::prelude::*;
use signalbox_similarity::features::{Features, Signal};
use signalbox_similarity::frames;
use signalbox_similarity::group::{Bond, CaseId, KeptError, Member, ProjectIndex, Split, Weights};

fn crash(area: &str, step: usize) -> Features {
    let text = format!(
        "com.acme.{area}Exception: no {area} at hand
\tat com.acme.{area}.step{step}(F.java:3)
\tat com.acme.{area}.pick{area}(F.java:4)
\tat com.acme.{area}.begin{area}(F.java:5)
\tat com.acme.Web.handle(F.java:6)
\tat com.acme.Web.main(F.java:7)
"
    );
    let trace = frames::parse(&text);
    Features::of(&Signal { source: "error_tracking", trace: trace.as_ref(), ..Signal::default() })
}

fn ticket(title: &str) -> Features {
    Features::of(&Signal { source: "support", title, ..Signal::default() })
}

fn members<'a>(features: &'a [Features], named: &[usize]) -> Vec<Member<'a>> {
    features
        .iter()
        .enumerate()
        .map(|(at, features)| Member {
            features,
            bond: if named.contains(&at) { Bond::Named } else { Bond::Likeness },
        })
        .collect()
}

/// Three of the cart, two of the mail and one ticket in one case.
fn swallowed() -> Vec<Features> {
    vec![
        crash("Cart", 0),
        crash("Mail", 0),
        crash("Cart", 1),
        ticket("Invoices show the wrong currency"),
        crash("Mail", 1),
        crash("Cart", 2),
    ]
}

fn left(split: &Split) -> Vec<Vec<usize>> {
    split.leave.iter().map(|leaving| leaving.members.clone()).collect()
}

#[test]
fn unlike_things_part_and_say_why() {
    let all = swallowed();
    let index = ProjectIndex::rebuilt(Weights::default(), Vec::new(), std::slice::from_ref(&all));
    let split = index.split(&members(&all, &[]));
    assert_eq!(split.stay, [0, 2, 5]);
    assert_eq!(left(&split), [vec![1, 4], vec![3]]);
    let mail = &split.leave[0];
    assert!(mail.likeness <= mail.closest && mail.closest < 0.5, "{mail:?}");
    assert!(mail.reasons.iter().any(|reason| reason.feature == "frames"), "{:?}", mail.reasons);
    assert_eq!(index.groups_within(CaseId(0)), Ok(3));
}

#[test]
fn what_belongs_together_stays_together() {
    let alike: Vec<Features> = (0..6).map(|step| crash("Cart", step)).collect();
    let index = ProjectIndex::rebuilt(Weights::default(), Vec::new(), std::slice::from_ref(&alike));
    assert!(index.split(&members(&alike, &[])).is_one_case());
    assert_eq!(index.groups_within(CaseId(0)), Ok(1));

    let at_checkout = |source: &str, title: &str| {
        let (route, release) = (Some("/checkout/7"), Some("1.5"));
        Features::of(&Signal { source, title, route, release, ..Signal::default() })
    };
    let mut index = ProjectIndex::default();
    let linked = [
        at_checkout("error_tracking", "TypeError in pay"),
        at_checkout("session_replay", "Rage clicks on the button"),
        at_checkout("product_analytics", "Conversion fell"),
    ];
    let placed: Vec<CaseId> = linked.iter().map(|features| index.observe(features).case).collect();
    assert_eq!(placed, [CaseId(0); 3]);
    assert!(index.split(&members(&linked, &[])).is_one_case());
}

#[test]
fn whom_a_person_named_stays_whatever_it_is_like() {
    let all = swallowed();
    let index = ProjectIndex::rebuilt(Weights::default(), Vec::new(), std::slice::from_ref(&all));
    let split = index.split(&members(&all, &[0, 3]));
    assert_eq!(split.stay, [0, 2, 3, 5], "and those that are like the named ones");
    assert_eq!(left(&split), [vec![1, 4]]);
    assert!(index.split(&members(&all, &[0, 3, 4])).is_one_case());
}

#[test]
fn who_left_has_a_case_and_is_found_there() {
    let all = swallowed();
    let mut index = ProjectIndex::rebuilt(Weights::default(), Vec::new(), std::slice::from_ref(&all));
    let split = index.split(&members(&all, &[]));
    let opened = index.divide(CaseId(0), &all, &split).unwrap();
    assert_eq!(opened, [CaseId(1), CaseId(2)]);
    let again = index.observe(&crash("Mail", 7));
    assert_eq!((again.case, again.new), (CaseId(1), false));
    assert_eq!(index.observe(&crash("Cart", 7)).case, CaseId(0));
    for case in 0..3 {
        assert_eq!(index.groups_within(CaseId(case)), Ok(1));
    }
}

#[test]
fn a_taken_away_signal_leaves_nothing_behind() {
    let kept = vec![crash("Cart", 0)];
    let mut index = ProjectIndex::rebuilt(Weights::default(), Vec::new(), std::slice::from_ref(&kept));
    let before = index.clone();
    index.assign(&ticket("Invoices show the wrong currency"), CaseId(0)).unwrap();
    assert_ne!(index, before);
    index.restate(CaseId(0), &kept).unwrap();
    assert_eq!(index, before);
    index.restate(CaseId(0), &[]).unwrap();
    assert_eq!((index.cases(), index.features_known()), (1, 0));
    assert!(index.observe(&kept[0]).new, "an emptied case is found by nothing");
    assert!(index.restate(CaseId(9), &kept).is_err() && index.assign(&kept[0], CaseId(9)).is_err());
}

#[test]
fn a_case_of_another_version_or_none_is_refused_and_leaves_no_trace() {
    let cases = [vec![crash("Cart", 0)]];
    let mut index = ProjectIndex::rebuilt(Weights::default(), Vec::new(), &cases);
    let text = index.kept(CaseId(0)).unwrap();
    let before = index.clone();
    let next = text.replacen("\"version\":", "\"version\":9", 1);
    assert!(matches!(index.open_kept(&next), Err(KeptError::Version { .. })), "{next}");
    assert!(matches!(index.open_kept("{}"), Err(KeptError::Unreadable(_))));
    assert!(matches!(index.kept(CaseId(9)), Err(KeptError::Unknown(_))));
    assert_eq!(index, before);
}

#[test]
fn a_crowd_is_split_in_bounded_work() {
    let all: Vec<Features> =
        (0..600).map(|at| if at % 3 == 0 { crash("Mail", at) } else { crash("Cart", at) }).collect();
    let index = ProjectIndex::rebuilt(Weights::default(), Vec::new(), std::slice::from_ref(&all));
    let split = index.split(&members(&all, &[]));
    assert_eq!(split.stay, (0..600).filter(|at| at % 3 != 0).collect::<Vec<_>>());
    assert_eq!(left(&split), [(0..600).filter(|at| at % 3 == 0).collect::<Vec<_>>()]);
    assert!(index.split(&[]).is_one_case());
}

/// What may happen to an index.
#[derive(Clone, Debug)]
enum Op {
    Observe(usize),
    Assign(usize, usize),
    TakeAway(usize),
    Divide(usize),
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        4 => (0usize..40).prop_map(Op::Observe),
        2 => (0usize..40, 0usize..8).prop_map(|(signal, case)| Op::Assign(signal, case)),
        1 => (0usize..8).prop_map(Op::TakeAway),
        2 => (0usize..8).prop_map(Op::Divide),
    ];
    prop::collection::vec(op, 1..40)
}

fn signal(number: usize) -> Features {
    match number % 5 {
        0 => ticket(&format!("Export of report {} is empty", number / 5)),
        1 | 2 => crash("Cart", number),
        3 => crash("Mail", number),
        _ => crash("Search", number),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_series_of_moves_leaves_the_index_that_its_cases_build(ops in ops()) {
        let mut index = ProjectIndex::default();
        let mut cases: Vec<Vec<Features>> = Vec::new();
        for op in ops {
            match op {
                Op::Observe(number) => {
                    let placed = index.observe(&signal(number));
                    cases.resize(index.cases(), Vec::new());
                    cases[placed.case.0 as usize].push(signal(number));
                }
                Op::Assign(number, case) if case < cases.len() => {
                    index.assign(&signal(number), CaseId(u32::try_from(case).unwrap())).unwrap();
                    cases[case].push(signal(number));
                }
                Op::TakeAway(case) if case < cases.len() && !cases[case].is_empty() => {
                    cases[case].remove(0);
                    index.restate(CaseId(u32::try_from(case).unwrap()), &cases[case]).unwrap();
                }
                Op::Divide(case) if case < cases.len() => {
                    let all = cases[case].clone();
                    let split = index.split(&members(&all, &[]));
                    index.divide(CaseId(u32::try_from(case).unwrap()), &all, &split).unwrap();
                    let of = |places: &[usize]| places.iter().map(|at| all[*at].clone()).collect::<Vec<_>>();
                    cases[case] = of(&split.stay);
                    cases.extend(split.leave.iter().map(|leaving| of(&leaving.members)));
                }
                Op::Assign(..) | Op::TakeAway(_) | Op::Divide(_) => {}
            }
        }
        prop_assert_eq!(&index, &ProjectIndex::rebuilt(Weights::default(), Vec::new(), &cases));
        let mut read_back = ProjectIndex::default();
        for case in 0..index.cases() {
            read_back.open_kept(&index.kept(CaseId(u32::try_from(case).unwrap())).unwrap()).unwrap();
        }
        prop_assert_eq!(&index, &read_back);
    }

    #[test]
    fn everyone_stays_or_leaves_once_and_the_order_of_coming_does_not_matter(
        order in Just((0usize..12).collect::<Vec<_>>()).prop_shuffle()
    ) {
        let all: Vec<Features> = order.iter().map(|number| signal(*number)).collect();
        let index = ProjectIndex::rebuilt(Weights::default(), Vec::new(), std::slice::from_ref(&all));
        let split = index.split(&members(&all, &[]));
        let mut groups = left(&split);
        groups.push(split.stay.clone());
        let mut everyone: Vec<usize> = groups.concat();
        everyone.sort_unstable();
        prop_assert_eq!(everyone, (0..12).collect::<Vec<_>>());
        let mut named: Vec<Vec<usize>> =
            groups.iter().map(|group| group.iter().map(|at| order[*at]).collect()).collect();
        named.iter_mut().for_each(|group| group.sort_unstable());
        named.sort();
        prop_assert_eq!(named, [vec![0, 5, 10], vec![1, 2, 6, 7, 11], vec![3, 8], vec![4, 9]]);
    }
}
