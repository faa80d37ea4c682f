//! Every public method of the store has a name in `Method`, and every name a method: metrics, error messages and the
//! tests that kill the process know a method by it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use signalbox_store::Method;

/// Runs no statement of its own.
const WITHOUT_A_NAME: [&str; 2] = ["close", "reach"];

/// Names connections that live longer than any method: LISTEN and NOTIFY.
const WITHOUT_A_METHOD: [&str; 1] = ["wakeups"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
    found
}

/// The names of `pub async fn` within `impl Store`; rustfmt sees to it that they stand where they are looked for.
fn public_methods(source: &str) -> BTreeSet<String> {
    let mut within = false;
    let mut names = BTreeSet::new();
    for line in source.lines() {
        match line {
            "impl Store {" => within = true,
            "}" => within = false,
            _ if within => {
                let rest = line.strip_prefix("    pub async fn ").unwrap_or_default();
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if !name.is_empty() {
                    names.insert(name);
                }
            }
            _ => {}
        }
    }
    names
}

#[test]
fn every_method_is_named_and_every_name_is_a_method() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut written: BTreeSet<String> = BTreeSet::new();
    for path in sources(&folder) {
        written.extend(public_methods(&fs::read_to_string(&path).unwrap()));
    }
    for name in WITHOUT_A_NAME {
        assert!(written.remove(name), "{name} is gone; so is its exception");
    }
    let mut named: BTreeSet<String> = Method::ALL.iter().map(|method| method.name().to_owned()).collect();
    assert_eq!(named.len(), Method::ALL.len(), "two methods share a name");
    for name in WITHOUT_A_METHOD {
        assert!(named.remove(name), "{name} is gone; so is its exception");
    }
    let unnamed: Vec<_> = written.difference(&named).collect();
    let unwritten: Vec<_> = named.difference(&written).collect();
    assert!(
        unnamed.is_empty() && unwritten.is_empty(),
        "not in Method: {unnamed:?}; no method: {unwritten:?}"
    );
}

#[test]
fn methods_are_found_where_they_stand() {
    let source = "impl Store {\n    pub async fn case_show(\n    async fn hidden(\n}\n\
                  impl Other {\n    pub async fn elsewhere(\n}\n";
    assert_eq!(public_methods(source), BTreeSet::from(["case_show".to_owned()]));
}
