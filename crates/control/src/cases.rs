//! Cases as people decide about them: let them sleep, dismiss them, let them be worked on, open them again; and rules that
//! keep signals away. Of two who decide about a case at once, one is told. `reads` shows them.

mod held;
mod moves;
mod pick;

use std::collections::BTreeSet;

use signalbox_domain::access::{Action, Actor, Target};
use signalbox_domain::decision::{Decision, Reason, Stage, Subject};
use signalbox_domain::ids::{CaseId, ProjectId, SuppressionId};
use signalbox_domain::ruling::{Ruled, Ruling, SnoozeUntil};
use signalbox_domain::states::{CaseEvent, CaseState};
use signalbox_domain::suppression::{Suppression, SuppressionRule};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, IdSource, Wakeups};
use signalbox_store::Store;
use signalbox_store::planner::{CaseRecord, CaseRuled, CaseRuling};

use crate::Problem;
use crate::views::{
    AcceptCase, CaseDecided, DismissCase, NewSuppression, ReopenCase, SnoozeCase, SuppressionMade,
};
use crate::wakes::OUTCOMES;

/// Letters of a reason.
const LONGEST_WORDS: usize = 500;
/// Signals whose releases are looked at.
const SIGNALS_READ: u32 = 256;

#[derive(Clone)]
pub struct Cases {
    store: Store,
    clock: Clock,
    ids: IdSource,
    wakeups: Wakeups,
}

/// One decision about one case.
struct Wish {
    code: &'static str,
    words: String,
    event: Option<CaseEvent>,
    ruled: Option<Ruled>,
    seen: Option<i64>,
}

impl Cases {
    pub fn new(store: Store, clock: Clock, ids: IdSource, wakeups: Wakeups) -> Self {
        Self { store, clock, ids, wakeups }
    }

    /// It sleeps until a time, so many records more, or the next release.
    pub async fn snooze(&self, actor: &Actor, id: CaseId, ask: &SnoozeCase) -> Result<CaseDecided, Problem> {
        let record = self.decidable(actor, id).await?;
        let until = self.until(id, ask).await?;
        let words = format!("{} snoozed it {}", actor.name, until.words());
        let ruled = Some(Ruled::Snooze { until });
        let wish = Wish { code: "snoozed", words, event: Some(CaseEvent::Snooze), ruled, seen: ask.version };
        self.rule(actor, &record, wish).await
    }

    async fn until(&self, id: CaseId, ask: &SnoozeCase) -> Result<SnoozeUntil, Problem> {
        match (ask.until, ask.records, ask.next_release) {
            (Some(at), None, false) if at > self.clock.now() => Ok(SnoozeUntil::Time { at }),
            (Some(_), None, false) => Err(Problem::invalid("until", "a time to come")),
            (None, Some(more), false) if more > 0 => {
                Ok(SnoozeUntil::Records { more, had: self.store.case_records(id).await? })
            }
            (None, None, true) => Ok(SnoozeUntil::NextRelease { known: self.releases(id).await? }),
            _ => Err(Problem::invalid("until", "one of until, records (at least 1) and next_release")),
        }
    }

    /// Those that its signals were seen in.
    async fn releases(&self, id: CaseId) -> Result<Vec<String>, Problem> {
        let signals = self.store.case_bonds(id, SIGNALS_READ).await?;
        let samples = signals.iter().flat_map(|one| &one.signal.samples);
        let releases: BTreeSet<String> = samples
            .filter_map(|sample| sample.release.as_ref())
            .map(|release| release.value.clone())
            .collect();
        Ok(releases.into_iter().collect())
    }

    /// Nothing is to be done about it; the code says whether records bring it back.
    pub async fn dismiss(
        &self,
        actor: &Actor,
        id: CaseId,
        ask: &DismissCase,
    ) -> Result<CaseDecided, Problem> {
        let record = self.decidable(actor, id).await?;
        let (code, said) = (ask.code, bounded("words", &ask.words)?);
        let name = code.name().replace('_', " ");
        let words = format!("{} dismissed it as {name}{}; {}", actor.name, aside(&said), code.effect());
        let ruled = Some(Ruled::Dismiss { code, words: said });
        let wish =
            Wish { code: "dismissed", words, event: Some(CaseEvent::Dismiss), ruled, seen: ask.version };
        self.rule(actor, &record, wish).await
    }

    /// Somebody has read what it says: the gates that look at texts let it pass, in this generation.
    pub async fn accept(&self, actor: &Actor, id: CaseId, ask: &AcceptCase) -> Result<CaseDecided, Problem> {
        let record = self.decidable(actor, id).await?;
        let said = bounded("words", &ask.words)?;
        if !record.case.state.is_open() || record.case.state == CaseState::Snoozed {
            let state = record.case.state;
            return Err(Problem::Conflict(format!("the case is {state}: reopen it first")));
        }
        let words = format!("{} has read it, and it may be worked on{}", actor.name, aside(&said));
        let wish = Wish {
            code: "accepted",
            words,
            event: None,
            ruled: Some(Ruled::Accept { words: said }),
            seen: ask.version,
        };
        self.rule(actor, &record, wish).await
    }

    /// What was decided is taken back: it is watched again.
    pub async fn reopen(&self, actor: &Actor, id: CaseId, ask: &ReopenCase) -> Result<CaseDecided, Problem> {
        let record = self.decidable(actor, id).await?;
        let event = match record.case.state {
            CaseState::Snoozed => CaseEvent::Wake,
            CaseState::Suppressed => CaseEvent::Lift,
            _ => CaseEvent::Reopen,
        };
        let words = format!("{} opened it again", actor.name);
        let wish = Wish { code: "reopened", words, event: Some(event), ruled: None, seen: ask.version };
        self.rule(actor, &record, wish).await
    }

    async fn rule(&self, actor: &Actor, record: &CaseRecord, wish: Wish) -> Result<CaseDecided, Problem> {
        let (id, now) = (record.case.id, self.clock.now());
        let ruling = wish.ruled.map(|ruled| Ruling {
            by: actor.name.to_string(),
            at: now,
            generation: record.case.generation,
            ruled,
        });
        let mut decisions = vec![self.decided(Subject::Case(id), wish.code, wish.words.clone(), now)];
        if let Some((task, _)) = record.tasks.last().filter(|(_, state)| state.is_live()) {
            let words = format!("its case: {}; the task goes on as it is", wish.words);
            decisions.push(self.decided(Subject::Task(*task), "case-decided", words, now));
        }
        let ruling = CaseRuling {
            case: id,
            seen: Some(wish.seen.unwrap_or(record.version)),
            event: wish.event,
            ruling: ruling.as_ref(),
            due: now,
            decisions: &decisions,
            now,
        };
        match self.store.case_rule(&ruling).await? {
            CaseRuled::Yes { state, version } => {
                self.wakeups.wake(OUTCOMES);
                Ok(CaseDecided { case: id, state, version, words: wish.words })
            }
            CaseRuled::Overtaken { version } => Err(overtaken(id, version)),
        }
    }

    /// Keeps a rule, or says how much it would take where that is most of what there is.
    pub async fn suppress(&self, actor: &Actor, ask: &NewSuppression) -> Result<SuppressionMade, Problem> {
        let found = self.store.project_find(&ask.project).await?;
        let target = found.as_ref().map_or(Target::System, |project| Target::Project(project.id));
        actor.authorize(Action::DecideCases, target)?;
        let project = found.ok_or_else(|| Problem::missing("project", &ask.project))?.id;
        let suppression = self.suppression(actor, project, ask)?;
        let taken = self.store.suppression_count(project, &suppression.rule).await?;
        if taken.taken * 2 > taken.of && !ask.confirm {
            return Err(Problem::Conflict(format!(
                "the rule takes {} of the project's {} signals; send confirm to keep it all the same",
                taken.taken, taken.of
            )));
        }
        let words = format!(
            "{} keeps signals away until {} ({}): {}; it takes {} of {}",
            suppression.owner,
            suppression.expires_at,
            suppression.rule.words(),
            suppression.reason,
            taken.taken,
            taken.of
        );
        let decision = self.decided(Subject::Project(project), "rule-made", words, suppression.made_at);
        self.store.suppression_put(&suppression, &decision).await?;
        self.wakeups.wake(OUTCOMES);
        Ok(SuppressionMade { id: suppression.id, takes: taken.taken, of: taken.of })
    }

    fn suppression(
        &self,
        actor: &Actor,
        project: ProjectId,
        ask: &NewSuppression,
    ) -> Result<Suppression, Problem> {
        let now = self.clock.now();
        let reason = bounded("reason", &ask.reason)?;
        if reason.is_empty() {
            return Err(Problem::invalid("reason", "why these signals are kept away"));
        }
        if ask.expires_at <= now {
            return Err(Problem::invalid("expires_at", "a time to come"));
        }
        let named = |at: &str, text: &Option<String>| match text.as_deref().map(str::trim) {
            Some("") => Err(Problem::invalid(at, "some letters, or nothing at all")),
            Some(text) => bounded(at, text).map(Some),
            None => Ok(None),
        };
        Ok(Suppression {
            id: self.ids.next(),
            project,
            owner: actor.name.to_string(),
            reason,
            rule: SuppressionRule {
                source: ask.source,
                kind: named("kind", &ask.kind)?,
                title: named("title", &ask.title)?,
            },
            made_at: now,
            expires_at: ask.expires_at,
            lifted_at: None,
        })
    }

    /// Takes a rule back before its end.
    pub async fn lift(&self, actor: &Actor, id: SuppressionId) -> Result<(), Problem> {
        let found = self.store.suppression_show(id).await?;
        let suppression = found.ok_or_else(|| Problem::missing("suppression", &id))?;
        actor.authorize(Action::DecideCases, Target::Project(suppression.project))?;
        let now = self.clock.now();
        if !suppression.holds(now) {
            return Err(Problem::Conflict(format!("{id} does not hold any more")));
        }
        let words =
            format!("{} took back {}'s rule ({})", actor.name, suppression.owner, suppression.rule.words());
        let decision = self.decided(Subject::Project(suppression.project), "rule-lifted", words, now);
        self.store.suppression_lift(&suppression, &decision, now).await?;
        self.wakeups.wake(OUTCOMES);
        Ok(())
    }

    async fn decidable(&self, actor: &Actor, id: CaseId) -> Result<CaseRecord, Problem> {
        let record = self.store.case_show(id).await?.ok_or_else(|| Problem::missing("case", &id))?;
        actor.authorize(Action::DecideCases, Target::Project(record.case.project))?;
        Ok(record)
    }

    fn decided(&self, subject: Subject, code: &'static str, words: String, now: Timestamp) -> Decision {
        // A literal that is a label: a test makes every decision there is.
        #[expect(clippy::expect_used, reason = "a literal of letters and strokes")]
        let code = code.parse().expect("the literal is a label");
        let (id, reason) = (self.ids.next(), Reason { code, words });
        Decision { id, stage: Stage::Control, subject, reason, first_at: now, last_at: now, count: 1 }
    }
}

fn overtaken(id: CaseId, version: i64) -> Problem {
    Problem::Conflict(format!(
        "somebody else decided about {id} meanwhile: its version is {version}; look at it again"
    ))
}

fn aside(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" ({words})") }
}

fn bounded(at: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.chars().count() > LONGEST_WORDS {
        return Err(Problem::invalid(at, format!("at most {LONGEST_WORDS} characters")));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests;
