//! Who works on it already, by lines, by file, by name; and for how long that holds.

use signalbox_domain::code::{CodeFunction, CodePlace, CommitOf, Excerpt, RestsOn};
use signalbox_domain::ids::ChangeId;
use uuid::Uuid;

use super::*;
use crate::fixture::NOON;

const DAY: Duration = Duration::from_hours(24);

fn case(n: u128) -> CaseId {
    CaseId::from_uuid(Uuid::from_u128(n))
}

fn repository(n: u128) -> RepositoryId {
    RepositoryId::from_uuid(Uuid::from_u128(n))
}

fn lines(path: &str, first: u32, last: u32) -> TouchedLines {
    TouchedLines { path: path.to_owned(), first, last }
}

fn task(n: u128, touches: &[TouchedLines]) -> WorkBeside {
    WorkBeside {
        work: Work::Task(TaskId::from_uuid(Uuid::from_u128(n))),
        of: None,
        repository: Some(repository(1)),
        case: Some(case(90 + n)),
        stands: Stands::Live,
        touches: touches.to_vec(),
        text: String::new(),
        shown: "queued".to_owned(),
    }
}

fn change(n: u128, touches: &[TouchedLines], stands: Stands) -> WorkBeside {
    WorkBeside {
        work: Work::Change(ChangeId::from_uuid(Uuid::from_u128(n))),
        case: None,
        stands,
        text: "ada/cart".to_owned(),
        shown: "the branch ada/cart, open".to_owned(),
        ..task(n, touches)
    }
}

fn asked(places: &[TouchedLines]) -> Site<'_> {
    Site {
        case: case(1),
        repository: repository(1),
        places,
        is_sure: true,
        last_seen: NOON,
        now: NOON,
        cool_down: DAY,
    }
}

/// `lines`, `file`, `named`, or nothing; with how long it stands where no task is opened.
fn check(site: &Site<'_>, work: &WorkBeside, expect: Option<(LinkKind, Option<Until>)>) {
    let found = match addressed(site, std::iter::once(work)) {
        Addressed::Already(already) => Some((already.link.how, Some(already.until))),
        Addressed::Free { links } => links.first().map(|link| (link.how, None)),
    };
    assert_eq!(found, expect, "{work:?}");
}

#[test]
fn the_same_lines_are_the_same_work_and_the_same_file_is_said() {
    let places = [lines("src/cart.py", 10, 30), lines("src/pay.py", 1, 9)];
    let site = asked(&places);
    let (same, ends) = (Some((LinkKind::Lines, Some(Until::ItEnds))), Until::ItEnds);
    let file = Some((LinkKind::File, None));
    check(&site, &task(1, &[lines("src/cart.py", 30, 40)]), same);
    check(&site, &task(1, &[lines("src/cart.py", 31, 40)]), file);
    check(&site, &task(1, &[lines("src/pay.py", 1, 9)]), None);
    check(&site, &task(1, &[lines("src/pay.py", 1, 9), lines("src/cart.py", 10, 30)]), file);
    check(&site, &task(1, &[lines("src/cart.py", 0, 0)]), file);
    check(&site, &task(1, &[lines("/srv/app/src/cart.py", 12, 12)]), same);
    check(&site, &task(1, &[lines("other_src/cart.py", 12, 12)]), None);
    check(&site, &task(1, &[lines("cart.py", 12, 12)]), None);
    let both = [lines("src/pay.py", 1, 9), lines("src/cart.py", 20, 20)];
    check(&site, &change(1, &both, Stands::Live), Some((LinkKind::Lines, Some(ends))));
    let elsewhere = WorkBeside { repository: Some(repository(2)), ..task(1, &places) };
    check(&site, &elsewhere, None);
    check(&Site { is_sure: false, ..site }, &task(1, &places), file);
    check(&asked(&[]), &task(1, &places), None);
}

#[test]
fn what_names_the_case_is_about_it_wherever_it_is() {
    let named = Some((LinkKind::Named, Some(Until::ItEnds)));
    let site = asked(&[]);
    let text = |text: String| WorkBeside { text, case: None, repository: None, ..task(1, &[]) };
    check(&site, &text(format!("Look into {}, please", case(1))), named);
    check(&site, &text(format!("Look into {}", case(2))), None);
    let of_case = |work: WorkBeside| WorkBeside { case: Some(case(1)), ..work };
    check(&site, &of_case(change(1, &[], Stands::Live)), named);
    // What earlier generations have done is the case's own history, and so are their tasks.
    check(&site, &of_case(change(1, &[], Stands::Done { at: NOON })), None);
    check(&site, &of_case(task(1, &[])), None);
}

#[test]
fn what_is_done_stands_until_it_is_out_and_no_longer_once_it_is_seen_again() {
    let places = [lines("src/cart.py", 10, 30)];
    let at = NOON;
    let work = || change(1, &places, Stands::Done { at });
    let seen = |last_seen, now| Site { last_seen, now, ..asked(&places) };
    let out = at.plus(DAY);
    let later = out.plus(Duration::from_secs(1));
    check(&seen(at, at), &work(), Some((LinkKind::Lines, Some(Until::Out(out)))));
    check(&seen(out, later), &work(), Some((LinkKind::Lines, Some(Until::Seen))));
    check(&seen(later, later), &work(), Some((LinkKind::Lines, None)));
    let Addressed::Free { links } = addressed(&seen(later, later), std::iter::once(&work())) else {
        panic!()
    };
    assert!(links[0].words.contains("and the case was seen after it could be out"), "{links:?}");
}

#[test]
fn a_case_is_about_the_lines_near_its_place_within_the_function() {
    let place = |path: &str, lines: &[u32]| CodePlace {
        at: PlaceAt::Path(path.to_owned()),
        lines: lines.to_vec(),
        functions: vec![],
        score: 0.5,
        reasons: vec![],
    };
    let symbol = CodePlace { at: PlaceAt::Symbol("shop.Cart".to_owned()), ..place("", &[]) };
    let whereabouts = Whereabouts {
        rests_on: RestsOn::Stack,
        places: vec![place("a.py", &[50, 7]), symbol, place("b.py", &[3]), place("c.py", &[])],
    };
    let unread = [lines("a.py", 40, 60), lines("b.py", 1, 13)];
    assert_eq!(places(&whereabouts, None), unread);
    let function = CodeFunction { name: "total".to_owned(), first: 45, last: 200 };
    let excerpt = Excerpt { path: "a.py".to_owned(), line: 50, function: Some(function), lines: vec![] };
    let facts = CodeFacts {
        commit: "3f".to_owned(),
        of: CommitOf::DefaultBranch,
        whereabouts: whereabouts.clone(),
        excerpts: vec![excerpt],
        suspects: vec![],
        owners: vec![],
        tests: vec![],
        skill: None,
    };
    assert_eq!(places(&whereabouts, Some(&facts))[0], lines("a.py", 45, 60));
}
