//! `/healthz`, `/readyz`, `/metrics`: what every part says of itself. Open to whoever reaches the port: they name
//! parts and counts, never content.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use signalbox_runtime::metrics::CONTENT_TYPE;
use signalbox_runtime::{Health, Liveness, Metrics, Readiness};

#[derive(Clone)]
struct Parts {
    health: Health,
    metrics: Metrics,
}

pub fn health_routes(health: Health, metrics: Metrics) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics_text))
        .with_state(Parts { health, metrics })
}

async fn healthz(State(parts): State<Parts>) -> Response {
    let liveness = parts.health.healthz();
    let status = match liveness {
        Liveness::Live => StatusCode::OK,
        Liveness::Dead { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, Json(liveness)).into_response()
}

async fn readyz(State(parts): State<Parts>) -> Response {
    let readiness = parts.health.readyz();
    let status = match readiness {
        Readiness::Ready { .. } => StatusCode::OK,
        Readiness::NotReady { .. } => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, Json(readiness)).into_response()
}

async fn metrics_text(State(parts): State<Parts>) -> Response {
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], parts.metrics.render()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt as _;
    use signalbox_runtime::{BuildInfo, Condition};
    use tower::ServiceExt as _;

    use super::*;

    async fn ask(health: &Health, path: &str) -> (StatusCode, String) {
        let metrics = Metrics::new(BuildInfo { version: "0.1.0", revision: "test" }).unwrap();
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = health_routes(health.clone(), metrics).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_part_that_is_not_ready_is_named() {
        let health = Health::default();
        let store = health.register("store");
        let (status, body) = ask(&health, "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(body.contains("store"), "{body}");

        store.report(Condition::Ready);
        assert_eq!(ask(&health, "/readyz").await.0, StatusCode::OK);

        store.report(Condition::Degraded("slow".into()));
        let (status, body) = ask(&health, "/readyz").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("slow"), "{body}");
    }

    #[tokio::test]
    async fn only_a_part_that_failed_asks_for_a_restart() {
        let health = Health::default();
        let store = health.register("store");
        assert_eq!(ask(&health, "/healthz").await.0, StatusCode::OK);
        store.report(Condition::Failed("gone".into()));
        assert_eq!(ask(&health, "/healthz").await.0, StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn metrics_are_text_for_prometheus() {
        let (status, body) = ask(&Health::default(), "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("signalbox_build_info") && body.ends_with("# EOF\n"), "{body}");
    }
}
