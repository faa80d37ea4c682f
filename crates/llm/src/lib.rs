//! Optional sharpeners of grouping: embeddings and a yes/no judge behind an OpenAI- or Anthropic-compatible endpoint.
//!
//! ```text
//!   a pair and its deterministic score ─▶ in doubt? ─▶ cache ─▶ budget ─▶ endpoint, within a limit of time
//!                                           │ no                            │ nothing that can be used
//!                                           └───────────▶ the same score ◀──┘   and the reason why
//! ```
//!
//! Off by default, and never needed: whatever fails, the deterministic score stands and the answer says why. What
//! signals say is sent as fenced data, cut, and what comes back counts only if it is exactly a yes, a no or a number.
//! Called by the planner while it gathers, through the trait [`Sharpen`]; it must never decide anything itself, and no
//! text of an endpoint goes any further than this crate.

mod cache;
mod config;
mod dialect;
mod endpoint;
mod prompt;
mod sharpen;

pub use config::{ConfigError, Dialect, Doubt, EmbeddingsConfig, EndpointConfig, JudgeConfig, SharpenConfig};
pub use sharpen::{
    AnswerFrom, Off, Outcome, Pair, Sharpen, SharpenError, Sharpened, Sharpener, Sharpeners, Step, WhyNot,
};
