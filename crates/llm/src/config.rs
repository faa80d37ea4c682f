//! The settings of the sharpeners. Without any, both are off. Checked when they are read; a key never stands in them.

use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use signalbox_domain::secret_ref::SecretRef;
use signalbox_runtime::QuotaConfig;

/// Everything the sharpeners are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, try_from = "Unchecked")]
pub struct SharpenConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embeddings: Option<EmbeddingsConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge: Option<JudgeConfig>,
    /// Which scores are worth a question.
    pub doubt: Doubt,
    /// How long one question may take.
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub timeout: Duration,
    /// Answers kept, so that a question is asked once.
    pub cached_answers: NonZeroUsize,
    /// The budget: questions in each window, of all processes together.
    pub questions: NonZeroU64,
    #[serde(with = "signalbox_runtime::duration::positive")]
    pub questions_window: Duration,
    /// Questions that one plan waits for; what is in doubt beyond them is left to the features.
    pub questions_a_plan: NonZeroU32,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
            questions: const { NonZeroU64::new(1000).unwrap() },
            questions_window: Duration::from_hours(24),
            questions_a_plan: const { NonZeroU32::new(20).unwrap() },
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
    questions: NonZeroU64,
    #[serde(with = "signalbox_runtime::duration::positive")]
    questions_window: Duration,
    questions_a_plan: NonZeroU32,
    budget: QuotaConfig,
}

impl Default for Unchecked {
    fn default() -> Self {
        let SharpenConfig {
            embeddings,
            judge,
            doubt,
            timeout,
            cached_answers,
            questions,
            questions_window,
            questions_a_plan,
            budget,
        } = SharpenConfig::default();
        Self {
            embeddings,
            judge,
            doubt,
            timeout,
            cached_answers,
            questions,
            questions_window,
            questions_a_plan,
            budget,
        }
    }
}

impl TryFrom<Unchecked> for SharpenConfig {
    type Error = ConfigError;

    fn try_from(unchecked: Unchecked) -> Result<Self, ConfigError> {
        let Unchecked {
            embeddings,
            judge,
            doubt,
            timeout,
            cached_answers,
            questions,
            questions_window,
            questions_a_plan,
            budget,
        } = unchecked;
        doubt.check()?;
        embeddings.as_ref().map_or(Ok(()), EmbeddingsConfig::check)?;
        judge.as_ref().map_or(Ok(()), |judge| judge.endpoint.check("judge"))?;
        Ok(Self {
            embeddings,
            judge,
            doubt,
            timeout,
            cached_answers,
            questions,
            questions_window,
            questions_a_plan,
            budget,
        })
    }
}

impl SharpenConfig {
    /// Whether anybody is asked at all.
    pub fn is_on(&self) -> bool {
        self.embeddings.is_some() || self.judge.is_some()
    }
}

impl Doubt {
    /// Whether a score is worth a question.
    pub fn holds(&self, score: f32) -> bool {
        self.from < score && score < self.to
    }

    fn check(&self) -> Result<(), ConfigError> {
        let fits = 0.0 <= self.from && self.from < self.to && self.to <= 1.0;
        if fits { Ok(()) } else { Err(ConfigError::Doubt) }
    }
}

impl EmbeddingsConfig {
    fn check(&self) -> Result<(), ConfigError> {
        if !(-1.0 <= self.unlike && self.unlike < self.alike && self.alike <= 1.0) {
            return Err(ConfigError::Cosines);
        }
        if self.endpoint.dialect == Dialect::Anthropic {
            return Err(ConfigError::NoEmbeddings);
        }
        self.endpoint.check("embeddings")
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
            (json!({"questions_a_plan": 0}), "nonzero"),
            (json!({"questions": 0}), "nonzero"),
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
