//! Traces to an OTLP collector over HTTP with protobuf, when `OTEL_EXPORTER_OTLP_ENDPOINT` or the one for traces is set.
//!
//! Endpoint, headers, time-outs, sampler, resource and batches follow the standard `OTEL_*` variables, which the SDK reads
//! by itself; this file only decides whether to export, sends by the house's tokio runtime, and redacts. A
//! protocol that is not built in is refused, never replaced by another. Called by `telemetry.rs` alone.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::trace::{Status, TracerProvider as _};
use opentelemetry::{Array, Key, KeyValue, StringValue, Value};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter as OtlpExporter, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use tokio::runtime::Handle;
use tracing_opentelemetry::OpenTelemetryLayer;

use super::{Flush, Redact, ServiceIdentity, TelemetryError};
use crate::http_client;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// A collector's answer is a few bytes; more is not read.
const LARGEST_ANSWER: usize = 64 * 1024;

/// Whether the environment asks for traces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Export {
    Off(&'static str),
    On,
}

/// The exporter and the provider of its spans.
#[derive(Debug)]
pub(super) struct Traces {
    provider: SdkTracerProvider,
    failed_batches: Arc<AtomicU64>,
}

impl Traces {
    pub(super) fn from_environment(
        identity: ServiceIdentity,
        redact: Redact,
    ) -> Result<Option<Self>, TelemetryError> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        match decide(variable)? {
            Export::Off(_) => Ok(None),
            Export::On => Self::start(identity, redact, timeout(variable)?).map(Some),
        }
    }

    fn start(identity: ServiceIdentity, redact: Redact, timeout: Duration) -> Result<Self, TelemetryError> {
        let client = TokioHttp::new(timeout)?;
        let inner = OtlpExporter::builder()
            .with_http()
            .with_http_client(client)
            .build()
            .map_err(TelemetryError::Exporter)?;
        let failed_batches = Arc::<AtomicU64>::default();
        let exporter = RedactingExporter { inner, redact, failed_batches: Arc::clone(&failed_batches) };
        let provider = SdkTracerProvider::builder()
            .with_resource(resource(identity))
            .with_span_processor(BatchSpanProcessor::builder(exporter).build())
            .build();
        Ok(Self { provider, failed_batches })
    }

    pub(super) fn layer<S>(&self) -> OpenTelemetryLayer<S, SdkTracer>
    where
        S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    {
        tracing_opentelemetry::layer().with_tracer(self.provider.tracer("signalbox"))
    }

    /// Blocks until everything was sent or the bound is over.
    pub(super) fn flush(&self, bound: Duration) -> Flush {
        if self.provider.shutdown_with_timeout(bound).is_err() {
            return Flush::NotWithin { bound };
        }
        match self.failed_batches.load(Ordering::SeqCst) {
            0 => Flush::Sent,
            batches => Flush::Failed { batches },
        }
    }
}

/// Reads the variables that say whether to export, and refuses what is not built in.
pub(super) fn decide(variable: impl Fn(&str) -> Option<String>) -> Result<Export, TelemetryError> {
    if variable("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(Export::Off("OTEL_SDK_DISABLED"));
    }
    match variable("OTEL_TRACES_EXPORTER").as_deref() {
        None | Some("otlp") => {}
        Some("none") => return Ok(Export::Off("OTEL_TRACES_EXPORTER")),
        Some(other) => return Err(unknown("OTEL_TRACES_EXPORTER", other, "otlp or none")),
    }
    let endpoints = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
    if !endpoints.iter().any(|name| variable(name).is_some()) {
        return Ok(Export::Off("no endpoint"));
    }
    let protocols = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
    let protocol = protocols.iter().find_map(|name| variable(name).map(|value| (*name, value)));
    match protocol {
        None => Ok(Export::On),
        Some((_, value)) if value == "http/protobuf" => Ok(Export::On),
        Some((name, value)) => Err(unknown(name, &value, "http/protobuf, the only one built in")),
    }
}

/// How long one request may take, in milliseconds as the standard has it.
pub(super) fn timeout(variable: impl Fn(&str) -> Option<String>) -> Result<Duration, TelemetryError> {
    for name in ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"] {
        if let Some(value) = variable(name) {
            let millis =
                value.parse().map_err(|_| unknown(name, &value, "a whole number of milliseconds"))?;
            return Ok(Duration::from_millis(millis));
        }
    }
    Ok(DEFAULT_TIMEOUT)
}

fn unknown(variable: &'static str, value: &str, expected: &'static str) -> TelemetryError {
    TelemetryError::Variable { variable, value: value.to_owned(), expected }
}

/// The SDK takes name and attributes from the environment; without a name there the program's own is told.
fn resource(identity: ServiceIdentity) -> Resource {
    let version = KeyValue::new("service.version", identity.version);
    let detected = Resource::builder().with_attribute(version.clone()).build();
    let name = detected.get(&Key::from_static_str("service.name")).map(|name| name.to_string());
    if name.is_none_or(|name| name.starts_with("unknown_service")) {
        return Resource::builder().with_attribute(version).with_service_name(identity.name).build();
    }
    detected
}

/// Sends by the house's runtime: the SDK calls from a thread of its own, which has none.
struct TokioHttp {
    client: reqwest::Client,
    runtime: Handle,
}

impl TokioHttp {
    fn new(timeout: Duration) -> Result<Self, TelemetryError> {
        let runtime = Handle::try_current().map_err(TelemetryError::NoRuntime)?;
        // The headers may hold a key: it goes to the endpoint and nowhere that it points to.
        let redirects = reqwest::redirect::Policy::none();
        let client = http_client().timeout(timeout).redirect(redirects).build();
        Ok(Self { client: client.map_err(TelemetryError::HttpClient)?, runtime })
    }
}

#[async_trait]
#[expect(
    clippy::disallowed_methods,
    reason = "the SDK's own thread waits for it, within the time-out of the client"
)]
impl HttpClient for TokioHttp {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        self.runtime.spawn(async move { send(&client, request).await }).await?
    }
}

async fn send(client: &reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let mut answer = client.execute(request.try_into()?).await?;
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await? {
        if body.len() + piece.len() > LARGEST_ANSWER {
            return Err("the collector's answer is too large".into());
        }
        body.extend_from_slice(&piece);
    }
    let mut response = Response::new(body.into());
    *response.status_mut() = answer.status();
    *response.headers_mut() = std::mem::take(answer.headers_mut());
    Ok(response)
}

impl fmt::Debug for TokioHttp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokioHttp")
    }
}

/// Redacts every text of a span before it is sent.
#[derive(Debug)]
pub(super) struct RedactingExporter<E> {
    pub(super) inner: E,
    pub(super) redact: Redact,
    pub(super) failed_batches: Arc<AtomicU64>,
}

impl<E: SpanExporter> SpanExporter for RedactingExporter<E> {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        batch.iter_mut().for_each(|span| self.redact_span(span));
        let sent = self.inner.export(batch).await;
        if sent.is_err() {
            self.failed_batches.fetch_add(1, Ordering::SeqCst);
        }
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.inner.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.inner.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.inner.set_resource(resource);
    }
}

impl<E> RedactingExporter<E> {
    fn redact_span(&self, span: &mut SpanData) {
        span.name = self.redact.apply(&span.name).into_owned().into();
        self.redact_values(&mut span.attributes);
        for event in &mut span.events.events {
            event.name = self.redact.apply(&event.name).into_owned().into();
            self.redact_values(&mut event.attributes);
        }
        for link in &mut span.links.links {
            self.redact_values(&mut link.attributes);
        }
        if let Status::Error { description } = &mut span.status {
            *description = self.redact.apply(description).into_owned().into();
        }
    }

    fn redact_values(&self, attributes: &mut [KeyValue]) {
        for attribute in attributes {
            match &mut attribute.value {
                Value::String(text) => *text = self.redacted(text),
                Value::Array(Array::String(texts)) => {
                    texts.iter_mut().for_each(|text| *text = self.redacted(text));
                }
                // Numbers and truth values; a kind that a later version adds is shown by its tests.
                _ => {}
            }
        }
    }

    fn redacted(&self, text: &StringValue) -> StringValue {
        self.redact.apply(text.as_str()).into_owned().into()
    }
}
