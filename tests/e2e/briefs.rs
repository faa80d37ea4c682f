//! The pages of docs/briefs are what the program makes of those records today.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

fn pages(folder: &Path) -> BTreeMap<String, String> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = files.filter(|path| path.file_name().unwrap() != "README.md");
    named
        .map(|path| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn every_kind_of_job_has_its_page_and_the_pages_are_true() {
    let made = tempfile::tempdir().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_briefs")).arg(made.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let made = pages(made.path());
    let shown = pages(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/briefs"));
    let skills = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/skills");
    let kinds = fs::read_dir(skills).unwrap().count();
    assert_eq!(made.len(), 2 * kinds, "a page and its context for each: {:?}", made.keys());
    for (name, page) in &made {
        let shown = shown.get(name).map(String::as_str);
        assert_eq!(
            shown,
            Some(page.as_str()),
            "cargo run -p signalbox-tests --bin briefs -- docs/briefs ({name})"
        );
    }
    assert_eq!(shown.len(), made.len());
}
