//! What makes a record one signal with others. Formats say it; keys are made of it where the record is folded, by every
//! version in use, as the settings say. Called by the fold and by the lab.

use signalbox_domain::signal::{Fingerprint, SourceFamily};
use signalbox_similarity::fingerprint::{Identity, Upstream, UpstreamPolicy};
use signalbox_similarity::frames::ParsedTrace;

use crate::keys::FingerprintConfig;

/// What tells signals of one family and kind apart.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordIdentity {
    /// What the record is about has a name of its own: an element of a page, an issue, a rule. No setting changes it.
    Own(String),
    /// What the record says, behind what its sender says about identity.
    Told(Box<Told>),
}

/// The evidence for an identity, the strongest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// A team's own fingerprint, in parts; where it has none, there are none.
    pub parts: Vec<IdentityPart>,
    /// The tracker's issue.
    pub issue: Option<String>,
    pub trace: Option<ParsedTrace>,
    /// What is the same in every record of it.
    pub words: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityPart {
    Text(String),
    /// Where a team's own fingerprint means the one that it would have had otherwise.
    Ours,
}

impl Told {
    pub(crate) fn words(words: &str) -> RecordIdentity {
        Self { words: words.to_owned(), ..Self::default() }.into()
    }
}

impl From<Told> for RecordIdentity {
    fn from(told: Told) -> Self {
        Self::Told(Box::new(told))
    }
}

impl RecordIdentity {
    /// The keys by each version in use, the oldest first; never none.
    pub(crate) fn keys(
        &self,
        family: SourceFamily,
        kind: &str,
        config: &FingerprintConfig,
    ) -> Vec<Fingerprint> {
        match self {
            Self::Own(own) => {
                let upstream = Upstream { issue: None, fingerprint: Some(own.clone()) };
                let honoured =
                    FingerprintConfig { upstream: UpstreamPolicy::Honour, versions: config.versions.clone() };
                honoured.keys(&identity(family, kind, &Told::default(), &upstream))
            }
            Self::Told(told) => told.keys(family, kind, config),
        }
    }
}

impl Told {
    fn keys(&self, family: SourceFamily, kind: &str, config: &FingerprintConfig) -> Vec<Fingerprint> {
        let keys = |upstream: &Upstream| config.keys(&identity(family, kind, self, upstream));
        if !self.parts.contains(&IdentityPart::Ours) {
            let own = (!self.parts.is_empty()).then(|| joined(&self.parts, ""));
            return keys(&Upstream { issue: self.issue.clone(), fingerprint: own });
        }
        // Each version has a key of ours of its own.
        let ours = keys(&Upstream::default()).into_iter().enumerate();
        let own = |ours: &Fingerprint| joined(&self.parts, &ours.key);
        ours.filter_map(|(version, ours)| {
            keys(&Upstream { issue: None, fingerprint: Some(own(&ours)) }).into_iter().nth(version)
        })
        .collect()
    }
}

fn joined(parts: &[IdentityPart], ours: &str) -> String {
    let parts = parts.iter().map(|part| match part {
        IdentityPart::Text(text) => text.as_str(),
        IdentityPart::Ours => ours,
    });
    parts.collect::<Vec<_>>().join("\u{1f}")
}

fn identity<'a>(family: SourceFamily, kind: &'a str, told: &'a Told, upstream: &'a Upstream) -> Identity<'a> {
    Identity {
        source: family.name(),
        kind,
        title: &told.words,
        trace: told.trace.as_ref(),
        upstream: Some(upstream),
        policy: UpstreamPolicy::Honour,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(
        identity: impl Into<RecordIdentity>,
        upstream: UpstreamPolicy,
        versions: &[u16],
    ) -> Vec<Fingerprint> {
        let config = FingerprintConfig { upstream, versions: versions.to_vec() };
        identity.into().keys(SourceFamily::ErrorTracking, "exception", &config)
    }

    fn told(words: &str, parts: &[IdentityPart]) -> Told {
        Told { words: words.to_owned(), parts: parts.to_vec(), ..Told::default() }
    }

    #[test]
    fn what_is_its_own_stays_so_whatever_the_settings_say() {
        let own = |name: &str, upstream| keys(RecordIdentity::Own(name.to_owned()), upstream, &[1]);
        assert_eq!(own("a", UpstreamPolicy::Honour), own("a", UpstreamPolicy::Ignore));
        assert_ne!(own("a", UpstreamPolicy::Ignore), own("b", UpstreamPolicy::Ignore));
    }

    #[test]
    fn a_teams_fingerprint_may_stand_on_ours() {
        let text = |text: &str| IdentityPart::Text(text.to_owned());
        let honour = |told: Told| keys(told, UpstreamPolicy::Honour, &[1, 2]);
        let both = [IdentityPart::Ours, text("eu")];
        assert_ne!(honour(told("one", &both)), honour(told("other", &both)));
        assert_ne!(honour(told("one", &both)), honour(told("one", &[])));
        assert_eq!(honour(told("one", &[text("eu")])), honour(told("other", &[text("eu")])));
        let versions: Vec<u16> = honour(told("one", &both)).iter().map(|key| key.version).collect();
        assert_eq!(versions, [1, 2], "one a version, the oldest first");
        assert_eq!(
            keys(told("one", &both), UpstreamPolicy::Ignore, &[1]),
            keys(told("one", &[]), UpstreamPolicy::Ignore, &[1])
        );
    }
}
