//! The table against edge lists written by hand, and against the metadata of this workspace with edges planted.

use super::*;

fn edge(from: &str, to: &str, kind: Kind) -> Edge {
    Edge { from: from.to_owned(), to: to.to_owned(), kind }
}

/// Short names are members (`ingest` is `signalbox-ingest`); a name after `+` is an outside crate.
fn full(name: &str) -> String {
    match name.strip_prefix('+') {
        Some(outside) => outside.to_owned(),
        None if name == "signalbox" || name == "xtask" => name.to_owned(),
        None => format!("signalbox-{name}"),
    }
}

fn graph(edges: &[(&str, &str, Kind)]) -> Graph {
    let mut graph = Graph::default();
    for (from, to, kind) in edges {
        graph.members.insert(full(from));
        if !to.starts_with('+') {
            graph.members.insert(full(to));
        }
        graph.edges.push(edge(&full(from), &full(to), *kind));
    }
    graph
}

fn lines(graph: &Graph) -> Vec<String> {
    check(graph).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn allows(edges: &[(&str, &str, Kind)]) {
    assert_eq!(lines(&graph(edges)), Vec::<String>::new());
}

#[track_caller]
fn forbids(from: &str, to: &str, kind: Kind, line: &str) {
    assert_eq!(lines(&graph(&[(from, to, kind)])), [line.to_owned()]);
}

#[test]
fn every_row_of_the_table_is_allowed_what_it_says() {
    let foundation = ["domain", "redact", "runtime", "similarity"];
    let rows: &[(&str, &[&str])] = &[
        ("store", &[]),
        ("workspace", &[]),
        ("sandbox", &[]),
        ("llm", &[]),
        ("forge", &[]),
        ("ingest", &["store"]),
        ("automations", &["store"]),
        ("planner", &["store", "workspace", "llm"]),
        ("dispatcher", &["store", "forge"]),
        ("runner", &["workspace", "sandbox"]),
        ("control", &["store", "workspace"]),
        ("server", &["control"]),
    ];
    for (room, more) in rows {
        for to in foundation.iter().chain(*more) {
            for kind in [Kind::Normal, Kind::Build, Kind::Dev] {
                allows(&[(room, to, kind)]);
            }
        }
    }
}

#[test]
fn a_row_refuses_every_other_room() {
    let rooms = [
        "domain",
        "redact",
        "runtime",
        "similarity",
        "store",
        "workspace",
        "sandbox",
        "llm",
        "forge",
        "ingest",
        "planner",
        "dispatcher",
        "automations",
        "runner",
        "control",
        "server",
        "signalbox",
    ];
    let allowed = |from: &str| -> usize {
        rooms
            .iter()
            .filter(|to| **to != from && lines(&graph(&[(from, to, Kind::Normal)])).is_empty())
            .count()
    };
    let counts: Vec<usize> = rooms.iter().map(|room| allowed(room)).collect();
    assert_eq!(counts, [0, 1, 1, 1, 4, 4, 4, 4, 4, 5, 7, 6, 5, 6, 6, 5, 16]);
}

#[test]
fn a_stage_never_names_a_stage() {
    for kind in [Kind::Normal, Kind::Build, Kind::Dev] {
        let found = lines(&graph(&[("ingest", "planner", kind)]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with("no stage names another: stages meet in the store"), "{found:?}");
    }
    forbids(
        "dispatcher",
        "runner",
        Kind::Dev,
        "signalbox-dispatcher → signalbox-runner (dev): no stage names another: stages meet in the store",
    );
}

#[test]
fn a_line_names_both_crates_the_kind_and_the_row() {
    forbids(
        "server",
        "store",
        Kind::Normal,
        "signalbox-server → signalbox-store: its row in the table allows signalbox-domain, signalbox-redact, \
         signalbox-runtime, signalbox-similarity, signalbox-control inside",
    );
    forbids(
        "domain",
        "runtime",
        Kind::Build,
        "signalbox-domain → signalbox-runtime (build): its row in the table allows nothing inside",
    );
}

#[test]
fn fixtures_are_named_by_tests_only() {
    allows(&[("ingest", "testkit", Kind::Dev), ("domain", "testkit", Kind::Dev)]);
    allows(&[("testkit", "planner", Kind::Normal), ("bench", "testkit", Kind::Normal)]);
    allows(&[("tests", "testkit", Kind::Normal)]);
    for from in ["ingest", "signalbox", "xtask"] {
        let line = format!("{} → signalbox-testkit: fixtures are for dev-dependencies only", full(from));
        forbids(from, "testkit", Kind::Normal, &line);
    }
}

#[test]
fn nothing_leans_on_a_gate_but_an_open_gate() {
    allows(&[("bench", "xtask", Kind::Normal), ("bench", "store", Kind::Normal)]);
    forbids(
        "signalbox",
        "bench",
        Kind::Normal,
        "signalbox → signalbox-bench: gates stand outside the product: nothing leans on them",
    );
    forbids(
        "xtask",
        "domain",
        Kind::Normal,
        "xtask → signalbox-domain: its row in the table allows nothing inside",
    );
}

#[test]
fn some_outside_crates_have_a_single_home() {
    allows(&[("store", "+sqlx", Kind::Normal), ("server", "+axum", Kind::Normal)]);
    allows(&[("ingest", "+rdkafka", Kind::Normal), ("dispatcher", "+rdkafka", Kind::Normal)]);
    allows(&[("testkit", "+rdkafka", Kind::Normal), ("bench", "+rdkafka", Kind::Normal)]);
    allows(&[("bench", "+sqlx", Kind::Normal), ("tests", "+rdkafka", Kind::Normal)]);
    allows(&[("control", "+sqlformat", Kind::Normal), ("store", "+tokio", Kind::Normal)]);
    forbids("control", "+sqlx", Kind::Normal, "signalbox-control → sqlx: only store knows sqlx");
    forbids("ingest", "+sqlx-core", Kind::Dev, "signalbox-ingest → sqlx-core (dev): only store knows sqlx");
    forbids("control", "+axum-extra", Kind::Normal, "signalbox-control → axum-extra: only server knows axum");
    forbids(
        "planner",
        "+rdkafka",
        Kind::Normal,
        "signalbox-planner → rdkafka: only ingest, the outbox publisher, testkit and the benches know rdkafka",
    );
}

#[test]
fn a_pure_crate_links_no_runtime_however_deep() {
    let mut graph = graph(&[("similarity", "domain", Kind::Normal), ("similarity", "+middle", Kind::Normal)]);
    let mut link = |from: &str, to: &[&str]| {
        graph.resolved.insert(from.to_owned(), to.iter().map(ToString::to_string).collect());
    };
    link("signalbox-similarity", &["signalbox-domain", "middle@1.0.0"]);
    link("middle@1.0.0", &["deeper@2.0.0", "middle@1.0.0"]);
    link("deeper@2.0.0", &["tokio-util@0.7.0", "tokio@1.0.0"]);
    link("signalbox-domain", &[]);
    let reason = "a pure crate has no runtime and no IO, nor does what it links";
    assert_eq!(
        lines(&graph),
        [
            format!("signalbox-similarity → middle@1.0.0 → deeper@2.0.0 → tokio-util@0.7.0: {reason}"),
            format!("signalbox-similarity → middle@1.0.0 → deeper@2.0.0 → tokio@1.0.0: {reason}"),
        ]
    );
}

#[test]
fn a_member_that_the_table_does_not_name_is_an_error() {
    let graph = graph(&[("gossip", "ingest", Kind::Normal)]);
    assert_eq!(
        lines(&graph),
        ["signalbox-gossip: unknown to the table; name it in the table (xtask/src/layers/table.rs)"]
    );
}

#[test]
fn a_crate_may_name_itself_in_its_tests() {
    allows(&[("ingest", "ingest", Kind::Dev)]);
}

/// The real metadata of this workspace, as text, so that an edge can be planted in it.
fn metadata_text() -> String {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn an_edge_planted_in_the_real_metadata_is_named() {
    let text = metadata_text();
    let mut metadata: Metadata = cargo_metadata::MetadataCommand::parse(&text).unwrap();
    hold(&metadata).unwrap();
    let domain = metadata.packages.iter_mut().find(|package| package.name == "signalbox-domain").unwrap();
    let mut planted = domain.dependencies[0].clone();
    planted.name = "sqlx".to_owned();
    domain.dependencies.push(planted);
    let refusal = hold(&metadata).unwrap_err().to_string();
    assert_eq!(refusal, "1 against the table:\nsignalbox-domain → sqlx: only store knows sqlx");
}
