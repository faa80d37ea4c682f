//! Is there a broker? Said where people look: in the log, with growing pauses, and in the health of the source.

use std::time::Duration;

use signalbox_runtime::{BootTime, Clock, Condition, HealthReporter};

/// How long after the loss of all brokers they are asked again.
const ASK_AGAIN: Duration = Duration::from_secs(2);
/// The longest silence about a broker that does not answer.
const LONGEST_SILENCE: Duration = Duration::from_secs(60);

/// What the polling thread knows of its brokers.
pub(super) struct Reach {
    brokers: String,
    clock: Clock,
    health: HealthReporter,
    lost: Option<Lost>,
}

struct Lost {
    ask_at: BootTime,
    say_at: BootTime,
    silence: Duration,
}

impl Reach {
    pub(super) fn new(brokers: &[String], clock: Clock, health: HealthReporter) -> Self {
        Self { brokers: brokers.join(","), clock, health, lost: None }
    }

    pub(super) fn brokers(&self) -> &str {
        &self.brokers
    }

    /// A broker answered.
    pub(super) fn found(&mut self) {
        if self.lost.take().is_some() {
            tracing::info!(brokers = self.brokers, "Kafka answers again");
        }
        self.health.report(Condition::Ready);
    }

    /// No broker answered, again or for the first time.
    pub(super) fn missing(&mut self) {
        let now = self.clock.boot();
        let lost = self.lost.get_or_insert(Lost { ask_at: now, say_at: now, silence: ASK_AGAIN });
        lost.ask_at = now.plus(ASK_AGAIN);
        if lost.say_at <= now {
            tracing::warn!(brokers = self.brokers, "Kafka does not answer; trying again");
            lost.say_at = now.plus(lost.silence);
            lost.silence = (lost.silence * 2).min(LONGEST_SILENCE);
        }
        self.health.report(Condition::Unavailable(format!("Kafka does not answer at {}", self.brokers)));
    }

    /// Whether it is time to ask whether they are back.
    pub(super) fn is_question_due(&self) -> bool {
        self.lost.as_ref().is_some_and(|lost| lost.ask_at <= self.clock.boot())
    }

    /// The thread ends as it should.
    pub(super) fn withdraw(self) {
        self.health.withdraw();
    }
}
