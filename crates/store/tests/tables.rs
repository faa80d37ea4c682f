//! The list of tables against both databases, the sources and the page that shows it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use signalbox_store::retention::Prunable;
use signalbox_store::tables::{OTHER_WRITERS, TABLES, tables_markdown};

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

/// The tables that a statement writes.
fn written(sql: &str) -> BTreeSet<String> {
    let code: String =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let words: Vec<String> = code
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut tables = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let next = |further: usize| words.get(at + further).map_or("", String::as_str);
        let before = at.checked_sub(1).map_or("", |before| words[before].as_str());
        let table = match word.as_str() {
            "insert" | "replace" | "delete" if matches!(next(1), "into" | "from") => next(2),
            // Neither `FOR UPDATE` nor `DO UPDATE SET` names a table.
            "update" if !matches!(before, "for" | "do" | "key") => next(1),
            _ => continue,
        };
        tables.insert(table.to_owned());
    }
    tables
}

#[test]
fn what_a_statement_writes_is_seen() {
    let one = |table: &str| BTreeSet::from([table.to_owned()]);
    assert_eq!(written("INSERT INTO a (b) VALUES (1) ON CONFLICT DO UPDATE SET b = 2"), one("a"));
    assert_eq!(written("-- UPDATE b\nWITH x AS (SELECT 1 FOR UPDATE) DELETE FROM c USING x"), one("c"));
    assert_eq!(written("WITH x AS (UPDATE d SET e = 1 RETURNING e) SELECT e FROM x"), one("d"));
    assert_eq!(written("SELECT id FROM runs FOR NO KEY UPDATE"), BTreeSet::new());
}

#[test]
fn nobody_but_the_owner_writes_a_table_save_where_the_list_says_so() {
    let (mut seen, mut crossing) = (0, BTreeSet::new());
    for owner in fs::read_dir(in_package("queries")).unwrap() {
        let owner = owner.unwrap();
        let module = owner.file_name().into_string().unwrap();
        for file in fs::read_dir(owner.path()).unwrap() {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            let statement = format!("{module}/{}", name.split('.').next().unwrap_or_default());
            for table in written(&fs::read_to_string(file.path()).unwrap()) {
                seen += 1;
                let rule = TABLES.iter().find(|rule| rule.table == table);
                let rule = rule.unwrap_or_else(|| panic!("{name} writes {table}, which is no table"));
                if rule.owner != module && module != "retention" && module != "erasure" {
                    crossing.insert((statement.clone(), table));
                }
            }
        }
    }
    let said = OTHER_WRITERS.iter().map(|other| (other.statement.to_owned(), other.table.to_owned()));
    assert_eq!(crossing, said.collect());
    assert!(seen > 2 * TABLES.len(), "both databases' statements were read: {seen}");
}

/// `cargo run -p signalbox-store --example tables` prints what belongs there.
#[test]
fn the_page_shows_the_list() {
    let page = fs::read_to_string(in_package("../../ARCHITECTURE.md")).unwrap();
    let (_, rest) = page.split_once("<!-- tables -->\n").unwrap();
    let (shown, _) = rest.split_once("<!-- /tables -->").unwrap();
    assert_eq!(shown.trim(), tables_markdown().trim());
}
