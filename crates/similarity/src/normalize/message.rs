//! Messages without what varies: numbers, ids, addresses, paths, quoted values. Stateless.
//! The words that stay are features; a masked message is the last resort of a fingerprint.

/// Longest part of a message that is read.
const MAX_MESSAGE: usize = 2048;

/// A message with its varying parts replaced by `<*>`; first line only, unless it says nothing.
#[must_use]
pub fn mask_message(message: &str) -> String {
    let line = message.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or("");
    let mut masked = String::with_capacity(line.len());
    for word in crate::frames::cut(line, MAX_MESSAGE).split_whitespace() {
        if !masked.is_empty() {
            masked.push(' ');
        }
        push_masked(&mut masked, word);
    }
    while let Some(at) = masked.find("<*> <*>") {
        masked.replace_range(at..at + 4, "");
    }
    masked
}

fn push_masked(out: &mut String, word: &str) {
    if varies(word) {
        if !out.ends_with("<*>") {
            out.push_str("<*>");
        }
        return;
    }
    let mut digits = false;
    for letter in word.chars() {
        if letter.is_ascii_digit() {
            if !digits {
                out.push_str("<*>");
            }
            digits = true;
        } else {
            digits = false;
            out.push(letter);
        }
    }
}

/// Words that are values as a whole: hexadecimal, uuids, e-mails, urls, paths, quoted text.
fn varies(word: &str) -> bool {
    let core =
        word.trim_matches(|c: char| matches!(c, ',' | '.' | ';' | ':' | '(' | ')' | '[' | ']' | '{' | '}'));
    let quoted = core.len() > 1
        && matches!(core.as_bytes()[0], b'"' | b'\'' | b'`')
        && core.ends_with(['"', '\'', '`']);
    let hex = core.strip_prefix("0x").unwrap_or(core);
    let looks_hex = hex.len() >= 8
        && hex.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
        && hex.bytes().any(|b| b.is_ascii_digit());
    quoted
        || looks_hex
        || core.starts_with("0x") && core.len() > 2
        || core.contains("://")
        || core.contains('@') && core.contains('.')
        || core.matches('/').count() >= 2
        || core.matches('\\').count() >= 2
}

/// The words of a text: lower case, camel case split, numbers and values dropped.
pub struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        Self { rest: crate::frames::cut(text, 8 * MAX_MESSAGE) }
    }
}

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            let start = self.rest.find(char::is_alphanumeric)?;
            let text = &self.rest[start..];
            let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
            let run = &text[..end];
            let (word, used) = first_hump(run);
            self.rest = &text[used..];
            let digits = word.bytes().filter(u8::is_ascii_digit).count();
            if word.chars().count() >= 2 && digits * 2 < word.len() {
                return Some(word.to_lowercase());
            }
        }
    }
}

/// The first part of a camel-case run and how many bytes it takes.
fn first_hump(run: &str) -> (&str, usize) {
    let mut before: Option<char> = None;
    for (at, letter) in run.char_indices() {
        if letter.is_uppercase() && before.is_some_and(char::is_lowercase) {
            return (&run[..at], at);
        }
        before = Some(letter);
    }
    (run, run.len())
}
