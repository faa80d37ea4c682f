//! The roles that children play: small programs put together as the binary puts its own together.

use std::borrow::Cow;
use std::time::Duration;

use signalbox_runtime::{
    Clock, ExitCode, LogFormat, Process, ProcessConfig, Redact, ServiceIdentity, Signals, Telemetry,
    TelemetryConfig, continue_trace, enter,
};

pub(crate) fn play(role: &str) {
    let code = enter(async {
        match role {
            "server" => server(Duration::from_secs(60)).await,
            "stuck server" => server(Duration::from_millis(50)).await,
            "traces" => traces().await,
            other => panic!("no such role: {other}"),
        }
    });
    std::process::exit(code.unwrap().number().into());
}

fn telemetry() -> Telemetry {
    let config = TelemetryConfig { format: LogFormat::Json, filter: "info".to_owned() };
    let identity = ServiceIdentity { name: "signalbox", version: "9.9" };
    let redact = Redact::new(|text| {
        if text.contains("hunter2") {
            Cow::Owned(text.replace("hunter2", "[secret]"))
        } else {
            Cow::Borrowed(text)
        }
    });
    match Telemetry::start(&config, identity, Clock::system(), redact) {
        Ok(telemetry) => telemetry,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(ExitCode::BadConfig.number().into());
        }
    }
}

/// A writer that others rely on, and a service whose last piece of work never ends by itself.
async fn server(drain: Duration) -> ExitCode {
    let _telemetry = telemetry();
    let signals = Signals::listen().unwrap();
    let mut process = Process::new(ProcessConfig { drain }, Clock::system());
    process.start("writer", |stop| async move {
        stop.turn().await;
        tracing::info!("the writer ends with hunter2");
        Ok(())
    });
    let panics = std::env::var_os("SIGNALBOX_RUNTIME_TEST_PANIC").is_some();
    let stuck = std::env::var_os("SIGNALBOX_RUNTIME_TEST_STUCK").is_some();
    process.start("worker", move |stop| async move {
        log::warn!(target: "a_library", "a library warns of hunter2");
        tracing::info!("the worker is up");
        assert!(!panics, "a bug with hunter2");
        stop.stop_taking().await;
        if stuck {
            std::future::pending::<()>().await;
        }
        tracing::info!("the worker ends");
        Ok(())
    });
    process.run(signals).await
}

/// One trace, with a secret in it, continued from another's; then the flush within a bound.
async fn traces() -> ExitCode {
    let telemetry = telemetry();
    let process = Process::new(ProcessConfig::default(), Clock::system());
    let span = tracing::info_span!("plan", key = "hunter2", cases = 7);
    continue_trace(&span, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    span.in_scope(|| tracing::info!("planned"));
    drop(span);
    let bound =
        std::env::var("SIGNALBOX_RUNTIME_TEST_FLUSH_MS").map_or(5_000, |millis| millis.parse().unwrap());
    let flush = telemetry.stop(process.tasks(), Duration::from_millis(bound)).await;
    eprintln!("flush: {flush:?}");
    ExitCode::Done
}
