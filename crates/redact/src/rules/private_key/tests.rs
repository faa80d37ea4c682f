//! Keys in every dress go, mentions stay, and a key without an end does not leak.

use crate::samples::{goes, goes_whole, stays};

const LINE: &str = "MIIEpAIBAAKCAQEA7bq8Zx9kQ2mT7vB4nR8sL1wpYq5cDfE0Hj3uKt6yGa/o+iVXe";
const LAST: &str = "x9QkQ2mT7w==";

fn pem(label: &str, line_break: &str, prefix: &str) -> String {
    let mut text = format!("{prefix}--¦---BEGIN {label}-----{line_break}");
    for _ in 0..20 {
        text.push_str(&format!("{prefix}{LINE}{line_break}"));
    }
    text.push_str(&format!("{prefix}{LAST}{line_break}{prefix}-----END {label}-----"));
    text
}

#[test]
fn every_label_goes() {
    for label in [
        "PRIVATE KEY",
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "DSA PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ] {
        let text = format!("before\n{}\nafter", pem(label, "\n", ""));
        goes("private-key", &[(&text, "before\n[redacted:private-key]\nafter")]);
    }
}

#[test]
fn every_dress_goes() {
    for (line_break, prefix) in [
        ("\r\n", ""),
        (r"\n", ""),
        (r"\\n", ""),
        ("\n", "    "),
        ("\n", "+"),
        ("\n", "  # "),
        ("\n", "app_1  | 2026-01-02T03:04:05Z INFO "),
        ("\n", "    12\u{2192}"),
        ("\\n\" +\n", "    \""),
    ] {
        let text = format!("before\n{}\nafter", pem("RSA PRIVATE KEY", line_break, prefix));
        let shown = format!("before\n{prefix}[redacted:private-key]\nafter");
        goes("private-key", &[(&text, &shown)]);
    }
}

#[test]
fn headers_and_ssh_dashes_go() {
    goes(
        "private-key",
        &[
            (
                &format!(
                    "--¦---BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n{LINE}\n{LAST}\n-----END RSA PRIVATE KEY-----."
                ),
                "[redacted:private-key].",
            ),
            (
                &format!(
                    "--¦-- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{LINE}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----."
                ),
                "[redacted:private-key].",
            ),
            ("--¦---BEGIN PRIVATE KEY-----\nshortbody\n-----END PRIVATE KEY-----", "[redacted:private-key]"),
        ],
    );
}

#[test]
fn a_key_in_json_keeps_the_json() {
    let key = pem("PRIVATE KEY", r"\n", "");
    goes_whole(
        &format!(r#"{{"private_key":"{key}\n","client_id":"1"}}"#),
        r#"{"private_key":"[redacted:private-key]","client_id":"1"}"#,
    );
}

#[test]
fn a_key_in_base64_goes() {
    goes(
        "private-key",
        &[(
            "client-key-data: LS0¦tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFBS0NBUUVBN2JxOFp4OWtR",
            "client-key-data: [redacted:private-key]",
        )],
    );
}

#[test]
fn a_key_without_an_end_stays_removed() {
    let lines = format!("{LINE}\n").repeat(5000);
    let text = format!("before\n--¦---BEGIN PRIVATE KEY-----\n{lines}");
    goes("private-key", &[(&text, "before\n[redacted:private-key]")]);
    let endless = format!("before --¦---BEGIN PRIVATE KEY-----{}", LINE.repeat(5000));
    goes("private-key", &[(&endless, "before [redacted:private-key]")]);
}

#[test]
fn a_cut_key_gives_the_text_back_after_two_lines() {
    let text = format!(
        "--¦---BEGIN PRIVATE KEY-----\n{LINE}\n{LINE}\nfirst, a line\nsecond, a line\nthird, a line\nfourth, a line\n"
    );
    goes("private-key", &[(&text, "[redacted:private-key]third, a line\nfourth, a line\n")]);
}

#[test]
fn mentions_and_public_parts_stay() {
    stays(&[
        "if (!pem.startsWith(\"-----BEGIN PRIVATE KEY-----\")) throw new Error('x')\nnext line, here\nand (more)",
        "ValueError: expected -----BEGIN RSA PRIVATE KEY----- at the start\n  at Parser.read (a.js:1:2)",
        "PRIVATE KEY",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7bq8Zx9kQ2mT7vB4nR8s\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ\n-----END CERTIFICATE-----",
    ]);
}
