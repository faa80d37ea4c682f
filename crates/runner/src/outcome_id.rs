//! The id of an attempt's outcome, derived and not drawn: a report that is sent again is the same outcome.

use sha2::{Digest, Sha256};
use signalbox_domain::ids::{OutcomeId, RunId};
use uuid::{Builder, Uuid, Variant, Version};

/// A UUID of the free version 8. It begins with the run's time, so outcomes sort by when their runs were made.
pub fn outcome_id(run: RunId, attempt: u32) -> OutcomeId {
    let run = run.uuid();
    let hash = Sha256::new()
        .chain_update(b"signalbox outcome\0")
        .chain_update(run.as_bytes())
        .chain_update(attempt.to_be_bytes())
        .finalize();
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = hashed);
    let (time, _) = run.as_bytes().split_at(6);
    bytes.iter_mut().zip(time).for_each(|(byte, time)| *byte = *time);
    let id: Uuid =
        Builder::from_bytes(bytes).with_version(Version::Custom).with_variant(Variant::RFC4122).into_uuid();
    OutcomeId::from_uuid(id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_attempt_has_one_id_and_no_two_share_it() {
        let run = |n: u128| RunId::from_uuid(Uuid::from_u128(n << 64));
        assert_eq!(outcome_id(run(1), 1), outcome_id(run(1), 1));
        let all: BTreeSet<_> =
            (0..50).flat_map(|n| (0..50).map(move |attempt| outcome_id(run(n), attempt))).collect();
        assert_eq!(all.len(), 2_500);
        assert_eq!(outcome_id(run(1), 1).uuid().get_version_num(), 8);
        assert!(outcome_id(run(1 << 40), 1) > outcome_id(run(1 << 30), 1));
    }
}
