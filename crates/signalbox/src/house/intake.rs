//! Ingest's doors for the server: signals that come over the API, and what unchanged SDKs send.

use std::sync::Arc;

use signalbox_control::views::{LoadResult, RetryResult, SignalResult};
use signalbox_domain::ids::QuarantineId;
use signalbox_domain::provenance::Provenance;
use signalbox_ingest::{
    Accepted, Counts, Dialect, Door, Format, GroupError, ItemResult, Load, LoadError, Loaded, Loader,
    Retried, Retry, RetryError, SdkBody, SdkDoor, SdkRefused, SdkTaken,
};
use signalbox_server::{
    Accepting, FileIntake, IntakeError, LoadFailure, LoadRequest, Loading, QuarantineRetry, RetryFailure,
    Retrying, SdkDialect, SdkFailure, SdkIntake, SdkRequest, SdkTaking, SignalIntake,
};

pub(crate) struct DoorIntake(Arc<Door>);

impl DoorIntake {
    pub(crate) fn new(door: Door) -> Self {
        Self(Arc::new(door))
    }
}

impl SignalIntake for DoorIntake {
    fn accept(&self, items: Vec<Vec<u8>>, from: Provenance) -> Accepting<'_> {
        Box::pin(async move {
            let values = items.iter().map(|item| Door::read_item(item)).collect();
            let results = self.0.accept(values, from).await.map_err(|error| {
                let passing = error.is_passing();
                intake_error(error, passing)
            })?;
            Ok(results.into_iter().map(said).collect())
        })
    }
}

fn said(result: ItemResult) -> SignalResult {
    match result {
        ItemResult::Accepted(Accepted::New { signal }) => SignalResult::New { signal },
        ItemResult::Accepted(Accepted::Folded) => SignalResult::Folded,
        ItemResult::Accepted(Accepted::Duplicate) => SignalResult::Duplicate,
        ItemResult::Refused { at, expected } => SignalResult::Refused { at, expected },
    }
}

pub(crate) struct SdkDoorIntake(pub(crate) SdkDoor);

impl SdkIntake for SdkDoorIntake {
    fn take(&self, request: SdkRequest) -> SdkTaking<'_> {
        Box::pin(async move {
            let SdkRequest { dialect, key, encoding, bytes } = request;
            let dialect = match dialect {
                SdkDialect::Posthog => Dialect::Posthog,
                SdkDialect::Sentry => Dialect::Sentry,
            };
            let taken = self.0.take(SdkBody { dialect, key, encoding, bytes }).await;
            taken.map(|SdkTaken { ids }| ids).map_err(sdk_failure)
        })
    }
}

fn sdk_failure(refused: SdkRefused) -> SdkFailure {
    let passing = match &refused {
        SdkRefused::NoKey | SdkRefused::UnknownKey => return SdkFailure::Key,
        SdkRefused::Unreadable(error) => return SdkFailure::Unreadable(error.to_string()),
        SdkRefused::TooMany { wait } => return SdkFailure::TooMany { wait: *wait },
        SdkRefused::Store(error) => error.is_passing(),
        SdkRefused::Commit(GroupError::Store(error)) => error.is_passing(),
        SdkRefused::Commit(GroupError::Crowded) => true,
        SdkRefused::Commit(GroupError::Ended) | SdkRefused::Seal(_) | SdkRefused::Reading(_) => false,
    };
    intake_error(refused, passing).into()
}

/// Reads quarantined records again.
pub(crate) struct RetryIntake(pub(crate) Retry);

impl QuarantineRetry for RetryIntake {
    fn retry(&self, id: QuarantineId) -> Retrying<'_> {
        Box::pin(async move {
            match self.0.retry(id).await {
                Ok(Retried { kept, duplicate, not_a_signal }) => {
                    Ok(RetryResult { kept, duplicate, not_a_signal })
                }
                Err(RetryError::Missing) => Err(RetryFailure::Missing),
                Err(RetryError::Store(error)) => {
                    let passing = error.is_passing();
                    Err(intake_error(error, passing).into())
                }
                Err(error @ RetryError::Seal(_)) => Err(intake_error(error, false).into()),
                Err(error) => Err(RetryFailure::Stays(error.to_string())),
            }
        })
    }
}

/// Loads files.
pub(crate) struct FileLoad(pub(crate) Loader);

impl FileIntake for FileLoad {
    fn load(&self, request: LoadRequest) -> Loading<'_> {
        Box::pin(async move {
            let LoadRequest { format, project, file, from, records } = request;
            let Some(format) = Format::from_name(&format) else {
                let names: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
                return Err(LoadFailure::Format(names.join(", ")));
            };
            match self.0.load(&Load { format, project, file, from, records }).await {
                Ok(loaded) => Ok(load_result(loaded)),
                Err(LoadError::Store(error)) => {
                    let passing = error.is_passing();
                    Err(intake_error(error, passing).into())
                }
                Err(error @ LoadError::Seal(_)) => Err(intake_error(error, false).into()),
            }
        })
    }
}

fn load_result(Loaded { next, counts }: Loaded) -> LoadResult {
    let taken = counts.is_some();
    let Counts { read, kept, held, overflow, not_a_signal, duplicate, quarantined, new_signals, .. } =
        counts.unwrap_or_default();
    LoadResult { next, taken, read, kept, held, overflow, not_a_signal, duplicate, quarantined, new_signals }
}

fn intake_error(error: impl std::error::Error + Send + Sync + 'static, passing: bool) -> IntakeError {
    if passing { IntakeError::Unavailable(Box::new(error)) } else { IntakeError::Failed(Box::new(error)) }
}
