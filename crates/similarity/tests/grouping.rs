//! What grouping promises: determinism, bounded growth, round trips, reasons, links across sources.

use signalbox_similarity::explain::explain;
use signalbox_similarity::features::{Features, Signal};
use signalbox_similarity::frames;
use signalbox_similarity::group::{Evidence, Note, Placement, ProjectIndex, Snapshot, SourcePair, Weights};

fn crash(frames: &[&str], kind: &str) -> Features {
    let mut text = format!("com.acme.{kind}: value is missing\n");
    for frame in frames {
        text.push_str(&format!("\tat com.acme.{frame}(F.java:3)\n"));
    }
    let trace = frames::parse(&text);
    Features::of(&Signal {
        source: "error_tracking",
        title: "error",
        trace: trace.as_ref(),
        ..Signal::default()
    })
}

fn ticket(source: &str, title: &str, text: &str) -> Features {
    Features::of(&Signal { source, title, text, ..Signal::default() })
}

fn at_place(source: &str, title: &str, route: &str, release: &str) -> Features {
    Features::of(&Signal { source, title, route: Some(route), release: Some(release), ..Signal::default() })
}

fn stream() -> Vec<Features> {
    let mut all = Vec::new();
    for at in 0..60 {
        let (area, step) = (at % 7, at % 3);
        let names = [
            format!("Area{area}.open"),
            format!("Area{area}.load{step}"),
            "Web.handle".to_owned(),
            "Web.main".to_owned(),
        ];
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        all.push(crash(&names, if area % 2 == 0 { "StateException" } else { "RangeException" }));
        all.push(ticket(
            "support",
            &format!("Export of report {area} is empty"),
            "The file has no rows since Monday.",
        ));
    }
    all
}

fn observe(index: &mut ProjectIndex, stream: &[Features]) -> Vec<Placement> {
    stream.iter().map(|features| index.observe(features)).collect()
}

#[test]
fn the_same_stream_gives_the_same_cases() {
    let stream = stream();
    let (mut one, mut other) = (ProjectIndex::default(), ProjectIndex::default());
    assert_eq!(observe(&mut one, &stream), observe(&mut other, &stream));
    assert_eq!(one, other);
}

#[test]
fn a_prefix_never_changes_when_more_comes() {
    let stream = stream();
    let whole = observe(&mut ProjectIndex::default(), &stream);
    let half = observe(&mut ProjectIndex::default(), &stream[..40]);
    assert_eq!(whole[..40], half[..]);
}

#[test]
fn a_restored_snapshot_goes_on_as_if_it_had_never_stopped() {
    let stream = stream();
    let mut index = ProjectIndex::default();
    observe(&mut index, &stream[..70]);
    let text = serde_json::to_string(&index.snapshot()).expect("a snapshot is plain data");
    let read: Snapshot = serde_json::from_str(&text).expect("the same version");
    let mut restored = ProjectIndex::restore(read).expect("a sound snapshot");
    assert_eq!(observe(&mut restored, &stream[70..]), observe(&mut index, &stream[70..]));
    assert_eq!(
        serde_json::to_string(&restored.snapshot()).ok(),
        serde_json::to_string(&index.snapshot()).ok()
    );
}

#[test]
fn a_snapshot_of_another_version_or_with_a_false_case_is_refused() {
    let mut index = ProjectIndex::default();
    observe(&mut index, &stream()[..4]);
    let good = serde_json::to_value(index.snapshot()).expect("plain data");
    for (field, value) in [("version", serde_json::json!(9999)), ("cases", serde_json::json!([]))] {
        let mut bad = good.clone();
        bad[field] = value;
        let read: Snapshot = serde_json::from_value(bad).expect("the shape is right");
        assert!(ProjectIndex::restore(read).is_err(), "{field}");
    }
}

#[test]
fn a_storm_of_one_fault_is_one_case_and_grows_no_memory() {
    let mut index = ProjectIndex::default();
    let features = crash(&["Cart.total", "Cart.pay", "Web.handle"], "StateException");
    index.observe(&features);
    let known = index.features_known();
    for _ in 0..500 {
        assert!(!index.observe(&features).new);
    }
    assert_eq!((index.cases(), index.features_known()), (1, known));
}

#[test]
fn unlike_faults_below_one_entry_point_stay_apart() {
    let mut index = ProjectIndex::default();
    let first =
        index.observe(&crash(&["Cart.total", "Cart.pay", "Web.handle", "Web.main"], "StateException"));
    let other =
        index.observe(&crash(&["Mail.render", "Mail.send", "Web.handle", "Web.main"], "RangeException"));
    let again = index.observe(&crash(&["Cart.total", "Cart.pay", "Job.tick", "Job.main"], "StateException"));
    assert!(first.new && other.new);
    assert_eq!(again.case, first.case);
    assert_eq!(again.note, Note::Joined);
}

#[test]
fn a_message_is_compared_without_its_values() {
    let said = |message: &str| {
        let text = format!("com.acme.StateException: {message}\n\tat com.acme.Cart.total(F.java:3)\n");
        let trace = frames::parse(&text);
        Features::of(&Signal { source: "error_tracking", trace: trace.as_ref(), ..Signal::default() })
    };
    let agreement = |one: &str, other: &str| {
        let found = explain(&said(one), &said(other), &Weights::default());
        found.reasons.into_iter().find(|r| r.feature == "message").map(|r| r.detail)
    };
    assert_eq!(
        agreement(
            "lease 6f1c2f7e-9a3b-4a52-8d0e-1f2a3b4c5d6e of 'ada' ended at 10.0.0.7:91",
            "lease 0b5d4c1a-77aa-4f0e-9c11-abcdefabcdef of 'bob' ended at 10.9.0.1:7777"
        )
        .as_deref(),
        Some("messages agree by 100 %")
    );
    assert_ne!(agreement("lease 7 ended", "lease 7 began").as_deref(), Some("messages agree by 100 %"));
}

#[test]
fn titles_that_a_program_wrote_alike_find_each_other() {
    let mut index = ProjectIndex::default();
    let first = index.observe(&ticket("alerts", "p99 of 10.0.0.7 over 250 ms", "")).case;
    let found = index.candidates(&ticket("alerts", "p99 of 10.0.3.9 over 900 ms", ""));
    assert_eq!(found.first().map(|candidate| candidate.case), Some(first));
}

#[test]
fn candidates_say_why() {
    let mut index = ProjectIndex::default();
    index.observe(&crash(&["Cart.total", "Cart.pay", "Web.handle"], "StateException"));
    let placement = index.observe(&crash(&["Cart.total", "Cart.pay", "Job.tick"], "StateException"));
    let reasons = &placement.candidates[0].reasons;
    assert_eq!(placement.candidates[0].evidence, Evidence::Stacks);
    let frames = reasons.iter().find(|r| r.feature == "frames").expect("stacks agree");
    assert!(frames.detail.contains("total"), "{}", frames.detail);
    assert!(reasons.iter().any(|r| r.feature == "lead"));
}

#[test]
fn an_error_a_rage_click_and_a_funnel_drop_on_one_route_in_one_release_meet() {
    let mut index = ProjectIndex::default();
    for at in 0..20 {
        index.observe(&at_place(
            "error_tracking",
            &format!("unrelated {at}"),
            &format!("/other/area{at}x"),
            "1.4",
        ));
    }
    let error = index.observe(&at_place(
        "error_tracking",
        "TypeError in pay",
        "https://a.example/checkout/17?step=2",
        "1.5",
    ));
    let click =
        index.observe(&at_place("session_replay", "Rage clicks on the button", "/checkout/99", "1.5"));
    let drop = index.observe(&at_place("product_analytics", "Conversion fell", "/checkout/3", "1.5"));
    assert!(error.new);
    assert_eq!((click.case, drop.case), (error.case, error.case));
    assert_eq!(click.candidates[0].evidence, Evidence::Circumstances);
    let before = index.observe(&at_place("web_analytics", "Slow page", "/checkout/4", "1.2"));
    assert!(before.new, "another release is another change");
}

#[test]
fn a_pair_of_sources_can_have_its_own_threshold() {
    let strict = SourcePair { one: "support".into(), other: "support".into(), threshold: 0.99 };
    let tickets = [
        ticket("support", "CSV export is empty", "Exported file has headers but no rows"),
        ticket("support", "Empty CSV export", "The export of the report has no rows"),
    ];
    let mut usual = ProjectIndex::default();
    let mut careful = ProjectIndex::new(Weights::default(), vec![strict]);
    assert!(!observe(&mut usual, &tickets)[1].new);
    let placed = observe(&mut careful, &tickets).remove(1);
    assert!(placed.new);
    assert_eq!(placed.note, Note::BelowThreshold);
}

#[test]
fn a_chain_of_likenesses_does_not_swallow_what_is_unlike_the_case() {
    let unguarded = Weights { cohesion: 0.0, ..Weights::default() };
    let (mut open, mut closed) = (ProjectIndex::new(unguarded, Vec::new()), ProjectIndex::default());
    // A person put unlike tickets together: a signal like one of them must not make the case still wider.
    let members = ["alpha bridge", "bravo canyon", "charlie desert", "delta estuary", "echo harbor"]
        .map(|t| ticket("support", t, ""));
    for index in [&mut open, &mut closed] {
        let first = index.observe(&members[0]).case;
        members[1..].iter().for_each(|m| index.assign(m, first).expect("the case is there"));
    }
    let like_one_member = ticket("support", "echo harbor sinks", "");
    assert_eq!(open.observe(&like_one_member).note, Note::Joined);
    assert_eq!(closed.observe(&members[4]).note, Note::Joined, "a repeat widens nothing");
    assert_eq!(closed.observe(&like_one_member).note, Note::WouldWiden);
}

#[test]
fn explaining_two_texts_names_what_speaks_against() {
    let weights = Weights::default();
    let one = crash(&["Cart.total", "Cart.pay"], "StateException");
    let other = crash(&["Cart.total", "Cart.pay"], "RangeException");
    let same = explain(&one, &one, &weights);
    let differs = explain(&one, &other, &weights);
    assert!(same.score > differs.score);
    assert!(differs.reasons.iter().any(|r| r.feature == "type" && r.weight < 0.0));
}

#[test]
fn nothing_known_is_a_case_of_its_own() {
    let mut index = ProjectIndex::default();
    let empty = ticket("custom", "", "");
    assert!(index.observe(&empty).new);
    assert!(index.observe(&empty).new);
}
