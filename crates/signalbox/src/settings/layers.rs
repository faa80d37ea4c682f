//! The three layers of settings as one table, with where each value came from: file < environment < flags.
//!
//! Pure: text and pairs come in, a table goes out. It knows no key; what keys mean is each stage's own business.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::SettingsError;

/// Variables of this form are settings: `SIGNALBOX_STORE__URL` is `store.url`.
pub(crate) const PREFIX: &str = "SIGNALBOX_";
const SEPARATOR: &str = "__";
/// Settings that are values themselves and stand in no table.
const ONE_WORD: [&str; 1] = ["ROLES"];

/// Where a value stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    File { path: PathBuf, line: usize },
    Environment { variable: String },
    Flag { text: String },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment { variable } => f.write_str(variable),
            Self::Flag { text } => write!(f, "--set {text}"),
        }
    }
}

/// All layers as one.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    table: Table,
    origins: BTreeMap<String, Origin>,
}

impl Layers {
    /// The lowest layer.
    pub(crate) fn file(&mut self, path: &Path, text: &str) -> Result<(), SettingsError> {
        let not_toml = |error: &toml::de::Error| SettingsError::NotToml {
            path: path.to_owned(),
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            what: error.message().to_owned(),
        };
        let spans = DeTable::parse(text).map_err(|error| not_toml(&error))?;
        self.table = toml::from_str(text).map_err(|error| not_toml(&error))?;
        note_table(&mut self.origins, "", spans.get_ref(), &|start| Origin::File {
            path: path.to_owned(),
            line: line_of(text, start),
        });
        Ok(())
    }

    /// Only variables with a double underscore are settings, and `SIGNALBOX_ROLES`, whose key is one word; others
    /// (`SIGNALBOX_TOKEN`, what an orchestrator sets) have meanings of their own.
    pub(crate) fn environment(
        &mut self,
        variables: impl Iterator<Item = (String, String)>,
    ) -> Result<(), SettingsError> {
        let mut settings: Vec<(String, String)> = variables
            .filter(|(name, _)| {
                name.strip_prefix(PREFIX)
                    .is_some_and(|rest| rest.contains(SEPARATOR) || ONE_WORD.contains(&rest))
            })
            .collect();
        settings.sort();
        for (variable, text) in settings {
            let key = variable[PREFIX.len()..].to_lowercase().replace(SEPARATOR, ".");
            self.put(&key, &text, Origin::Environment { variable })?;
        }
        Ok(())
    }

    /// `store.url=sqlite:x.db`, as given to `--set`.
    pub(crate) fn flag(&mut self, assignment: &str) -> Result<(), SettingsError> {
        let (key, text) = assignment
            .split_once('=')
            .ok_or_else(|| SettingsError::NotAssignment { text: assignment.to_owned() })?;
        // The value may be a secret that somebody gave by mistake: only its key is named.
        self.put(key.trim(), text, Origin::Flag { text: key.trim().to_owned() })
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// What variables and flags set, by key.
    pub(crate) fn overrides(&self) -> impl Iterator<Item = (&str, &Origin)> {
        let above = |origin: &Origin| !matches!(origin, Origin::File { .. });
        self.origins
            .iter()
            .filter(move |(_, origin)| above(origin))
            .map(|(key, origin)| (key.as_str(), origin))
    }

    /// Where a key stood, or else what stood below it, or else what it stood in.
    pub(crate) fn origin(&self, key: &str) -> Option<&Origin> {
        let below = format!("{key}.");
        if !self.origins.contains_key(key)
            && let Some((first, origin)) = self.origins.range(below.clone()..).next()
            && first.starts_with(&below)
        {
            return Some(origin);
        }
        let mut key = key;
        loop {
            if let Some(origin) = self.origins.get(key) {
                return Some(origin);
            }
            key = &key[..key.rfind(['.', '['])?];
        }
    }

    fn put(&mut self, key: &str, text: &str, origin: Origin) -> Result<(), SettingsError> {
        let mut table = &mut self.table;
        let mut parts = key.split('.').peekable();
        while let Some(part) = parts.next() {
            if part.is_empty() {
                return Err(SettingsError::NotAKey { origin, key: key.to_owned() });
            }
            if parts.peek().is_none() {
                table.insert(part.to_owned(), value(text));
                break;
            }
            let below = table.entry(part).or_insert_with(|| Value::Table(Table::new()));
            table = match below {
                Value::Table(table) => table,
                _ => return Err(SettingsError::NotAKey { origin, key: key.to_owned() }),
            };
        }
        // What stood below it is covered with it.
        let is_below = |other: &str| other.strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', '[']));
        self.origins.retain(|other, _| !is_below(other));
        self.origins.insert(key.to_owned(), origin);
        Ok(())
    }
}

/// As TOML would read it (`8`, `true`, `["a"]`, `{ env = "X" }`); anything else is a text as it stands.
fn value(text: &str) -> Value {
    let wrapped = format!("value = {text}");
    let parsed = toml::from_str::<Table>(&wrapped).ok().filter(|table| table.len() == 1);
    parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(text.to_owned()))
}

fn note_table(
    origins: &mut BTreeMap<String, Origin>,
    above: &str,
    table: &DeTable<'_>,
    origin: &dyn Fn(usize) -> Origin,
) {
    for (name, value) in table {
        let key =
            if above.is_empty() { name.get_ref().to_string() } else { format!("{above}.{}", name.get_ref()) };
        origins.insert(key.clone(), origin(name.span().start));
        note_value(origins, &key, value.get_ref(), origin);
    }
}

fn note_value(
    origins: &mut BTreeMap<String, Origin>,
    key: &str,
    value: &DeValue<'_>,
    origin: &dyn Fn(usize) -> Origin,
) {
    match value {
        DeValue::Table(table) => note_table(origins, key, table, origin),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let key = format!("{key}[{index}]");
                origins.insert(key.clone(), origin(item.span().start));
                note_value(origins, &key, item.get_ref(), origin);
            }
        }
        _ => {}
    }
}

fn line_of(text: &str, start: usize) -> usize {
    text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(file: &str, environment: &[(&str, &str)], flags: &[&str]) -> Result<Layers, SettingsError> {
        let mut layers = Layers::default();
        layers.file(Path::new("signalbox.toml"), file)?;
        layers
            .environment(environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))?;
        flags.iter().try_for_each(|flag| layers.flag(flag))?;
        Ok(layers)
    }

    #[test]
    fn each_layer_covers_the_one_below() {
        let file = "[store]\nurl = \"a\"\nconnections = 2\n\n[log]\nformat = \"people\"\n";
        let layers = layers(
            file,
            &[("SIGNALBOX_STORE__URL", "b"), ("SIGNALBOX_STORE__CONNECTIONS", "3")],
            &["store.url=c"],
        )
        .unwrap();
        assert_eq!(layers.table()["store"]["url"].as_str(), Some("c"));
        assert_eq!(layers.table()["store"]["connections"].as_integer(), Some(3));
        assert_eq!(layers.table()["log"]["format"].as_str(), Some("people"));
        assert_eq!(layers.origin("store.url").unwrap().to_string(), "--set store.url");
        assert_eq!(layers.origin("store.connections").unwrap().to_string(), "SIGNALBOX_STORE__CONNECTIONS");
        assert_eq!(layers.origin("log.format").unwrap().to_string(), "signalbox.toml:6");
    }

    #[test]
    fn a_key_that_is_not_there_is_placed_where_it_would_stand() {
        let layers = layers("[store]\nurl = \"a\"\n[[sources]]\nname = \"x\"\n", &[], &[]).unwrap();
        assert_eq!(layers.origin("store.missing").unwrap().to_string(), "signalbox.toml:1");
        assert_eq!(layers.origin("sources[0].missing").unwrap().to_string(), "signalbox.toml:3");
        assert_eq!(layers.origin("nothing.at.all"), None);
    }

    #[test]
    fn a_table_that_only_a_flag_made_is_the_flags() {
        let layers = layers("[store]\nurl = \"a\"\n", &[], &["foo.bar=1", "store.pool.size=2"]).unwrap();
        assert_eq!(layers.origin("foo").unwrap().to_string(), "--set foo.bar");
        assert_eq!(layers.origin("store.pool").unwrap().to_string(), "--set store.pool.size");
        assert_eq!(layers.origin("store").unwrap().to_string(), "signalbox.toml:1");
        assert_eq!(layers.origin("fo"), None);
    }

    #[test]
    fn what_covers_a_table_is_where_its_values_stood() {
        let layers = layers(
            "[planner.pass]\nperiod = \"1s\"\n",
            &[("SIGNALBOX_PLANNER__PASS", "{ period = \"2s\" }"), ("SIGNALBOX_ROLES", "[\"api\"]")],
            &[],
        )
        .unwrap();
        assert_eq!(layers.origin("planner.pass.period").unwrap().to_string(), "SIGNALBOX_PLANNER__PASS");
        assert_eq!(layers.origin("planner").unwrap().to_string(), "signalbox.toml:1");
        assert_eq!(layers.table()["roles"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn variables_with_meanings_of_their_own_are_let_be() {
        let layers =
            layers("", &[("SIGNALBOX_TOKEN", "x"), ("SIGNALBOX_PORT", "tcp://10.0.0.1")], &[]).unwrap();
        assert!(layers.table().is_empty());
    }

    #[test]
    fn what_is_no_toml_names_its_line() {
        let error = layers("[store]\nurl = \n", &[], &[]).unwrap_err();
        assert!(error.to_string().starts_with("signalbox.toml:2: "), "{error}");
    }

    #[test]
    fn a_value_that_is_no_toml_is_a_text() {
        for (text, expected) in
            [("8", Value::Integer(8)), ("true", Value::Boolean(true)), ("1s", "1s".into())]
        {
            assert_eq!(value(text), expected);
        }
        assert_eq!(value("a = b"), Value::String("a = b".into()));
        assert_eq!(value("1\nother = 2"), Value::String("1\nother = 2".into()));
    }
}
