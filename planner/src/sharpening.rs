//! Asks sharpeners about signals whose likeness to the closest open case is in doubt, while the facts are gathered.
//!
//! It decides nothing: what was said, or why nothing was, becomes a fact of the signal and that case (`Said`), and pure code
//! puts the signal where it belongs. A plan asks a bounded number of questions, and none any more once one of them waited in
//! vain, so an endpoint that hangs costs a plan one time limit.

use std::collections::BTreeMap;

use signalbox_domain::ids::CaseId;
use signalbox_llm::{Doubt, Outcome, Pair, Sharpen, Sharpened, WhyNot};
use signalbox_similarity::features::Features;
use signalbox_store::planner::PlanSignal;
use signalbox_store::{Store, StoreError};

use crate::groups::{Groups, Said};

/// Frames of a stack that are told.
const FRAMES_TOLD: usize = 12;

/// The questions of one plan.
pub(crate) struct Sharpening<'a, S> {
    store: &'a Store,
    sharpener: &'a S,
    questions: u32,
    left: u32,
    in_vain: Option<WhyNot>,
    /// What cases say that this plan opens: the store does not know them yet.
    opened: BTreeMap<CaseId, String>,
}

impl<'a, S: Sharpen> Sharpening<'a, S> {
    pub(crate) fn new(store: &'a Store, sharpener: &'a S, questions: u32) -> Self {
        Self { store, sharpener, questions, left: questions, in_vain: None, opened: BTreeMap::new() }
    }

    /// None where nobody is asked, or nothing is in doubt.
    pub(crate) async fn said(
        &mut self,
        groups: &Groups,
        changed: &PlanSignal,
        features: &Features,
    ) -> Result<Option<Said>, StoreError> {
        let Some(doubt) = self.sharpener.doubt() else { return Ok(None) };
        let closest = groups.closest(features).filter(|(_, score)| doubt.holds(*score));
        let Some((case, before)) = closest else { return Ok(None) };
        let (after, words) = match self.refusal() {
            Some(words) => (before, words),
            None => match self.text_of(case).await? {
                Some(other) => self.ask(&text(changed), &other, before, doubt).await,
                None => return Ok(None),
            },
        };
        Ok(Some(Said { case, before, after, words }))
    }

    /// A case of this plan's own.
    pub(crate) fn opened(&mut self, case: CaseId, by: &PlanSignal) {
        if self.sharpener.doubt().is_some() {
            self.opened.insert(case, text(by));
        }
    }

    fn refusal(&self) -> Option<String> {
        if let Some(why) = self.in_vain {
            return Some(format!(
                "not asked: within this plan it was asked in vain ({why}); the features decide"
            ));
        }
        let spent = self.left == 0;
        spent.then(|| format!("not asked: a plan asks {} questions; the features decide", self.questions))
    }

    async fn ask(&mut self, one: &str, other: &str, score: f32, doubt: Doubt) -> (f32, String) {
        self.left -= 1;
        let sharpened = self.sharpener.sharpen(Pair { one, other, score }).await;
        self.in_vain = not_used(&sharpened).find(WhyNot::takes_time);
        let is_answered = sharpened.steps.iter().any(|step| matches!(step.outcome, Outcome::Answered { .. }));
        let decides = if is_answered { "" } else { "; the features decide" };
        (sharpened.score.clamp(doubt.from, doubt.to), format!("{sharpened}{decides}"))
    }

    /// What the largest signal of a case says.
    async fn text_of(&self, case: CaseId) -> Result<Option<String>, StoreError> {
        match self.opened.get(&case) {
            Some(text) => Ok(Some(text.clone())),
            None => Ok(self.store.case_members(case).await?.first().map(text)),
        }
    }
}

fn not_used(sharpened: &Sharpened) -> impl Iterator<Item = WhyNot> {
    sharpened.steps.iter().filter_map(|step| match step.outcome {
        Outcome::NotUsed(why) => Some(why),
        Outcome::Answered { .. } => None,
    })
}

/// A signal as somebody reads it who is to compare it: title, text and the first calls of its stack, redacted as they are
/// kept.
fn text(signal: &PlanSignal) -> String {
    let mut text = signal.signal.title.value.clone();
    let Some(sample) = signal.samples.first() else { return text };
    for part in [&sample.title.value, &sample.text.value] {
        if !part.is_empty() && !text.contains(part.as_str()) {
            text.push('\n');
            text.push_str(part);
        }
    }
    for frame in sample.frames.iter().take(FRAMES_TOLD) {
        let place = frame.file.as_deref().or(frame.module.as_deref()).unwrap_or("?");
        text.push_str(&format!("\n  at {} ({place})", frame.function.as_deref().unwrap_or("?")));
    }
    text
}
