//! What earlier attempts at a run came to before they were cut off: it is told and gone on from, never done again.

use signalbox_domain::outcome::Failure;
use signalbox_domain::run::RunNote;
use signalbox_domain::task::{Intent, Mode};
use signalbox_workspace::{Commit, Found};

use super::{Abandoned, Attempt, Stop};
use crate::place::Place;
use crate::port::RunnerPort;
use crate::through::{InPlace, Through};

impl<P: RunnerPort> Attempt<'_, P> {
    /// What an earlier attempt committed before it was cut off: to be published and reported, not done again.
    pub(super) async fn finished(&self, place: &Place<'_>) -> Result<Option<Commit>, Stop> {
        let job = &self.leased.job;
        if matches!(job.intent, Intent::Answer { .. }) {
            return Ok(None);
        }
        let Some(commit) = place.finished(job).await? else { return Ok(None) };
        tracing::info!(run = %job.run, commit = %commit.head, "an earlier attempt had committed this already");
        self.say(format!("An earlier attempt had committed this already, as {}.\n", commit.head)).await?;
        Ok(Some(commit))
    }

    /// What is on record of an earlier attempt's agent that came through, where its work still is here.
    pub(super) async fn through_before(&self, place: &Place<'_>) -> Result<Option<Through>, Stop> {
        let folder = &place.folders().run;
        if place.found() == Found::New {
            return Ok(None);
        }
        let Some(through) = Through::read(folder).map_err(|error| self.unkept(&error))? else {
            return Ok(None);
        };
        let run = self.leased.job.run;
        tracing::info!(%run, "the agent of an earlier attempt had come through");
        self.say("The agent of an earlier attempt had come through: going on from there.\n".to_owned())
            .await?;
        if !through.told && !through.answer.is_empty() {
            self.say(format!("{}\n", through.answer)).await?;
        }
        Ok(Some(through))
    }

    /// The record of an agent that came through, all of which is told by now. From here on the engineer may go on
    /// working in the checkout of a local run.
    pub(super) async fn settled(&self, place: &Place<'_>, through: Through) -> Result<Through, Stop> {
        let job = &self.leased.job;
        let mut settled = Through { told: true, ..through.clone() };
        let counts = job.mode == Mode::Local && !matches!(job.intent, Intent::Answer { .. });
        if counts && settled.in_place.is_none() {
            settled.in_place = InPlace::of(&place.gather(job).await?);
        }
        if settled != through {
            self.keep(place, &settled)?;
        }
        Ok(settled)
    }

    pub(super) fn keep(&self, place: &Place<'_>, through: &Through) -> Result<(), Failure> {
        through.write(&place.folders().run).map_err(|error| self.unkept(&error))
    }

    pub(super) fn forget(&self, place: &Place<'_>) -> Result<(), Failure> {
        Through::forget(&place.folders().run).map_err(|error| self.unkept(&error))
    }

    fn unkept(&self, error: &str) -> Failure {
        Failure::WorkspaceFailed { detail: self.tools.redact.text(error).text.into_owned() }
    }

    pub(super) async fn say(&self, text: String) -> Result<(), Abandoned> {
        self.noted(vec![RunNote::Said { text }]).await
    }
}
