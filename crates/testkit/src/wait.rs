//! Waiting for something outside this process, by asking until it is so.
//!
//! Programs that a test starts live in real time, so this is the one place of the crate that reads the real
//! clock and pauses. A test never pauses by itself: it says what it waits for, and hears that when it waited
//! in vain.

use std::time::{Duration, Instant};

/// The first pause; each further one is half as long again, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// What was waited for did not come in time.
#[derive(Debug, Clone, thiserror::Error)]
#[error("waited {patience:?} in vain until {what}")]
pub struct TimedOut {
    what: String,
    patience: Duration,
}

/// Asks until there is an answer, and returns it.
///
/// # Errors
/// When `patience` has passed. It asks once more at the very end: a slow machine is not a wrong answer.
pub fn wait_for<T>(
    what: &str,
    patience: Duration,
    mut ask: impl FnMut() -> Option<T>,
) -> Result<T, TimedOut> {
    for pause in Pauses::new(patience) {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        rest(pause);
    }
    ask().ok_or_else(|| TimedOut { what: what.to_owned(), patience })
}

/// Asks until it is so, and returns how long that took. `what` completes the sentence "waited until …".
///
/// # Errors
/// When `patience` has passed.
pub fn wait_until(
    what: &str,
    patience: Duration,
    mut holds: impl FnMut() -> bool,
) -> Result<Duration, TimedOut> {
    let since = now();
    wait_for(what, patience, || holds().then_some(()))?;
    Ok(now().duration_since(since))
}

/// [`wait_until`] for a question that is asked asynchronously.
///
/// # Errors
/// When `patience` has passed.
pub async fn wait_until_async(
    what: &str,
    patience: Duration,
    mut holds: impl AsyncFnMut() -> bool,
) -> Result<Duration, TimedOut> {
    let since = now();
    for pause in Pauses::new(patience) {
        if holds().await {
            return Ok(now().duration_since(since));
        }
        rest_async(pause).await;
    }
    if holds().await {
        return Ok(now().duration_since(since));
    }
    Err(TimedOut { what: what.to_owned(), patience })
}

/// Does something and says how long it took, for a report: no test may depend on it.
pub fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let since = now();
    let result = act();
    (result, now().duration_since(since))
}

/// The pauses between the questions, until patience ends.
struct Pauses {
    deadline: Instant,
    next: Duration,
}

impl Pauses {
    fn new(patience: Duration) -> Self {
        Self { deadline: now() + patience, next: FIRST_PAUSE }
    }
}

impl Iterator for Pauses {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let left = self.deadline.checked_duration_since(now()).filter(|left| !left.is_zero())?;
        let pause = self.next.min(left);
        self.next = (self.next * 3 / 2).min(LONGEST_PAUSE);
        Some(pause)
    }
}

#[expect(clippy::disallowed_methods, reason = "the programs waited for live in real time")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the pause between two questions to a program outside")]
fn rest(pause: Duration) {
    std::thread::sleep(pause);
}

#[expect(clippy::disallowed_methods, reason = "the pause between two questions to a program outside")]
async fn rest_async(pause: Duration) {
    tokio::time::sleep(pause).await;
}
