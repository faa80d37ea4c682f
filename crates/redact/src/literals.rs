//! Secrets known by their value, in the forms that text carries them in: as they are, JSON-escaped, percent-encoded,
//! and in base64 at each of the three places that a byte can have in it.
//!
//! A secret of several lines is searched line by line, since output is cut into lines. The engine runs the search.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Input, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::compiled::{Compiled, unfit};
use crate::config::LiteralSecret;
use crate::error::ConfigError;
use crate::rules::LITERAL_SECRET;
use crate::span::{Rank, Span, Tail};

/// A shorter secret would take ordinary words with it.
const SHORTEST: usize = 5;
const LONGEST: usize = 1024;
/// All lines of one secret together.
const LONGEST_IN_ALL: usize = 64 * 1024;
/// Up to so many bytes in all forms, the automaton is the fast and large one.
const FAST_SIZE: usize = 16 * 1024;
/// In base64, the first and the last character of a secret may be lost; below this length too little is left.
const SHORTEST_ENCODED: usize = 9;

/// The forms of all literals.
pub(crate) struct Literals {
    automaton: AhoCorasick,
    longest: usize,
}

impl Literals {
    pub(crate) fn new(secrets: &[LiteralSecret]) -> Result<Option<Literals>, ConfigError> {
        let mut forms: Vec<Vec<u8>> = Vec::new();
        for (place, secret) in secrets.iter().enumerate() {
            let before = forms.len();
            for line in
                secret.expose().split(['\n', '\r']).map(str::trim).filter(|line| line.len() >= SHORTEST)
            {
                if line.len() > LONGEST {
                    break;
                }
                forms.extend(forms_of(line));
            }
            let text = secret.expose();
            let fits =
                text.len() <= LONGEST_IN_ALL && text.split(['\n', '\r']).all(|line| line.len() <= LONGEST);
            if forms.len() == before || !fits || text.starts_with("[redacted:") {
                let expected =
                    format!("a secret of at least {SHORTEST} bytes with lines of at most {LONGEST}");
                return Err(unfit(format!("literals[{place}]"), expected));
            }
        }
        if forms.is_empty() {
            return Ok(None);
        }
        forms.sort_unstable();
        forms.dedup();
        let longest = forms.iter().map(Vec::len).max().unwrap_or(0);
        let size: usize = forms.iter().map(Vec::len).sum();
        let automaton = AhoCorasick::builder()
            .kind((size <= FAST_SIZE).then_some(AhoCorasickKind::DFA))
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .build(&forms)
            .map_err(ConfigError::Literals)?;
        Ok(Some(Literals { automaton, longest }))
    }

    /// The longest form.
    pub(crate) fn longest(&self) -> usize {
        self.longest
    }

    /// Every form that ends in `from..to`, but for those that overlap a redaction mark.
    pub(crate) fn find(
        &self,
        rules: &Compiled,
        buffer: &[u8],
        from: usize,
        to: usize,
        spans: &mut Vec<Span>,
    ) {
        let Some(rule) = rules.rule_named(LITERAL_SECRET) else { return };
        let input = Input::new(buffer).range(from.saturating_sub(self.longest)..to);
        for found in self.automaton.find_overlapping_iter(input) {
            let (start, end) = (found.start(), found.end());
            if end > from && !rules.marks.overlap(buffer, start, end) {
                spans.push(Span { start, end, rank: Rank::Exact, rule, tail: Tail::Closed });
            }
        }
    }
}

fn forms_of(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.as_bytes().to_vec()];
    forms.push(json_escaped(secret));
    forms.push(percent_encoded(secret, "0123456789ABCDEF"));
    forms.push(percent_encoded(secret, "0123456789abcdef"));
    if secret.len() >= SHORTEST_ENCODED {
        for shift in 0..3 {
            forms.push(base64_core(secret, shift, |bytes| STANDARD_NO_PAD.encode(bytes)));
            forms.push(base64_core(secret, shift, |bytes| URL_SAFE_NO_PAD.encode(bytes)));
        }
    }
    forms
}

fn json_escaped(secret: &str) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(secret.len());
    for byte in secret.bytes() {
        if matches!(byte, b'"' | b'\\') {
            escaped.push(b'\\');
        }
        escaped.push(byte);
    }
    escaped
}

fn percent_encoded(secret: &str, digits: &str) -> Vec<u8> {
    let digit = |value: u8| digits.as_bytes().get(usize::from(value)).copied().unwrap_or(b'0');
    let mut encoded = Vec::with_capacity(secret.len());
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(byte);
        } else {
            encoded.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    encoded
}

/// The characters of base64 that only the secret decides, when `shift` bytes stand before it in its group of three.
fn base64_core(secret: &str, shift: usize, encode: impl Fn(&[u8]) -> String) -> Vec<u8> {
    let mut bytes = vec![0u8; shift];
    bytes.extend_from_slice(secret.as_bytes());
    let encoded = encode(&bytes).into_bytes();
    let first = (shift * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    encoded.get(first..last).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use crate::{Config, LiteralSecret, Redactor};

    const SECRET: &str = "s3cr\"et/w+rd?x";

    fn redactor(secret: &str) -> Redactor {
        Redactor::new(&Config { literals: vec![LiteralSecret::new(secret)], ..Config::default() }).unwrap()
    }

    #[test]
    fn every_form_goes() {
        let redactor = redactor(SECRET);
        let json = serde_json::to_string(SECRET).unwrap();
        for form in [
            SECRET.to_owned(),
            json,
            "s3cr%22et%2Fw%2Brd%3Fx".to_owned(),
            "s3cr%22et%2fw%2brd%3fx".to_owned(),
        ] {
            let shown = redactor.text(&format!("a{form}b")).text.into_owned();
            assert!(shown.contains("[redacted:literal-secret]") && !shown.contains("s3cr"), "{shown}");
        }
    }

    #[test]
    fn base64_goes_at_every_place() {
        let redactor = redactor(SECRET);
        for lead in ["", "a", "ab", "abc"] {
            for encoded in [
                STANDARD.encode(format!("{lead}{SECRET}tail")),
                URL_SAFE.encode(format!("{lead}{SECRET}tail")),
            ] {
                let shown = redactor.text(&encoded).text.into_owned();
                assert!(shown.contains("[redacted:literal-secret]"), "{lead} {shown}");
                assert!(shown.len() < encoded.len() + 12, "{lead} {shown}");
            }
        }
    }

    #[test]
    fn lines_go_one_by_one_and_overlaps_go_whole() {
        let lines = redactor("first-line\nx\nsecond-line");
        assert_eq!(lines.text("second-line").text, "[redacted:literal-secret]");
        let config = Config {
            literals: vec![LiteralSecret::new("abcdef"), LiteralSecret::new("defghi")],
            ..Config::default()
        };
        assert_eq!(Redactor::new(&config).unwrap().text("xabcdefghix").text, "x[redacted:literal-secret]x");
    }

    #[test]
    fn a_literal_does_not_eat_marks() {
        let redactor = redactor("redacted");
        let once = redactor.text("redacted ada@example.com").text.into_owned();
        assert_eq!(once, "[redacted:literal-secret] [redacted:email]");
        assert_eq!(redactor.text(&once).text, once);
    }

    #[test]
    fn unfit_literals_are_refused_without_being_shown() {
        for secret in ["", "abcd", "\n\n", "[redacted:literal-secret]"] {
            let config = Config { literals: vec![LiteralSecret::new(secret)], ..Config::default() };
            let error = Redactor::new(&config).unwrap_err().to_string();
            assert_eq!(
                error,
                "literals[0]: expected a secret of at least 5 bytes with lines of at most 1024"
            );
        }
    }
}
