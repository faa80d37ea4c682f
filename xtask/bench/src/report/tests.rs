//! Medians, ratios and the shape of the file, from samples written by hand.

use serde_json::Value;

use super::*;

fn series(side: &str, rounds: &[&[(Metric, f64)]]) -> Series {
    let sample = |figures: &[(Metric, f64)]| {
        figures
            .iter()
            .fold(Sample::default(), |sample, (metric, value)| sample.with(*metric, *value).unwrap())
    };
    Series { side: side.to_owned(), samples: rounds.iter().map(|figures| sample(figures)).collect() }
}

fn rates(side: &str, values: &[f64]) -> Series {
    let rounds: Vec<[(Metric, f64); 1]> = values.iter().map(|value| [(Metric::Rate, *value)]).collect();
    series(side, &rounds.iter().map(<[_; 1]>::as_slice).collect::<Vec<_>>())
}

fn played(ours: Series, peers: Vec<Series>) -> Played {
    Played { case: "claim".to_owned(), things: "claims".to_owned(), ours, peers }
}

#[test]
fn the_median_is_the_middle_of_the_rounds() {
    let check = |values: &[f64], expect: f64| assert!((median(values) - expect).abs() < 1e-9, "{values:?}");
    check(&[9.0], 9.0);
    check(&[30.0, 10.0, 20.0], 20.0);
    check(&[40.0, 10.0, 20.0, 30.0], 25.0);
    check(&[5.0, 4.0, 3.0, 2.0, 1000.0], 4.0);
}

#[test]
fn a_ratio_is_of_medians_and_its_extremes_are_of_rounds() {
    let ours = rates("ours", &[100.0, 120.0, 90.0, 110.0, 500.0]);
    let peer = rates("pgbench", &[50.0, 40.0, 90.0, 55.0, 100.0]);
    let rows = rows(&played(ours, vec![peer]));
    assert_eq!(
        rows,
        [Row {
            case: "claim".to_owned(),
            metric: "rate",
            unit: "claims/s".to_owned(),
            ours: 110.0,
            peer: Some("pgbench".to_owned()),
            theirs: Some(55.0),
            ratio: Some(2.0),
            rounds: 5,
            min: 1.0,
            max: 5.0,
        }]
    );
}

#[test]
fn less_is_better_for_latency_and_memory() {
    let figures = |latency: f64, memory: f64| [(Metric::LatencyP99, latency), (Metric::MemoryPeak, memory)];
    let (ours, theirs) = (figures(2.0, 300.0), figures(8.0, 100.0));
    let rows = rows(&played(series("ours", &[&ours]), vec![series("peer", &[&theirs])]));
    let ratios: Vec<(&str, &str, Option<f64>)> =
        rows.iter().map(|row| (row.metric, row.unit.as_str(), row.ratio)).collect();
    assert_eq!(ratios, [("latency_p99", "ms", Some(4.0)), ("memory_peak", "MiB", Some(100.0 / 300.0))]);
}

#[test]
fn what_no_peer_measured_is_stated_alone() {
    let ours = series(
        "ours",
        &[
            &[(Metric::Rate, 10.0), (Metric::MemoryPeak, 64.0)],
            &[(Metric::Rate, 12.0), (Metric::MemoryPeak, 60.0)],
        ],
    );
    let rows = rows(&played(ours, vec![rates("a", &[5.0, 5.0]), rates("b", &[20.0, 20.0])]));
    let told: Vec<(&str, Option<&str>, f64, f64)> =
        rows.iter().map(|row| (row.metric, row.peer.as_deref(), row.min, row.max)).collect();
    assert_eq!(
        told,
        [("rate", Some("a"), 2.0, 2.4), ("rate", Some("b"), 0.5, 0.6), ("memory_peak", None, 60.0, 64.0)]
    );
}

fn report() -> Report {
    let machine = Machine {
        processor: "made up".to_owned(),
        cores: 2,
        memory_bytes: 8 << 30,
        kernel: "6.1.0".to_owned(),
    };
    let rows = rows(&played(
        rates("ours", &[2.0, 2.0, 2.0, 2.0, 2.0]),
        vec![rates("peer", &[1.0, 1.0, 1.0, 1.0, 1.0])],
    ));
    let date = "2026-11-21T00:00:00Z".to_owned();
    Report { name: "store".to_owned(), machine, date, commit: "0123abc".to_owned(), dirty: true, rows }
}

#[test]
fn the_file_has_the_keys_that_readers_rely_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = report().write(&folder.path().join("docs/bench")).unwrap();
    assert!(file.ends_with("docs/bench/store.json"));
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.ends_with("}\n"));
    let value: Value = serde_json::from_str(&text).unwrap();
    let keys = |value: &Value| -> Vec<String> {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    assert_eq!(keys(&value), ["commit", "date", "dirty", "machine", "name", "rows"]);
    assert_eq!(keys(&value["machine"]), ["cores", "kernel", "memory_bytes", "processor"]);
    assert_eq!(
        keys(&value["rows"][0]),
        ["case", "max", "metric", "min", "ours", "peer", "ratio", "rounds", "theirs", "unit"]
    );
    let row = &value["rows"][0];
    assert!(
        row["case"].is_string()
            && row["metric"].is_string()
            && row["unit"].is_string()
            && row["peer"].is_string()
    );
    assert!(["ours", "theirs", "ratio", "min", "max"].iter().all(|key| row[key].is_f64()), "{row}");
    assert_eq!((&row["ratio"], &row["rounds"]), (&Value::from(2.0), &Value::from(5)));
}
