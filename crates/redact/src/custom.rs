//! Rules that the configuration adds: patterns of the `regex` crate, matched within one line.
//!
//! Long lines are matched in windows that overlap by half, so that cost and memory stay bounded and a stream sees what
//! the whole text shows; a match of up to `STEP` bytes is found wherever it stands. Marks already in the text part
//! it: no match reaches over one.

use regex::bytes::{Regex, RegexBuilder};

use crate::compiled::{Compiled, unfit};
use crate::config::CustomRule;
use crate::error::ConfigError;
use crate::span::{Rank, RuleId, Span, Tail};

/// Half of a window, and the longest match that is surely found in a longer line.
pub(crate) const STEP: usize = 4096;
const LONGEST_PATTERN: usize = 1024;
/// The compiled size of one pattern, in bytes.
const SIZE_LIMIT: usize = 256 * 1024;

/// One added rule.
pub(crate) struct Custom {
    pattern: Regex,
    group: usize,
    rule: RuleId,
    /// The pattern asks what stands before or after a match.
    looks_behind: bool,
    looks_ahead: bool,
}

impl Custom {
    pub(crate) fn new(place: usize, rule: &CustomRule, id: RuleId) -> Result<Custom, ConfigError> {
        let key = format!("custom[{place}].pattern");
        if rule.pattern.is_empty() || rule.pattern.len() > LONGEST_PATTERN {
            return Err(unfit(key, format!("a pattern of 1 to {LONGEST_PATTERN} bytes")));
        }
        let refused =
            |source| ConfigError::Pattern { key: key.clone(), limit: SIZE_LIMIT, source: Box::new(source) };
        // The text engine refuses patterns that could cut a character; the one for bytes would not.
        regex::RegexBuilder::new(&rule.pattern).size_limit(SIZE_LIMIT).build().map_err(refused)?;
        let pattern = RegexBuilder::new(&rule.pattern).size_limit(SIZE_LIMIT).build().map_err(refused)?;
        if pattern.is_match(b"") {
            return Err(unfit(key, "a pattern that does not match the empty text".to_owned()));
        }
        if rule.group >= pattern.captures_len() {
            let groups = pattern.captures_len() - 1;
            return Err(unfit(
                format!("custom[{place}].group"),
                format!("0 to {groups}, the groups of the pattern"),
            ));
        }
        let looks = regex_syntax::parse(&rule.pattern).map(|syntax| {
            let properties = syntax.properties();
            (!properties.look_set_prefix_any().is_empty(), !properties.look_set_suffix_any().is_empty())
        });
        let (looks_behind, looks_ahead) = looks.unwrap_or((true, true));
        Ok(Custom { pattern, group: rule.group, rule: id, looks_behind, looks_ahead })
    }

    /// The matches in one window, which starts at `base` in the buffer.
    fn find(&self, rules: &Compiled, window: &[u8], base: usize, spans: &mut Vec<Span>) {
        let mut from = 0;
        let mut after_mark = false;
        loop {
            let mark = rules.marks.next(window, from);
            let to = mark.as_ref().map_or(window.len(), |mark| mark.start);
            self.find_between(window, from..to, (after_mark, mark.is_some()), base, spans);
            let Some(mark) = mark else { return };
            from = mark.end;
            after_mark = true;
        }
    }

    /// The matches between two marks. Where a pattern asks what stands beside it, a match that touches a mark does not
    /// count: the mark is not what stood there.
    fn find_between(
        &self,
        window: &[u8],
        range: std::ops::Range<usize>,
        (after_mark, before_mark): (bool, bool),
        base: usize,
        spans: &mut Vec<Span>,
    ) {
        let text = window.get(..range.end).unwrap_or_default();
        let mut at = range.start;
        while at < text.len() {
            let Some((whole, part)) = self.next(text, at) else { return };
            let touches = (after_mark && self.looks_behind && whole.start == range.start)
                || (before_mark && self.looks_ahead && whole.end == range.end);
            if !touches && part.start < part.end {
                let (start, end) = (base + part.start, base + part.end);
                spans.push(Span { start, end, rank: Rank::Custom, rule: self.rule, tail: Tail::Closed });
            }
            at = part.end.max(whole.start + 1);
        }
    }

    /// The next match and the part of it that goes.
    fn next(&self, text: &[u8], at: usize) -> Option<(std::ops::Range<usize>, std::ops::Range<usize>)> {
        let whole = self.pattern.find_at(text, at)?.range();
        if self.group == 0 {
            return Some((whole.clone(), whole));
        }
        let groups = self.pattern.captures_at(text, whole.start)?;
        let part = groups.get(self.group).map_or(whole.start..whole.start, |group| group.range());
        Some((whole, part))
    }
}

/// Where the added rules stand in the buffer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    /// The next window starts here; everything before it is matched.
    pub(crate) at: usize,
}

impl Cursor {
    /// Matches every window that is complete, or all of them when nothing follows.
    pub(crate) fn advance(&mut self, rules: &Compiled, buffer: &[u8], ended: bool, spans: &mut Vec<Span>) {
        while self.at < buffer.len() {
            let limit = buffer.len().min(self.at + 2 * STEP);
            let shown = buffer.get(self.at..limit).unwrap_or_default();
            let (length, next) = match memchr::memchr2(b'\n', b'\r', shown) {
                Some(length) => (length, length + 1),
                None if shown.len() == 2 * STEP => (shown.len(), STEP),
                None if ended => (shown.len(), shown.len()),
                None => return,
            };
            for custom in &rules.custom {
                custom.find(rules, shown.get(..length).unwrap_or_default(), self.at, spans);
            }
            self.at += next;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Config, ConfigError, CustomRule, Redactor};

    fn config(pattern: &str, group: usize) -> Config {
        let custom = vec![CustomRule { name: "corp".to_owned(), pattern: pattern.to_owned(), group }];
        Config { custom, ..Config::default() }
    }

    fn check(pattern: &str, group: usize, text: &str, shown: &str) {
        let redactor = Redactor::new(&config(pattern, group)).unwrap();
        let once = redactor.text(text).text.into_owned();
        assert_eq!(once, shown);
        assert_eq!(redactor.text(&once).text, once);
    }

    #[test]
    fn matches_and_groups_go() {
        check(r"\bCORP-\d+\b", 0, "a CORP-12 b CORP-345", "a [redacted:corp] b [redacted:corp]");
        check(r"ticket=(\w+)", 1, "ticket=abc ticket=d", "ticket=[redacted:corp] ticket=[redacted:corp]");
        check("a(b)a", 1, "ababa", "a[redacted:corp]a[redacted:corp]a");
        check("^x+", 0, "xx\nxxx", "[redacted:corp]\n[redacted:corp]");
    }

    #[test]
    fn it_names_what_generic_rules_find_too() {
        check(r"corp-\w+", 0, "password=corp-abc1", "password=[redacted:corp]");
    }

    #[test]
    fn marks_part_the_text() {
        check(r"\bfoo", 0, "foofoo", "[redacted:corp]foo");
        check(r"[a-z:]+\] \d+", 0, "x [redacted:email] 12", "x [redacted:email] 12");
        check(r"[a-z]+ \d+", 0, "x ada@example.com 12", "x [redacted:email]");
    }

    #[test]
    fn long_lines_are_matched_in_windows() {
        let line = "-".repeat(super::STEP * 2 - 3);
        check(r"CORP-\d+", 0, &format!("{line}CORP-12{line}"), &format!("{line}[redacted:corp]{line}"));
    }

    #[test]
    fn unfit_patterns_are_refused_by_key() {
        for (pattern, group, message) in [
            ("", 0, "custom[0].pattern: expected a pattern of 1 to 1024 bytes"),
            ("a*", 0, "custom[0].pattern: expected a pattern that does not match the empty text"),
            ("a(b)", 2, "custom[0].group: expected 0 to 1, the groups of the pattern"),
        ] {
            assert_eq!(Redactor::new(&config(pattern, group)).unwrap_err().to_string(), message);
        }
        for pattern in ["(", r"(\w{100}){100}", r"(?-u:\xff)"] {
            let error = Redactor::new(&config(pattern, 0)).unwrap_err();
            assert!(
                matches!(&error, ConfigError::Pattern { key, .. } if key == "custom[0].pattern"),
                "{error}"
            );
        }
    }
}
