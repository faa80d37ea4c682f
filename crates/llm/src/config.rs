//! The settings of the sharpeners. Without any, both are off. Checked when they are read; a key never stands in them.

use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::secret_ref::SecretRef;
use signalbox_runtime::QuotaConfig;

/// Everything the sharpeners are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, try_from = "Unchecked")]
pub struct SharpenConfig {
    pub embeddings: Option<EmbeddingsConfig>,
    pub judge: Option<JudgeConfig>,
    /// Which scores are worth a question.
    pub doubt: Doubt,
    /// How long one question may take.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub timeout: Duration,
    /// Answers kept, so that a question is asked once.
    pub cached_answers: NonZeroUsize,
    /// How this process spreads its share of the budget, in questions.
    pub budget: QuotaConfig,
}

/// Where questions go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointConfig {
    pub dialect: Dialect,
    /// Up to the version, as vendors print it: `https://host/v1`.
    pub url: String,
    pub model: String,
    #[serde(default)]
    pub key: Option<SecretRef>,
}

/// How an endpoint is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    Openai,
    Anthropic,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmbeddingsConfig {
    pub endpoint: EndpointConfig,
    /// The cosine at and below which two texts are as unlike as doubt allows.
    #[serde(default = "unlike")]
    pub unlike: f32,
    /// The cosine at and above which they are as alike as doubt allows.
    #[serde(default = "alike")]
    pub alike: f32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeConfig {
    pub endpoint: EndpointConfig,
}

/// Scores between the two are in doubt: a sharpener is asked, and moves the score within these bounds only.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Doubt {
    pub from: f32,
    pub to: f32,
}

impl Default for SharpenConfig {
    fn default() -> Self {
        Self {
            embeddings: None,
            judge: None,
            doubt: Doubt { from: 0.35, to: 0.65 },
            timeout: Duration::from_secs(10),
            cached_answers: const { NonZeroUsize::new(4096).unwrap() },
            budget: QuotaConfig::default(),
        }
    }
}

const fn unlike() -> f32 {
    0.5
}

const fn alike() -> f32 {
    0.9
}

/// Why settings are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("doubt: expected 0 <= from < to <= 1")]
    Doubt,
    #[error("embeddings: expected -1 <= unlike < alike <= 1")]
    Cosines,
    #[error("{which}.endpoint.url: expected http:// or https:// and a host, without a user or a query")]
    Url { which: &'static str },
    #[error("{which}.endpoint.model: expected the name of a model")]
    Model { which: &'static str },
    #[error("embeddings.endpoint.dialect: expected openai; anthropic has no embeddings")]
    NoEmbeddings,
}

/// The same shape before it was checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Unchecked {
    embeddings: Option<EmbeddingsConfig>,
    judge: Option<JudgeConfig>,
    doubt: Doubt,
    #[serde(with = "signalbox_runtime::duration::positive")]
    timeout: Duration,
    cached_answers: NonZeroUsize,
    budget: QuotaConfig,
}

impl Default for Unchecked {
    fn default() -> Self {
        let SharpenConfig { embeddings, judge, doubt, timeout, cached_answers, budget } =
            SharpenConfig::default();
        Self { embeddings, judge, doubt, timeout, cached_answers, budget }
    }
}

impl TryFrom<Unchecked> for SharpenConfig {
    type Error = ConfigError;

    fn try_from(unchecked: Unchecked) -> Result<Self, ConfigError> {
        let Unchecked { embeddings, judge, doubt, timeout, cached_answers, budget } = unchecked;
        if !(0.0 <= doubt.from && doubt.from < doubt.to && doubt.to <= 1.0) {
            return Err(ConfigError::Doubt);
        }
        if let Some(embeddings) = &embeddings {
            if !(-1.0 <= embeddings.unlike && embeddings.unlike < embeddings.alike && embeddings.alike <= 1.0)
            {
                return Err(ConfigError::Cosines);
            }
            if embeddings.endpoint.dialect == Dialect::Anthropic {
                return Err(ConfigError::NoEmbeddings);
            }
            embeddings.endpoint.check("embeddings")?;
        }
        if let Some(judge) = &judge {
            judge.endpoint.check("judge")?;
        }
        Ok(Self { embeddings, judge, doubt, timeout, cached_answers, budget })
    }
}

impl EndpointConfig {
    fn check(&self, which: &'static str) -> Result<(), ConfigError> {
        let url = reqwest::Url::parse(&self.url).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
        });
        if url.is_none() {
            return Err(ConfigError::Url { which });
        }
        if self.model.trim().is_empty() { Err(ConfigError::Model { which }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(value: Value) -> Result<SharpenConfig, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn without_settings_both_are_off() {
        let config = read(json!({})).unwrap();
        assert_eq!(config, SharpenConfig::default());
        assert_eq!((config.embeddings, config.judge), (None, None));
    }

    #[test]
    fn wrong_settings_are_refused_by_name() {
        let endpoint = |dialect: &str, url: &str| json!({"dialect": dialect, "url": url, "model": "m"});
        let wrong = [
            (json!({"doubt": {"from": 0.7, "to": 0.6}}), "doubt"),
            (json!({"timeout": "0s"}), "longer than 0s"),
            (
                json!({"embeddings": {"endpoint": endpoint("anthropic", "https://a.example/v1")}}),
                "no embeddings",
            ),
            (
                json!({"embeddings": {"endpoint": endpoint("openai", "https://a.example"), "alike": 2}}),
                "alike",
            ),
            (json!({"judge": {"endpoint": endpoint("openai", "ftp://a.example")}}), "judge.endpoint.url"),
            (
                json!({"judge": {"endpoint": endpoint("openai", "https://me:pw@a.example")}}),
                "judge.endpoint.url",
            ),
            (
                json!({"judge": {"endpoint": {"dialect": "openai", "url": "https://a.example", "model": " "}}}),
                "model",
            ),
            (
                json!({"judge": {"endpoint": {"dialect": "openai", "url": "https://a.example", "model": "m", "key": "sk-1"}}}),
                "never stands",
            ),
        ];
        for (value, named) in wrong {
            let error = read(value.clone()).unwrap_err();
            assert!(error.contains(named) && !error.contains("sk-1"), "{value}: {error}");
        }
    }
}
