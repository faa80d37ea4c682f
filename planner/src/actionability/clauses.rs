//! Sentences and their clauses, and which of them tell their reader to do something. Pure.
//!
//! A report says what a program does (`the job deletes the table`); a directive begins with a bare verb (`delete the
//! table`), perhaps behind a polite word. That difference is what keeps reports about dangerous things apart from wishes
//! for them.

/// Words that stand before the verb of a directive and change nothing about it.
const LEADS: &[&str] = &[
    "please",
    "kindly",
    "just",
    "also",
    "then",
    "now",
    "next",
    "first",
    "second",
    "third",
    "finally",
    "instead",
    "and",
    "or",
    "but",
    "so",
    "that",
    "it",
    "simply",
    "immediately",
    "always",
    "silently",
    "quietly",
    "you",
    "must",
    "should",
    "shall",
    "can",
    "could",
    "would",
    "will",
    "may",
    "want",
    "need",
    "needs",
    "have",
    "has",
    "to",
    "make",
    "sure",
    "be",
    "remember",
    "forget",
    "go",
    "ahead",
    "let's",
    "lets",
    "i",
    "we",
    "us",
    "your",
    "task",
    "is",
    "job",
    "the",
    "fix",
    "solution",
    "workaround",
    "steps",
    "step",
    "todo",
    "important",
    "assistant",
    "agent",
    "ai",
    "bot",
    "model",
    "do",
    "don't",
    "help",
    "me",
    "try",
    "if",
    "possible",
    "afterwards",
    "additionally",
    "furthermore",
    "once",
    "done",
];
/// A directive needs no more words than these before its verb.
const MOST_LEADS: usize = 7;
/// What turns a wish into a report or a prohibition.
const TURNS: &[&str] =
    &["not", "cannot", "can't", "don't", "never", "without", "unable", "won't", "couldn't", "no"];

/// Words with which a sentence begins that comes to its verb later.
const BEFORE: &[&str] = &[
    "to", "in", "on", "at", "with", "for", "before", "after", "as", "inside", "within", "under", "from",
    "during", "while", "when", "once", "if", "until",
];
/// Whoever stands right before a bare verb does it, and not the reader; so does a word in the plural.
const DOERS: &[&str] = &[
    "to", "i", "we", "they", "it", "he", "she", "who", "that", "which", "can", "could", "will", "would",
    "may", "might", "does", "did", "do", "people", "anyone", "everyone", "someone", "a", "an", "the", "or",
];
/// Verbs of HTTP.
const METHODS: &[&str] = &["get", "head", "post", "put", "patch", "delete", "options"];

/// A sentence with its parts.
pub(super) struct Sentence<'a> {
    pub(super) text: &'a str,
    pub(super) clauses: Vec<Clause<'a>>,
}

pub(super) struct Clause<'a> {
    pub(super) text: &'a str,
    words: Vec<&'a str>,
}

/// Of a text that is plain already: small letters, nothing hidden.
pub(super) fn sentences(plain: &str) -> Vec<Sentence<'_>> {
    let mut found = Vec::new();
    for line in plain.lines() {
        let mut from = 0;
        for (at, letter) in line.char_indices() {
            let ends = matches!(letter, '.' | '!' | '?')
                && line[at + letter.len_utf8()..].chars().next().is_none_or(char::is_whitespace);
            if ends {
                found.push(sentence(&line[from..at]));
                from = at + letter.len_utf8();
            }
        }
        found.push(sentence(&line[from..]));
    }
    found.retain(|sentence| !sentence.clauses.is_empty());
    found
}

fn sentence(text: &str) -> Sentence<'_> {
    const BETWEEN: [&str; 12] =
        [", ", "; ", ": ", " - ", " – ", " — ", " and ", " then ", " so that ", "<!--", "(", "\""];
    let mut parts = vec![text];
    for between in BETWEEN {
        parts = parts.into_iter().flat_map(|part| part.split(between)).collect();
    }
    let clause = |text| Clause { text, words: words(text) };
    Sentence {
        text,
        clauses: parts.into_iter().map(clause).filter(|clause| !clause.words.is_empty()).collect(),
    }
}

/// Words with what is written around them taken off.
pub(super) fn words(text: &str) -> Vec<&str> {
    let bare = |word: &'_ str| {
        word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '~' | '/' | '#' | '%')).len()
    };
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '~' | '/' | '#' | '%')))
        .filter(|word| bare(word) > 0)
        .collect()
}

impl Clause<'_> {
    /// Whether it tells its reader to do one of these things, as the word of its verb.
    pub(super) fn tells_to(&self, verbs: &[&str]) -> bool {
        self.begins_with(verbs) || self.goes_on_with(verbs) || self.by_doing(verbs)
    }

    /// `Please also delete …`.
    fn begins_with(&self, verbs: &[&str]) -> bool {
        for (at, word) in self.words.iter().enumerate().take(MOST_LEADS) {
            // `DELETE /orders` is a line of a protocol.
            if METHODS.contains(word) && self.words.get(at + 1).is_some_and(|next| next.starts_with('/')) {
                return false;
            }
            if TURNS.contains(word) {
                return false;
            }
            if verbs.contains(word) {
                return true;
            }
            if !LEADS.contains(word) && !is_number(word) {
                return false;
            }
        }
        false
    }

    /// `In the description include …`, `To save time delete …`: whoever does it is the reader, as no other stands before
    /// the verb.
    fn goes_on_with(&self, verbs: &[&str]) -> bool {
        if !self.words.first().is_some_and(|first| BEFORE.contains(first)) {
            return false;
        }
        self.words.windows(2).skip(1).any(|pair| {
            let does_it = DOERS.contains(&pair[0]) || pair[0].ends_with('s') || TURNS.contains(&pair[0]);
            verbs.contains(&pair[1]) && !does_it
        })
    }

    /// `Fix it by giving …`.
    fn by_doing(&self, verbs: &[&str]) -> bool {
        const MENDS: [&str; 8] = ["fix", "solve", "resolve", "please", "repair", "address", "start", "begin"];
        self.words.first().is_some_and(|first| MENDS.contains(first))
            && self
                .words
                .windows(2)
                .any(|pair| pair[0] == "by" && verbs.iter().any(|verb| is_doing(pair[1], verb)))
    }

    /// The same of verbs with a second word: `turn off`.
    pub(super) fn tells_to_two(&self, verbs: &[(&str, &str)]) -> bool {
        let firsts: Vec<&str> = verbs.iter().map(|(first, _)| *first).collect();
        self.tells_to(&firsts)
            && self
                .words
                .windows(2)
                .any(|pair| verbs.iter().any(|(one, two)| pair[0] == *one && pair[1] == *two))
    }
}

/// `giving` of `give`, `dropping` of `drop`.
fn is_doing(word: &str, verb: &str) -> bool {
    let Some(stem) = word.strip_suffix("ing") else { return false };
    let doubled = verb.chars().last().is_some_and(|last| stem.strip_suffix(last) == Some(verb));
    stem == verb || doubled || verb.strip_suffix('e') == Some(stem)
}

fn is_number(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_digit() || c == '.')
}
