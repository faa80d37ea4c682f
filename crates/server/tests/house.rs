//! A served house, and a client that can say anything.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use signalbox_control::fixture::Fixture;
use signalbox_control::views::{LoadResult, ProblemBody, ProblemLine, SignalResult};
use signalbox_control::{NewToken, TokenWish};
use signalbox_domain::access::{Role, Scope};
use signalbox_domain::ids::{ProjectId, QuarantineId};
use signalbox_domain::names::Label;
use signalbox_domain::plan::PlanSummary;
use signalbox_domain::provenance::Provenance;
use signalbox_domain::time::Timestamp;
use signalbox_runtime::{BuildInfo, Metrics};
use signalbox_server::{
    Accepting, Api, ApiSetup, FileIntake, Foreseeing, Foresight, HookRoutes, Hosts, HouseStatus, Listener,
    LoadFailure, LoadRequest, Loading, PublicUrl, QuarantineRetry, RetryFailure, Retrying, Schedules,
    SdkFailure, SdkIntake, SdkRequest, SdkTaking, Sdks, ServerConfig, SignalIntake,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

pub(crate) const PUBLIC: &str = "https://signalbox.example";

/// Dropped with the test; its listener ends with it.
pub(crate) struct House {
    pub(crate) fixture: Arc<Fixture>,
    pub(crate) api: Api,
    pub(crate) sdk: Arc<SdkDoor>,
    pub(crate) metrics: Metrics,
    pub(crate) address: SocketAddr,
    served: JoinHandle<()>,
}

impl Drop for House {
    fn drop(&mut self) {
        self.served.abort();
    }
}

/// Folds into the same store as the real door; it reads no more than a project and a title.
struct Door(Arc<Fixture>);

impl SignalIntake for Door {
    fn accept(&self, items: Vec<Vec<u8>>, from: Provenance) -> Accepting<'_> {
        Box::pin(async move {
            assert_eq!(from, Provenance::Stranger, "a token proves the sender, not who wrote the text");
            let mut results = Vec::new();
            for item in items {
                results.push(self.one(&item).await);
            }
            Ok(results)
        })
    }
}

impl Door {
    async fn one(&self, item: &[u8]) -> SignalResult {
        let refused =
            |at: &str, expected: &str| SignalResult::Refused { at: at.into(), expected: expected.into() };
        let Ok(value) = serde_json::from_slice::<Value>(item) else {
            return refused("$", "a JSON object");
        };
        match (value["project"].as_str(), value["title"].as_str()) {
            (Some("web"), Some(title)) => self.0.signal(title).await.1,
            (_, None) => refused("title", "a text"),
            _ => refused("project", "web"),
        }
    }
}

/// Says what it is told to say, and remembers what it was given.
#[derive(Default)]
pub(crate) struct SdkDoor {
    pub(crate) given: Mutex<Vec<SdkRequest>>,
    pub(crate) says: Mutex<Option<SdkFailure>>,
}

impl SdkIntake for SdkDoor {
    fn take(&self, request: SdkRequest) -> SdkTaking<'_> {
        let ids = vec![Some("9fec".to_owned()), None, Some("u-2".to_owned())];
        self.given.lock().unwrap().push(request);
        let answer = self.says.lock().unwrap().take().map_or(Ok(ids), Err);
        Box::pin(async move { answer })
    }
}

/// Says that every record stays.
struct NoRetry;

impl QuarantineRetry for NoRetry {
    fn retry(&self, _id: QuarantineId) -> Retrying<'_> {
        Box::pin(async { Err(RetryFailure::Stays("it cannot be read: expected JSON".to_owned())) })
    }
}

/// Takes every record of a file as a signal, and remembers where no file is.
pub(crate) struct Files;

impl FileIntake for Files {
    fn load(&self, request: LoadRequest) -> Loading<'_> {
        Box::pin(async move {
            if request.format != "signal" {
                return Err(LoadFailure::Format("signal".to_owned()));
            }
            let read = u64::try_from(request.records.len()).unwrap();
            let next = request.from + read;
            Ok(LoadResult { next, taken: true, read, kept: read, ..LoadResult::default() })
        })
    }
}

struct Status;

impl HouseStatus for Status {
    fn status(&self) -> Value {
        json!({ "version": "0.1.0" })
    }
}

/// The settings know one automation, which fires an hour from any moment.
struct Hourly;

impl Schedules for Hourly {
    fn next_after(&self, automation: &Label, now: Timestamp) -> Option<Timestamp> {
        (automation.as_str() == "tidy").then(|| now.plus(Duration::from_hours(1)))
    }
}

/// The planner would find nothing to do.
struct Nothing;

impl Foresight for Nothing {
    fn foresee(&self, _project: ProjectId) -> Foreseeing<'_> {
        Box::pin(async { Ok(PlanSummary { signals: 3, ..PlanSummary::default() }) })
    }
}

impl House {
    #[expect(clippy::disallowed_methods, reason = "a test's own listener, which ends with it")]
    pub(crate) async fn new() -> Self {
        let fixture = Arc::new(Fixture::new().await);
        let setup = ApiSetup {
            access: fixture.access(),
            sign_in: fixture.sign_in(),
            reads: fixture.reads(),
            tasks: fixture.tasks(),
            cases: fixture.cases(),
            people: fixture.people(),
            runs: fixture.runs(),
            projects: fixture.projects(),
            secrets: fixture.secrets(),
            quarantine: fixture.quarantine(),
            erasure: fixture.erasure(),
            positions: fixture.positions(),
            intake: Arc::new(Door(Arc::clone(&fixture))),
            retry: Arc::new(NoRetry),
            load: Arc::new(Files),
            schedules: Arc::new(Hourly),
            foresight: Arc::new(Nothing),
            status: Arc::new(Status),
            base: PUBLIC.to_owned(),
            clock: fixture.clock.clone(),
        };
        let api = Api::new(setup);
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind(&ServerConfig { listen, ..ServerConfig::default() }).await.unwrap();
        let address = listener.address();
        let public: PublicUrl = PUBLIC.parse().unwrap();
        let metrics = Metrics::new(BuildInfo { version: "0.1.0", revision: "test" }).unwrap();
        let sdk = Arc::new(SdkDoor::default());
        let sdks = Sdks::new(sdk.clone(), fixture.clock.clone(), &metrics).unwrap();
        let hooks = HookRoutes::new(fixture.hooks(), fixture.clock.clone(), &metrics).unwrap();
        let routes = api.routes(Hosts::new(address, Some(&public)), &sdks, &hooks);
        let served = tokio::spawn(async move {
            listener.serve(routes, std::future::pending()).await.unwrap();
        });
        Self { fixture, api, sdk, metrics, address, served }
    }

    pub(crate) async fn token(&self, role: Role, scope: Scope, lives: Option<Duration>) -> NewToken {
        let wish = TokenWish { name: "ada".parse().unwrap(), role, scope, lives, parent: None };
        self.fixture.access().token_make(wish).await.unwrap()
    }

    /// A client whose token has this role.
    pub(crate) async fn client(&self, role: Role) -> Client {
        let made = self.token(role, Scope::Everything, None).await;
        Client { address: self.address, bearer: Some(made.secret.to_string()) }
    }

    pub(crate) fn nobody(&self) -> Client {
        Client { address: self.address, bearer: None }
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) bearer: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The value of a header, if there is one.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    #[track_caller]
    pub(crate) fn ok<T: DeserializeOwned>(&self) -> T {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self.json()
    }

    /// The error of a refusal with this status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> ProblemLine {
        assert_eq!(self.status, status, "{}", self.text());
        self.json::<ProblemBody>().error
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Client {
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], b"").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes()).await
    }

    /// Headers given here take the place of the usual ones.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let given = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
        if !given("host") {
            head.push_str(&format!("host: {}\r\n", self.address));
        }
        if !given("authorization")
            && let Some(bearer) = &self.bearer
        {
            head.push_str(&format!("authorization: Bearer {bearer}\r\n"));
        }
        if !given("content-length") {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        self.raw(&[head.as_bytes(), b"\r\n", body].concat()).await
    }

    pub(crate) async fn raw(&self, request: &[u8]) -> Reply {
        let mut socket = TcpStream::connect(self.address).await.unwrap();
        // Refused before it was read to its end, a large body may not go out whole.
        let (mut reading, mut writing) = socket.split();
        let mut reply = Vec::new();
        let (sent, read) = tokio::join!(writing.write_all(request), reading.read_to_end(&mut reply));
        if reply.is_empty() {
            panic!("no answer: {sent:?}, {read:?}");
        }
        let end = reply.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(reply[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head, body: reply[end + 4..].to_vec() }
    }
}
