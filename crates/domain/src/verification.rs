//! A verification: after the change is out, did the case's signals stop?

use serde::{Deserialize, Serialize};

use crate::form::Form;
use crate::ids::{CaseId, ChangeId, VerificationId};
use crate::states::VerificationState;
use crate::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    pub id: VerificationId,
    pub case: CaseId,
    pub generation: u32,
    pub change: ChangeId,
    pub state: VerificationState,
    /// Signals a unit of exposure before the change, without the spike.
    pub rate_before: f64,
    /// Sessions, events or hours of the fixed release so far.
    pub exposure: f64,
    /// Signals seen under that exposure.
    pub seen: u64,
    pub since: Timestamp,
}

impl Form for Verification {
    const NAME: &'static str = "verification";
    const VERSION: u16 = 1;
}
