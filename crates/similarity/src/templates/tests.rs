//! Tests of masking and mining. Every message here was invented for it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::miner::{Fit, MinerConfig, MinerError, TemplateMiner};
use super::{PLACEHOLDERS, mask};

#[test]
fn samples_are_masked_as_written() {
    for line in include_str!("samples.txt").lines().filter(|line| !line.starts_with('#')) {
        let (text, expected) = line.split_once('\t').expect("a sample has a tab");
        assert_eq!(mask(text).text, expected, "message: {text}");
    }
}

#[test]
fn masked_tokens_are_words_and_whole_placeholders() {
    let masked = mask("pool=7, waited 12ms for (shard 3)");
    assert_eq!(
        masked.tokens().collect::<Vec<_>>(),
        ["pool", "<num>", "waited", "<qty>", "for", "shard", "<num>"]
    );
}

/// Pieces that meet each other in unlucky ways: quotes, brackets, numbers, placeholders, dates.
fn unlucky_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z]{1,6}",
        "[0-9]{1,5}",
        "[\"'`(){}\\[\\]<>=:;,./\\\\|#@!?*+ -]",
        "[A-Fa-f0-9]{4,10}",
        Just(" ".to_owned()),
        Just("\n".to_owned()),
        Just("0x".to_owned()),
        Just("http://".to_owned()),
        Just("/srv/x".to_owned()),
        Just("ada@example.test".to_owned()),
        Just("10.0.0.1".to_owned()),
        Just("Jan 3 10:11:12".to_owned()),
        Just("12:30:01,250".to_owned()),
        Just("\"key\": ".to_owned()),
        Just("'off'".to_owned()),
        Just("\"GET /".to_owned()),
        Just("5 ms".to_owned()),
        Just("\\'".to_owned()),
        Just("C:\\".to_owned()),
        Just("é".to_owned()),
        prop::sample::select(&PLACEHOLDERS[..]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn masking_twice_is_masking_once(text in unlucky_text()) {
        let once = mask(&text).text;
        prop_assert_eq!(&mask(&once).text, &once, "message: {:?}", text);
    }

    #[test]
    fn any_text_is_masked(text in "\\PC{0,80}") {
        let once = mask(&text).text;
        prop_assert_eq!(&mask(&once).text, &once);
    }

    #[test]
    fn numbers_do_not_change_the_mask(a in 0u32.., b in 0u32.., c in 0u64..) {
        let line = |x: u64| format!("job {x} took {x}ms on node-{x} (try {x} of {x})");
        prop_assert_eq!(mask(&line(u64::from(a))).text, mask(&line(u64::from(b))).text);
        prop_assert_eq!(mask(&line(u64::from(a))).text, mask(&line(c)).text);
    }
}

/// Lines that would take squared time, minutes here, if any search started over at each sign.
#[test]
fn a_long_line_is_masked_in_one_reading() {
    const UNITS: [&str; 20] = [
        "\"a ", "'", "a/", "1:", "<num", "Jan ", "x@", "://", "0x", "\\", "='", "='a/1", "\"GET ", "fe80:",
        "a.b-", "() ", "=[]", "12 ms ", "a@b.", "- ",
    ];
    for unit in UNITS {
        check_bounded(unit, 1 << 16);
    }
    check_bounded("='a/1", 1 << 20);
}

fn check_bounded(unit: &str, length: usize) {
    let line = unit.repeat(length / unit.len()) + "':";
    let masked = mask(&line).text;
    assert!(masked.len() <= 4 * line.len(), "{unit:?} grew to {}", masked.len());
    let template = TemplateMiner::new(MinerConfig::default()).observe(&line).template.len();
    assert!(template <= 128 * 180, "{unit:?} made a template of {template}");
}

fn ids(lines: &[&str]) -> Vec<u64> {
    let mut miner = TemplateMiner::new(MinerConfig::default());
    lines.iter().map(|line| miner.observe(line).id.0).collect()
}

fn check_same(lines: &[&str]) {
    let found = ids(lines);
    assert!(found.iter().all(|id| *id == found[0]), "split: {lines:?} {found:?}");
}

fn check_different(lines: &[&str]) {
    let found: BTreeSet<u64> = ids(lines).into_iter().collect();
    assert_eq!(found.len(), lines.len(), "merged: {lines:?}");
}

#[test]
fn values_of_any_shape_share_a_template() {
    check_same(&["Took job 7 from queue 3", "Took job 9125 from queue 4"]);
    check_same(&["welcome user ada", "welcome user grace"]);
    check_same(&[
        "lookup of db.eu.corp failed",
        "lookup of 10.2.3.4 failed",
        "lookup of cache.us.corp failed",
    ]);
    check_same(&["drop parts p1, p2, p3 of set", "drop parts p9 of set", "drop parts p4, p5 of set"]);
    check_same(&["peer 10.0.0.1 (box.rack.corp) at noon", "peer 10.0.0.2 () at noon"]);
}

#[test]
fn words_and_states_keep_templates_apart() {
    check_different(&["link eth7 is up", "link eth7 is down"]);
    check_different(&["feature cart is 'on'", "feature cart is 'off'"]);
    check_different(&["pump started", "pump stopped", "valve started"]);
    check_different(&["\"GET /a/7\" 200", "\"POST /a/7\" 200"]);
    let long = "the nightly copy of all twelve regional archives to the second site over the slow line that was rented last spring has now";
    check_different(&[&format!("{long} started"), &format!("{long} failed")]);
}

#[test]
fn many_alternatives_at_one_place_become_a_value() {
    let colours = ["amber", "beige", "coral", "denim", "ebony", "fawn", "gold", "hazel"];
    let lines: Vec<String> = colours.iter().map(|colour| format!("paint the {colour} door")).collect();
    let mut miner = TemplateMiner::new(MinerConfig::default());
    let fits: Vec<Fit> = lines.iter().map(|line| miner.observe(line).fit).collect();
    assert_eq!(fits[..5], [Fit::Founded; 5]);
    assert_eq!(fits[5..], [Fit::Widened, Fit::Matched, Fit::Matched]);
    assert_eq!(miner.observe("paint the ivory door").template, "paint the <*> door");
}

#[test]
fn memory_is_bounded_and_the_longest_unseen_goes_first() {
    let config = MinerConfig { max_templates: 64, ..MinerConfig::default() };
    let mut miner = TemplateMiner::new(config);
    let word = |n: usize| -> String { format!("{n:06}").bytes().map(|b| char::from(b + 49)).collect() };
    let first = miner.observe("steady heartbeat").id;
    for n in 0..5000 {
        let line = format!("{} {}", word(n), word(n * 7));
        miner.observe(&line);
        assert!(miner.len() <= 64);
        assert_eq!(miner.observe("steady heartbeat").fit, Fit::Matched, "the template in use was forgotten");
    }
    let old = format!("{} {}", word(0), word(0));
    let again = miner.observe(&old);
    assert_eq!(again.fit, Fit::Founded, "the oldest template was kept");
    assert_eq!(
        again.id,
        TemplateMiner::new(config).observe(&old).id,
        "a template came back under another id"
    );
    assert_eq!(miner.observe("steady heartbeat").id, first);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_prefix_is_answered_alike(lines in prop::collection::vec("[a-d ]{1,8}[0-9]{0,2}( on| off)?", 1..40), cut in 0usize..40) {
        let all: Vec<&str> = lines.iter().map(String::as_str).collect();
        let part = &all[..cut.min(all.len())];
        prop_assert_eq!(&ids(&all)[..part.len()], &ids(part)[..]);
    }
}

#[test]
fn a_miner_goes_on_where_it_was_saved() {
    let lines =
        ["queue q7 holds 4 jobs", "queue q8 is off", "peer 10.0.0.1 left", "peer db.eu.corp left", "lamp on"];
    let mut miner = TemplateMiner::new(MinerConfig::default());
    for line in lines {
        miner.observe(line);
    }
    let saved = miner.save().expect("saved");
    let mut loaded = TemplateMiner::load(&saved).expect("loaded");
    for line in ["peer 10.0.0.9 left", "lamp off", "lamp on", "queue q1 holds 12 jobs"] {
        assert_eq!(loaded.observe(line), miner.observe(line));
    }
    let newer = saved.replacen("\"version\":1", "\"version\":9", 1);
    assert!(matches!(TemplateMiner::load(&newer), Err(MinerError::OtherVersion { found: 9 })));
    let smaller = saved.replacen("\"max_templates\":4096", "\"max_templates\":2", 1);
    assert!(matches!(TemplateMiner::load(&smaller), Err(MinerError::TooLarge)));
    assert!(matches!(TemplateMiner::load("[]"), Err(MinerError::Unreadable(_))));
}
