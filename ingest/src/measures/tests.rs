//! Windows against those before them.

use serde_json::json;

use super::*;
use crate::config::IngestConfig;

const NOON: Timestamp = Timestamp::from_micros(1_795_258_800_000_000);

fn funnel() -> FunnelConfig {
    serde_json::from_value(json!({"name": "checkout", "source": "events", "steps": ["cart", "pay", "paid"]}))
        .unwrap()
}

fn window(hour: u64, users: [u64; 3]) -> Window {
    let at = NOON.plus(Duration::from_secs(hour * 3600));
    Window { at, counts: users.to_vec(), users: users.to_vec() }
}

fn series(usual: [u64; 3], last: [u64; 3]) -> Vec<Window> {
    (0..24).map(|hour| window(hour, usual)).chain([window(24, last)]).collect()
}

#[test]
fn fewer_who_go_on_are_a_signal_of_that_step() {
    let found = funnel_drops(&funnel(), &series([200, 100, 80], [200, 96, 20]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].title.value, "Fewer people go on from pay to paid (checkout)");
    assert_eq!(
        (found[0].kind.as_str(), found[0].severity),
        ("funnel_drop", signalbox_domain::signal::Severity::Error)
    );
    assert!(found[0].text.value.contains("20 of 96 people"), "{}", found[0].text.value);
    assert_eq!(
        (&found[0].attributes["share"], &found[0].attributes["usual_share"]),
        (&json!(0.208), &json!(0.8))
    );
    assert_eq!(found[0].occurred_at, Some(NOON.plus(Duration::from_secs(25 * 3600))));
}

#[test]
fn chance_few_people_and_a_short_history_are_none() {
    for (why, windows) in [
        ("chance", series([200, 100, 80], [200, 88, 68])),
        ("few people", series([200, 100, 80], [20, 2, 0])),
        ("more than before", series([200, 100, 20], [200, 100, 80])),
        ("nobody ever went on", series([200, 0, 0], [200, 0, 0])),
        ("no history", vec![window(0, [200, 100, 80]), window(1, [200, 10, 1])]),
        ("nothing", Vec::new()),
    ] {
        assert_eq!(funnel_drops(&funnel(), &windows), [], "{why}");
    }
}

#[test]
fn a_metric_that_falls_silent_is_a_signal() {
    let metric: MetricConfig =
        serde_json::from_value(json!({"name": "signups", "source": "events", "events": ["signed_up"]}))
            .unwrap();
    let counted = |hour: u64, count: u64| window(hour, [count, 0, 0]);
    let usual = |hours: u64| (0..hours).map(move |hour| counted(hour, 100 + hour % 7)).collect::<Vec<_>>();
    assert_eq!(metric_moves(&metric, &usual(400)), None);
    let mut silent = usual(400);
    silent.push(counted(400, 0));
    let found = metric_moves(&metric, &silent).unwrap();
    assert_eq!(
        (found.kind.as_str(), found.title.value.as_str()),
        ("metric_drop", "Less of signups than usual")
    );
    let mut spike = usual(400);
    spike.push(counted(400, 5000));
    assert_eq!(metric_moves(&metric, &spike).unwrap().kind.as_str(), "metric_spike");
    assert_eq!(metric_moves(&metric, &[counted(0, 5000)]), None, "nothing is known yet");
}

#[test]
fn windows_begin_where_their_length_says() {
    let half = Duration::from_secs(1800);
    assert_eq!(window_of(NOON.plus(Duration::from_secs(1799)), half), NOON);
    assert_eq!(window_of(NOON.plus(half), half), NOON.plus(half));
    assert_eq!(window_of(Timestamp::from_micros(-1), half), Timestamp::from_micros(-1_800_000_000));
}

#[test]
fn wrong_ones_are_refused_by_name() {
    let source = json!({
        "name": "events", "format": "posthog_event", "project": {"fixed": "web"},
        "kafka": {"brokers": ["b:1"], "topics": ["t"], "group": "g"},
    });
    let check = |funnels: serde_json::Value, metrics: serde_json::Value| {
        let config = json!({"sources": [source], "funnels": funnels, "metrics": metrics});
        let config: IngestConfig = serde_json::from_value(config).map_err(|error| error.to_string())?;
        config.check().map_err(|error| error.to_string())
    };
    let funnel = |steps: &[&str]| json!({"name": "f", "source": "events", "steps": steps});
    let metric = |name: &str, source: &str| json!({"name": name, "source": source, "events": ["e"]});
    assert_eq!(check(json!([funnel(&["a", "b"])]), json!([metric("m", "events")])), Ok(()));
    for (funnels, metrics, expected) in [
        (json!([funnel(&["a"])]), json!([]), "funnels[0].steps: expected 2 to 20"),
        (json!([funnel(&["a", "a"])]), json!([]), "funnels[0].steps: "),
        (json!([funnel(&["a", " "])]), json!([]), "funnels[0].steps: "),
        (json!([funnel(&["a", "b"])]), json!([metric("f", "events")]), "metrics[0].name: "),
        (json!([]), json!([metric("m", "other")]), "metrics[0].source: "),
        (
            json!([{"name": "f", "source": "events", "steps": ["a", "b"], "window": "1s"}]),
            json!([]),
            "funnels[0].window: ",
        ),
        (
            json!([{"name": "f", "source": "events", "steps": ["a", "b"], "drop": 0}]),
            json!([]),
            "expected a share",
        ),
    ] {
        let error = check(funnels, metrics).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}
