//! Tests of the lab rows: streams do not see each other, and time stamps are read in their usual forms.

use super::{AnomalyLab, AnomalyRow, NormalizeLab, NormalizeRow, seconds_of};

fn point(stream: &str, minute: usize, value: Option<f64>) -> AnomalyRow {
    let timestamp = format!("2031-02-{:02} {:02}:{:02}:00", 1 + minute / 1440, minute / 60 % 24, minute % 60);
    AnomalyRow { stream: stream.to_owned(), timestamp, value }
}

fn value(at: usize) -> f64 {
    f64::from(u16::try_from(at * 37 % 101).expect("small"))
}

#[test]
fn the_order_of_other_streams_changes_nothing() {
    let mut alone = AnomalyLab::default();
    let mut mixed = AnomalyLab::default();
    for at in 0..900 {
        mixed.answer(point("other", at, Some(value(at * at))));
        let spike = if at == 700 { 9000.0 } else { 0.0 };
        let row = point("mine", at, Some(value(at) + spike));
        let expected = alone.answer(row.clone());
        assert_eq!(mixed.answer(row), expected);
        mixed.answer(point("third", at, None));
        assert_eq!(expected.score >= 0.5, at == 700, "point {at} scored {}", expected.score);
    }
}

#[test]
fn templates_are_mined_for_each_stream_alone() {
    let row = |stream: &str, text: &str| NormalizeRow {
        id: String::new(),
        stream: stream.to_owned(),
        text: text.to_owned(),
    };
    let (mut alone, mut mixed) = (NormalizeLab::default(), NormalizeLab::default());
    for colour in ["amber", "beige", "coral", "denim", "ebony", "fawn", "gold", "hazel"] {
        mixed.answer(row("b", &format!("open the {colour} door 4")));
    }
    for line in ["open the umber door 4", "door 4 jams", "open the umber door 9"] {
        assert_eq!(mixed.answer(row("a", line)), alone.answer(row("a", line)));
    }
    assert_eq!(mixed.answer(row("a", "open the umber door 1")).template, "open the umber door <num>");
}

#[test]
fn time_stamps_are_read_in_their_usual_forms() {
    for text in [
        "1970-01-02 00:00:30",
        "1970-01-02T00:00:30Z",
        "1970-01-02T01:30:30.250+01:30",
        "1970-01-01T22:00:30-0200",
    ] {
        assert_eq!(seconds_of(text), Some(86_430), "{text}");
    }
    assert_eq!(seconds_of("2024-03-01"), Some(1_709_251_200));
    for text in ["", "soon", "2024-13-01 00:00:00", "2024-02-01 25:00:00", "20240201"] {
        assert_eq!(seconds_of(text), None, "{text}");
    }
}
