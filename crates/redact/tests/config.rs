//! Configurations: what they switch, and how an unfit one is refused.

use signalbox_redact::{Config, CustomRule, LiteralSecret, Redactor, Switch, rules};

fn parse(json: &str) -> Config {
    serde_json::from_str(json).unwrap()
}

fn refused(config: &Config) -> String {
    Redactor::new(config).unwrap_err().to_string()
}

#[test]
fn every_part_is_read() {
    let config = parse(
        r#"{"rules": {"email": "off", "ip-address": "on"}, "keys": ["badge"], "keep": ["+1 415 555 2671"],
            "custom": [{"name": "corp", "pattern": "CORP-(\\d+)", "group": 1}], "literals": ["tops3cret"]}"#,
    );
    let redactor = Redactor::new(&config).unwrap();
    let redacted = redactor
        .text("ada@example.com 203.0.113.7 badge=a CORP-12 tops3cret +1 415 555 2671 +1 415 555 2672");
    assert_eq!(
        redacted.text,
        "ada@example.com [redacted:ip-address] badge=[redacted:secret-value] CORP-[redacted:corp] \
         [redacted:literal-secret] +1 415 555 2671 [redacted:phone-number]"
    );
    let names: Vec<&str> = redacted.findings.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(names, ["corp", "ip-address", "literal-secret", "phone-number", "secret-value"]);
}

#[test]
fn every_rule_can_be_switched_off() {
    let mut config = Config::default();
    for rule in rules() {
        config.rules.insert(rule.name.to_owned(), Switch::Off);
    }
    config.literals.push(LiteralSecret::new("hunter2"));
    let text = "password=hunter2 ada@example.com 4111111111111111 Bearer abc12345 https://u:p@h/";
    assert_eq!(Redactor::new(&config).unwrap().text(text).text, text);
}

#[test]
fn names_of_rules_are_one_of_a_kind_and_described() {
    let mut names: Vec<&str> = rules().map(|rule| rule.name).collect();
    assert!(rules().all(|rule| !rule.about.is_empty() && rule.name.len() <= 40));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn unknown_keys_and_rules_are_refused_by_name() {
    assert!(
        serde_json::from_str::<Config>(r#"{"rule": {}}"#)
            .unwrap_err()
            .to_string()
            .contains("unknown field `rule`")
    );
    assert!(serde_json::from_str::<Config>(r#"{"rules": {"email": "no"}}"#).is_err());
    assert_eq!(
        refused(&parse(r#"{"rules": {"e-mail": "off"}}"#)),
        "rules.e-mail: expected the name of a built-in rule, such as email"
    );
}

#[test]
fn unfit_parts_are_refused_by_key() {
    let custom = |name: &str| CustomRule { name: name.to_owned(), pattern: "x".to_owned(), group: 0 };
    for (config, message) in [
        (
            Config { custom: vec![custom("Corp")], ..Config::default() },
            "custom[0].name: expected 1 to 40 of a-z, 0-9 and `-`",
        ),
        (
            Config { custom: vec![custom("corp"), custom("corp")], ..Config::default() },
            "custom[1].name: expected a name that no other rule has, not `corp`",
        ),
        (
            Config { custom: vec![custom("email")], ..Config::default() },
            "custom[0].name: expected a name that no other rule has, not `email`",
        ),
        (
            Config { custom: vec![custom("corp"); 65], ..Config::default() },
            "custom: expected at most 64 rules, not 65",
        ),
        (
            Config { keys: vec!["ok".to_owned(), "!".to_owned()], ..Config::default() },
            "keys[1]: expected 2 to 64 letters and digits, with `-`, `_`, `.` or blanks between",
        ),
        (Config { keep: vec![String::new()], ..Config::default() }, "keep[0]: expected 1 to 256 bytes"),
        (
            Config { literals: vec![LiteralSecret::new("abc")], ..Config::default() },
            "literals[0]: expected a secret of at least 5 bytes with lines of at most 1024",
        ),
    ] {
        assert_eq!(refused(&config), message);
    }
}

#[test]
fn literals_are_never_shown() {
    let config = Config { literals: vec![LiteralSecret::new("tops3cret")], ..Config::default() };
    assert!(!format!("{config:?}").contains("tops3cret"));
    assert!(!serde_json::to_string(&config).unwrap().contains("tops3cret"));
    assert!(!format!("{:?}", Redactor::new(&config).unwrap()).contains("tops3cret"));
}

#[test]
fn a_finding_never_carries_its_value() {
    let redactor = Redactor::new(&Config::default()).unwrap();
    let redacted = redactor.text("password=hunter2 ada@example.com");
    assert!(!format!("{redacted:?}").contains("hunter2"));
    assert_eq!(
        serde_json::to_string(&redacted.findings).unwrap(),
        r#"[{"rule":"email","count":1},{"rule":"secret-value","count":1}]"#
    );
}
