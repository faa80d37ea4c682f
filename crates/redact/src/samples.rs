//! Helpers of the rules' tables of samples: what must go, and what must stay.
//!
//! Samples are written with a broken bar somewhere in their prefix, so that no scanner takes this repository for a
//! leak; it is dropped before use.

use std::sync::LazyLock;

use crate::{Config, Redactor};

pub(crate) fn redactor() -> Redactor {
    static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| Redactor::new(&Config::default()).unwrap());
    REDACTOR.clone()
}

fn plain(sample: &str) -> String {
    sample.replace('¦', "")
}

/// Each sample turns into what stands beside it, and the rule is among the findings.
pub(crate) fn goes(rule: &str, samples: &[(&str, &str)]) {
    let redactor = redactor();
    for (sample, shown) in samples {
        let text = plain(sample);
        let redacted = redactor.text(&text);
        assert_eq!(redacted.text, *shown, "from {text}");
        assert!(
            redacted.findings.iter().any(|finding| finding.rule == rule),
            "{rule}: {:?}",
            redacted.findings
        );
        same_again(&redactor, &text, shown);
    }
}

pub(crate) fn goes_whole(sample: &str, shown: &str) {
    let redactor = redactor();
    let text = plain(sample);
    assert_eq!(redactor.text(&text).text, shown, "from {text}");
    same_again(&redactor, &text, shown);
}

pub(crate) fn stays(samples: &[&str]) {
    let redactor = redactor();
    for text in samples {
        assert_eq!(redactor.text(text).text, *text);
        same_again(&redactor, text, text);
    }
}

/// Redacting once more changes nothing, and a stream cut into small pieces shows the same.
fn same_again(redactor: &Redactor, text: &str, shown: &str) {
    assert_eq!(redactor.text(shown).text, shown, "the second time");
    for size in [1, 3, 7, 64, 4096] {
        let mut stream = redactor.stream();
        let mut out = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            out.extend(stream.push(piece));
        }
        out.extend(stream.finish());
        assert_eq!(String::from_utf8_lossy(&out), shown, "in pieces of {size} from {text}");
    }
}
