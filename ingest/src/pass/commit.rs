//! What the pass writes: one transaction a round, tried until it is done or a stop is asked for. One round is written at a
//! time, so positions move in their order; the next is made meanwhile.

use std::time::Duration;

use signalbox_domain::signal::{SignalKey, Worth};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{
    Backoff, BackoffConfig, Channel, Clock, Randomness, Stop, TaskEnd, TaskHandle, error_chain,
};
use signalbox_store::ingest::{FoldBatch, FoldPart, PartReport, PositionMove};
use signalbox_store::{Store, StoreError};

use super::{Flow, IngestError, Pass};
use crate::kafka::{Batch, Begun, MoveReason, Order};
use crate::part::{Part, PartContext, move_part, part};
use crate::status::{Counts, Progress, Status};

/// Who plans is woken by this.
pub const SIGNALS: Channel = Channel::new("signals");

/// One part of a round, with what becomes of it afterwards.
struct Folded {
    begun: Begun,
    to: i64,
    written_at: Option<Timestamp>,
    counts: Counts,
    /// Of the samples that were offered to the store.
    worths: Vec<(SignalKey, Vec<Worth>)>,
}

/// A round on its way to the store.
pub(super) struct Flight {
    folded: Vec<Folded>,
    writing: TaskHandle<Written>,
    written: Option<Result<Written, TaskEnd>>,
}

/// None once a stop was asked for: then nothing of the round is in the store, or the positions say so.
type Written = Option<(Vec<PartReport>, Duration)>;

/// Writes rounds; what it needs for that, so that it can go on beside the pass.
#[derive(Clone)]
pub(super) struct Committer {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) randomness: Randomness,
    pub(super) backoff: BackoffConfig,
    pub(super) status: Status,
    pub(super) stop: Stop,
    pub(super) source: String,
}

impl Flight {
    /// Resolves once it is over.
    pub(super) async fn over(flight: &mut Option<Self>) {
        let Some(flight) = flight else { return };
        if flight.written.is_none() {
            flight.written = Some((&mut flight.writing).await);
        }
    }
}

impl Committer {
    pub(super) fn backoff(&self) -> Backoff {
        Backoff::new(self.backoff.clone(), self.randomness.clone())
    }

    /// One transaction, tried until it is done or a stop is asked for.
    async fn write(&self, batch: FoldBatch, now: Timestamp) -> Written {
        let (mut backoff, began) = (self.backoff(), self.clock.boot());
        loop {
            match self.store.signals_fold(&batch, now).await {
                Ok(reports) => return Some((reports, self.clock.boot().since(began))),
                Err(error) if self.wait_after(&mut backoff, &error).await == Flow::End => return None,
                Err(_) => {}
            }
        }
    }

    /// The pause before the same is tried again; it ends early when a stop is asked for.
    pub(super) async fn wait_after(&self, backoff: &mut Backoff, error: &StoreError) -> Flow {
        self.status.add(Counts { retries: 1, ..Counts::default() });
        let wait = backoff.next_wait();
        tracing::warn!(source = self.source, ?wait, "trying again: {}", error_chain(error));
        tokio::select! {
            biased;
            () = self.stop.stop_taking() => Flow::End,
            () = self.clock.sleep(wait) => Flow::On,
        }
    }
}

impl Pass {
    /// Makes a round of batches, and sends it off once the one before it has landed: what that lost is not sent.
    pub(super) async fn fold(
        &mut self,
        batches: Vec<Batch>,
        flight: &mut Option<Flight>,
    ) -> Result<Flow, IngestError> {
        let received_at = self.setup.clock.now();
        let mut made = Vec::new();
        let mut dropped = 0;
        for batch in batches {
            match self.part(&batch, received_at)? {
                Some(one) => made.push(one),
                None => dropped += 1,
            }
        }
        if self.land(flight.take()).await? == Flow::End {
            return Ok(Flow::End);
        }
        let is_current = |(this, _): &(Folded, FoldPart)| {
            self.positions.get(&this.begun.partition).is_some_and(|(turn, _)| *turn == this.begun.turn)
        };
        let (current, lost): (Vec<_>, Vec<_>) = made.into_iter().partition(is_current);
        dropped += count_of(lost.len());
        self.status.add(Counts { dropped_batches: dropped, ..Counts::default() });
        if current.is_empty() {
            return Ok(Flow::On);
        }
        let (folded, parts) = current.into_iter().unzip();
        let (committer, batch) = (self.committer.clone(), FoldBatch { parts });
        let writing = self.setup.tasks.spawn(format!("commit of {}", self.source.name), async move {
            committer.write(batch, received_at).await
        });
        *flight = Some(Flight { folded, writing, written: None });
        Ok(Flow::On)
    }

    /// Waits for a round, and notes what became of it.
    pub(super) async fn land(&mut self, mut flight: Option<Flight>) -> Result<Flow, IngestError> {
        Flight::over(&mut flight).await;
        let Some(Flight { folded, written: Some(written), .. }) = flight else { return Ok(Flow::On) };
        let Some((reports, took)) = written.map_err(IngestError::Ended)? else { return Ok(Flow::End) };
        self.setup.metrics.commit(self.source.name.as_str(), took);
        self.status.committed(folded.iter().map(|this| this.counts.read).sum(), took);
        for (this, report) in folded.into_iter().zip(reports) {
            if self.settle(this, report).await == Flow::End {
                return Ok(Flow::End);
            }
        }
        Ok(Flow::On)
    }

    /// None where the partition was taken away, or began anew, meanwhile.
    fn part(
        &mut self,
        batch: &Batch,
        received_at: Timestamp,
    ) -> Result<Option<(Folded, FoldPart)>, IngestError> {
        let begun = &batch.begun;
        let Some((turn, from)) = self.positions.get(&begun.partition).copied() else { return Ok(None) };
        if turn != begun.turn || !self.turns.is_current(begun) {
            return Ok(None);
        }
        let stream = self.stream(&begun.partition);
        let mut fold = self.setup.fold_context();
        fold.received_at = received_at;
        fold.bars = Some(&self.bars);
        let context = PartContext {
            source: &self.source,
            stream: &stream,
            projects: &self.projects,
            fingerprints: &self.fingerprints,
            gathering: &self.gathering,
            fold,
        };
        let Part { part, read, not_a_signal } = part(batch, from, &context)?;
        let mut part = self.setup.limited(part);
        let to = batch.end.max(from.unwrap_or(0));
        part.position = Some(PositionMove { stream, from, to });
        // The next batch of this round, or of the next, goes on from here.
        self.positions.insert(begun.partition.clone(), (turn, Some(to)));
        self.setup.metrics.batch(self.source.name.as_str(), batch.records.len());
        let counts = Counts { read, not_a_signal, ..Counts::default() };
        let written_at = part.watermark;
        let offered = part.folds.iter().filter(|fold| !fold.samples.is_empty());
        let worths = offered
            .map(|fold| (fold.key.clone(), fold.samples.iter().map(|sample| sample.worth).collect()))
            .collect();
        Ok(Some((Folded { begun: begun.clone(), to, written_at, counts, worths }, part)))
    }

    async fn settle(&mut self, this: Folded, report: PartReport) -> Flow {
        let Folded { begun, to, written_at, mut counts, worths } = this;
        match report {
            report @ PartReport::Folded { records, overflow, .. } => {
                counts.fold(report);
                // What counted in an overflow signal is no sample of its own.
                if overflow == 0 {
                    let now = self.setup.clock.now();
                    worths.into_iter().for_each(|(key, worths)| self.bars.note(key, &worths, now));
                }
                let (topic, partition) = (&*begun.partition.topic, begun.partition.number);
                self.status.progress(&Progress { topic, partition, next: to, written_at, counts });
                let source = self.source.name.as_str();
                self.setup.metrics.counted(source, topic, &partition.to_string(), &counts);
                if records > 0 {
                    self.setup.wakeups.wake(SIGNALS);
                }
                self.order(Order::Commit { begun, to }).await
            }
            PartReport::LostRace => self.lost(begun).await,
        }
    }

    async fn lost(&mut self, begun: Begun) -> Flow {
        tracing::info!(
            topic = &*begun.partition.topic,
            partition = begun.partition.number,
            "another consumer came first"
        );
        self.status.add(Counts { dropped_batches: 1, ..Counts::default() });
        // It may have begun anew meanwhile.
        if self.positions.get(&begun.partition).is_some_and(|(turn, _)| *turn == begun.turn) {
            self.positions.remove(&begun.partition);
        }
        self.order(Order::Restart { begun }).await
    }

    pub(super) async fn commit_move(
        &mut self,
        begun: Begun,
        movement: PositionMove,
        reason: MoveReason,
    ) -> Result<Flow, IngestError> {
        let (to, now) = (movement.to, self.setup.clock.now());
        let part = move_part(movement, reason, &self.source, &self.setup.fold_context())?;
        let gaps = u64::from(!part.quarantined.is_empty());
        let written = self.committer.write(FoldBatch { parts: vec![part] }, now).await;
        let Some((reports, _)) = written else { return Ok(Flow::End) };
        if reports.contains(&PartReport::LostRace) {
            return Ok(self.lost(begun).await);
        }
        self.status.add(Counts { gaps, ..Counts::default() });
        Ok(self.start(begun, Some(to)).await)
    }
}

fn count_of(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
