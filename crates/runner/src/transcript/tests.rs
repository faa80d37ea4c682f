//! What is told is what the whole text would give, however it is cut; bounded, in order.

use signalbox_redact::{Config, LiteralSecret};
use signalbox_runtime::Timestamp;

use super::*;

const MARK: &str = "[redacted:literal-secret]";

fn redact() -> Redactor {
    let literals = vec![LiteralSecret::new("hunter22-hunter22")];
    Redactor::new(&Config { literals, ..Config::default() }).unwrap()
}

fn transcript(history_bytes: usize) -> Transcript {
    Transcript::new(&redact(), history_bytes)
}

fn told(transcript: &Transcript) -> Vec<RunNote> {
    transcript.inner().take_batch()
}

fn said(notes: &[RunNote]) -> String {
    let text = |note: &RunNote| match note {
        RunNote::Said { text } => Some(text.clone()),
        _ => None,
    };
    notes.iter().filter_map(text).collect()
}

#[test]
fn what_fits_is_told_whole_and_broken_letters_are_mended() {
    let transcript = transcript(100);
    transcript.take(Side::Stdout, b"key hunter22-");
    transcript.take(Side::Stderr, b"a complaint\n");
    transcript.take(Side::Stdout, b"hunter22\0\xff x\n");
    transcript.end();
    let expect = format!("a complaint\nkey {MARK}\u{fffd}\u{fffd} x\n");
    assert_eq!(said(&told(&transcript)), expect);
    assert_eq!(transcript.answer(), format!("key {MARK}\u{fffd}\u{fffd} x"));
    assert_eq!(transcript.tail(3), " x", "three bytes would cut a letter in two");
    let silent = self::transcript(100);
    silent.take(Side::Stdout, b" \n");
    silent.end();
    assert_eq!(told(&silent), []);
}

#[test]
fn no_half_of_a_secret_is_told_wherever_pieces_and_batches_are_cut() {
    let line = format!("{}hunter22-hunter22 then\n", "a ".repeat(30));
    let whole = redact().text(&line).text.into_owned();
    assert!(whole.contains(MARK));
    for cut in 0..line.len() {
        let transcript = transcript(1_000);
        let (one, other) = line.as_bytes().split_at(cut);
        transcript.take(Side::Stdout, one);
        let mut all = said(&told(&transcript));
        transcript.take(Side::Stdout, other);
        transcript.end();
        all.push_str(&said(&told(&transcript)));
        assert_eq!(all, whole, "cut at {cut}");
    }
}

#[test]
fn a_flood_keeps_its_ends_and_every_byte_is_told_or_counted() {
    let text = "x".repeat(999_000) + &"y".repeat(1_000);
    for chunk in [7, 1_000, 300_000] {
        let transcript = transcript(100);
        for piece in text.as_bytes().chunks(chunk) {
            transcript.take(Side::Stdout, piece);
            let inner = transcript.inner();
            assert!(inner.batch.head.len() + inner.batch.tail.len() <= 200);
        }
        transcript.end();
        let expect = [
            RunNote::Said { text: "x".repeat(100) },
            RunNote::Cut { bytes: 999_800 },
            RunNote::Said { text: "y".repeat(100) },
        ];
        assert_eq!(told(&transcript), expect);
        assert_eq!(transcript.tail(10), "y".repeat(10));
    }
}

#[test]
fn batches_shrink_so_that_a_flood_stays_bounded_and_the_end_is_told_in_full() {
    let transcript = transcript(10_000);
    let (mut lines, mut left_out) = (0, 0);
    let mut total = 0;
    for batch in 0..200 {
        for _ in 0..1_000 {
            transcript.take(Side::Stdout, b"a line of twenty by\n");
        }
        if batch == 199 {
            transcript.end();
        }
        let notes = told(&transcript);
        total += 20_000;
        lines += said(&notes).len();
        left_out +=
            notes.iter().map(|note| if let RunNote::Cut { bytes } = note { *bytes } else { 0 }).sum::<u64>();
        assert!(!notes.is_empty());
        assert_eq!(u64::try_from(lines).unwrap() + left_out, total, "batch {batch}");
    }
    assert!(lines <= 10_000 * (HISTORIES_TOLD + 4) + 200 * 2 * LEAST, "{lines}");
}

#[tokio::test]
async fn a_batch_waits_for_its_time_and_the_end_ends_the_wait() {
    let (clock, by_hand) = Clock::manual(Timestamp::EPOCH);
    let transcript = transcript(100);
    transcript.take(Side::Stdout, b"one\n");
    let advancing = async {
        by_hand.sleepers_reach(1).await;
        transcript.take(Side::Stderr, b"two\n");
        by_hand.advance(BATCH_GROWS).await;
    };
    let (notes, ()) = tokio::join!(transcript.next_batch(&clock), advancing);
    assert_eq!(said(&notes.unwrap()), "one\ntwo\n");
    transcript.take(Side::Stdout, b"three");
    transcript.end();
    // The clock stands still.
    assert_eq!(said(&transcript.next_batch(&clock).await.unwrap()), "three");
    assert_eq!(transcript.next_batch(&clock).await, None);
}

#[tokio::test]
async fn a_full_batch_is_told_before_its_time() {
    let (clock, _by_hand) = Clock::manual(Timestamp::EPOCH);
    let transcript = transcript(100);
    transcript.take(Side::Stdout, "line\n".repeat(30).as_bytes());
    assert_eq!(said(&transcript.next_batch(&clock).await.unwrap()).len(), 150);
}
