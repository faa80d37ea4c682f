//! Work: how much the rules look at grows with the text, not with its square.

use super::Engine;
use crate::rules::private_key::Rest;
use crate::samples;

/// Bytes that rules may look at for each byte of text, besides the passes over all of it.
const MOST_WORK_A_BYTE: u64 = 96;

fn work(text: &str) -> u64 {
    let redactor = samples::redactor();
    let mut engine = Engine::default();
    engine.scan(&redactor.rules, text.as_bytes(), Rest::Nothing);
    engine.work()
}

/// Each wakes a rule as often as it can be woken.
#[rustfmt::skip]
const HURTING: &[&str] = &[
    "key", "key=", "password=", "password:", "token=token ", "\"password\":\"", "a@", "@", "a.b@c.d",
    "eyJ", "eyJ.", "://", "://a:", "x://a:b/", "sk-", "glpat-", "sk_live_", "ghp_", "AKIA", "+", "+1",
    "+1 ", "4111 ", "4111-", "bearer ", "bearer a1", "basic ", "?sig=",
    "?sv=1&sig=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "&token=", "x-amz-", "PRIVATE KEY",
    "-----BEGIN PRIVATE KEY-----", "[redacted:email]", "cookie: ", "cookie: a=b", "%40", "%3a%2f%2f",
    "Q~", ":AA", "1//0", "/api/webhooks/", "SK0", "authorization: x ", "\\", "\\\"", "secret=a(",
    "password = \"", "<password>", "%26token%3D", "sbx_", "sbx_a_", "tel:1", "key='", "key=%22", "auth: ",
    "-us", "hooks.slack.com/services/",
];

#[test]
fn work_is_linear_for_texts_made_to_hurt() {
    for unit in HURTING {
        let once = work(&unit.repeat(10_000 / unit.len()));
        let twice = work(&unit.repeat(20_000 / unit.len()));
        assert!(twice <= once * 9 / 4 + 5_000, "{unit}: {once} then {twice}");
        assert!(twice <= 20_000 * MOST_WORK_A_BYTE, "{unit}: {} for each byte", twice / 20_000);
    }
}

/// Read again for each opening line, half a megabyte would take hours.
#[test]
fn a_text_of_opening_lines_is_read_once() {
    for line in ["-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----"] {
        let text = line.repeat((500 << 10) / line.len());
        let shown = samples::redactor().text(&text).text.into_owned();
        assert!(shown.len() < text.len() / 10 && !shown.contains("BEGIN"), "{} bytes", shown.len());
    }
}

#[test]
fn work_is_little_for_ordinary_text() {
    let frame = "    at Object.fetchUser (/srv/app/node_modules/http-client/lib/request.js:120:15)\n";
    let text = frame.repeat(1000);
    assert!(work(&text) < text.len() as u64, "{}", work(&text));
}
