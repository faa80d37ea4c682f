//! Signals that people move between cases: merging, splitting, moving, and taking it back.

use signalbox_domain::access::Actor;
use signalbox_domain::case::{Case, Score};
use signalbox_domain::case_move::{CaseMove, MoveKind};
use signalbox_domain::decision::{Decision, Subject};
use signalbox_domain::ids::{CaseId, CaseMoveId, SignalId};
use signalbox_domain::provenance::Sourced;
use signalbox_domain::states::{CaseState, Machine as _};
use signalbox_domain::task::Priority;
use signalbox_domain::time::Timestamp;
use signalbox_store::planner::{CaseRecord, MOST_MOVED, MoveTo, Moved, SignalsMove};

use super::Cases;
use crate::Problem;
use crate::views::{CaseMoved, MergeCase, MoveSignals, SplitCase};
use crate::wakes::OUTCOMES;

impl Cases {
    /// All signals of a case become another's, and so does its live task where that one has none.
    pub async fn merge(&self, actor: &Actor, id: CaseId, ask: &MergeCase) -> Result<CaseMoved, Problem> {
        let from = self.decidable(actor, id).await?;
        let into = self.decidable(actor, ask.into).await?;
        let wish = self.wish(actor, MoveKind::Merge, &from, MoveTo::Known(into.case.id));
        let wish = SignalsMove { seen_from: ask.version, seen_to: ask.into_version, ..wish };
        self.moved(actor, &wish).await
    }

    /// Some signals get a case of their own; a task stays with what is left.
    pub async fn split(&self, actor: &Actor, id: CaseId, ask: &SplitCase) -> Result<CaseMoved, Problem> {
        let from = self.decidable(actor, id).await?;
        let signals = some(&ask.signals)?;
        if signals.len() >= from.case.signals.len() {
            return Err(Problem::invalid("signals", "fewer than the case has: something has to be left"));
        }
        let new = self.part(&from, signals).await?;
        let wish = self.wish(actor, MoveKind::Split, &from, MoveTo::New(&new));
        let wish = SignalsMove { signals: Some(signals), seen_from: ask.version, ..wish };
        self.moved(actor, &wish).await
    }

    /// Some signals go to a case that is there.
    pub async fn move_signals(
        &self,
        actor: &Actor,
        id: CaseId,
        ask: &MoveSignals,
    ) -> Result<CaseMoved, Problem> {
        let from = self.decidable(actor, id).await?;
        let to = self.decidable(actor, ask.to).await?;
        let signals = some(&ask.signals)?;
        let wish = self.wish(actor, MoveKind::Move, &from, MoveTo::Known(to.case.id));
        let wish =
            SignalsMove { signals: Some(signals), seen_from: ask.version, seen_to: ask.to_version, ..wish };
        self.moved(actor, &wish).await
    }

    /// Takes a move back: signals that are still where it put them return.
    pub async fn undo(&self, actor: &Actor, id: CaseMoveId) -> Result<CaseMoved, Problem> {
        let found = self.store.move_show(id).await?.ok_or_else(|| Problem::missing("move", &id))?;
        self.decidable(actor, found.moved.from).await?;
        let now = self.clock.now();
        let by = actor.name.to_string();
        let done = self.store.move_undo(id, now, |undone| self.undone(&by, undone, now)).await?;
        self.told(id, done)
    }

    fn wish<'a>(
        &self,
        actor: &'a Actor,
        kind: MoveKind,
        from: &CaseRecord,
        to: MoveTo<'a>,
    ) -> SignalsMove<'a> {
        SignalsMove {
            id: self.ids.next(),
            kind,
            by: actor.name.as_str(),
            from: from.case.id,
            to,
            signals: None,
            seen_from: None,
            seen_to: None,
            now: self.clock.now(),
        }
    }

    /// A case of their own, called what the first of them is called.
    async fn part(&self, from: &CaseRecord, signals: &[SignalId]) -> Result<Case, Problem> {
        let now = self.clock.now();
        let title: Sourced<String> = match signals.first() {
            Some(first) => match self.store.signal_show(*first).await? {
                Some((record, _)) => record.signal.title,
                None => return Err(Problem::missing("signal", first)),
            },
            None => from.case.title.clone(),
        };
        Ok(Case {
            id: self.ids.next(),
            project: from.case.project,
            title,
            state: CaseState::FIRST,
            generation: 1,
            score: Score { total: 0.0, priority: Priority::P4, parts: Vec::new() },
            signals: signals.to_vec(),
            opened_at: now,
            changed_at: now,
            merged_into: None,
        })
    }

    async fn moved(&self, actor: &Actor, wish: &SignalsMove<'_>) -> Result<CaseMoved, Problem> {
        let by = actor.name.to_string();
        let done = self.store.signals_move(wish, |moved| self.reasons(&by, moved, wish.now)).await?;
        self.told(wish.id, done)
    }

    fn told(&self, id: CaseMoveId, done: Moved) -> Result<CaseMoved, Problem> {
        let conflict = |words: String| Err(Problem::Conflict(words));
        match done {
            Moved::Yes(moved) => {
                self.wakeups.wake(OUTCOMES);
                Ok(CaseMoved {
                    id,
                    from: moved.from,
                    to: moved.to,
                    signals: u64::try_from(moved.signals.len()).unwrap_or(u64::MAX),
                    task: moved.task.words(),
                })
            }
            Moved::Overtaken { case, version } => conflict(format!(
                "somebody else decided about {case} meanwhile: its version is {version}; look at it again"
            )),
            Moved::NotOfIt { signal } => conflict(format!("the case does not have {signal}")),
            Moved::TooMany => conflict(format!("no more than {MOST_MOVED} signals are moved at a time")),
            Moved::Unfit => {
                conflict("expected two cases of one project, neither of them merged already".to_owned())
            }
            Moved::Undone => conflict(format!("{id} was undone before")),
        }
    }

    fn reasons(&self, by: &str, moved: &CaseMove, now: Timestamp) -> Vec<Decision> {
        let CaseMove { from, to, signals, .. } = moved;
        let count = signals.len();
        let task = moved.task.words().map_or_else(String::new, |words| format!("; {words}"));
        let (code, of_from, of_to) = match moved.kind {
            MoveKind::Merge => (
                "merged",
                format!("{by} merged it into {to} with its {count} signals{task}"),
                format!("{by} merged {from} into it, with {count} signals{task}"),
            ),
            MoveKind::Split => (
                "split",
                format!("{by} gave {count} of its signals a case of their own, {to}; its task stays with it"),
                format!("{by} split it off {from}, with {count} signals; the task stays with that"),
            ),
            MoveKind::Move => (
                "signals-moved",
                format!("{by} moved {count} of its signals to {to}; its task stays with it"),
                format!("{by} moved {count} signals of {from} to it"),
            ),
        };
        let mut decisions = vec![
            self.decided(Subject::Case(*from), code, of_from, now),
            self.decided(Subject::Case(*to), code, of_to, now),
        ];
        let words = format!("{by} moved it from {from} to {to}");
        decisions.extend(
            signals.iter().map(|one| self.decided(Subject::Signal(one.signal), "moved", words.clone(), now)),
        );
        if let (Some(task), Some(words)) = (moved.task.task(), moved.task.words()) {
            let words = format!("{by} merged {from} into {to}: {words}");
            decisions.push(self.decided(Subject::Task(task), "case-merged", words, now));
        }
        decisions
    }

    fn undone(&self, by: &str, undone: &CaseMove, now: Timestamp) -> Vec<Decision> {
        let CaseMove { from, to, signals, .. } = undone;
        let words = format!("{by} took the move from {from} to {to} back: {} signals return", signals.len());
        let task = undone.task.task();
        let with_task = task.map_or_else(String::new, |task| format!(", and so does {task}"));
        let words = format!("{words}{with_task}");
        let mut decisions: Vec<Decision> = [*from, *to]
            .into_iter()
            .map(|case| self.decided(Subject::Case(case), "move-undone", words.clone(), now))
            .collect();
        decisions.extend(
            signals
                .iter()
                .map(|one| self.decided(Subject::Signal(one.signal), "move-undone", words.clone(), now)),
        );
        decisions.extend(task.map(|task| self.decided(Subject::Task(task), "move-undone", words, now)));
        decisions
    }
}

/// At least one, each once.
fn some(signals: &[SignalId]) -> Result<&[SignalId], Problem> {
    let most = usize::try_from(MOST_MOVED).unwrap_or(usize::MAX);
    let mut each = signals.to_vec();
    each.sort_unstable();
    each.dedup();
    if signals.is_empty() || signals.len() > most || each.len() < signals.len() {
        return Err(Problem::invalid("signals", format!("1 to {MOST_MOVED} ids, each once")));
    }
    Ok(signals)
}

#[cfg(test)]
mod tests;
