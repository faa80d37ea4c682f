//! Invented records in the real shapes, the same on every run: a number in, bytes out.

use serde_json::{Value, json};

/// Of real exceptions.
const FRAMES: u64 = 30;
/// A frame's source lines bring an exception to its real size.
const LINE: &str =
    "        total = sum(item.price * item.quantity for item in basket.items if item.is_chosen)";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Load {
    /// Page views of 1 KB; 2 % are exceptions of 8 KB, over 1,000 fingerprints.
    Firehose,
    /// Exceptions alone, over 1,000 fingerprints.
    Exceptions,
    /// Native signals, each with a key of its own.
    Distinct,
    /// Exceptions of one fingerprint.
    Hot,
}

impl Load {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Firehose => "firehose",
            Self::Exceptions => "exceptions",
            Self::Distinct => "distinct",
            Self::Hot => "hot",
        }
    }

    /// As settings name it.
    pub(super) fn format(self) -> &'static str {
        if self == Self::Distinct { "signal" } else { "posthog_event" }
    }

    pub(super) fn record(self, number: u64) -> Vec<u8> {
        match self {
            Self::Firehose if number.is_multiple_of(50) => exception(number, number / 50 % 1000),
            Self::Firehose => page_view(number),
            Self::Exceptions => exception(number, number % 1000),
            Self::Distinct => native(number),
            Self::Hot => exception(number, 7),
        }
    }

    /// How many of so many records are counted, and in how many signals.
    pub(super) fn expected(self, records: u64) -> (u64, u64) {
        match self {
            Self::Firehose => (records.div_ceil(50), records.div_ceil(50).min(1000)),
            Self::Exceptions => (records, records.min(1000)),
            Self::Distinct => (records, records),
            Self::Hot => (records, 1),
        }
    }
}

fn uuid(number: u64) -> String {
    uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(number)).to_string()
}

fn event(number: u64, name: &str, properties: &Value) -> Vec<u8> {
    json!({
        "uuid": uuid(number), "team_id": 2, "project_id": 2, "event": name,
        "distinct_id": format!("person-{}", number % 50_000), "properties": properties.to_string(),
        "timestamp": "2026-11-21 08:30:00.000000", "created_at": "2026-11-21 08:30:01.000000",
        "elements_chain": "", "person_mode": "full",
    })
    .to_string()
    .into_bytes()
}

fn page_view(number: u64) -> Vec<u8> {
    let properties = json!({
        "$current_url": format!("https://shop.example/products/{}?campaign=autumn", number % 3000),
        "$host": "shop.example", "$pathname": format!("/products/{}", number % 3000),
        "$browser": "Firefox", "$browser_version": 144, "$os": "Linux", "$device_type": "Desktop",
        "$screen_height": 1080, "$screen_width": 1920, "$viewport_height": 970, "$viewport_width": 1880,
        "$lib": "web", "$lib_version": "1.449.0", "$session_id": uuid(number / 20), "$window_id": uuid(number / 40),
        "$referrer": "https://search.example/", "$referring_domain": "search.example",
        "$raw_user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0",
        "$time": 1_763_713_800.123, "title": "A product of the shop",
    });
    event(number, "$pageview", &properties)
}

fn exception(number: u64, bug: u64) -> Vec<u8> {
    let frames: Vec<Value> = (0..FRAMES)
        .map(|at| {
            json!({
                "platform": "python", "function": format!("step_{bug}_{at}"), "module": format!("shop.part_{}", at % 9),
                "filename": format!("shop/part_{}.py", at % 9), "lineno": 10 + at, "in_app": at > 5,
                "context_line": LINE,
            })
        })
        .collect();
    let properties = json!({
        "$exception_list": [{
            "type": "ValueError", "value": format!("no price for item {number}"),
            "mechanism": {"handled": false, "type": "generic"}, "stacktrace": {"type": "raw", "frames": frames},
        }],
        "$lib": "posthog-python", "$session_id": uuid(number / 20), "$release": "4.2.0",
        "$current_url": "https://shop.example/cart", "$exception_level": "error",
    });
    event(number, "$exception", &properties)
}

fn native(number: u64) -> Vec<u8> {
    json!({
        "id": uuid(number), "project": "web", "source": "monitoring", "kind": "check-failed",
        "key": format!("check-{number}"), "title": format!("Check {number} of the shop fails"),
        "text": "expected an answer within 2 s, got none", "severity": "error",
        "occurred_at": "2026-11-21T08:30:00Z", "route": "/cart", "release": "4.2.0",
    })
    .to_string()
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_have_their_real_size() {
        let check = |load: Load, number: u64, least: usize, most: usize| {
            let size = load.record(number).len();
            assert!((least..=most).contains(&size), "{load:?} {number}: {size}");
        };
        check(Load::Firehose, 1, 900, 1200);
        check(Load::Firehose, 50, 7000, 9000);
        check(Load::Exceptions, 1, 7000, 9000);
        check(Load::Distinct, 1, 250, 500);
    }

    #[test]
    fn a_firehose_is_two_percent_exceptions() {
        assert_eq!(Load::Firehose.expected(100_000), (2000, 1000));
        assert_ne!(Load::Hot.record(1), Load::Hot.record(2), "each is a record of its own");
    }
}
