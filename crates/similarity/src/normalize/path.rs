//! Paths without what varies: build folders, hashes of bundles, schemes and hosts, versions of libraries.

/// The last component of a path of either kind.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A file's stable name: its last component without a bundler's hash, query or library version.
pub(crate) fn file_key(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let path = path.split("+0x").next().unwrap_or(path);
    let base = base_name(path);
    if let Some(at) = base.find(".so") {
        return library_key(&base[..at]);
    }
    let mut parts: Vec<&str> = base.split('.').collect();
    if parts.len() > 2 {
        let last = parts.len() - 1;
        let mut at = 0;
        parts.retain(|p| {
            at += 1;
            at == 1 || at == last + 1 || !is_build_hash(p)
        });
    }
    let joined = parts.join(".");
    strip_dashed_hash(&joined)
}

/// `libfoo-2.31` and `libfoo` are the same library.
fn library_key(stem: &str) -> String {
    let cut = stem.rfind('-').filter(|at| stem[at + 1..].bytes().all(|b| b.is_ascii_digit() || b == b'.'));
    cut.map_or(stem, |at| &stem[..at]).to_owned()
}

/// `index-4f3a9c21.js` → `index.js`.
fn strip_dashed_hash(name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    match stem.rsplit_once(['-', '_']) {
        Some((head, hash)) if !ending.is_empty() && !head.is_empty() && is_build_hash(hash) => {
            format!("{head}.{ending}")
        }
        _ => name.to_owned(),
    }
}

/// Eight or more letters and digits that no word looks like: at least two digits among them.
fn is_build_hash(text: &str) -> bool {
    text.len() >= 8
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        && text.bytes().filter(u8::is_ascii_digit).count() >= 2
}
