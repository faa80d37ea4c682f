//! Tests of log lines and of what is exported. The export itself is tested over a real socket in `tests/`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};

use super::otlp::{Export, RedactingExporter, decide, timeout};
use super::*;

fn redact() -> Redact {
    Redact::new(|text| {
        if text.contains("hunter2") || text.contains("two\nlines") {
            Cow::Owned(text.replace("hunter2", "[secret]").replace("two\nlines", "[secret]"))
        } else {
            Cow::Borrowed(text)
        }
    })
}

/// A writer that keeps what is written.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Kept {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn logged(format: LogFormat, filter: &str, speak: impl FnOnce()) -> String {
    let kept = Kept::default();
    let out = kept.clone();
    let config = TelemetryConfig { format, filter: filter.to_owned() };
    let (clock, _hand) = Clock::manual("2026-11-21T08:30:00Z".parse().unwrap());
    let subscriber = subscriber(&config, clock, redact(), move || out.clone(), None).unwrap();
    tracing::subscriber::with_default(subscriber, speak);
    String::from_utf8(kept.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn people_read_a_line_with_the_time_of_the_clock() {
    let text = logged(LogFormat::People, "info", || tracing::info!(task = 7, "started"));
    assert_eq!(text, "2026-11-21T08:30:00Z  INFO signalbox_runtime::telemetry::tests: started task=7\n");
}

#[test]
fn machines_read_json() {
    let text = logged(LogFormat::Json, "info", || {
        tracing::info_span!("pass", stage = "planner").in_scope(|| tracing::warn!(task = 7, "started"));
    });
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["timestamp"], "2026-11-21T08:30:00Z");
    assert_eq!(
        (&line["level"], &line["message"], &line["task"]),
        (&"WARN".into(), &"started".into(), &7.into())
    );
    assert_eq!((&line["span"]["name"], &line["span"]["stage"]), (&"pass".into(), &"planner".into()));
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn no_secret_is_written_wherever_it_stands() {
    for format in [LogFormat::People, LogFormat::Json] {
        let text = logged(format, "info", || {
            let span = tracing::info_span!("pass", key = "hunter2");
            span.in_scope(|| tracing::info!(key = "hunter2", list = ?["hunter2"], "the key is hunter2"));
        });
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.matches("[secret]").count() >= 4, "{text}");
    }
}

#[test]
fn a_secret_that_json_escapes_is_recognised_and_the_line_stays_json() {
    let text = logged(LogFormat::Json, "info", || tracing::info!(key = "two\nlines\"", "x"));
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["key"], "[secret]\"");
}

#[test]
fn the_filter_decides_by_module_and_a_wrong_one_is_refused() {
    let speak = || {
        tracing::debug!("quiet");
        tracing::debug!(target: "signalbox_ingest", "loud");
    };
    let text = logged(LogFormat::People, "info,signalbox_ingest=debug", speak);
    assert!(text.contains("loud") && !text.contains("quiet"), "{text}");
    let config = TelemetryConfig { filter: "info,,=loud".to_owned(), ..TelemetryConfig::default() };
    let refused = subscriber(&config, Clock::system(), redact(), std::io::stderr, None);
    let Err(error) = refused else { panic!("a wrong filter was taken") };
    assert!(error.to_string().contains("info,,=loud"), "{error}");
}

#[test]
fn the_environment_decides_whether_traces_are_exported() {
    let decided = |set: &[(&str, &str)]| {
        let set: HashMap<String, String> =
            set.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        decide(|name| set.get(name).cloned()).map_err(|error| error.to_string())
    };
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318");
    assert_eq!(decided(&[]), Ok(Export::Off("no endpoint")));
    assert_eq!(decided(&[endpoint]), Ok(Export::On));
    assert_eq!(decided(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://x")]), Ok(Export::On));
    assert_eq!(decided(&[endpoint, ("OTEL_SDK_DISABLED", "True")]), Ok(Export::Off("OTEL_SDK_DISABLED")));
    assert_eq!(
        decided(&[endpoint, ("OTEL_TRACES_EXPORTER", "none")]),
        Ok(Export::Off("OTEL_TRACES_EXPORTER"))
    );
    assert_eq!(decided(&[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")]), Ok(Export::On));
    assert_eq!(
        decided(&[endpoint, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]),
        Err("OTEL_EXPORTER_OTLP_PROTOCOL=grpc: expected http/protobuf, the only one built in".to_owned())
    );
    let own = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf");
    assert_eq!(decided(&[endpoint, own, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]), Ok(Export::On));
    assert!(decided(&[endpoint, ("OTEL_TRACES_EXPORTER", "zipkin")]).unwrap_err().contains("otlp or none"));
}

#[test]
fn a_word_that_is_no_level_is_refused() {
    let check = |filter: &str| {
        let config = TelemetryConfig { filter: filter.to_owned(), ..TelemetryConfig::default() };
        config.check().map_err(|error| error.to_string())
    };
    for filter in
        ["info", "WARN", "off", "info,signalbox_ingest=debug", "warn,a::b=off", "a[b{c=1}]=trace", ""]
    {
        assert_eq!(check(filter), Ok(()), "{filter}");
    }
    for filter in ["inof", "info,signalbox_ingest", "warn,inof"] {
        let error = check(filter).unwrap_err();
        assert!(error.contains("is no level: expected off, error, warn"), "{error}");
    }
    assert!(check("signalbox_ingest=inof").is_err());
}

#[test]
fn the_environment_sets_the_timeout() {
    let of = |value: &'static str| {
        timeout(move |name| (name == "OTEL_EXPORTER_OTLP_TIMEOUT").then(|| value.to_owned()))
    };
    assert_eq!(of("2500").unwrap(), Duration::from_millis(2_500));
    assert!(of("2s").unwrap_err().to_string().contains("milliseconds"));
    assert_eq!(timeout(|_| None).unwrap(), Duration::from_secs(10));
}

#[derive(Debug, Clone, Default)]
struct KeptSpans(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for KeptSpans {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

/// Runs `speak` with spans exported to the answer.
fn exported(speak: impl FnOnce()) -> Vec<SpanData> {
    let kept = KeptSpans::default();
    let failed_batches = Arc::<AtomicU64>::default();
    let exporter = RedactingExporter { inner: kept.clone(), redact: redact(), failed_batches };
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), speak);
    kept.0.lock().unwrap().clone()
}

#[test]
fn no_secret_is_exported_wherever_it_stands() {
    let spans = exported(|| {
        let span =
            tracing::info_span!("pass", otel.name = "of hunter2", key = "hunter2", list = ?["hunter2"]);
        span.in_scope(|| tracing::error!(key = "hunter2", "the key is hunter2"));
    });
    let shown = format!("{spans:?}");
    assert_eq!(spans.len(), 1);
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.matches("[secret]").count() >= 5, "{shown}");
}

#[test]
fn a_trace_of_others_is_continued_in_and_out() {
    let theirs = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let mut sent = None;
    let spans = exported(|| {
        let span = tracing::info_span!("request");
        continue_trace(&span, theirs);
        sent = span.in_scope(current_traceparent);
        let fresh = tracing::info_span!("fresh");
        continue_trace(&fresh, "no traceparent");
    });
    let named = |name: &str| spans.iter().find(|span| span.name == *name).unwrap();
    let (request, fresh) = (named("request"), named("fresh"));
    assert_eq!(request.span_context.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(request.parent_span_id.to_string(), "00f067aa0ba902b7");
    let ours = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", request.span_context.span_id());
    assert_eq!(sent, Some(ours));
    assert_ne!(fresh.span_context.trace_id(), request.span_context.trace_id());
    assert_eq!(current_traceparent(), None, "without an exporter there is none");
}
