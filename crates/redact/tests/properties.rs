//! Properties over texts drawn at random.

use crate::generators::{cuts, glue, hard_text, plain_text, redactor, secret};
use crate::stream::streamed;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// The same cases each time; PROPTEST_CASES and PROPTEST_RNG_SEED ask for more and for others.
fn config() -> ProptestConfig {
    let config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    match config.rng_seed {
        RngSeed::Random => ProptestConfig { rng_seed: RngSeed::Fixed(26), ..config },
        RngSeed::Fixed(_) => config,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_planted_secret_never_survives(
        before in plain_text(), left in glue(), planted in secret(), right in glue(), after in plain_text(), cuts in cuts(),
    ) {
        let redactor = redactor();
        let text = format!("{before}{left}{}{right}{after}", planted.text);
        let whole = redactor.text(&text);
        prop_assert!(!whole.text.contains(&planted.core), "{}", whole.text);
        prop_assert!(!whole.findings.is_empty());
        let (streamed, findings) = streamed(&redactor, text.as_bytes(), &cuts);
        prop_assert_eq!(String::from_utf8_lossy(&streamed), whole.text.as_ref());
        prop_assert_eq!(findings, whole.findings);
    }

    #[test]
    fn what_stands_around_a_secret_stays(before in plain_text(), planted in secret(), after in plain_text()) {
        let text = format!("{before}\n{}\n{after}", planted.text);
        let shown = redactor().text(&text).text.into_owned();
        prop_assert!(shown.starts_with(before.as_str()), "{shown}");
        prop_assert!(shown.ends_with(after.as_str()), "{shown}");
    }

    #[test]
    fn ordinary_text_is_unchanged(text in plain_text()) {
        let redactor = redactor();
        let redacted = redactor.text(&text);
        prop_assert!(matches!(redacted.text, std::borrow::Cow::Borrowed(_)), "{}", redacted.text);
    }

    #[test]
    fn redacting_twice_changes_nothing(text in hard_text(40)) {
        let redactor = redactor();
        let once = redactor.text(&text).text.into_owned();
        let twice = redactor.text(&once);
        prop_assert_eq!(&twice.text, &once, "from {:?}", text);
    }

    #[test]
    fn a_stream_shows_what_the_whole_shows(text in hard_text(60), cuts in cuts()) {
        let redactor = redactor();
        let whole = redactor.text(&text);
        let (streamed, findings) = streamed(&redactor, text.as_bytes(), &cuts);
        prop_assert_eq!(String::from_utf8_lossy(&streamed), whole.text.as_ref(), "from {:?}", text);
        prop_assert_eq!(findings, whole.findings);
    }

    #[test]
    fn bytes_that_are_no_text_stream_alike(
        pieces in proptest::collection::vec(prop_oneof![hard_text(8).prop_map(String::into_bytes), proptest::collection::vec(any::<u8>(), 0..6)], 0..12),
        cuts in cuts(),
    ) {
        let redactor = redactor();
        let bytes = pieces.concat();
        let at_once = streamed(&redactor, &bytes, &[bytes.len().max(1)]);
        prop_assert_eq!(streamed(&redactor, &bytes, &cuts), at_once);
    }

    /// A field that is a number and nothing else goes from the value as it goes from the text of the value.
    #[test]
    fn json_and_its_text_agree_on_whole_numbers(number in "\\+(1[2-9][0-9]{2}[2-9][0-9]{6}|[0-9]{4,16})") {
        let redactor = redactor();
        let mut value = serde_json::json!({ "contact": number });
        let text = value.to_string();
        redactor.json(&mut value);
        let as_text = redactor.text(&text).text.into_owned();
        prop_assert_eq!(value.to_string(), as_text);
    }

    #[test]
    fn json_is_redacted_twice_alike(text in hard_text(30), key in hard_text(4)) {
        let redactor = redactor();
        let mut value = serde_json::json!({ "a": [text.clone(), { key: text }] });
        redactor.json(&mut value);
        let once = value.clone();
        prop_assert_eq!(redactor.json(&mut value), Vec::new());
        prop_assert_eq!(value, once);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: config().cases / 4, ..config() })]

    /// Lines far longer than any window.
    #[test]
    fn long_lines_stream_alike(
        pieces in proptest::collection::vec((hard_text(20), 1usize..4000), 1..8), planted in secret(), cuts in cuts(),
    ) {
        let redactor = redactor();
        let mut text = String::new();
        for (piece, filler) in pieces {
            text.push_str(&piece);
            text.push_str(&"lorem ipsum, ".repeat(filler / 13));
        }
        text.push(' ');
        text.push_str(&planted.text);
        text.push_str(&" dolor".repeat(500));
        let whole = redactor.text(&text);
        prop_assert!(!whole.text.contains(&planted.core), "{}", whole.text);
        let (streamed, findings) = streamed(&redactor, text.as_bytes(), &cuts);
        let place = streamed.iter().zip(whole.text.as_bytes()).position(|(a, b)| a != b);
        let same = String::from_utf8_lossy(&streamed) == whole.text;
        prop_assert!(same, "differs at {place:?} of {} and {}", streamed.len(), whole.text.len());
        prop_assert_eq!(findings, whole.findings);
    }
}
