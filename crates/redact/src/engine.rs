//! Looks at bytes once, in order, and writes them out redacted: the one path of the whole text and of the stream.
//!
//! An anchor is judged when all that its rule may look at is there: the rest of its line, or the reach of a window.
//! So every verdict is final, whatever pieces the text arrives in. Called by `Redactor` and `StreamRedactor`.

use std::cell::Cell;
use std::ops::Range;

use aho_corasick::Input;

use crate::bytes::Class;
use crate::compiled::Compiled;
use crate::cover::Cover;
use crate::custom::Cursor;
use crate::rules::private_key::{self, Begin, Rest};
use crate::rules::{Matcher, card, ip};
use crate::span::{Rank, RuleId, Span, Tail};
use crate::window::{AHEAD, BEHIND, Memory, Sink, Window};

/// The state between two pieces of a text. Places are bytes of the buffer at hand.
#[derive(Default)]
pub(crate) struct Engine {
    /// Anchors that end up to here are judged.
    scanned: usize,
    /// The buffer no longer begins where the text does.
    moved: bool,
    cursor: Cursor,
    memory: Memory,
    spans: Vec<Span>,
    cover: Cover,
    work: Cell<u64>,
}

impl Engine {
    /// Judges every anchor of the buffer that can be judged.
    pub(crate) fn scan(&mut self, rules: &Compiled, buffer: &[u8], rest: Rest) {
        let known = known_end(buffer, self.scanned, rest);
        if known > self.scanned {
            let known = self.anchors(rules, buffer, known, rest);
            if rules.cards {
                self.digit_runs(rules, buffer, known, rest);
            }
            if rules.addresses {
                self.address_runs(rules, buffer, known, rest);
            }
            if let Some(literals) = &rules.literals {
                literals.find(rules, buffer, self.scanned, known, &mut self.spans);
            }
            self.scanned = known;
        }
        if !rules.custom.is_empty() {
            self.cursor.advance(rules, buffer, rest == Rest::Nothing, &mut self.spans);
        }
    }

    pub(crate) fn found_nothing(&self) -> bool {
        self.spans.is_empty()
    }

    /// Writes out what no later find can change.
    pub(crate) fn write(&mut self, rules: &Compiled, buffer: &[u8], rest: Rest, out: &mut Vec<u8>) {
        let limit = self.settled(rules, buffer, rest);
        self.cover.write(rules, buffer, limit, rest, &mut self.spans, out);
    }

    /// How many bytes at the start of the buffer are no longer needed; they are forgotten.
    pub(crate) fn release(&mut self, rules: &Compiled, buffer: &[u8]) -> usize {
        let history = line_start(buffer, self.scanned, rules.reach);
        let mut free = history.min(self.cover.needed_from());
        if !rules.custom.is_empty() {
            free = free.min(self.cursor.at);
        }
        self.moved |= free > 0;
        self.scanned -= free;
        self.cursor.at = self.cursor.at.saturating_sub(free);
        self.memory.forget(free);
        self.cover.forget(free);
        for span in &mut self.spans {
            span.start = span.start.saturating_sub(free);
            span.end = span.end.saturating_sub(free);
        }
        free
    }

    /// Begins anew after the end of a text; only the counts stay. The whole buffer is free.
    pub(crate) fn restart(&mut self, buffer: &[u8]) -> usize {
        let cover = std::mem::take(&mut self.cover).restarted();
        *self = Engine { cover, ..Engine::default() };
        buffer.len()
    }

    pub(crate) fn counts(&self) -> &[(RuleId, u64)] {
        self.cover.counts()
    }

    /// How many bytes the rules have looked at, besides the passes over the whole text.
    #[cfg(test)]
    pub(crate) fn work(&self) -> u64 {
        self.work.get()
    }

    /// Wakes the rules whose anchors end in the part that is new. Returns up to where that went: a private key whose
    /// first lines are not there yet stops it.
    fn anchors(&mut self, rules: &Compiled, buffer: &[u8], known: usize, rest: Rest) -> usize {
        let anchors = &rules.anchors;
        let mut lines = Lines::default();
        let from = self.scanned.saturating_sub(anchors.longest);
        for hit in anchors.automaton.find_overlapping_iter(Input::new(buffer).range(from..known)) {
            if hit.end() <= self.scanned {
                continue;
            }
            self.work.set(self.work.get() + 1);
            let place = hit.start()..hit.end();
            let met = buffer.get(place.clone()).unwrap_or_default();
            let Some(matcher) = anchors.matcher(hit.pattern().as_usize(), met) else { continue };
            match matcher {
                Matcher::Token(shape) => {
                    self.wake(rules, buffer, &mut lines, place, rest, |window, sink| {
                        shape.find(window, sink);
                    });
                }
                Matcher::Call(find) => self.wake(rules, buffer, &mut lines, place, rest, find),
                Matcher::PrivateKey => match private_key::begin(buffer, place.start, place.end, rest) {
                    Begin::Key { start, end } => self.private_key(rules, start, end),
                    Begin::Mention => {}
                    Begin::Undecided => return self.scanned.max(place.end - 1),
                },
            }
        }
        known
    }

    fn private_key(&mut self, rules: &Compiled, start: usize, end: usize) {
        if let Some(rule) = rules.rule_named(private_key::PRIVATE_KEY) {
            self.spans.push(Span { start, end, rank: Rank::Exact, rule, tail: Tail::PrivateKey });
        }
    }

    /// Shows a rule the surroundings of a place.
    fn wake(
        &mut self,
        rules: &Compiled,
        buffer: &[u8],
        lines: &mut Lines,
        place: Range<usize>,
        rest: Rest,
        find: impl Fn(&Window<'_>, &mut Sink<'_>),
    ) {
        let around = lines.around(buffer, &place);
        let base = around.start;
        let is_whole = !self.moved && rest == Rest::Nothing && around == (0..buffer.len());
        let window = Window {
            text: buffer.get(around).unwrap_or_default(),
            start: place.start - base,
            end: place.end - base,
            is_whole,
            rules,
            work: &self.work,
        };
        find(&window, &mut Sink { spans: &mut self.spans, memory: &mut self.memory, rules, base });
    }

    /// Runs of digits that may be a card's. A run of four contains every fourth place.
    fn digit_runs(&mut self, rules: &Compiled, buffer: &[u8], known: usize, rest: Rest) {
        let mut lines = Lines::default();
        let mut at = self.scanned;
        while at < known + card::SHORTEST_RUN {
            let Some(byte) = buffer.get(at) else { return };
            if !byte.is_ascii_digit() {
                at += card::SHORTEST_RUN;
                continue;
            }
            let start = Class::DIGIT.run_back(buffer, at, card::LONGEST_RUN + 1);
            let end = Class::DIGIT.run(buffer, at, buffer.len());
            let fits = (card::SHORTEST_RUN..=card::LONGEST_RUN).contains(&(end - start));
            if fits && start >= self.scanned && start < known {
                self.wake(rules, buffer, &mut lines, start..end, rest, card::find);
            }
            at = end + card::SHORTEST_RUN;
        }
    }

    /// Runs of the bytes that addresses are made of.
    fn address_runs(&mut self, rules: &Compiled, buffer: &[u8], known: usize, rest: Rest) {
        let mut lines = Lines::default();
        let belongs = |place: usize| buffer.get(place).is_some_and(|byte| ip::may_belong(*byte));
        let mut at = self.scanned;
        if at.checked_sub(1).is_some_and(belongs) {
            at += buffer.iter().skip(at).take_while(|byte| ip::may_belong(**byte)).count();
        }
        while at < known {
            let start = at;
            while belongs(at) {
                at += 1;
            }
            if (2..=ip::LONGEST + 6).contains(&(at - start)) {
                self.wake(rules, buffer, &mut lines, start..at, rest, ip::find);
            }
            at += 1;
        }
    }

    /// Up to where every find is known: no rule starts further before its anchor than the reach, nor in another line.
    fn settled(&self, rules: &Compiled, buffer: &[u8], rest: Rest) -> usize {
        if rest == Rest::Nothing {
            return buffer.len();
        }
        let settled = line_start(buffer, self.scanned, rules.reach);
        if rules.custom.is_empty() { settled } else { settled.min(self.cursor.at) }
    }
}

/// Where the line that goes on at `at` starts, or the reach before it.
fn line_start(buffer: &[u8], at: usize, reach: usize) -> usize {
    let floor = at.saturating_sub(reach);
    let lead = buffer.get(floor..at).unwrap_or_default();
    memchr::memrchr2(b'\n', b'\r', lead).map_or(floor, |place| floor + place + 1)
}

/// Up to where anchors have all of their line, or all of their window, after them.
fn known_end(buffer: &[u8], scanned: usize, rest: Rest) -> usize {
    if rest == Rest::Nothing {
        return buffer.len();
    }
    let fresh = buffer.get(scanned..).unwrap_or_default();
    let line = memchr::memrchr2(b'\n', b'\r', fresh).map_or(scanned, |place| scanned + place + 1);
    line.max(buffer.len().saturating_sub(AHEAD))
}

/// Finds the line around one place after the other, looking at each byte once.
#[derive(Default)]
struct Lines {
    /// No line break stands in `from..until`.
    from: usize,
    until: usize,
    /// One stands at `until`.
    ended: bool,
}

impl Lines {
    /// The part of the line around `place` that a rule may see.
    fn around(&mut self, buffer: &[u8], place: &Range<usize>) -> Range<usize> {
        let floor = place.start.saturating_sub(BEHIND);
        if self.until == 0 || place.start > self.until || (self.ended && place.start >= self.until) {
            let lead = buffer.get(floor..place.start).unwrap_or_default();
            self.from = memchr::memrchr2(b'\n', b'\r', lead).map_or(floor, |found| floor + found + 1);
            self.until = place.end;
            self.ended = false;
        }
        let ceiling = buffer.len().min(place.end + AHEAD);
        if !self.ended && self.until < ceiling {
            let fresh = buffer.get(self.until..ceiling).unwrap_or_default();
            match memchr::memchr2(b'\n', b'\r', fresh) {
                Some(found) => {
                    self.until += found;
                    self.ended = true;
                }
                None => self.until = ceiling,
            }
        }
        self.from.max(floor)..self.until.min(ceiling)
    }
}

#[cfg(test)]
mod tests;
