//! Records that are kept and make no work: too old, or of a host on which the product is developed. What their sender says
//! itself (an issue that is resolved, a migration of history) comes first. Pure; called by the fold.

pub(crate) mod hosts;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::signal::HoldReason;
use signalbox_domain::time::Timestamp;

use crate::config::ConfigProblem;
use crate::observation::Observation;
use hosts::{is_development, matches};

/// Which records are held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HoldConfig {
    /// What happened longer ago than this when it came; none for any age.
    #[serde(skip_serializing_if = "Option::is_none", with = "age")]
    pub older_than: Option<Duration>,
    /// What happened on this computer or at a private address.
    pub development_hosts: bool,
    /// Further hosts: names, addresses, or `*.` and a domain.
    pub hosts: Vec<String>,
}

impl Default for HoldConfig {
    fn default() -> Self {
        Self { older_than: None, development_hosts: true, hosts: Vec::new() }
    }
}

/// A duration that may be left out.
mod age {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Age(#[serde(with = "signalbox_runtime::duration::positive")] Duration);

    pub(super) fn serialize<S: Serializer>(age: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
        age.map(Age).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<Age>::deserialize(from)?.map(|Age(age)| age))
    }
}

impl HoldConfig {
    /// What is wrong, with its key.
    pub(crate) fn check(&self) -> Result<(), (String, ConfigProblem)> {
        let wrong = |pattern: &&String| {
            let name = pattern.strip_prefix("*.").unwrap_or(pattern);
            name.is_empty() || name.contains(['*', '/', ' ', '@']) || name.starts_with('.')
        };
        match self.hosts.iter().position(|pattern| wrong(&pattern)) {
            Some(index) => {
                let expected = "a host such as shop.test or 10.1.2.3, or a domain such as *.shop.test";
                Err((format!("hosts[{index}]"), ConfigProblem::Missing { expected }))
            }
            None => Ok(()),
        }
    }

    /// Why this record is held, if it is.
    pub(crate) fn of(&self, observation: &Observation, received_at: Timestamp) -> Option<HoldReason> {
        observation
            .hold
            .or_else(|| self.by_host(observation))
            .or_else(|| self.by_age(observation, received_at))
    }

    fn by_host(&self, observation: &Observation) -> Option<HoldReason> {
        let host = hosts::bare(observation.host.as_deref()?);
        let is_held = (self.development_hosts && is_development(&host))
            || self.hosts.iter().any(|pattern| matches(pattern, &host));
        is_held.then_some(HoldReason::DevelopmentHost)
    }

    fn by_age(&self, observation: &Observation, received_at: Timestamp) -> Option<HoldReason> {
        let (oldest, at) = (self.older_than?, observation.occurred_at?);
        (received_at.since(at) > oldest).then_some(HoldReason::TooOld)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use signalbox_domain::provenance::Sourced;
    use signalbox_domain::signal::SourceFamily;

    use super::*;
    use crate::identity::RecordIdentity;

    fn observation(host: Option<&str>, hours_ago: u64, hold: Option<HoldReason>) -> (Observation, Timestamp) {
        let now = Timestamp::from_micros(1_795_249_800_000_000);
        let identity = RecordIdentity::Own("a".to_owned());
        let title = Sourced::stranger("a".to_owned());
        let observation = Observation {
            host: host.map(str::to_owned),
            occurred_at: Some(now.minus(Duration::from_secs(hours_ago * 3600))),
            hold,
            ..Observation::new(SourceFamily::Custom, "a".parse().unwrap(), identity, title)
        };
        (observation, now)
    }

    #[test]
    fn what_is_old_or_of_a_development_host_is_held() {
        let config: HoldConfig =
            serde_json::from_value(json!({"older_than": "2d", "hosts": ["*.shop.test"]})).unwrap();
        let hold = |host, hours, own| {
            let (observation, now) = observation(host, hours, own);
            config.of(&observation, now)
        };
        assert_eq!(hold(Some("shop.example"), 47, None), None);
        assert_eq!(hold(Some("shop.example"), 49, None), Some(HoldReason::TooOld));
        assert_eq!(hold(Some("localhost:3000"), 1, None), Some(HoldReason::DevelopmentHost));
        assert_eq!(hold(Some("eu.Shop.test"), 49, None), Some(HoldReason::DevelopmentHost));
        let resolved = Some(HoldReason::UpstreamResolved);
        assert_eq!(hold(Some("localhost"), 49, resolved), resolved, "what the sender says comes first");
        let (unset, now) = observation(None, 10_000, None);
        assert_eq!(HoldConfig::default().of(&unset, now), None, "any age, unless the settings say otherwise");
        let off = HoldConfig { development_hosts: false, ..HoldConfig::default() };
        assert_eq!(off.of(&observation(Some("localhost"), 0, None).0, now), None);
    }

    #[test]
    fn wrong_ones_are_refused_by_name() {
        let check = |value: serde_json::Value| {
            serde_json::from_value::<HoldConfig>(value).unwrap().check().map_err(|(key, _)| key)
        };
        assert_eq!(check(json!({"hosts": ["shop.test", "*.shop.test", "::1"]})), Ok(()));
        for wrong in ["", "*", "*.", "a.*.b", "https://shop.test", "a b"] {
            assert_eq!(check(json!({"hosts": ["ok.test", wrong]})), Err("hosts[1]".to_owned()), "{wrong}");
        }
        assert!(serde_json::from_value::<HoldConfig>(json!({"older_than": "0s"})).is_err());
        let config: HoldConfig = serde_json::from_value(json!({"older_than": "7d"})).unwrap();
        assert_eq!(serde_json::to_value(config).unwrap()["older_than"], json!("7d"));
    }
}
