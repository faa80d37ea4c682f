//! Room for bodies: so many bytes at once, whoever sends them. A sender who says how much comes takes that much, any other
//! the most that one may have; where there is no room it is told to come again, and nothing of it is read.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// In KiB, of all requests together.
const ALL: usize = 64 << 10;

pub(crate) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(ALL)))
    }
}

impl Room {
    /// Held for as long as the body is.
    pub(crate) fn take(&self, headers: &HeaderMap, most: usize) -> Option<OwnedSemaphorePermit> {
        let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let kib = said.unwrap_or(most).min(most).div_ceil(1024).max(1);
        let kib = u32::try_from(kib).ok()?;
        Arc::clone(&self.0).try_acquire_many_owned(kib).ok()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn there_is_room_for_so_much_and_again_once_it_is_given_back() {
        let room = Room::default();
        let (said, unsaid) =
            (HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from(1 << 20))]), HeaderMap::new());
        let most = 5 << 20;
        let held: Vec<_> = std::iter::from_fn(|| room.take(&said, most)).collect();
        assert_eq!(held.len(), 64);
        drop(held);
        let held: Vec<_> = std::iter::from_fn(|| room.take(&unsaid, most)).collect();
        assert_eq!(held.len(), 12, "who does not say is taken to send the most");
        let lying = HeaderMap::from_iter([(header::CONTENT_LENGTH, HeaderValue::from(u64::MAX))]);
        assert!(room.take(&lying, most).is_none());
    }
}
