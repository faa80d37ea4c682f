//! What the pass writes: one transaction a round, tried until it is done or a stop is asked for.

use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Channel, error_chain};
use signalbox_store::StoreError;
use signalbox_store::ingest::{FoldBatch, FoldPart, PartReport, PositionMove};

use super::{Flow, IngestError, Pass};
use crate::kafka::{Batch, Begun, MoveReason, Order};
use crate::part::{Part, PartContext, move_part, part};
use crate::status::{Counts, Progress};

/// Who plans is woken by this.
pub const SIGNALS: Channel = Channel::new("signals");

/// One part of a round, with what becomes of it afterwards.
struct Folded {
    begun: Begun,
    to: i64,
    written_at: Option<Timestamp>,
    counts: Counts,
}

impl Pass {
    /// Folds a round of batches in one transaction.
    pub(super) async fn fold(&mut self, batches: Vec<Batch>) -> Result<Flow, IngestError> {
        let received_at = self.setup.clock.now();
        let (mut folded, mut parts) = (Vec::new(), Vec::new());
        for batch in batches {
            match self.part(&batch, received_at)? {
                Some((this, part)) => {
                    folded.push(this);
                    parts.push(part);
                }
                None => self.status.add(Counts { dropped_batches: 1, ..Counts::default() }),
            }
        }
        if parts.is_empty() {
            return Ok(Flow::On);
        }
        let began = self.setup.clock.boot();
        let Some(reports) = self.commit(FoldBatch { parts }, received_at).await else { return Ok(Flow::End) };
        let took = self.setup.clock.boot().since(began);
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
        let Batch { begun, records, .. } = batch;
        let Some(last) = records.last().filter(|_| self.turns.is_current(begun)) else { return Ok(None) };
        let Some((turn, from)) = self.positions.get(&begun.partition).copied() else { return Ok(None) };
        if turn != begun.turn {
            return Ok(None);
        }
        let stream = self.stream(&begun.partition);
        let mut fold = self.setup.fold_context();
        fold.received_at = received_at;
        let context = PartContext {
            source: &self.source,
            stream: &stream,
            projects: &self.projects,
            fingerprints: &self.fingerprints,
            gathering: &self.gathering,
            fold,
        };
        let Part { part, read, not_a_signal } = part(records, from, &context)?;
        let mut part = self.setup.limited(part);
        let to = (last.offset + 1).max(from.unwrap_or(0));
        part.position = Some(PositionMove { stream, from, to });
        // The next batch of this round, or of the next, goes on from here.
        self.positions.insert(begun.partition.clone(), (turn, Some(to)));
        self.setup.metrics.batch(self.source.name.as_str(), records.len());
        let counts = Counts { read, not_a_signal, ..Counts::default() };
        let written_at = part.watermark;
        Ok(Some((Folded { begun: begun.clone(), to, written_at, counts }, part)))
    }

    async fn settle(&mut self, this: Folded, report: PartReport) -> Flow {
        let Folded { begun, to, written_at, mut counts } = this;
        match report {
            report @ PartReport::Folded { records, .. } => {
                counts.fold(report);
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
        self.positions.remove(&begun.partition);
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
        let Some(reports) = self.commit(FoldBatch { parts: vec![part] }, now).await else {
            return Ok(Flow::End);
        };
        if reports.contains(&PartReport::LostRace) {
            return Ok(self.lost(begun).await);
        }
        self.status.add(Counts { gaps, ..Counts::default() });
        Ok(self.start(begun, Some(to)).await)
    }

    /// None once a stop is asked for.
    async fn commit(&mut self, batch: FoldBatch, now: Timestamp) -> Option<Vec<PartReport>> {
        loop {
            match self.setup.store.signals_fold(&batch, now).await {
                Ok(reports) => {
                    self.backoff.reset();
                    return Some(reports);
                }
                Err(error) if self.wait_after(&error).await == Flow::End => return None,
                Err(_) => {}
            }
        }
    }

    /// The pause before the same is tried again; it ends early when a stop is asked for.
    pub(super) async fn wait_after(&mut self, error: &StoreError) -> Flow {
        self.status.add(Counts { retries: 1, ..Counts::default() });
        let wait = self.backoff.next_wait();
        tracing::warn!(source = %self.source.name, ?wait, "trying again: {}", error_chain(error));
        tokio::select! {
            biased;
            () = self.stop.stop_taking() => Flow::End,
            () = self.setup.clock.sleep(wait) => Flow::On,
        }
    }
}
