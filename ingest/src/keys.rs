//! The keys of an observation: by every version in use, the oldest first. Settings say which versions those are and
//! whether a sender's own identity is taken as ours. Called by the formats; what a key leads to is the store's business.
//!
//! ```text
//!   version N alone ─▶ N and N + 1 side by side (the overlap) ─▶ N + 1 alone
//! ```
//!
//! During the overlap each record writes its newer key beside the older one, so that afterwards the newer key alone
//! still finds the signal. The overlap may end when everything that matters was seen once more.

use serde::{Deserialize, Serialize};
use signalbox_domain::signal::Fingerprint;
use signalbox_similarity::fingerprint::{
    FINGERPRINT_VERSION, Identity, OVERLAPPING_VERSIONS, UpstreamPolicy, fingerprints,
};

/// Each costs a look-up a fold.
const MOST_VERSIONS: usize = 3;

/// How keys are made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, try_from = "Unchecked")]
pub struct FingerprintConfig {
    /// Whether a tracker's issue id or a team's own fingerprint is the identity.
    pub upstream: UpstreamPolicy,
    /// The versions side by side; the newest alone, but during an upgrade.
    pub versions: Vec<u16>,
}

impl Default for FingerprintConfig {
    fn default() -> Self {
        let overlapping = OVERLAPPING_VERSIONS.iter().copied();
        Self {
            upstream: UpstreamPolicy::default(),
            versions: overlapping.chain([FINGERPRINT_VERSION]).collect(),
        }
    }
}

/// The same shape before it was checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Unchecked {
    upstream: UpstreamPolicy,
    versions: Vec<u16>,
}

impl Default for Unchecked {
    fn default() -> Self {
        let FingerprintConfig { upstream, versions } = FingerprintConfig::default();
        Self { upstream, versions }
    }
}

/// Why the settings of keys are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("versions: expected 1 to {MOST_VERSIONS} of 1 to {FINGERPRINT_VERSION}")]
pub struct UnknownVersions;

impl TryFrom<Unchecked> for FingerprintConfig {
    type Error = UnknownVersions;

    fn try_from(unchecked: Unchecked) -> Result<Self, UnknownVersions> {
        let Unchecked { upstream, versions } = unchecked;
        let known = versions.iter().all(|version| (1..=FINGERPRINT_VERSION).contains(version));
        if !known || !(1..=MOST_VERSIONS).contains(&versions.len()) {
            return Err(UnknownVersions);
        }
        Ok(Self { upstream, versions })
    }
}

impl FingerprintConfig {
    /// The keys of this identity, the oldest version first; never none.
    pub(crate) fn keys(&self, identity: &Identity<'_>) -> Vec<Fingerprint> {
        let identity = Identity { policy: self.upstream, ..*identity };
        let versions: &[u16] = if self.versions.is_empty() { &[FINGERPRINT_VERSION] } else { &self.versions };
        let newest_first = fingerprints(&identity, versions);
        newest_first
            .into_iter()
            .rev()
            .map(|key| Fingerprint { version: key.version, key: format!("{:032x}", key.key) })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use signalbox_similarity::fingerprint::Upstream;

    use super::*;

    fn identity(upstream: &Upstream) -> Identity<'_> {
        Identity {
            source: "alerts",
            kind: "slow",
            title: "checkout is slow",
            trace: None,
            upstream: Some(upstream),
            policy: UpstreamPolicy::Honour,
        }
    }

    #[test]
    fn keys_come_oldest_first_and_the_older_one_does_not_change() {
        let none = Upstream::default();
        let keys = |versions: &[u16]| {
            let config = FingerprintConfig { versions: versions.to_vec(), ..FingerprintConfig::default() };
            config.keys(&identity(&none))
        };
        let (one, both, two) = (keys(&[1]), keys(&[2, 1]), keys(&[2]));
        assert_eq!(both, [one, two].concat());
        assert_eq!(keys(&[]), FingerprintConfig::default().keys(&identity(&none)));
    }

    #[test]
    fn a_senders_identity_counts_unless_the_settings_say_otherwise() {
        let (one, other) = (
            Upstream { issue: Some("7".into()), fingerprint: None },
            Upstream { issue: Some("8".into()), fingerprint: None },
        );
        let keys = |upstream: UpstreamPolicy, issue: &Upstream| {
            FingerprintConfig { upstream, ..FingerprintConfig::default() }.keys(&identity(issue))
        };
        assert_ne!(keys(UpstreamPolicy::Honour, &one), keys(UpstreamPolicy::Honour, &other));
        assert_eq!(keys(UpstreamPolicy::Ignore, &one), keys(UpstreamPolicy::Ignore, &other));
    }

    #[test]
    fn settings_name_versions_that_this_program_knows() {
        let read = |value| serde_json::from_value::<FingerprintConfig>(value);
        assert_eq!(read(json!({})).unwrap(), FingerprintConfig::default());
        assert_eq!(read(json!({"upstream": "ignore"})).unwrap().upstream, UpstreamPolicy::Ignore);
        for wrong in [json!([]), json!([0]), json!([FINGERPRINT_VERSION + 1]), json!([1, 1, 1, 1])] {
            let error = read(json!({ "versions": wrong })).unwrap_err().to_string();
            assert!(error.contains("versions: expected"), "{error}");
        }
    }
}
