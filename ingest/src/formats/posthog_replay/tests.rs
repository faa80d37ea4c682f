//! Invented replay rows, and what comes of their sessions.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_micros((1_795_249_800 + second) * 1_000_000)
}

fn row(session: &str, from: i64, to: i64, url: &str, errors: u64) -> ReplayRow {
    let bytes = json!({
        "uuid": "u", "session_id": session, "team_id": "2", "distinct_id": "d", "first_timestamp": at(from).to_string(),
        "last_timestamp": at(to).to_string(), "first_url": "https://shop.example/", "urls": ["https://shop.example/", url],
        "console_error_count": errors.to_string(), "click_count": 2, "unheard_of": {},
    });
    ReplayRow::read(bytes.to_string().as_bytes()).unwrap()
}

fn key(session: &str) -> SessionKey {
    SessionKey { project: ProjectHint::Team(2), session: session.to_owned() }
}

fn limits() -> ReplayLimits {
    ReplayLimits { routes: ["/pay/:id".to_owned()].into(), ..ReplayLimits::default() }
}

const CART: &str = "https://shop.example/cart?step=2";
const PAY: &str = "https://shop.example/pay/91823";
const LATER: i64 = 1_000_000;

fn told(found: &[Observation]) -> Vec<(String, String)> {
    found.iter().map(|one| (one.kind.to_string(), one.title.value.clone())).collect()
}

#[test]
fn a_session_is_judged_once_it_is_silent() {
    let mut sessions = Sessions::new(limits());
    for (index, from) in [0, 60, 120].into_iter().enumerate() {
        let offset = i64::try_from(index).unwrap() + 7;
        assert_eq!(sessions.add(row("a", from, from + 59, CART, 4), offset, at(LATER)), []);
    }
    assert_eq!(
        sessions.add(row("b", 1900, 1979, CART, 0), 10, at(LATER)),
        [],
        "a was silent for exactly half an hour"
    );
    assert_eq!(sessions.behind(), Some(7));
    let found = sessions.add(row("b", 1979, 1980, CART, 0), 11, at(LATER));
    assert_eq!(
        told(&found),
        [("error_heavy_session".into(), "Sessions full of errors that end on /cart".into())]
    );
    assert_eq!(found[0].project, ProjectHint::Team(2));
    assert_eq!((&found[0].attributes["errors"], &found[0].attributes["seconds"]), (&json!(12), &json!(179)));
    assert_eq!((found[0].record_id.as_deref(), sessions.behind()), (Some("a/error_heavy_session"), Some(10)));
    assert_eq!(sessions.finish(), [], "b says nothing");
    assert_eq!(sessions.behind(), None);
}

#[test]
fn who_left_after_a_click_or_on_a_route() {
    let mut sessions = Sessions::new(limits());
    sessions.add(row("a", 0, 100, CART, 0), 0, at(LATER));
    sessions.note_click(key("a"), at(80), 1, at(LATER));
    sessions.add(row("b", 0, 100, CART, 0), 2, at(LATER));
    sessions.note_click(key("b"), at(60), 3, at(LATER));
    sessions.add(row("c", 0, 100, PAY, 0), 4, at(LATER));
    sessions.note_click(key("nobody"), at(80), 5, at(LATER));
    let kinds: Vec<String> = sessions.finish().iter().map(|one| one.kind.to_string()).collect();
    assert_eq!(kinds, ["left_after_click", "left_on_route"]);
}

#[test]
fn one_wrong_clock_ends_no_session() {
    let mut sessions = Sessions::new(limits());
    sessions.add(row("a", 0, 10, CART, 50), 0, at(10));
    assert_eq!(sessions.add(row("b", 0, 9_000_000, CART, 0), 1, at(20)), []);
}

#[test]
fn what_does_not_fit_is_judged_early() {
    let mut sessions = Sessions::new(ReplayLimits { most_sessions: 2, ..limits() });
    sessions.add(row("old", 0, 1, CART, 99), 0, at(LATER));
    sessions.add(row("new", 0, 3, CART, 99), 1, at(LATER));
    let found = sessions.add(row("middle", 0, 2, CART, 99), 2, at(LATER));
    assert_eq!(found[0].record_id.as_deref(), Some("old/error_heavy_session"));
    assert_eq!((found.len(), sessions.open.len(), sessions.by_end.len()), (1, 2, 2));
}

#[test]
fn a_wrong_row_says_where() {
    for (row, at) in [
        (json!({}), "session_id"),
        (json!({"session_id": "a"}), "last_timestamp"),
        (json!({"session_id": "a", "last_timestamp": "soon"}), "last_timestamp"),
        (json!({"session_id": {}, "last_timestamp": 1}), "session_id"),
    ] {
        let error = ReplayRow::read(row.to_string().as_bytes()).unwrap_err();
        assert!(matches!(&error, Unreadable::Field { at: place, .. } if place == at), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rows of sessions that are never silent for long say the same in any order.
    #[test]
    fn the_order_of_rows_changes_nothing(
        rows in prop::collection::vec((0_u8..4, 0_i64..600, 0_i64..60, 0_u64..6), 1..30).prop_shuffle(), turned in 0_usize..30,
    ) {
        let gather = |rows: &[(u8, i64, i64, u64)]| {
            let mut sessions = Sessions::new(limits());
            let mut found = Vec::new();
            for (session, from, lasts, errors) in rows {
                // Two rows that end at once differ in nothing else that counts.
                let url = format!("https://shop.example/page-{}", from + lasts);
                let row = row(&session.to_string(), *from, from + lasts, &url, *errors);
                found.extend(sessions.add(row, 0, at(LATER)));
            }
            found.extend(sessions.finish());
            found
        };
        let mut other = rows.clone();
        other.rotate_left(turned % rows.len());
        prop_assert_eq!(gather(&rows), gather(&other));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(row) = ReplayRow::read(&bytes) {
            Sessions::new(limits()).add(row, 0, at(0));
        }
    }
}
