//! Grouping as a pass does it: reads what it compares with where this process does not know it, asks sharpeners, puts each
//! signal into its case, and has the guard look at the cases that somebody joined.

use signalbox_llm::Sharpen;
use signalbox_store::planner::{PlanInput, PlanSignal};

use super::{PlanError, Planner, remembered};
use crate::features::features;
use crate::groups::{Grouping, Groups, Placing, in_order, part, suspects};
use crate::sharpening::Sharpening;

/// Cases that one plan looks at with all their members, and members that are read of each.
const CASES_GUARDED: usize = 16;
const MEMBERS_GUARDED: u32 = 256;

impl<S: Sharpen> Planner<S> {
    /// None where somebody wrote to the project between two readings.
    pub(super) async fn group(
        &self,
        input: &PlanInput,
    ) -> Result<Option<(Option<Groups>, Grouping)>, PlanError> {
        let project = input.project;
        let mut known = self.remembered.take(project, input.revision);
        if input.signals.iter().all(|signal| signal.case.is_some()) {
            return Ok(Some((known, Grouping::default())));
        }
        if known.is_none() {
            let thresholds = self.config.grouping.thresholds.clone();
            known = remembered::read(&self.store, project, input.revision, thresholds)
                .await
                .map_err(|source| PlanError::Groups { project, source })?;
        }
        let Some(mut groups) = known else { return Ok(None) };
        let mut grouping = self.place(&mut groups, input).await?;
        self.guard(&mut groups, input, &mut grouping).await?;
        Ok(Some((Some(groups), grouping)))
    }

    /// Each signal without a case into one, by what is known of it and what was said of it.
    async fn place(&self, groups: &mut Groups, input: &PlanInput) -> Result<Grouping, PlanError> {
        let project = input.project;
        let kept = |source| PlanError::Kept { project, source };
        let questions = self.config.sharpen.questions_a_plan.get();
        let mut sharpening = Sharpening::new(&self.store, &self.sharpener, questions);
        let mut placing = Placing::new(groups, &self.ids);
        for changed in in_order(&input.signals).into_iter().filter(|changed| changed.case.is_none()) {
            let features = features(changed);
            let said = sharpening.said(placing.groups(), changed, &features).await;
            let said = said.map_err(|source| PlanError::Groups { project, source })?;
            let joined = placing.place(changed, &features, said.as_ref()).map_err(kept)?;
            if joined.is_new {
                sharpening.opened(joined.case, changed);
            }
        }
        placing.finish().map_err(kept)
    }

    /// Cases that somebody joined and that look like several, with all their members.
    async fn guard(
        &self,
        groups: &mut Groups,
        input: &PlanInput,
        grouping: &mut Grouping,
    ) -> Result<(), PlanError> {
        let project = input.project;
        for case in suspects(groups, grouping).into_iter().take(CASES_GUARDED) {
            let members = self
                .store
                .case_bonds(case, MEMBERS_GUARDED)
                .await
                .map_err(|source| PlanError::Groups { project, source })?;
            let joins = |id| grouping.joined.get(id).is_some_and(|joined| joined.case == case);
            let joining: Vec<&PlanSignal> =
                in_order(&input.signals).into_iter().filter(|one| joins(&one.signal.id)).collect();
            part(groups, grouping, case, &members, &joining, &self.ids)
                .map_err(|source| PlanError::Kept { project, source })?;
        }
        Ok(())
    }
}
