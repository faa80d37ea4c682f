//! The places of secrets that settings refer to, `{ env = "NAME" }` and `{ file = "PATH" }`, wherever they stand.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use toml::Value;

use super::Finding;
use crate::settings::Settings;

/// The names of variables that hold secrets.
pub(super) fn variables(settings: &Settings) -> Vec<String> {
    places(settings, "env")
}

/// Files with secrets that others on this computer may read. A mounted secret often is so, and nobody else is there.
pub(super) fn readable(settings: &Settings) -> Vec<Finding> {
    let is_open = |path: &String| {
        std::fs::metadata(Path::new(path)).is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
    };
    let finding = |path: String| {
        Finding::notice(
            "secrets",
            format!("others may read {path}"),
            format!("chmod 600 {path}, if others work here"),
        )
    };
    places(settings, "file").into_iter().filter(is_open).map(finding).collect()
}

fn places(settings: &Settings, kind: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(value) = Value::try_from(settings) {
        gather(&value, kind, &mut found);
    }
    found
}

fn gather(value: &Value, kind: &str, found: &mut Vec<String>) {
    match value {
        Value::Table(table) => match table.get(kind) {
            Some(Value::String(place)) if table.len() == 1 => found.push(place.clone()),
            _ => table.values().for_each(|below| gather(below, kind, found)),
        },
        Value::Array(items) => items.iter().for_each(|item| gather(item, kind, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_wherever_they_stand() {
        let text =
            "[store]\npassword = { env = \"SIGNALBOX_DB_PASSWORD\" }\n[seal]\nkeys = { file = \"keys\" }\n";
        let settings: Settings = toml::from_str(text).unwrap();
        assert_eq!(variables(&settings), ["SIGNALBOX_DB_PASSWORD"]);
        assert_eq!(places(&settings, "file"), ["keys"]);
    }
}
