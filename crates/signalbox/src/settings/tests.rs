//! Bad settings name file, line, key and what was expected; the example is the defaults.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::*;

fn load(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signalbox.toml");
    std::fs::write(&path, file).unwrap();
    let sources = Sources {
        unreadable: Vec::new(),
        file: Some(path.clone()),
        variables: variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
    };
    let loaded = sources.load().map_err(|error| error.to_string());
    loaded.map(|loaded| loaded.settings).map_err(|line| line.replace(&path.display().to_string(), "FILE"))
}

fn refused(file: &str, expected: &[&str]) {
    let line = load(file, &[], &[]).unwrap_err();
    for part in expected {
        assert!(line.contains(part), "{part:?} is missing in: {line}");
    }
    assert!(!line.contains('\n'), "one line: {line}");
}

#[test]
fn the_example_is_the_defaults() {
    assert_eq!(load(EXAMPLE, &[], &[]).unwrap(), Settings::default());
}

#[test]
fn the_example_shows_every_key() {
    fn keys(above: &str, table: &Table, found: &mut BTreeSet<String>) {
        for (name, value) in table {
            let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
            match value {
                Value::Table(table) if !table.is_empty() => keys(&key, table, found),
                _ => {
                    found.insert(key);
                }
            }
        }
    }
    let (mut shown, mut known) = (BTreeSet::new(), BTreeSet::new());
    keys("", &EXAMPLE.parse().unwrap(), &mut shown);
    keys("", &Table::try_from(Settings::default()).unwrap(), &mut known);
    let missing: Vec<_> = known.difference(&shown).filter(|key| *key != "redact.literals").collect();
    assert!(missing.is_empty(), "not in the example: {missing:?}");
}

#[test]
fn an_unknown_key_names_file_line_key_and_what_there_is() {
    refused("[store]\nurll = \"x\"\n", &["FILE:2: store.urll: ", "`url`"]);
    refused("\n\n[stroe]\nurl = \"x\"\n", &["FILE:3: stroe: ", "`store`"]);
}

#[test]
fn a_bad_value_names_file_line_key_and_what_was_expected() {
    refused("[store]\nconnections = 0\n", &["FILE:2: store.connections: ", "nonzero"]);
    refused("[store]\nurl = \"mysql:x\"\n", &["FILE:2: store.url: ", "sqlite:PATH"]);
    refused("[server]\nlisten = \"here\"\n", &["FILE:2: server.listen: expected HOST:PORT, such as"]);
    refused("[process]\ndrain = \"soon\"\n", &["FILE:2: process.drain: ", "\"30s\""]);
    refused("[telemetry]\nformat = \"xml\"\n", &["FILE:2: telemetry.format: ", "`people`"]);
    refused("[store\n", &["FILE:1: "]);
    refused("[store]\nurl = \"postgres://h:notaport/db\"\n", &["FILE:2: store.url: ", "HOST:PORT"]);
    refused("[redact.rules]\nnosuch = \"on\"\n", &["FILE:2: redact.rules.nosuch: ", "built-in rule"]);
    let custom = "[[redact.custom]]\nname = \"x\"\npattern = \"(\"\n";
    refused(custom, &["FILE:", "redact.custom", "regular expression"]);
    refused("[telemetry]\nfilter = \"foo=bar=baz\"\n", &["FILE:2: telemetry.filter: ", "expected a level"]);
    refused("[telemetry]\nfilter = \"inof\"\n", &["FILE:2: telemetry.filter: ", "\"inof\" is no level"]);
    for url in ["sqlite:", "sqlite::memory:"] {
        refused(&format!("[store]\nurl = \"{url}\"\n"), &["FILE:2: store.url: expected sqlite:PATH"]);
    }
    let doubt = "[planner.sharpen.doubt]\nfrom = 0.7\nto = 0.6\n";
    refused(doubt, &["FILE:", "planner.sharpen", "doubt: expected 0 <= from < to <= 1"]);
    let judge = "[planner.sharpen.judge.endpoint]\ndialect = \"openai\"\nmodel = \"m\"\nurl = \"here\"\n";
    refused(judge, &["FILE:", "planner.sharpen", "judge.endpoint.url: expected http://"]);
    refused(
        "[planner.sharpen]\nquestions_a_plan = 0\n",
        &["FILE:2: planner.sharpen.questions_a_plan: ", "nonzero"],
    );
    refused("[retention]\nsignals_days = 0\n", &["FILE:2: retention.signals_days: ", "at least 1"]);
}

#[test]
fn what_is_wrong_in_a_list_names_the_entry_and_its_line() {
    let source =
        "[[ingest.sources]]\nname = \"events\"\nformat = \"posthog_event\"\nproject = { fixed = \"web\" }\n";
    let kafka = "[ingest.sources.kafka]\ntopics = [\"events\"]\ngroup = \"signalbox\"\n";
    let empty = format!("{source}{kafka}brokers = []\n");
    refused(&empty, &["FILE:8: ingest.sources[0].kafka.brokers: expected at least one host:port"]);
    let whole = format!("{source}{kafka}brokers = [\"h:1\"]\n");
    refused(&whole.repeat(2), &["FILE:10: ingest.sources[1].name: ", "twice"]);

    let task = "task = { project = \"web\", repository = \"acme/shop\", title = \"t\", brief = \"b\", mode = \"local\" }\n";
    let rule = |name: &str, schedule: &str| {
        format!("[[automations.rules]]\nname = \"{name}\"\nschedule = \"{schedule}\"\n{task}")
    };
    let second = format!("{}{}", rule("one", "0 8 * * mon"), rule("two", "@weekly"));
    refused(&second, &["FILE:5: automations.rules[1]: ", "automation two: ", "expected five fields"]);
}

#[test]
fn an_agent_that_is_not_there_is_refused() {
    let agents = "[agents.coder]\nprogram = \"coder\"\n";
    let file = format!("[dispatcher]\nagent = \"codr\"\n{agents}");
    refused(&file, &["FILE:2: dispatcher.agent: expected the name of one of [agents] (coder), got \"codr\""]);
    assert!(load(&file.replace("codr\"", "coder\""), &[], &[]).is_ok());
    refused("[dispatcher]\nagent = \"coder\"\n", &["FILE:2: dispatcher.agent: ", "none is there yet"]);
    let apart = "roles = [\"dispatcher\"]\n[dispatcher]\nagent = \"coder\"\n";
    assert!(load(apart, &[], &[]).is_ok(), "the agents are in the settings of the runners");
}

#[test]
fn the_layer_of_a_bad_value_is_named() {
    let line = load("", &[], &["foo.bar=1"]).unwrap_err();
    assert!(line.starts_with("--set foo.bar: foo: "), "{line}");
    let line = load("", &[("SIGNALBOX_STORE__CONNECTIONS", "none")], &[]).unwrap_err();
    assert!(line.starts_with("SIGNALBOX_STORE__CONNECTIONS: store.connections: "), "{line}");
    let line = load("", &[], &["store.connections=none"]).unwrap_err();
    assert!(line.starts_with("--set store.connections: store.connections: "), "{line}");
    let line = load("", &[], &["nonsense"]).unwrap_err();
    assert_eq!(line, "--set expects KEY=VALUE, got \"nonsense\"");
}

#[test]
fn a_secret_in_the_open_is_refused_and_not_repeated() {
    for file in [
        "[store]\npassword = \"hunter2\"\n",
        "[store]\nurl = \"postgres://ada:hunter2@db/app\"\n",
        "[store]\nurl = \"postgres://db/app?password=hunter2\"\n",
        "[seal]\nkeys = \"hunter2\"\n",
    ] {
        let line = load(file, &[], &[]).unwrap_err();
        assert!(line.contains("FILE:2: ") && line.contains("{ env = "), "{line}");
        assert!(!line.contains("hunter2"), "{line}");
    }
    let line = load("", &[], &["store.url=postgres://ada:hunter2@db/app"]).unwrap_err();
    assert!(!line.contains("hunter2"), "{line}");
    let by_variable = load("", &[("SIGNALBOX_STORE__URL", "postgres://ada:hunter2@db/app")], &[]);
    assert!(by_variable.is_ok(), "{by_variable:?}");
}

#[test]
fn a_named_file_has_to_be_there() {
    let sources = Sources { file: Some("/nowhere/signalbox.toml".into()), ..Sources::default() };
    assert!(sources.load().unwrap_err().to_string().starts_with("/nowhere/signalbox.toml: cannot be read"));
}
