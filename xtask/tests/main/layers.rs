//! `xtask layers` reads a real workspace: a planted edge makes the command fail and is named.

use crate::house::House;

const DOMAIN: &str = "[dependencies]\nsignalbox-domain = { path = \"../domain\" }";

fn rooms() -> House {
    House::new(&[("domain", ""), ("testkit", DOMAIN), ("ingest", DOMAIN), ("planner", DOMAIN)])
}

#[test]
fn a_workspace_within_the_table_passes() {
    let house = rooms();
    house.depend(
        "ingest",
        &format!("{DOMAIN}\n[dev-dependencies]\nsignalbox-testkit = {{ path = \"../testkit\" }}"),
    );
    let end = house.xtask(&["layers"]);
    assert!(end.succeeded, "{}", end.complained);
    assert_eq!(end.said, "4 members, 4 edges, all in the table\n");
}

#[test]
fn a_planted_edge_fails_and_is_named_whatever_its_kind() {
    for (section, mark) in
        [("dependencies", ""), ("build-dependencies", " (build)"), ("dev-dependencies", " (dev)")]
    {
        let house = rooms();
        house.depend("ingest", &format!("[{section}]\nsignalbox-planner = {{ path = \"../planner\" }}"));
        let end = house.xtask(&["layers"]);
        assert!(!end.succeeded);
        assert_eq!(
            end.complained,
            format!(
                "1 against the table:\nsignalbox-ingest → signalbox-planner{mark}: \
                 no stage names another: stages meet in the store\n"
            )
        );
    }
}

#[test]
fn an_edge_hides_behind_no_name_platform_or_option() {
    let house = rooms();
    house.depend(
        "ingest",
        "[target.'cfg(windows)'.dependencies]\n\
         innocent = { package = \"signalbox-planner\", path = \"../planner\", optional = true }",
    );
    let end = house.xtask(&["layers"]);
    assert!(!end.succeeded);
    assert!(end.complained.contains("signalbox-ingest → signalbox-planner: no stage"), "{}", end.complained);
}

#[test]
fn an_outside_crate_in_the_wrong_room_is_named() {
    let house = rooms();
    house.write("outside/axum/Cargo.toml", "[package]\nname = \"axum\"\nedition = \"2024\"\n");
    house.write("outside/axum/src/lib.rs", "");
    house.depend("domain", "[dependencies]\naxum = { path = \"../../outside/axum\" }");
    let end = house.xtask(&["layers"]);
    assert!(!end.succeeded);
    assert_eq!(
        end.complained,
        "2 against the table:\nsignalbox-domain → axum: only server knows axum\n\
         signalbox-domain → axum@0.0.0: a pure crate has no runtime and no IO, nor does what it links\n"
    );
}

#[test]
fn a_new_room_must_be_named() {
    let house = House::new(&[("domain", ""), ("gossip", DOMAIN)]);
    let end = house.xtask(&["layers"]);
    assert!(!end.succeeded);
    assert!(end.complained.contains("signalbox-gossip: unknown to the table; name it"), "{}", end.complained);
}
