//! Pages: one row more is read than is shown, so that the last page knows that it is the last.

use std::fmt::Display;

use signalbox_store::Page;

use crate::Problem;
use crate::views::{Listing, PAGE, PAGE_LIMIT};

/// The store's page for what was asked.
pub(crate) fn page<Id>(after: Option<Id>, limit: Option<u32>) -> Result<(Page<Id>, usize), Problem> {
    let limit = limit.unwrap_or(PAGE);
    if !(1..=PAGE_LIMIT).contains(&limit) {
        return Err(Problem::invalid("limit", format!("a number from 1 to {PAGE_LIMIT}")));
    }
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok((Page { before: after, size: limit + 1 }, shown))
}

/// The rows that are shown, and where the next page begins.
pub(crate) fn listing<T, Id: Display>(mut items: Vec<T>, shown: usize, id: impl Fn(&T) -> Id) -> Listing<T> {
    let more = items.len() > shown;
    items.truncate(shown);
    let next = items.last().filter(|_| more).map(|last| id(last).to_string());
    Listing { items, next }
}
