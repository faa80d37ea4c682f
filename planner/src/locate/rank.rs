//! What the calls, names and words of a signal say about each file, summed, and the files ranked. Pure.

use std::collections::BTreeSet;

use signalbox_similarity::frames::{self, Frame, ParsedTrace, Role};

use super::board::{Board, Whose, as_f64};
use super::calls::{Call, calls, likeness, subjects};
use super::contents::{self, Contents};
use super::mentions::{Kind, Mention, mentions};
use super::spot::{is_source, parts_of_frame};
use super::test_code::is_test;
use super::text::unbroken;
use super::told::Told;
use super::tree::Tree;
use super::weights::{
    CALL, CALL_AGAIN, CALL_FALLS, IN_BODY, IN_PASSING, IN_TITLE, LATER_FALLS, NAME, NAMED_AGAIN, PATH,
    QUALIFIED, REPORTING, SUBJECT, TEST_CALL,
};
use super::{At, Evidence, Located, Query, Reason};

/// The files that a signal is likely about.
#[must_use]
pub fn locate(query: &Query<'_>, tree: Option<&Tree>) -> Located {
    locate_in(query, tree, &Contents::default())
}

/// The same with what files say, where somebody has looked.
#[must_use]
pub fn locate_in(query: &Query<'_>, tree: Option<&Tree>, contents: &Contents) -> Located {
    let text = unbroken(query.text);
    let parsed = if query.trace.is_none() { frames::parse(&text) } else { None };
    let trace = query.trace.or(parsed.as_ref());
    let mut board = Board::new(tree, query.repositories);
    let in_product = of_calls(&mut board, &trace.map(calls).unwrap_or_default());
    let mut named = false;
    for mention in mentions(&text) {
        named |= of_mention(&mut board, &mention);
    }
    let told = Told::of(&text, tree);
    if let Some(tree) = tree {
        told.speak(&mut board, tree);
    }
    named |= contents::speak(contents, &mut board);
    let evidence = match (trace.is_some_and(is_assertion), in_product, named) {
        (true, _, false) => Evidence::AssertionOnly,
        (false, true, _) => Evidence::Stack,
        (_, _, true) => Evidence::Named,
        (false, false, false) if board.is_empty() => Evidence::Nothing,
        (false, false, false) => Evidence::Words,
    };
    Located { places: board.ranked(told.about_tests), evidence }
}

/// Whether any call leads into the product.
fn of_calls(board: &mut Board<'_>, calls: &[Call]) -> bool {
    let subjects = subjects(calls);
    let mut seen: BTreeSet<At> = BTreeSet::new();
    let product = |board: &Board<'_>, call: &Call| board.whose_call(call) != Whose::Other && !call.is_test;
    for (at, call) in calls.iter().enumerate() {
        let whose = board.whose_call(call);
        if whose == Whose::Other {
            continue;
        }
        let reports = call.reports && calls[at + 1..].iter().any(|outer| product(board, outer));
        let (places, share) = board.places(&call.parts, call.symbol.as_deref());
        for place in places {
            let (mut points, reason) = match seen.len() {
                known if seen.insert(place.clone()) => {
                    (CALL / (1.0 + CALL_FALLS * as_f64(known)), Reason::Call(known + 1))
                }
                _ => (CALL_AGAIN, Reason::MoreCalls),
            };
            points *= if reports { REPORTING } else { 1.0 } * if call.is_test { TEST_CALL } else { 1.0 };
            board.add(place.clone(), points * share * whose.factor(), reason.clone());
            if matches!(reason, Reason::Call(_)) && !call.is_test {
                let about = likeness(call.name(), &subjects);
                if about > 0.0 {
                    board.add(place.clone(), SUBJECT * about * share * whose.factor(), Reason::TestSubject);
                }
            }
            board.tell(&place, call.line, &call.function);
        }
    }
    !seen.is_empty()
}

/// Whether it names something of the product's.
fn of_mention(board: &mut Board<'_>, mention: &Mention) -> bool {
    let place = if mention.in_title { IN_TITLE } else { IN_BODY };
    let again = 1.0 + NAMED_AGAIN * f64::from(mention.count).ln();
    let weight = place * again / (1.0 + LATER_FALLS * as_f64(mention.rank));
    match mention.kind {
        Kind::Path => of_path(board, mention, weight),
        Kind::Qualified => {
            let weight = if mention.in_passing { weight * IN_PASSING } else { weight };
            of_qualified(board, mention, weight) && !mention.in_passing
        }
        Kind::Name => of_name(board, mention, weight),
    }
}

fn of_path(board: &mut Board<'_>, mention: &Mention, weight: f64) -> bool {
    let name = mention.parts.last().map_or("", String::as_str);
    let is_alone = mention.parts.len() == 1;
    // Without a tree, a file's name alone in a call says less than the call.
    if board.tree.is_none() && (!is_source(name) || (is_alone && mention.in_passing)) {
        return false;
    }
    let whose = match board.whose(&mention.parts) {
        Whose::Product => Whose::Product,
        _ => board.unless_known(),
    };
    let (places, share) = board.places(&mention.parts, None);
    for place in &places {
        board.add(place.clone(), PATH * weight * share * whose.factor(), Reason::NamedPath);
        board.tell(place, mention.line, "");
    }
    whose == Whose::Product && !places.is_empty()
}

/// `shop.cart.Cart.total`: the longest beginning that is a file.
fn of_qualified(board: &mut Board<'_>, mention: &Mention, weight: f64) -> bool {
    let parts: Vec<&str> = mention.parts.iter().map(String::as_str).collect();
    let is_type = |part: &str| part.starts_with(char::is_uppercase);
    let Some(tree) = board.tree else { return of_module(board, mention, &parts, weight) };
    for end in (1..=parts.len()).rev() {
        if end == 1 && !is_type(parts[0]) {
            return false;
        }
        let files = tree.resolve(&parts[..end], end.min(3));
        let (places, share) = Board::meant(tree, &files);
        if !places.is_empty() {
            for place in places {
                board.add(place, QUALIFIED * weight * share, Reason::NamedQualified);
            }
            return true;
        }
    }
    false
}

/// Without a tree: where modules are files, a type begins with a capital; what comes last may be a function.
fn of_module(board: &mut Board<'_>, mention: &Mention, parts: &[&str], weight: f64) -> bool {
    if !board.knows_packages() || board.whose(&mention.parts) != Whose::Product {
        return false;
    }
    let end = parts.iter().position(|part| part.starts_with(char::is_uppercase)).unwrap_or(parts.len());
    if end < 2 {
        return false;
    }
    board.add(At::Path(parts[..end].join("/")), QUALIFIED * weight, Reason::NamedQualified);
    if end == parts.len() && end > 2 {
        board.add(At::Path(parts[..end - 1].join("/")), 0.9 * QUALIFIED * weight, Reason::NamedQualified);
    }
    end > 2 || parts.len() > end
}

fn of_name(board: &mut Board<'_>, mention: &Mention, weight: f64) -> bool {
    let (Some(tree), [name]) = (board.tree, mention.parts.as_slice()) else { return false };
    let (places, share) = Board::meant(tree, tree.with_stem(name));
    for place in &places {
        board.add(place.clone(), NAME * weight * share, Reason::NamedPlain);
    }
    !places.is_empty()
}

/// Whether a test compared and found a difference: what raised it is a comparison, and who asked for that is a test.
fn is_assertion(trace: &ParsedTrace) -> bool {
    let kind = last_name(trace.kind.as_deref().unwrap_or(""));
    let by_kind = kind.starts_with("Assert") || kind.contains("ComparisonFailure");
    let compares = |frame: &&Frame| {
        last_name(&frame.module).starts_with("Assert")
            || ["assert", "fail", "expect"].iter().any(|verb| frame.function.starts_with(verb))
    };
    let raised_by = trace.frames.iter().take_while(compares).count();
    let asked = trace.frames[raised_by..].iter().find(|frame| frame.role != Role::Runtime);
    let is_test = asked.is_some_and(|frame| is_test(&parts_of_frame(trace.language, frame).join("/")));
    is_test && (by_kind || raised_by > 0)
}

fn last_name(name: &str) -> &str {
    name.rsplit(['.', '$', ':']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests;
