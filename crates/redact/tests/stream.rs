//! Streams: bounded memory, prompt lines, endless lines and keys, invalid bytes.

use crate::generators::redactor;
use signalbox_redact::{Config, CustomRule, Finding, LiteralSecret, Redactor, STREAM_WINDOW};

/// What a stream gives for bytes in pieces of these lengths, over and over.
pub(crate) fn streamed(redactor: &Redactor, bytes: &[u8], cuts: &[usize]) -> (Vec<u8>, Vec<Finding>) {
    let mut stream = redactor.stream();
    let mut out = Vec::new();
    let mut rest = bytes;
    for cut in cuts.iter().cycle() {
        let (piece, next) = rest.split_at((*cut).min(rest.len()));
        out.extend(stream.push(piece));
        rest = next;
        if rest.is_empty() {
            break;
        }
    }
    out.extend(stream.finish());
    (out, stream.findings())
}

fn token() -> String {
    format!("gh{}_{}", "p", "16C7e42F292c6912E7710c838347Ae178B4a")
}

#[test]
fn a_complete_line_is_not_held_back() {
    let mut stream = redactor().stream();
    assert_eq!(stream.push(b"building\nstill "), b"building\n");
    assert_eq!(stream.push(b"building\r"), b"still building\r");
    assert_eq!(stream.held(), 0);
}

#[test]
fn every_cut_of_a_secret_is_caught() {
    let redactor = redactor();
    let text = format!("é {} é\npassword=\"hunter2\" ada@example.com\n", token());
    let whole = redactor.text(&text).text.into_owned();
    assert!(!whole.contains("16C7") && !whole.contains("hunter2"));
    for first in 0..=text.len() {
        for second in [first, (first + 5).min(text.len()), text.len()] {
            let mut stream = redactor.stream();
            let bytes = text.as_bytes();
            let mut out = stream.push(bytes.get(..first).unwrap());
            out.extend(stream.push(bytes.get(first..second).unwrap()));
            out.extend(stream.push(bytes.get(second..).unwrap()));
            out.extend(stream.finish());
            assert_eq!(String::from_utf8(out).unwrap(), whole, "cut at {first} and {second}");
        }
    }
}

#[test]
fn an_endless_line_does_not_grow_memory_and_hides_its_secrets() {
    let config = Config {
        custom: vec![CustomRule { name: "corp".to_owned(), pattern: "CORP-[0-9]+".to_owned(), group: 0 }],
        literals: vec![LiteralSecret::new("a literal secret")],
        ..Config::default()
    };
    let mut stream = Redactor::new(&config).unwrap().stream();
    let piece = format!("lorem ipsum {} dolor CORP-1234 sit a literal secret amet, ", token());
    let mut most = 0;
    let mut out = Vec::new();
    for _ in 0..20_000 {
        out.extend(stream.push(piece.as_bytes()));
        most = most.max(stream.held());
    }
    out.extend(stream.finish());
    let shown = String::from_utf8(out).unwrap();
    assert!(most < 6 * STREAM_WINDOW, "held {most}");
    assert!(!shown.contains("16C7") && !shown.contains("CORP-1") && !shown.contains("a literal"));
    assert_eq!(shown.matches("[redacted:github-token]").count(), 20_000);
    assert_eq!(shown.matches("lorem ipsum").count(), 20_000);
}

#[test]
fn endless_secrets_stay_removed_in_bounded_memory() {
    let line = "MIIEpAIBAAKCAQEA7bq8Zx9kQ2mT7vB4nR8sL1wpYq5cDfE0Hj3uKt6yGa/o+iVXe";
    for (opening, piece) in [
        ("a -----BEGIN RSA PRIVATE KEY-----\n", format!("{line}\n")),
        ("a -----BEGIN RSA PRIVATE KEY-----", line.to_owned()),
        ("a -----BEGIN RSA PRIVATE KEY-----\\n", format!("{line}\\n")),
        ("a \"password\": \"", line.to_owned()),
        ("a {\\\"password\\\":\\\"", format!("{line}\\\\\\\"")),
        ("a token=", line.to_owned()),
        ("a Cookie: sid=1; ", format!("{line}; ")),
        ("a eyJhbGciOiJIUzI1NiJ9.", line.replace(['/', '+'], "-")),
        ("a ghp_", line.replace(['/', '+'], "0")),
        ("a https://h/?X-Amz-Security-Token=", format!("{line}%2B")),
    ] {
        let mut stream = redactor().stream();
        let mut out = stream.push(opening.as_bytes());
        let mut most = 0;
        for _ in 0..5000 {
            out.extend(stream.push(piece.as_bytes()));
            most = most.max(stream.held());
        }
        out.extend(stream.finish());
        let shown = String::from_utf8(out).unwrap();
        assert!(most < 6 * STREAM_WINDOW, "{opening}: held {most}");
        assert!(shown.len() < 100 && shown.contains("[redacted:"), "{opening}: {}", shown.len());
    }
}

#[test]
fn invalid_bytes_pass_and_secrets_between_them_do_not() {
    let mut bytes = vec![0xff, 0xc3, b' '];
    bytes.extend_from_slice(token().as_bytes());
    bytes.extend_from_slice(&[b' ', 0x80, 0xfe, b'\n']);
    let (out, findings) = streamed(&redactor(), &bytes, &[1]);
    assert_eq!(out, b"\xff\xc3 [redacted:github-token] \x80\xfe\n");
    assert_eq!(findings, [Finding { rule: "github-token".to_owned(), count: 1 }]);
}

#[test]
fn a_finished_stream_starts_anew_and_keeps_its_counts() {
    let mut stream = redactor().stream();
    let mut out = stream.push(b"password=\"hun");
    out.extend(stream.finish());
    out.extend(stream.push(b"ter2 ada@example.com\n"));
    out.extend(stream.finish());
    assert_eq!(String::from_utf8(out).unwrap(), "password=\"[redacted:secret-value]ter2 [redacted:email]\n");
    assert_eq!(stream.findings().len(), 2);
}
