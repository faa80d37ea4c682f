//! Pages of lists: a bounded number of rows before the id at which the last page ended. Never an offset: rows that
//! come in meanwhile would shift it.

/// No page is larger, whoever asks.
const LARGEST: u32 = 500;

#[derive(Debug, Clone, Copy)]
pub struct Page<Id> {
    pub before: Option<Id>,
    pub size: u32,
}

impl<Id> Page<Id> {
    pub fn first(size: u32) -> Self {
        Self { before: None, size }
    }
}

pub(crate) fn limit(size: u32) -> i64 {
    i64::from(size.min(LARGEST))
}
