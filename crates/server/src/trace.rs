//! One span a request, continuing the caller's trace. It names the method and the status, and of the path only which
//! route it is: ids and parameters are content.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use signalbox_runtime::continue_trace;
use tracing::Instrument as _;
use tracing::field::Empty;

pub(crate) async fn traced(request: Request, next: Next) -> Response {
    let span = tracing::info_span!("http", method = %request.method(), status = Empty);
    let traceparent = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    if let Some(traceparent) = traceparent {
        continue_trace(&span, traceparent);
    }
    let within = span.clone();
    async move {
        let response = next.run(request).await;
        within.record("status", response.status().as_u16());
        tracing::debug!(status = response.status().as_u16(), "answered");
        response
    }
    .instrument(span)
    .await
}
