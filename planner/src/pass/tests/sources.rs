//! Hints of different sources about one place: an error, a rage click and a funnel drop on one route in one release.

use signalbox_domain::provenance::Sourced;
use signalbox_domain::signal::SourceFamily;

use super::*;
use crate::fixture::ticket;

/// As formats leave them: the error's route as the browser had it, the click's without what names one thing.
fn hint(n: u128, family: SourceFamily, title: &str, route: &str, release: &str) -> PlanSignal {
    let mut hint = match family {
        SourceFamily::ErrorTracking => crash(n, "checkout", &["total", "pay"]),
        _ => ticket(n, title, ""),
    };
    hint.signal.key.family = family;
    hint.samples[0].route = Some(Sourced::stranger(route.to_owned()));
    hint.samples[0].release = Some(Sourced::stranger(release.to_owned()));
    hint
}

fn hints(release: &str) -> [PlanSignal; 3] {
    let of = |n, family, title, route| hint(n, family, title, route, release);
    [
        of(1, SourceFamily::ErrorTracking, "", "/checkout/8842"),
        of(2, SourceFamily::SessionReplay, "Rage click on button.pay at /checkout/:id", "/checkout/:id"),
        of(
            3,
            SourceFamily::ProductAnalytics,
            "Fewer reach the receipt",
            "https://shop.example/checkout/31?x=1",
        ),
    ]
}

#[tokio::test]
async fn on_one_route_in_one_release_they_are_one_case_and_one_task() {
    for batches in [1, 3] {
        let place = Place::new().await;
        let planner = place.planner(3, |_| {});
        for part in hints("4.2.0").chunks(3 / batches) {
            for hint in part {
                place.folded(hint.clone(), NOON).await;
            }
            planner.pass(NOON).await.unwrap();
        }
        assert_eq!((place.partition().await.len(), place.tasks().await), (1, 1), "{batches} batches");
        for key in ["2", "3"] {
            let told = place.words(Subject::Signal(place.signal(key).await), "joined").await;
            let names = told.iter().all(|words| words.contains("the place") && words.contains("release"));
            assert!(told.len() == 1 && names, "{told:?}");
        }
    }
}

#[tokio::test]
async fn of_another_release_or_route_or_of_one_source_they_are_not() {
    let others = |hint: &dyn Fn(&mut PlanSignal)| {
        let mut all = hints("4.2.0");
        hint(&mut all[1]);
        all
    };
    let of_another_release =
        others(&|click| click.samples[0].release = Some(Sourced::stranger("4.1.0".into())));
    let of_another_route = others(&|click| click.samples[0].route = Some(Sourced::stranger("/login".into())));
    let of_one_source = others(&|click| click.signal.key.family = SourceFamily::ErrorTracking);
    for all in [of_another_release, of_another_route, of_one_source] {
        let place = Place::new().await;
        for hint in all {
            place.folded(hint, NOON).await;
        }
        place.planner(3, |_| {}).pass(NOON).await.unwrap();
        let click = place.partition().await.into_iter().find(|case| case.contains("2")).unwrap();
        assert!(!click.contains("1"), "{click:?}");
    }
}
