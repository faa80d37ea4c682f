//! Signals: lists, and one with its samples, its case and the reasons about it.

use signalbox_domain::access::Actor;
use signalbox_domain::decision::Subject;
use signalbox_domain::ids::SignalId;
use signalbox_store::ingest::{SignalFilter, SignalRecord};

use super::page::{listing, page};
use super::{Names, Reads};
use crate::Problem;
use crate::views::{Listing, SignalLine, SignalView, SignalsAsk};

impl Reads {
    pub async fn signals(&self, actor: &Actor, ask: &SignalsAsk) -> Result<Listing<SignalLine>, Problem> {
        let project = self.project_of(actor, ask.project.as_ref()).await?;
        let (page, shown) = page(ask.after, ask.limit)?;
        let records = self.store.signals_list(SignalFilter { project, case: None }, page).await?;
        let names = self.names().await?;
        let lines = records.into_iter().map(|record| signal_line(&record, &names));
        Ok(listing(lines.collect::<Result<_, _>>()?, shown, |line| line.id))
    }

    pub async fn signal(&self, actor: &Actor, id: SignalId) -> Result<SignalView, Problem> {
        let found = self.store.signal_show(id).await?;
        let (record, samples) = found.ok_or_else(|| Problem::missing("signal", &id))?;
        self.may_read(actor, record.signal.key.project)?;
        let names = self.names().await?;
        let case = match record.case {
            Some(case) => self.store.case_show(case).await?,
            None => None,
        };
        Ok(SignalView {
            signal: signal_line(&record, &names)?,
            fingerprint: record.signal.key.fingerprint,
            repository: record.signal.repository,
            samples,
            case: case.map(|case| super::cases::case_line(&case, &names)).transpose()?,
            decisions: self.decisions(Subject::Signal(id)).await?,
        })
    }
}

pub(crate) fn signal_line(record: &SignalRecord, names: &Names) -> Result<SignalLine, Problem> {
    let signal = &record.signal;
    Ok(SignalLine {
        id: signal.id,
        project: names.project(signal.key.project)?,
        family: signal.key.family,
        kind: signal.key.kind.clone(),
        title: signal.title.clone(),
        severity: signal.severity,
        count: signal.count,
        users: signal.users,
        first_seen: signal.first_seen,
        last_seen: signal.last_seen,
        hold: signal.hold,
        case: record.case,
    })
}
