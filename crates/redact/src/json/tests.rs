//! JSON: keys by name, pairs, strings as text, keys that hold secrets, depth.

use serde_json::{Value, json};

use crate::{Config, Finding, Redactor, samples};

fn check(redactor: &Redactor, mut value: Value, shown: &Value) {
    redactor.json(&mut value);
    assert_eq!(value, *shown);
    assert_eq!(redactor.json(&mut value), Vec::new(), "the second time");
    assert_eq!(value, *shown);
}

#[test]
fn values_of_secret_keys_go() {
    check(
        &samples::redactor(),
        json!({
            "password": "x", "apiKey": "abc", "Set-Cookie": ["a=b", "c=d"], "token": "abc", "pin": 5,
            "nested": {"client_secret": 12345, "x-api-key": "k"},
            "authorization": "Bearer abc", "credentials": {"user": "u", "n": 7, "ok": true},
        }),
        &json!({
            "password": "[redacted:secret-value]", "apiKey": "[redacted:secret-value]",
            "Set-Cookie": ["[redacted:cookie-header]", "[redacted:cookie-header]"],
            "token": "[redacted:secret-value]", "pin": 5,
            "nested": {"client_secret": "[redacted:secret-value]", "x-api-key": "[redacted:secret-value]"},
            "authorization": "Bearer [redacted:authorization-header]",
            "credentials": {"user": "[redacted:secret-value]", "n": "[redacted:secret-value]", "ok": true},
        }),
    );
}

#[test]
fn pairs_count_as_keys() {
    check(
        &samples::redactor(),
        json!([
            ["Authorization", "Bearer abc"], ["Accept", "text/html"], ["a", "password", "b"],
            {"name": "DB_PASSWORD", "value": "x"}, {"name": "HOME", "value": "/home/x"},
        ]),
        &json!([
            ["Authorization", "Bearer [redacted:authorization-header]"], ["Accept", "text/html"],
            ["a", "password", "b"],
            {"name": "DB_PASSWORD", "value": "[redacted:secret-value]"}, {"name": "HOME", "value": "/home/x"},
        ]),
    );
}

#[test]
fn other_values_stay() {
    let value = json!({
        "token_count": 17, "max_tokens": 4096, "author": "me", "password": null, "has_password": true, "secret": "",
        "token": "phc_Ab3dEf6hIj9kLmOpRsTuVwXyZ0123456789", "session_id": "0190aa", "key": "checkout-button",
        "token_type": "bearer", "api_key": "${API_KEY}", "public_key": "abc", "distinct_id": "u-1",
        "token_info": {"token": {"type": "x", "line": 5}}, "groupKey": "{}:{alertname=\"X\"}",
    });
    check(&samples::redactor(), value.clone(), &value);
}

#[test]
fn strings_and_keys_are_read_as_text() {
    check(
        &samples::redactor(),
        json!({
            "message": "mail ada@example.com", "properties": "{\"password\":\"hunter2\"}",
            "by_mail": {"ada@example.com": 1, "bob@example.com": 2, "[redacted:email]": 3, "x": 4},
        }),
        &json!({
            "message": "mail [redacted:email]", "properties": "{\"password\":\"[redacted:secret-value]\"}",
            "by_mail": {"[redacted:email]#2": 1, "[redacted:email]#3": 2, "[redacted:email]": 3, "x": 4},
        }),
    );
}

#[test]
fn keys_of_ones_own_always_go() {
    let config = Config { keys: vec!["internal_number".to_owned()], ..Config::default() };
    check(
        &Redactor::new(&config).unwrap(),
        json!({"internalNumber": "null", "text": "INTERNAL-NUMBER: 5, internal number = x"}),
        &json!({
            "internalNumber": "[redacted:secret-value]",
            "text": "INTERNAL-NUMBER: [redacted:secret-value], internal number = x",
        }),
    );
}

#[test]
fn findings_are_summed_by_rule() {
    let mut value = json!({"a": "ada@example.com bob@example.com", "b": ["c@example.com"], "password": "x"});
    let findings = samples::redactor().json(&mut value);
    let expected =
        [("email", 3), ("secret-value", 1)].map(|(rule, count)| Finding { rule: rule.to_owned(), count });
    assert_eq!(findings, expected);
}

#[test]
fn any_depth_is_walked_without_overflow_and_cut() {
    let mut value = json!("ada@example.com");
    for level in 0..200_000 {
        // `json!` would serialise what is inside, by recursion.
        value = match level % 2 {
            0 => Value::Array(vec![value]),
            _ => Value::Object([("a".to_owned(), value)].into_iter().collect()),
        };
    }
    samples::redactor().json(&mut value);
    let text = serde_json::to_string(&value).unwrap();
    assert!(text.contains("[redacted:too-deep]") && text.len() < 2000, "{text}");
}
