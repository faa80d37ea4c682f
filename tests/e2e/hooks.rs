//! A webhook all the way: signed, kept, read into a signal, once, also over a death of the server; and a record that could
//! not be read, read again once the settings are right.

use serde_json::{Value, json};

use crate::http::ask;
use crate::place::{BOTH, Place};

const SECRET: &str = "hunter2-hunter2";

fn hook(format: &str) -> String {
    format!(
        "[[ingest.hooks]]\nname = \"pager\"\nformat = \"{format}\"\nproject = {{ fixed = \"web\" }}\n\
         secret = {{ file = \"secret\" }}\n"
    )
}

fn place(base: crate::place::Base, format: &str) -> Option<Place> {
    let place = Place::new(base)?;
    std::fs::write(place.path("secret"), SECRET).unwrap();
    place.settings("true", &hook(format));
    place.up();
    place.post("/projects", &json!({"name": "web"}));
    Some(place)
}

fn alert(name: &str) -> Value {
    json!({"id": name, "title": format!("{name} is slow"), "severity": "critical", "status": "firing"})
}

/// Sends until it is taken: whoever lost an answer sends again.
fn send(place: &Place, body: &Value) -> Value {
    place.until("the webhook is taken", || {
        let (status, answer) = ask(&place.address(), SECRET, "POST", "/api/v1/hooks/pager", Some(body))?;
        (status == 202).then_some(answer)
    })
}

fn titles(place: &Place) -> Vec<(String, u64)> {
    let signals = place.list("/signals?project=web");
    let line = |signal: &Value| {
        (signal["title"]["value"].as_str().unwrap().to_owned(), signal["count"].as_u64().unwrap())
    };
    let mut lines: Vec<_> = signals.iter().map(line).collect();
    lines.sort();
    lines
}

#[test]
fn a_webhook_becomes_a_signal_once_also_over_a_death() {
    for base in BOTH {
        let Some(place) = place(base, "alert_generic") else { continue };
        let first = send(&place, &alert("checkout"));
        assert_eq!(first["received"], "now");
        let wrong =
            ask(&place.address(), "hunter3", "POST", "/api/v1/hooks/pager", Some(&alert("x"))).unwrap();
        assert_eq!((wrong.0, &wrong.1["error"]["code"]), (401, &json!("bad_signature")));
        place.kill();
        place.up();
        let again = send(&place, &alert("checkout"));
        assert_eq!((&again["received"], &again["delivery"]), (&json!("before"), &first["delivery"]));
        send(&place, &alert("cart"));
        let both = [("cart is slow".to_owned(), 1), ("checkout is slow".to_owned(), 1)];
        place.until("both were read", || (titles(&place) == both).then_some(()));
    }
}

#[test]
fn what_could_not_be_read_is_read_again_once_it_can_be() {
    let Some(place) = place(BOTH[0], "sentry_event") else { return };
    send(&place, &alert("checkout"));
    let row = place.until("it lies in quarantine", || place.list("/quarantine").into_iter().next());
    let id = row["id"].as_str().unwrap();
    let shown = place.get(&format!("/quarantine/{id}"));
    assert!(shown["text"].as_str().unwrap().contains("checkout is slow"), "{shown}");
    let retry = format!("/quarantine/{id}/retry");
    let (status, body) = place.ask("POST", &retry, Some(&Value::Null));
    assert_eq!(status, 409, "the settings still have another format: {body}");
    place.kill();
    place.settings("true", &hook("alert_generic"));
    place.up();
    assert_eq!(place.post(&retry, &Value::Null), json!({"kept": 1, "duplicate": 0, "not_a_signal": 0}));
    assert_eq!(titles(&place), [("checkout is slow".to_owned(), 1)]);
    assert_eq!(place.list("/quarantine"), Vec::<Value>::new());
    assert_eq!(place.ask("POST", &retry, Some(&Value::Null)).0, 404);
}
