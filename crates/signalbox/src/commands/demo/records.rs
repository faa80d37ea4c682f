//! What the demo's shop reports: exceptions of one bug in PostHog's shape, among page views.

use serde_json::json;
use signalbox_domain::time::Timestamp;

pub(super) const EXCEPTIONS: u32 = 40;
const PAGE_VIEWS: u32 = 200;
const PEOPLE: u32 = 25;

/// Key and value of each record, in the order in which they happened just now.
pub(super) fn all(now: Timestamp) -> Vec<(String, String)> {
    let every = (PAGE_VIEWS + EXCEPTIONS) / EXCEPTIONS;
    (0..PAGE_VIEWS + EXCEPTIONS)
        .map(|n| {
            let person = format!("customer-{}", n * 7 % PEOPLE);
            let record = if n % every == 0 { exception(n, &person, now) } else { page_view(n, &person, now) };
            (person, record)
        })
        .collect()
}

fn exception(n: u32, person: &str, now: Timestamp) -> String {
    let frame = |function: &str, file: &str, line: u32| json!({"platform": "custom", "lang": "rust", "function": function, "filename": file, "lineno": line, "in_app": true});
    let frames = [
        frame("shop::checkout::summary", "src/checkout.rs", 31),
        frame("shop::cart::average_cents", "src/cart.rs", 5),
    ];
    let properties = json!({
        "$exception_list": [{
            "type": "panic", "value": "attempt to divide by zero",
            "mechanism": {"handled": false, "type": "panic"},
            "stacktrace": {"type": "raw", "frames": frames},
        }],
        "$exception_fingerprint": "cart-average-divides-by-zero",
        "$lib": "posthog-rs", "$release": "2.4.1", "$current_url": "https://shop.example/cart",
        "$session_id": format!("session-{n}"),
    });
    record(n, "$exception", person, now, &properties.to_string())
}

fn page_view(n: u32, person: &str, now: Timestamp) -> String {
    let properties = json!({"$current_url": "https://shop.example/", "$session_id": format!("session-{n}")});
    record(n, "$pageview", person, now, &properties.to_string())
}

fn record(n: u32, event: &str, person: &str, now: Timestamp, properties: &str) -> String {
    let record = json!({
        "uuid": format!("01970000-0000-7000-8000-{n:012}"), "team_id": 1, "event": event, "distinct_id": person,
        "properties": properties, "timestamp": now.to_string(),
    });
    record.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_exceptions_as_said_and_no_id_twice() {
        let records = all(Timestamp::EPOCH);
        let exceptions = records.iter().filter(|(_, record)| record.contains("$exception_list")).count();
        assert_eq!(exceptions, usize::try_from(EXCEPTIONS).unwrap());
        let ids: std::collections::BTreeSet<String> = records
            .iter()
            .map(|(_, record)| serde_json::from_str::<serde_json::Value>(record).unwrap()["uuid"].to_string())
            .collect();
        assert_eq!(ids.len(), records.len());
    }
}
