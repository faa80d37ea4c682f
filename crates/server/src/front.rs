//! What stands behind the listener from the first moment: health answers at once, and everything else says "later" until
//! the API is there. A taken port is known before the store is opened, and nobody waits in a queue meanwhile.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use signalbox_runtime::{Health, Metrics};
use tower::ServiceExt as _;

use crate::health::health_routes;
use crate::problem::Failure;

/// Clones are the same.
#[derive(Clone, Default)]
pub struct Front {
    api: Arc<OnceLock<Router>>,
}

impl Front {
    /// What the listener serves.
    pub fn routes(&self, health: Health, metrics: Metrics) -> Router {
        let all_else = Router::new().fallback(later_or_api).with_state(self.clone());
        health_routes(health, metrics).fallback_service(all_else)
    }

    /// From now on the API answers. Only the first one counts.
    pub fn open(&self, api: Router) {
        self.api.get_or_init(|| api);
    }

    /// This process answers health alone.
    pub fn stay_closed(&self) {
        self.open(Router::new());
    }
}

async fn later_or_api(State(front): State<Front>, request: Request) -> Response {
    let Some(api) = front.api.get() else {
        let words = "the server is starting; /readyz says what it waits for";
        return Failure::new(StatusCode::SERVICE_UNAVAILABLE, "starting", words).into_response();
    };
    match api.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use signalbox_runtime::BuildInfo;

    use super::*;

    async fn ask(routes: &Router, path: &str) -> StatusCode {
        let request = Request::get(path).body(Body::empty()).unwrap();
        routes.clone().oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn health_answers_from_the_beginning_and_the_api_once_it_is_there() {
        let metrics = Metrics::new(BuildInfo { version: "0.1.0", revision: "test" }).unwrap();
        let front = Front::default();
        let routes = front.routes(Health::default(), metrics);
        assert_eq!(ask(&routes, "/healthz").await, StatusCode::OK);
        assert_eq!(ask(&routes, "/api/v1/me").await, StatusCode::SERVICE_UNAVAILABLE);
        front.open(Router::new().route("/api/v1/me", get(|| async { "you" })));
        assert_eq!(ask(&routes, "/api/v1/me").await, StatusCode::OK);
        assert_eq!(ask(&routes, "/nothing-here").await, StatusCode::NOT_FOUND);
        assert_eq!(ask(&routes, "/healthz").await, StatusCode::OK);
    }
}
