//! AWS access keys: the id by its shape, and the secret by standing after it in the same line. A secret under a key of
//! its own name is the `assignment` family's.

use crate::bytes::Class;
use crate::rules::{Anchor, Family, Rule};
use crate::span::Tail;
use crate::window::{Sink, Window};

const ACCESS_KEY_ID: &str = "aws-access-key-id";
const SECRET_KEY: &str = "aws-secret-key";

/// How far after its id a secret is looked for.
const SECRET_REACH: usize = 200;
const SECRET_LENGTH: usize = 40;
const ID_LENGTH: usize = 16;

pub(crate) const FAMILY: Family = Family {
    rules: &[
        Rule::exact(ACCESS_KEY_ID, "AWS access key ids: AKIA, ASIA, ABIA, ACCA"),
        Rule::exact(SECRET_KEY, "an AWS secret key after its id"),
    ],
    anchors: &[
        Anchor::exact("AKIA", find),
        Anchor::exact("ASIA", find),
        Anchor::exact("ABIA", find),
        Anchor::exact("ACCA", find),
    ],
};

fn find(window: &Window<'_>, sink: &mut Sink<'_>) {
    let end = window.run(Class::UPPER_DIGIT, window.end, ID_LENGTH + 1);
    if end != window.end + ID_LENGTH || !window.word_starts(window.start) || !window.word_ends(end) {
        return;
    }
    sink.take(window, ACCESS_KEY_ID, window.start, end, Tail::Closed);
    let limit = window.run(Class::LINE, end, SECRET_REACH);
    let mut at = end;
    while at < limit {
        let start = at;
        at = window.run(Class::BASE64_BODY, start, SECRET_LENGTH * 2 + 1);
        let alone = window.rules.marks.start_of_mark_before(window.text, start).is_none()
            && window.rules.marks.end_of_mark_at(window.text, at).is_none();
        if at - start == SECRET_LENGTH && alone && is_secret(window.slice(start, at)) {
            sink.take(window, SECRET_KEY, start, at, Tail::Closed);
            return;
        }
        at = at.max(start + 1);
    }
}

fn is_secret(run: &[u8]) -> bool {
    Class::UPPER.any(run) && Class::LOWER.any(run) && Class::DIGIT.any(run)
}

#[cfg(test)]
mod tests {
    use crate::samples::{goes, stays};

    #[test]
    fn ids_and_secrets_go() {
        goes(
            "aws-access-key-id",
            &[
                ("AK¦IAIOSFODNN7EXAMPLE", "[redacted:aws-access-key-id]"),
                (r"id\nAS¦IAIOSFODNN7EXAMPLE\n", r"id\n[redacted:aws-access-key-id]\n"),
            ],
        );
        goes(
            "aws-secret-key",
            &[
                (
                    "AK¦IAIOSFODNN7EXAMPLE,wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                    "[redacted:aws-access-key-id],[redacted:aws-secret-key]",
                ),
                (
                    "AK¦IAIOSFODNN7EXAMPLE x=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY.",
                    "[redacted:aws-access-key-id] x=[redacted:aws-secret-key].",
                ),
            ],
        );
    }

    #[test]
    fn words_and_hashes_stay() {
        stays(&[
            "AKIAS",
            "XAKIAIOSFODNN7EXAMPLE",
            "AKIAIOSFODNN7EXAMPLEX",
            "commit 1f0e3dad99908345f7439f8ffabdffc4d9a1b2c3",
            "MALAYSIAIOSFODNN7EXAMPLE",
        ]);
    }
}
