//! The API: the same handlers behind the listener and, without a socket, inside a process that holds the store itself.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use signalbox_control::{
    Access, Cases, Erasure, People, Positions, Projects, Quarantine, Reads, Runs, Secrets, SignIn, Tasks,
};
use signalbox_domain::access::Actor;
use signalbox_runtime::Clock;
use tower::ServiceExt as _;

use crate::foresight::Foresight;
use crate::hooks::HookRoutes;
use crate::hosts::Hosts;
use crate::intake::{FileIntake, QuarantineRetry, SignalIntake};
use crate::schedules::Schedules;
use crate::sdk::Sdks;
use crate::status::HouseStatus;
use crate::{guard, page, routes};

/// Where the API is.
const ROOT: &str = "/api/v1";

/// More than any answer has; an answer is made of bounded pages.
const LARGEST_ANSWER: usize = 64 << 20;

/// What the API stands on.
#[derive(Clone)]
pub struct ApiSetup {
    pub access: Access,
    pub sign_in: SignIn,
    pub reads: Reads,
    pub tasks: Tasks,
    pub cases: Cases,
    pub people: People,
    pub runs: Runs,
    pub projects: Projects,
    pub secrets: Secrets,
    pub quarantine: Quarantine,
    pub positions: Positions,
    pub erasure: Erasure,
    pub intake: Arc<dyn SignalIntake>,
    pub retry: Arc<dyn QuarantineRetry>,
    pub load: Arc<dyn FileIntake>,
    pub schedules: Arc<dyn Schedules>,
    pub foresight: Arc<dyn Foresight>,
    pub status: Arc<dyn HouseStatus>,
    /// Where SDKs reach this server, such as `https://signalbox.example`.
    pub base: String,
    pub clock: Clock,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Get,
    Post,
}

/// What a call was answered with: the same status and JSON that HTTP would carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Clones are the same.
#[derive(Clone)]
pub struct Api {
    setup: Arc<ApiSetup>,
    /// Without a guard: whoever is let through stands in the request's extensions.
    handlers: Router,
}

impl Api {
    pub fn new(setup: ApiSetup) -> Self {
        let setup = Arc::new(setup);
        let handlers = routes::api(Arc::clone(&setup));
        Self { setup, handlers }
    }

    /// For the listener: guarded, bounded in size and time, with the pages of sign-in.
    /// Beside them, what unchanged SDKs and other systems' webhooks are sent to.
    pub fn routes(&self, hosts: Hosts, sdks: &Sdks, hooks: &HookRoutes) -> Router {
        let guard = guard::Guard::new(self.setup.access.clone(), hosts, self.setup.clock.clone());
        let pages = page::routes(self.setup.sign_in.clone(), guard.clone());
        let handlers = guard::let_in(self.handlers.clone(), guard.clone());
        guard::around(pages.nest(ROOT, handlers), guard).merge(sdks.routes()).merge(hooks.routes())
    }

    /// The same handlers, in this process. `path` may carry a query; a body is JSON.
    pub async fn call(&self, actor: Actor, verb: Verb, path: &str, body: Option<Vec<u8>>) -> Answer {
        let method = match verb {
            Verb::Get => axum::http::Method::GET,
            Verb::Post => axum::http::Method::POST,
        };
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let Ok(mut request) = request.body(body.map_or_else(Body::empty, Body::from)) else {
            return crate::problem::no_path().into_answer();
        };
        request.extensions_mut().insert(actor);
        let routes = Router::new().nest(ROOT, self.handlers.clone());
        let response = match routes.oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let status = response.status().as_u16();
        match to_bytes(response.into_body(), LARGEST_ANSWER).await {
            Ok(body) => Answer { status, body: body.to_vec() },
            Err(error) => crate::problem::cut_short(&error).into_answer(),
        }
    }
}
