//! What files say: the names and messages of a text that are worth looking for, and what it means where they are found. Pure:
//! whoever calls it brings the lines.

use std::collections::{BTreeMap, BTreeSet};

use super::board::{Board, as_f64};
use super::mentions::{Kind, mentions};
use super::spot::is_source;
use super::weights::{DEFINES, MESSAGE, USES};
use super::{At, Reason};

/// Names and messages of one text that are looked for.
const MOST_NAMES: usize = 10;
const MOST_MESSAGES: usize = 5;
/// Shorter ones are in every file.
const SHORTEST_NAME: usize = 4;
const SHORTEST_MESSAGE: usize = 12;
const LONGEST_MESSAGE: usize = 120;
/// Texts are read up to here for messages.
const LONGEST_TEXT: usize = 8 << 10;
/// What stands in more files says nothing about any.
const MOST_FILES: usize = 40;

/// Words before a name that is defined there.
const HEADS: [&str; 19] = [
    "def",
    "class",
    "fn",
    "func",
    "function",
    "fun",
    "sub",
    "struct",
    "enum",
    "trait",
    "interface",
    "type",
    "module",
    "macro_rules!",
    "record",
    "object",
    "protocol",
    "union",
    "namespace",
];

/// Something that a text says and a file may, too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clue {
    /// As code writes names.
    Name(String),
    /// A piece of what a program says, without what changes in it.
    Message(String),
}

impl Clue {
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Name(text) | Self::Message(text) => text,
        }
    }
}

/// A line of a file that has a clue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub path: String,
    pub line: u32,
    pub text: String,
}

/// What was looked for, and the lines that have it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    pub clues: Vec<Clue>,
    pub lines: Vec<Line>,
}

/// What is worth looking for, the first named first.
#[must_use]
pub fn clues(text: &str) -> Vec<Clue> {
    let mut clues: Vec<Clue> = Vec::new();
    let mut take = |clue: Clue, most: usize, is: fn(&Clue) -> bool| {
        if clues.iter().filter(|known| is(known)).count() < most && !clues.contains(&clue) {
            clues.push(clue);
        }
    };
    for message in messages(text) {
        take(Clue::Message(message), MOST_MESSAGES, |clue| matches!(clue, Clue::Message(_)));
    }
    for mention in mentions(text) {
        let Some(name) = mention.parts.last().filter(|_| mention.kind != Kind::Path) else { continue };
        let name = name.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
        if name.len() >= SHORTEST_NAME && !is_source(name) {
            take(Clue::Name(name.to_owned()), MOST_NAMES, |clue| matches!(clue, Clue::Name(_)));
        }
    }
    clues
}

/// Pieces of sentences between what changes from one time to the next: numbers, values in quotes, places.
fn messages(text: &str) -> Vec<String> {
    let mut end = text.len().min(LONGEST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let changes = |c: char| c.is_ascii_digit() || "\"'`{}[]()<>=:;\n\t|".contains(c);
    let is_one = |piece: &&str| {
        (SHORTEST_MESSAGE..=LONGEST_MESSAGE).contains(&piece.len()) && piece.split_whitespace().count() >= 2
    };
    let pieces = text[..end].split(changes).map(|piece| piece.trim_matches(|c: char| " .,!?-".contains(c)));
    pieces.filter(is_one).map(str::to_owned).collect()
}

/// Whether any file has a message, or defines a name.
pub(super) fn speak(contents: &Contents, board: &mut Board<'_>) -> bool {
    let mut telling = false;
    for clue in &contents.clues {
        let having = contents.lines.iter().filter(|line| line.text.contains(clue.text()));
        let mut files: BTreeMap<&str, Vec<&Line>> = BTreeMap::new();
        for line in having {
            files.entry(line.path.as_str()).or_default().push(line);
        }
        let defining: BTreeSet<&str> = match clue {
            Clue::Name(name) => {
                let defines = |lines: &Vec<&Line>| lines.iter().any(|line| defines(&line.text, name));
                files.iter().filter(|(_, lines)| defines(lines)).map(|(path, _)| *path).collect()
            }
            Clue::Message(_) => BTreeSet::new(),
        };
        let is_common = files.len() > MOST_FILES;
        for (path, lines) in &files {
            let (points, reason, of) = match clue {
                Clue::Message(_) if !is_common => (MESSAGE, Reason::HasMessage, files.len()),
                Clue::Name(_) if defining.contains(path) && defining.len() <= MOST_FILES => {
                    (DEFINES, Reason::Defines, defining.len())
                }
                Clue::Name(_) if !is_common => (USES, Reason::Uses, files.len()),
                Clue::Name(_) | Clue::Message(_) => continue,
            };
            telling |= reason != Reason::Uses;
            let at = At::Path((*path).to_owned());
            board.add(at.clone(), points / as_f64(of).sqrt(), reason.clone());
            let best = lines.iter().find(|line| match clue {
                Clue::Name(name) => defines(&line.text, name),
                Clue::Message(_) => true,
            });
            if let Some(line) = best.filter(|_| reason != Reason::Uses) {
                board.tell(&at, Some(line.line), "");
            }
        }
    }
    telling
}

/// Whether a line is where a name begins to mean something.
fn defines(line: &str, name: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + name.len()..]);
        if before.ends_with(letter) || after.starts_with(letter) {
            return false;
        }
        let head = before.split_whitespace().next_back();
        if head.is_some_and(|head| HEADS.contains(&head)) {
            return true;
        }
        // `func (c *Cart) total() int {`
        let has_receiver = before.trim_end().ends_with(')') && after.starts_with('(');
        if has_receiver && before.split_whitespace().next().is_some_and(|word| HEADS.contains(&word)) {
            return true;
        }
        // `int total(int a) {`, `total: function (…`, `const total = (…) =>`.
        let opens = line.trim_end().ends_with('{') || line.trim_end().ends_with("=>");
        let is_head = after.trim_start().starts_with('(') && !before.contains(['=', '.', '(']);
        let first = before.split_whitespace().next().unwrap_or_default();
        let assigned =
            matches!(first, "const" | "let" | "var" | "export") && after.trim_start().starts_with('=');
        (opens && is_head && !matches!(first, "if" | "for" | "while" | "switch" | "return")) || assigned
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locate::{Evidence, Query, Tree, locate_in};

    #[test]
    fn clues_are_names_and_what_does_not_change_of_a_message() {
        let text = "CartError: cannot add item 17 to \"basket of ada\" while it is locked\nIn add_item of `CartStore`, see cart.py";
        let found = clues(text);
        let texts: Vec<&str> = found.iter().map(Clue::text).collect();
        assert_eq!(
            texts,
            [
                "cannot add item",
                "basket of ada",
                "while it is locked",
                "In add_item of",
                "CartError",
                "add_item",
                "CartStore"
            ]
        );
        assert_eq!(clues("It is slow"), []);
        assert!(clues(&"a b c d e f g ".repeat(10_000)).len() <= MOST_NAMES + MOST_MESSAGES);
    }

    #[test]
    fn a_definition_is_told_from_a_use_in_many_languages() {
        for (line, is) in [
            ("def total(cart):", true),
            ("    pub fn total<T>(&self) -> u32 {", true),
            ("class total:", true),
            ("  int total(int a) {", true),
            ("export const total = (cart) => {", true),
            ("func (c *Cart) total() int {", true),
            ("    return total(cart)", false),
            ("    x = total(cart) {", false),
            ("  if total(a) {", false),
            ("def totals(cart):", false),
            ("# the total of it", false),
        ] {
            assert_eq!(defines(line, "total"), is, "{line}");
        }
    }

    #[test]
    fn what_files_say_comes_before_how_they_are_called() {
        let tree = Tree::new(["src/basket.py", "src/store/keep.py"]);
        let text = "The basket cannot be kept: no room is left for item 3";
        let query = Query { text, trace: None, repositories: &[] };
        let by_name = locate_in(&query, Some(&tree), &Contents::default());
        assert_eq!((by_name.places[0].at.as_str(), by_name.evidence), ("src/basket.py", Evidence::Words));
        let line = Line {
            path: "src/store/keep.py".to_owned(),
            line: 31,
            text: "    raise Full(f\"no room is left for item {n}\")".to_owned(),
        };
        let contents = Contents { clues: clues(text), lines: vec![line] };
        let by_contents = locate_in(&query, Some(&tree), &contents);
        let first = &by_contents.places[0];
        assert_eq!((first.at.as_str(), first.lines.as_slice()), ("src/store/keep.py", [31].as_slice()));
        assert_eq!((by_contents.evidence, &first.reasons), (Evidence::Named, &vec![Reason::HasMessage]));
    }

    #[test]
    fn what_stands_everywhere_says_nothing() {
        let paths: Vec<String> = (0..100).map(|n| format!("src/f{n}.py")).collect();
        let tree = Tree::new(paths.iter().map(String::as_str));
        let line = |path: &String| Line { path: path.clone(), line: 1, text: "cart_total(1)".to_owned() };
        let contents =
            Contents { clues: clues("cart_total is wrong"), lines: paths.iter().map(line).collect() };
        let query = Query { text: "cart_total is wrong", trace: None, repositories: &[] };
        assert_eq!(locate_in(&query, Some(&tree), &contents).places, []);
    }
}
