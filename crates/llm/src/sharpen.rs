//! The border to the planner: a pair of texts with its deterministic score in, a score out, and what it rests on.
//!
//! A sharpener moves a score only within doubt, so it can neither join what grouping finds unlike nor part what it finds
//! the same. Embeddings come first; the judge is asked about what they leave in doubt.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{Clock, Quota, QuotaAnswer, QuotaLedger, error_chain};

use crate::cache::{Cache, Question};
use crate::config::{Doubt, EmbeddingsConfig, SharpenConfig};
use crate::dialect::{EMBEDDINGS_PATH, cosine, embeddings_body, judge_answer, judge_body, judge_path};
use crate::endpoint::{Endpoint, EndpointError};
use crate::prompt::{ordered, question, verdict};

/// Two signals that might be one case.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    pub one: &'a str,
    pub other: &'a str,
    /// What grouping found, 0..1.
    pub score: f32,
}

/// What the planner asks while it gathers.
pub trait Sharpen: Send + Sync {
    /// Which scores are worth a question; none where nobody is asked.
    fn doubt(&self) -> Option<Doubt>;

    fn sharpen(&self, pair: Pair<'_>) -> impl Future<Output = Sharpened> + Send;
}

/// A score and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Sharpened {
    pub score: f32,
    /// What each sharpener said, or why it said nothing; empty where none is set.
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub by: Sharpener,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharpener {
    Embeddings,
    Judge,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The cosine of embeddings, or how likely the judge finds it.
    Answered { value: f32, from: AnswerFrom },
    /// The score before it stands.
    NotUsed(WhyNot),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerFrom {
    Endpoint,
    Cache,
}

/// Why a sharpener was not used, so that the deterministic answer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhyNot {
    #[error("the score is not in doubt")]
    NotInDoubt,
    #[error("no answer within {limit:?}")]
    TimedOut { limit: Duration },
    #[error("the endpoint cannot be reached")]
    Unreachable,
    #[error("the endpoint says that it is asked too much")]
    TooManyQuestions,
    #[error("the endpoint answered with status {status}")]
    Status { status: u16 },
    #[error("what came back is no answer")]
    NoAnswer,
    #[error("the budget is spent until {until}")]
    BudgetSpent { until: Timestamp },
    #[error("the budget allows the next question in {wait:?}")]
    BudgetShaped { wait: Duration },
    #[error("the budget cannot be asked")]
    NoBudget,
}

impl WhyNot {
    /// The next question would wait as long in vain.
    pub fn takes_time(&self) -> bool {
        matches!(self, Self::TimedOut { .. } | Self::Unreachable)
    }
}

/// No sharpeners: nothing changes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Off;

impl Sharpen for Off {
    fn doubt(&self) -> Option<Doubt> {
        None
    }

    async fn sharpen(&self, pair: Pair<'_>) -> Sharpened {
        Sharpened { score: pair.score, steps: Vec::new() }
    }
}

/// Why sharpeners cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("setting up the sharpener {which}")]
pub struct SharpenError {
    which: Sharpener,
    source: EndpointError,
}

/// The sharpeners that are set, with their cache and their share of the budget.
#[derive(Debug)]
pub struct Sharpeners<L> {
    embeddings: Option<(Endpoint, EmbeddingsConfig)>,
    judge: Option<Endpoint>,
    doubt: Doubt,
    cache: Cache,
    budget: Budget<L>,
}

struct Budget<L>(Quota<L>);

impl<L: QuotaLedger> Sharpeners<L> {
    /// `budget` counts questions, of both sharpeners together.
    pub fn new(config: &SharpenConfig, budget: Quota<L>, clock: &Clock) -> Result<Self, SharpenError> {
        let endpoint = |which, endpoint| {
            Endpoint::new(endpoint, config.timeout, clock.clone())
                .map_err(|source| SharpenError { which, source })
        };
        let embeddings = match &config.embeddings {
            Some(one) => Some((endpoint(Sharpener::Embeddings, &one.endpoint)?, one.clone())),
            None => None,
        };
        let judge = config.judge.as_ref().map(|one| endpoint(Sharpener::Judge, &one.endpoint)).transpose()?;
        let cache = Cache::new(config.cached_answers);
        Ok(Self { embeddings, judge, doubt: config.doubt, cache, budget: Budget(budget) })
    }

    async fn by_embeddings(&self, endpoint: &Endpoint, pair: Pair<'_>) -> Outcome {
        let (one, other) = ordered(pair.one, pair.other);
        let body = embeddings_body(&endpoint.model, [one, other]);
        self.answered(asked(Sharpener::Embeddings, endpoint, one, other), async || {
            cosine(&endpoint.ask(EMBEDDINGS_PATH, &body).await?).ok_or(WhyNot::NoAnswer)
        })
        .await
    }

    async fn by_judge(&self, endpoint: &Endpoint, pair: Pair<'_>) -> Outcome {
        let (one, other) = ordered(pair.one, pair.other);
        let dialect = endpoint.dialect;
        let body = judge_body(dialect, &endpoint.model, &question(one, other));
        self.answered(asked(Sharpener::Judge, endpoint, one, other), async || {
            let answer = endpoint.ask(judge_path(dialect), &body).await?;
            judge_answer(dialect, &answer).and_then(verdict).ok_or(WhyNot::NoAnswer)
        })
        .await
    }

    /// From the cache, or by one question within the budget.
    async fn answered(&self, question: Question, ask: impl AsyncFnOnce() -> Result<f32, WhyNot>) -> Outcome {
        if let Some(value) = self.cache.get(&question) {
            return Outcome::Answered { value, from: AnswerFrom::Cache };
        }
        let answer = match self.budget.take().await {
            Ok(()) => ask().await,
            Err(spent) => Err(spent),
        };
        match answer {
            Ok(value) => {
                self.cache.put(question, value);
                Outcome::Answered { value, from: AnswerFrom::Endpoint }
            }
            Err(why) => Outcome::NotUsed(why),
        }
    }

    /// 0 is the least that doubt allows, 1 the most.
    fn within_doubt(&self, share: f32) -> f32 {
        self.doubt.from + share.clamp(0.0, 1.0) * (self.doubt.to - self.doubt.from)
    }
}

impl<S: Sharpen> Sharpen for Arc<S> {
    fn doubt(&self) -> Option<Doubt> {
        (**self).doubt()
    }

    fn sharpen(&self, pair: Pair<'_>) -> impl Future<Output = Sharpened> + Send {
        (**self).sharpen(pair)
    }
}

impl<L: QuotaLedger> Sharpen for Sharpeners<L> {
    fn doubt(&self) -> Option<Doubt> {
        (self.embeddings.is_some() || self.judge.is_some()).then_some(self.doubt)
    }

    async fn sharpen(&self, pair: Pair<'_>) -> Sharpened {
        let mut sharpened = Sharpened { score: pair.score, steps: Vec::new() };
        if let Some((endpoint, config)) = &self.embeddings {
            let outcome = if self.doubt.holds(sharpened.score) {
                self.by_embeddings(endpoint, pair).await
            } else {
                Outcome::NotUsed(WhyNot::NotInDoubt)
            };
            if let Outcome::Answered { value, .. } = outcome {
                let share = (value - config.unlike) / (config.alike - config.unlike);
                sharpened.score = self.within_doubt(share);
            }
            sharpened.steps.push(Step { by: Sharpener::Embeddings, outcome });
        }
        if let Some(endpoint) = &self.judge {
            let outcome = if self.doubt.holds(sharpened.score) {
                self.by_judge(endpoint, pair).await
            } else {
                Outcome::NotUsed(WhyNot::NotInDoubt)
            };
            if let Outcome::Answered { value, .. } = outcome {
                sharpened.score = self.within_doubt(value);
            }
            sharpened.steps.push(Step { by: Sharpener::Judge, outcome });
        }
        sharpened
    }
}

/// Everything that an answer depends on.
fn asked(by: Sharpener, endpoint: &Endpoint, one: &str, other: &str) -> Question {
    let mut hasher = Sha256::new();
    for part in [by.name(), endpoint.model.as_str(), one, other] {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().into()
}

impl<L: QuotaLedger> Budget<L> {
    async fn take(&self) -> Result<(), WhyNot> {
        match self.0.take(1).await {
            Ok(QuotaAnswer::Granted) => Ok(()),
            Ok(QuotaAnswer::Wait(wait)) => Err(WhyNot::BudgetShaped { wait }),
            Ok(QuotaAnswer::Exhausted { until }) => Err(WhyNot::BudgetSpent { until }),
            Err(error) => {
                tracing::warn!(error = %error_chain(&error), "the budget of the sharpeners cannot be asked");
                Err(WhyNot::NoBudget)
            }
        }
    }
}

impl<L> fmt::Debug for Budget<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Budget")
    }
}

impl Sharpener {
    fn name(self) -> &'static str {
        match self {
            Self::Embeddings => "embeddings",
            Self::Judge => "judge",
        }
    }
}

impl fmt::Display for Sharpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a decision says about it.
impl fmt::Display for Sharpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str("by the features alone");
        }
        for (at, Step { by, outcome }) in self.steps.iter().enumerate() {
            let between = if at == 0 { "" } else { "; " };
            match outcome {
                Outcome::Answered { value, from: AnswerFrom::Endpoint } => {
                    write!(f, "{between}{by} say {value:.2}")?;
                }
                Outcome::Answered { value, from: AnswerFrom::Cache } => {
                    write!(f, "{between}{by} said {value:.2} before")?;
                }
                Outcome::NotUsed(why) => write!(f, "{between}{by} not used: {why}")?,
            }
        }
        Ok(())
    }
}
