//! Logs to stderr, for people or as JSON, and traces to an OTLP collector when the environment asks for it.
//!
//! ```text
//! tracing ─┬─▶ filter ─▶ people or JSON ─▶ redact ─▶ stderr
//!          └─▶ filter ─▶ spans ─▶ redact ─▶ OTLP over HTTP (OTEL_*)
//! ```
//!
//! Nothing leaves without passing the redaction that the caller hands in. Metrics and logs are not exported by OTLP:
//! metrics are scraped from `/metrics`, logs are read from stderr. Started once, first thing, by the binary; stopped last.

mod otlp;
mod redaction;
#[cfg(test)]
mod tests;
mod trace_context;

use std::fmt;
use std::io::IsTerminal;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tracing::Subscriber;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer};

pub use redaction::Redact;
pub use trace_context::{continue_trace, current_traceparent};

use crate::{Clock, Tasks};
use otlp::Traces;
use redaction::RedactingWriter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    #[default]
    People,
    Json,
}

/// The knobs of the log. Traces have theirs in the `OTEL_*` variables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    pub format: LogFormat,
    /// A level, or directives such as "info,signalbox_ingest=debug".
    pub filter: String,
}

impl TelemetryConfig {
    /// Is the filter one? For whoever checks settings before anything starts.
    pub fn check(&self) -> Result<(), TelemetryError> {
        self.parsed_filter().map(drop)
    }

    fn parsed_filter(&self) -> Result<EnvFilter, TelemetryError> {
        // A bare word would be taken for a module, and a misspelt level would silence everything else.
        let bare = |word: &&str| !word.is_empty() && !word.contains(['=', '[', ']', '{', '}']);
        let mut words = self.filter.split(',').map(str::trim).filter(bare);
        if let Some(word) = words.find(|word| word.parse::<LevelFilter>().is_err()) {
            return Err(TelemetryError::Level { filter: self.filter.clone(), word: word.to_owned() });
        }
        EnvFilter::try_new(&self.filter)
            .map_err(|source| TelemetryError::Filter { filter: self.filter.clone(), source })
    }
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self { format: LogFormat::default(), filter: "info".to_owned() }
    }
}

/// Which build speaks, for the traces' resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceIdentity {
    pub name: &'static str,
    pub version: &'static str,
}

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("log filter {filter:?}: expected a level or directives such as \"info,signalbox_ingest=debug\"")]
    Filter {
        filter: String,
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    #[error(
        "log filter {filter:?}: {word:?} is no level: expected off, error, warn, info, debug or trace, or TARGET=LEVEL \
         such as signalbox_ingest=debug"
    )]
    Level { filter: String, word: String },
    #[error("{variable}={value}: expected {expected}")]
    Variable { variable: &'static str, value: String, expected: &'static str },
    #[error("could not build the OTLP exporter")]
    Exporter(#[source] opentelemetry_otlp::ExporterBuildError),
    #[error("could not build the HTTP client of the OTLP exporter")]
    HttpClient(#[source] reqwest::Error),
    #[error("the OTLP exporter needs a running tokio runtime")]
    NoRuntime(#[source] tokio::runtime::TryCurrentError),
    #[error("telemetry was started before")]
    Twice(#[source] TryInitError),
}

/// What became of the spans that were still waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flush {
    /// No traces are exported.
    NoExporter,
    Sent,
    /// The collector refused or was away for this many batches since the start.
    Failed {
        batches: u64,
    },
    NotWithin {
        bound: Duration,
    },
}

/// Telemetry under way.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<Traces>,
}

impl Telemetry {
    /// Starts it for the whole process. Within a tokio runtime, if traces are to be exported.
    pub fn start(
        config: &TelemetryConfig,
        identity: ServiceIdentity,
        clock: Clock,
        redact: Redact,
    ) -> Result<Self, TelemetryError> {
        let traces = Traces::from_environment(identity, redact.clone())?;
        let subscriber = subscriber(config, clock, redact, std::io::stderr, traces.as_ref())?;
        // This also takes in what libraries say by the `log` crate.
        subscriber.try_init().map_err(TelemetryError::Twice)?;
        std::panic::set_hook(Box::new(log_panic));
        Ok(Self { traces })
    }

    /// Sends what waits, within `bound`.
    pub async fn stop(self, tasks: &Tasks, bound: Duration) -> Flush {
        match self.traces {
            None => Flush::NoExporter,
            Some(traces) => {
                let flushed = tasks.spawn_blocking("telemetry flush", move || traces.flush(bound)).await;
                flushed.unwrap_or(Flush::NotWithin { bound })
            }
        }
    }
}

/// The layers, put together for one writer.
fn subscriber<W>(
    config: &TelemetryConfig,
    clock: Clock,
    redact: Redact,
    out: W,
    traces: Option<&Traces>,
) -> Result<Box<dyn Subscriber + Send + Sync>, TelemetryError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = config.parsed_filter()?;
    let writer = RedactingWriter::new(config.format, redact, out);
    let lines = tracing_subscriber::fmt::layer().with_timer(ClockTime(clock)).with_writer(writer);
    let lines = match config.format {
        LogFormat::People => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let spans = traces.map(Traces::layer);
    Ok(Box::new(tracing_subscriber::registry().with(filter).with(lines).with(spans)))
}

/// The house's clock, as log lines show it.
struct ClockTime(Clock);

impl FormatTime for ClockTime {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        write!(writer, "{}", self.0.now())
    }
}

/// A panic is a line in the log like any other, redacted like any other.
fn log_panic(info: &std::panic::PanicHookInfo<'_>) {
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    let message = crate::tasks::panic_message(info.payload());
    let backtrace = std::backtrace::Backtrace::capture();
    match backtrace.status() {
        std::backtrace::BacktraceStatus::Captured => {
            tracing::error!(place, %backtrace, "panicked: {message}");
        }
        _ => tracing::error!(place, "panicked: {message}"),
    }
}
