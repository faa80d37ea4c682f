//! What sessions say, and that it is the same in whatever order their parts came.

use proptest::prelude::*;
use serde_json::json;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, Randomness};
use signalbox_store::ingest::SessionKey;

use super::*;

fn at_noon() -> Timestamp {
    Timestamp::from_micros(1_795_249_800_000_000)
}

fn at(second: u64) -> Timestamp {
    at_noon().plus(Duration::from_secs(second))
}

fn part(from: u64, to: u64, route: &str, errors: u64) -> ReplaySession {
    // The same at every call: the clock stands, and the seed is one.
    let project = IdSource::new(Clock::manual(at_noon()).0, Randomness::seeded(1)).next();
    ReplaySession {
        key: SessionKey { project, session: [7; 16] },
        name: "s".to_owned(),
        source: Some("replay".parse().unwrap()),
        started_at: at(from),
        ended_at: at(to),
        exit: Some((at(to), route.to_owned())),
        errors,
        clicks: 2,
        unanswered_at: None,
        person: Some(5),
    }
}

fn click(when: u64) -> ReplaySession {
    ReplaySession {
        source: None,
        exit: None,
        clicks: 0,
        unanswered_at: Some(at(when)),
        ..part(when, when, "/", 0)
    }
}

fn all(parts: impl IntoIterator<Item = ReplaySession>) -> ReplaySession {
    let whole = parts.into_iter().reduce(|mut whole, part| {
        whole.add(part);
        whole
    });
    whole.unwrap()
}

fn config() -> ReplayConfig {
    ReplayConfig { routes: ["/pay/:id".to_owned()].into(), ..ReplayConfig::default() }
}

fn kinds(session: &ReplaySession) -> Vec<String> {
    config().judge(session).iter().map(|one| one.kind.to_string()).collect()
}

#[test]
fn a_session_full_of_errors() {
    let session = all([part(0, 59, "/cart", 4), part(120, 179, "/cart", 4), part(60, 119, "/", 4)]);
    let found = config().judge(&session);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].title.value, "Sessions full of errors that end on /cart");
    assert_eq!((&found[0].attributes["errors"], &found[0].attributes["seconds"]), (&json!(12), &json!(179)));
    assert_eq!(found[0].people, [5]);
    assert!(config().judge(&all([part(0, 59, "/cart", 4), part(60, 90, "/cart", 5)])).is_empty());
}

#[test]
fn who_left_after_a_click_or_on_a_route() {
    assert_eq!(kinds(&all([part(0, 100, "/cart", 0), click(80)])), ["left_after_click"]);
    assert!(kinds(&all([part(0, 100, "/cart", 0), click(60)])).is_empty(), "they went on for a while");
    assert_eq!(kinds(&part(0, 100, "/pay/:id", 0)), ["left_on_route"]);
    assert!(kinds(&all([click(10), click(80)])).is_empty(), "nobody knows where they left");
}

#[test]
fn routes_are_written_as_signals_show_them() {
    let check = |route: &str| {
        let config = ReplayConfig { routes: [route.to_owned()].into(), ..ReplayConfig::default() };
        config.check().map_err(|(key, _)| key)
    };
    assert_eq!(check("/pay/:id"), Ok(()));
    for wrong in ["pay", "https://shop.example/pay", "/pay/91823", "/pay?step=2"] {
        assert_eq!(check(wrong), Err("routes".to_owned()), "{wrong}");
    }
}

fn any_part() -> impl Strategy<Value = ReplaySession> {
    (0_u64..600, 0_u64..60, 0_u8..4, 0_u64..6, any::<bool>(), prop::option::of(0_u64..9)).prop_map(
        |(from, lasts, route, errors, is_click, person)| {
            let part = match is_click {
                true => click(from),
                false => part(from, from + lasts, &format!("/page-{route}"), errors),
            };
            ReplaySession { person, ..part }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_grouping_of_parts_is_the_same_session(
        parts in prop::collection::vec(any_part(), 1..20).prop_flat_map(|parts| (Just(parts.clone()), Just(parts).prop_shuffle())),
        split in any::<prop::sample::Index>(),
    ) {
        let (parts, mut other) = parts;
        let rest = other.split_off(split.index(other.len()));
        let other = match other.is_empty() {
            true => all(rest),
            false => all([all(other), all(rest)]),
        };
        prop_assert_eq!(all(parts), other);
    }
}
