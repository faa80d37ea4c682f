//! Byte classes and the questions about neighbours that every rule asks: where does a run end, does a word start here.
//!
//! Must never look across a line break: no class contains one, so a rule stays within its line by construction.
//! Called by the rules, the value reader and the cover.

/// A set of bytes. Sets are unions of a few bits, so that membership is one table look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(u32);

const BIT_DIGIT: u32 = 1;
const BIT_UPPER: u32 = 1 << 1;
const BIT_LOWER: u32 = 1 << 2;
const BIT_HEX_LETTER: u32 = 1 << 3;
const BIT_UNDERSCORE: u32 = 1 << 4;
const BIT_DASH: u32 = 1 << 5;
const BIT_DOT: u32 = 1 << 6;
const BIT_PLUS_SLASH: u32 = 1 << 7;
const BIT_EQUALS: u32 = 1 << 8;
const BIT_PERCENT: u32 = 1 << 9;
const BIT_TILDE_COLON: u32 = 1 << 10;
const BIT_HIGH: u32 = 1 << 11;
const BIT_DOLLAR: u32 = 1 << 12;
const BIT_BARE: u32 = 1 << 13;
const BIT_ENVIRONMENT: u32 = 1 << 14;
const BIT_NOT_DOUBLE: u32 = 1 << 15;
const BIT_NOT_SINGLE: u32 = 1 << 16;
const BIT_NOT_BACKTICK: u32 = 1 << 17;
const BIT_LINE: u32 = 1 << 18;
const BIT_AUTHORITY: u32 = 1 << 19;
const BIT_BLANK: u32 = 1 << 20;
const BIT_LOCAL_PART: u32 = 1 << 21;
const BIT_USER_INFO: u32 = 1 << 22;
const BIT_HEADER: u32 = 1 << 23;
const BIT_QUERY: u32 = 1 << 24;
const BIT_LOWER_HEX: u32 = 1 << 25;

impl Class {
    pub(crate) const DIGIT: Class = Class(BIT_DIGIT);
    pub(crate) const UPPER: Class = Class(BIT_UPPER);
    pub(crate) const LOWER: Class = Class(BIT_LOWER);
    pub(crate) const LETTER: Class = Class(BIT_UPPER | BIT_LOWER);
    pub(crate) const UPPER_DIGIT: Class = Class(BIT_UPPER | BIT_DIGIT);
    pub(crate) const LOWER_HEX: Class = Class(BIT_LOWER_HEX);
    pub(crate) const HEX: Class = Class(BIT_DIGIT | BIT_HEX_LETTER);
    pub(crate) const BASE62: Class = Class(BIT_DIGIT | BIT_UPPER | BIT_LOWER);
    /// Base62 and the underscore: what continues a word.
    pub(crate) const WORD: Class = Class(Self::BASE62.0 | BIT_UNDERSCORE);
    /// The alphabet of base64 for URLs.
    pub(crate) const SLUG: Class = Class(Self::WORD.0 | BIT_DASH);
    pub(crate) const DOTTED: Class = Class(Self::SLUG.0 | BIT_DOT);
    /// The alphabet of base64 without its padding.
    pub(crate) const BASE64_BODY: Class = Class(Self::BASE62.0 | BIT_PLUS_SLASH);
    pub(crate) const BASE64: Class = Class(Self::BASE62.0 | BIT_PLUS_SLASH | BIT_EQUALS);
    /// What credentials of an `Authorization` header are made of, percent-encoded ones too.
    pub(crate) const CREDENTIAL: Class =
        Class(Self::DOTTED.0 | BIT_PLUS_SLASH | BIT_EQUALS | BIT_PERCENT | BIT_TILDE_COLON);
    pub(crate) const IDENTIFIER: Class = Class(Self::DOTTED.0 | BIT_DOLLAR);
    pub(crate) const HOST: Class = Class(Self::BASE62.0 | BIT_DASH | BIT_DOT | BIT_HIGH);
    pub(crate) const SCHEME: Class = Class(Self::BASE62.0 | BIT_DASH | BIT_DOT);
    pub(crate) const BLANK: Class = Class(BIT_BLANK);
    /// An unquoted value: ends at white space, quotes, brackets, separators and escapes.
    pub(crate) const BARE: Class = Class(BIT_BARE);
    /// An unquoted value in a file of `NAME=value` lines: ends at white space and quotes only.
    pub(crate) const ENVIRONMENT: Class = Class(BIT_ENVIRONMENT);
    pub(crate) const NOT_DOUBLE_QUOTE: Class = Class(BIT_NOT_DOUBLE);
    pub(crate) const NOT_SINGLE_QUOTE: Class = Class(BIT_NOT_SINGLE);
    pub(crate) const NOT_BACKTICK: Class = Class(BIT_NOT_BACKTICK);
    /// Everything up to the end of the line.
    pub(crate) const LINE: Class = Class(BIT_LINE);
    /// A header's value: the line, up to an escape.
    pub(crate) const HEADER: Class = Class(BIT_HEADER);
    pub(crate) const AUTHORITY: Class = Class(BIT_AUTHORITY);
    pub(crate) const LOCAL_PART: Class = Class(BIT_LOCAL_PART);
    pub(crate) const USER_INFO: Class = Class(BIT_USER_INFO);
    /// One parameter's value in a URL's query, percent escapes excepted.
    pub(crate) const QUERY: Class = Class(BIT_QUERY);

    pub(crate) fn has(self, byte: u8) -> bool {
        TABLE[usize::from(byte)] & self.0 != 0
    }

    /// The end of the run of this class that starts at `from`, looking at `most` bytes.
    pub(crate) fn run(self, text: &[u8], from: usize, most: usize) -> usize {
        let limit = text.len().min(from.saturating_add(most));
        let rest = text.get(from..limit).unwrap_or_default();
        from + rest.iter().position(|byte| !self.has(*byte)).unwrap_or(rest.len())
    }

    /// The start of the run of this class that ends at `to`, looking at `most` bytes.
    pub(crate) fn run_back(self, text: &[u8], to: usize, most: usize) -> usize {
        let limit = to.saturating_sub(most);
        let rest = text.get(limit..to).unwrap_or_default();
        rest.iter().rposition(|byte| !self.has(*byte)).map_or(limit, |place| limit + place + 1)
    }

    pub(crate) fn all(self, text: &[u8]) -> bool {
        text.iter().all(|byte| self.has(*byte))
    }

    pub(crate) fn any(self, text: &[u8]) -> bool {
        text.iter().any(|byte| self.has(*byte))
    }
}

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0u32; 256];
    let mut byte = 0u8;
    loop {
        table[byte as usize] = alphabet_bits(byte) | delimiter_bits(byte);
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

/// The bits of the classes that list what they contain.
const fn alphabet_bits(byte: u8) -> u32 {
    let mut bits = match byte {
        b'0'..=b'9' => BIT_DIGIT | BIT_LOWER_HEX,
        b'A'..=b'F' => BIT_UPPER | BIT_HEX_LETTER,
        b'G'..=b'Z' => BIT_UPPER,
        b'a'..=b'f' => BIT_LOWER | BIT_HEX_LETTER | BIT_LOWER_HEX,
        b'g'..=b'z' => BIT_LOWER,
        b'_' => BIT_UNDERSCORE,
        b'-' => BIT_DASH,
        b'.' => BIT_DOT,
        b'+' | b'/' => BIT_PLUS_SLASH,
        b'=' => BIT_EQUALS,
        b'%' => BIT_PERCENT,
        b'~' | b':' => BIT_TILDE_COLON,
        b'$' => BIT_DOLLAR,
        b' ' | b'\t' => BIT_BLANK,
        0x80..=0xff => BIT_HIGH,
        _ => 0,
    };
    let letter_or_digit = byte.is_ascii_alphanumeric();
    if letter_or_digit || byte >= 0x80 || matches!(byte, b'.' | b'_' | b'+' | b'-' | b'%') {
        bits |= BIT_LOCAL_PART;
    }
    if letter_or_digit || byte >= 0x80 || is_user_info_mark(byte) {
        bits |= BIT_USER_INFO;
    }
    bits
}

const fn is_user_info_mark(byte: u8) -> bool {
    matches!(
        byte,
        b'.' | b'_'
            | b'~'
            | b'-'
            | b'%'
            | b'!'
            | b'$'
            | b'&'
            | b'\''
            | b'('
            | b')'
            | b'*'
            | b'+'
            | b','
            | b';'
            | b'='
            | b':'
            | b'['
            | b']'
    )
}

/// The bits of the classes that list what ends them.
const fn delimiter_bits(byte: u8) -> u32 {
    if matches!(byte, b'\n' | b'\r') {
        return 0;
    }
    let mut bits = BIT_LINE;
    if byte != b'\\' {
        bits |= BIT_HEADER;
    }
    if byte != b'"' {
        bits |= BIT_NOT_DOUBLE;
    }
    if byte != b'\'' {
        bits |= BIT_NOT_SINGLE;
    }
    if byte != b'`' {
        bits |= BIT_NOT_BACKTICK;
    }
    let space_or_quote = byte <= b' ' || byte == 0x7f || matches!(byte, b'"' | b'\'' | b'`');
    if space_or_quote {
        return bits;
    }
    bits |= BIT_ENVIRONMENT;
    if !matches!(byte, b',' | b';' | b'&' | b'<' | b'>' | b')' | b']' | b'}' | b'\\' | b'[') {
        bits |= BIT_BARE;
    }
    if !matches!(byte, b'/' | b'?' | b'#' | b'<' | b'>' | b'\\') {
        bits |= BIT_AUTHORITY;
    }
    if !matches!(byte, b'&' | b'#' | b'<' | b'>' | b'\\' | b')' | b']' | b'}' | b'[' | b';' | b',' | b'%') {
        bits |= BIT_QUERY;
    }
    bits
}

/// Whether a word may start at `at`: nothing, no word byte, or an escape sequence (`\n`, `%20`, `\u0022`, a terminal
/// colour) stands before it. The edge of a redaction mark is no start: what follows it followed the secret itself.
pub(crate) fn word_starts(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).and_then(|place| text.get(place)) else { return true };
    if !Class::WORD.has(*before) {
        return true;
    }
    let start = Class::WORD.run_back(text, at, 12);
    after_escape(text, start, at) == at
}

/// Whether a word may end before `at`.
pub(crate) fn word_ends(text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|after| !Class::WORD.has(*after))
}

/// The run of word bytes `start..end` may begin with the tail of an escape sequence; this is where the word itself
/// starts.
pub(crate) fn after_escape(text: &[u8], start: usize, end: usize) -> usize {
    let Some(before) = start.checked_sub(1).and_then(|place| text.get(place)) else { return start };
    let run = text.get(start..end).unwrap_or_default();
    let length = match before {
        b'\\' => backslash_escape(run),
        b'%' => percent_escape(run),
        b'[' | b';' | b'?' => terminal_escape(text, start, run),
        _ => 0,
    };
    start + length
}

fn backslash_escape(run: &[u8]) -> usize {
    let hexadecimal = |from: usize, to: usize| run.get(from..to).is_some_and(|code| Class::HEX.all(code));
    match run.first() {
        Some(b'n' | b'r' | b't' | b'b' | b'f' | b'v') => 1,
        Some(b'u') if hexadecimal(1, 5) => 5,
        Some(b'x') if hexadecimal(1, 3) => 3,
        _ => 0,
    }
}

fn percent_escape(run: &[u8]) -> usize {
    match run {
        // The sign itself may be escaped: %2520.
        [b'2', b'5', first, second, ..] if Class::HEX.has(*first) && Class::HEX.has(*second) => 4,
        [first, second, ..] if Class::HEX.has(*first) && Class::HEX.has(*second) => 2,
        _ => 0,
    }
}

/// `ESC [ 1 ; 32 m`, where `run` starts with the last number; the escape byte may itself be written out.
fn terminal_escape(text: &[u8], start: usize, run: &[u8]) -> usize {
    let digits = Class::DIGIT.run(run, 0, 4);
    if !matches!(run.get(digits), Some(b'm' | b'K' | b'H' | b'J')) {
        return 0;
    }
    let floor = start.saturating_sub(16);
    let numbers = text.get(floor..start).unwrap_or_default();
    let Some(bracket) = numbers.iter().rposition(|byte| !matches!(byte, b'0'..=b'9' | b';' | b'?')) else {
        return 0;
    };
    let lead = numbers.get(..bracket).unwrap_or_default();
    let escaped = lead.ends_with(b"\x1b")
        || lead.ends_with(b"\\u001b")
        || lead.ends_with(b"\\u001B")
        || lead.ends_with(b"\\x1b")
        || lead.ends_with(b"\\e")
        || lead.ends_with(b"\\033");
    if numbers.get(bracket) == Some(&b'[') && escaped { digits + 1 } else { 0 }
}

/// Whether `text` continues with `prefix` at `at`, whatever the case of its letters.
pub(crate) fn starts_folded(text: &[u8], at: usize, prefix: &[u8]) -> bool {
    text.get(at..at + prefix.len()).is_some_and(|part| part.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::{Class, after_escape, word_starts};

    #[test]
    fn runs_stop_at_their_class_and_at_their_limit() {
        assert_eq!(Class::DIGIT.run(b"a123b", 1, 10), 4);
        assert_eq!(Class::DIGIT.run(b"a123b", 1, 2), 3);
        assert_eq!(Class::DIGIT.run_back(b"a123b", 4, 10), 1);
        assert_eq!(Class::DIGIT.run_back(b"a123b", 4, 2), 2);
        assert_eq!(Class::DIGIT.run(b"a", 7, 10), 7);
    }

    #[test]
    fn no_class_crosses_a_line_break() {
        for bit in 0..26 {
            let class = Class(1 << bit);
            assert!(!class.has(b'\n') && !class.has(b'\r'), "bit {bit}");
        }
    }

    #[test]
    fn words_start_after_escapes() {
        for (text, word) in [
            ("key", "key"),
            (" key", "key"),
            (r"\nkey", "key"),
            (r"\u0022key", "key"),
            (r"\x3dkey", "key"),
            ("%20key", "key"),
            ("%2520key", "key"),
            ("\x1b[32mkey", "key"),
            ("\x1b[1;32mkey", "key"),
            (r"\u001b[0mkey", "key"),
        ] {
            let at = text.find(word).unwrap();
            assert!(word_starts(text.as_bytes(), at), "{text}");
        }
        for text in ["nkey", "xkey", "[32mkey", "_key", "20key"] {
            assert!(!word_starts(text.as_bytes(), text.len() - 3), "{text}");
        }
    }

    #[test]
    fn a_plain_word_is_not_shortened() {
        assert_eq!(after_escape(b"%password", 1, 9), 1);
        assert_eq!(after_escape(b"\\dtoken", 1, 7), 1);
    }
}
