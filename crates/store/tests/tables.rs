//! The list of tables against both databases, the sources and the page that shows it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use signalbox_store::retention::Prunable;
use signalbox_store::tables::{TABLES, tables_markdown};

use crate::fixture::Fixture;
use crate::raw::Raw;

fn listed() -> BTreeSet<String> {
    TABLES.iter().map(|rule| rule.table.to_owned()).collect()
}

fn in_package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[tokio::test]
async fn sqlite_has_the_listed_tables_and_no_other() {
    let fixture = Fixture::sqlite().await.unwrap();
    let mut raw = Raw::beside(&fixture).await;
    let found = raw
        .texts(
            "SELECT name FROM sqlite_schema
             WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
        )
        .await;
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), listed());
}

#[tokio::test]
async fn postgres_has_the_listed_tables_and_no_other() {
    let Some(fixture) = Fixture::postgres().await else { return };
    let mut raw = Raw::beside(&fixture).await;
    let found = raw
        .texts(
            "SELECT table_name::text FROM information_schema.tables
             WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'",
        )
        .await;
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), listed());
}

#[test]
fn each_table_is_listed_once_with_a_module_that_owns_it() {
    assert_eq!(listed().len(), TABLES.len());
    for rule in TABLES {
        let module = in_package(&format!("src/{}.rs", rule.owner));
        assert!(module.is_file(), "{} is owned by {}, which is no module", rule.table, rule.owner);
    }
}

#[test]
fn what_is_pruned_is_not_said_to_be_kept_for_good() {
    for prunable in Prunable::ALL {
        let rule = TABLES.iter().find(|rule| rule.table == prunable.table());
        let kept = rule.map(|rule| rule.kept).unwrap_or_default();
        assert!(!kept.is_empty() && kept != "for good", "{}: {kept:?}", prunable.table());
    }
}

/// `cargo run -p signalbox-store --example tables` prints what belongs there.
#[test]
fn the_page_shows_the_list() {
    let page = fs::read_to_string(in_package("../../ARCHITECTURE.md")).unwrap();
    let (_, rest) = page.split_once("<!-- tables -->\n").unwrap();
    let (shown, _) = rest.split_once("<!-- /tables -->").unwrap();
    assert_eq!(shown.trim(), tables_markdown().trim());
}
