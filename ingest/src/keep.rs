//! What was read of one record into the part under construction: kept, or refused with its reason. Pure; called by
//! whoever reads: the pass, the doors, hooks and retries.

use signalbox_domain::ids::ProjectId;
use signalbox_domain::names::SourceName;
use signalbox_domain::record::RecordOrigin;
use signalbox_runtime::SealError;

use crate::fold::{FoldContext, Folder, Refusal};
use crate::formats::RECORD_LIMIT;
use crate::gather::Gathering;
use crate::keys::FingerprintConfig;
use crate::observation::{ProjectHint, Reading, Unreadable};

/// The record itself: what of it could not be read is one row, with all of it.
pub(crate) struct Whole<'a> {
    pub(crate) source: &'a SourceName,
    pub(crate) origin: RecordOrigin,
    pub(crate) bytes: &'a [u8],
    /// Of the record as it came, where `bytes` was cut.
    pub(crate) size: usize,
}

/// What stands still meanwhile.
pub(crate) struct Keeping<'a> {
    pub(crate) fingerprints: &'a FingerprintConfig,
    pub(crate) gathering: &'a Gathering,
    pub(crate) fold: &'a FoldContext<'a>,
}

/// The items of one record. What is refused of it, however much, is one of them.
pub(crate) struct Items {
    pub(crate) items: u64,
    pub(crate) not_signals: u64,
}

pub(crate) fn keep(
    folder: &mut Folder,
    reading: Result<Reading, Unreadable>,
    project: impl Fn(&ProjectHint) -> Option<ProjectId>,
    whole: Whole<'_>,
    keeping: &Keeping<'_>,
) -> Result<Items, SealError> {
    let Reading { kept, noted, not_signals, refused } =
        reading.unwrap_or_else(|error| Reading { refused: vec![error], ..Reading::default() });
    let mut items = not_signals;
    let mut troubles: Vec<(&'static str, String)> =
        refused.iter().map(|error| (error.code(), error.to_string())).collect();
    for observation in kept {
        match project(&observation.project) {
            Some(project) => {
                folder.add(project, observation, keeping.fingerprints, keeping.fold);
                items += 1;
            }
            None => troubles.push(("no-project", no_project(&observation.project))),
        }
    }
    for noted in &noted {
        // What belongs to nobody here is no trouble: it hints at no work.
        if let Some(project) = project(noted.project().unwrap_or(&ProjectHint::Silent)) {
            folder.note(project, noted, whole.source, keeping.gathering, keeping.fold);
        }
    }
    if let Some((code, words)) = troubles.first() {
        let words = match troubles.len() {
            1 => words.clone(),
            count => format!("{words}; and {} more of this record", count - 1),
        };
        folder.refuse(refusal(whole, code, words), keeping.fold)?;
        items += 1;
    }
    Ok(Items { items, not_signals })
}

pub(crate) fn refusal<'a>(whole: Whole<'a>, code: &'static str, words: String) -> Refusal<'a> {
    let Whole { source, origin, bytes, size } = whole;
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    Refusal {
        source: source.clone(),
        origin,
        code,
        words,
        bytes: bytes.get(..RECORD_LIMIT).unwrap_or(bytes),
        size,
    }
}

/// A name stands in the record, so it is not repeated.
fn no_project(hint: &ProjectHint) -> String {
    match hint {
        ProjectHint::Team(team) => format!("no project is set for team {team}"),
        ProjectHint::Name(_) => "no project of the record's name is set for this source".to_owned(),
        ProjectHint::Silent => "the record does not say whose it is".to_owned(),
    }
}
