//! `signalbox runner`: a second process that works on runs of a server, over HTTP; and `runner list`.
//!
//! It holds no store and knows nothing but its jobs. Cloud runs are taken only where isolation was seen to work.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use signalbox_control::views::{Listing, Me, RunnerSelf};
use signalbox_domain::access::Role;
use signalbox_domain::names::HolderName;
use signalbox_domain::run::Runner as RunnerRow;
use signalbox_domain::secret_ref::SecretRef;
use signalbox_domain::time::Timestamp;
use signalbox_runner::{Runner, RunnerConfig, RunnerError, RunnerSetup};
use signalbox_runtime::{
    ExitCode, Process, ServiceFailure, Signals, Stop, Wakeups, error_chain, resolve_secret,
};
use signalbox_server::Verb;
use zeroize::Zeroizing;

use super::face::Face;
use super::parts;
use crate::cli::{Ask, RunnerArgs, RunnerCommand, RunnerWork};
use crate::client::{Http, TOKEN_VARIABLE, URL_VARIABLE};
use crate::fail::Failure;
use crate::house::computer;
use crate::out::say;
use crate::remote_port::RemotePort;
use crate::settings::Settings;
use crate::show::{Table, ago, list};
use crate::wiring::{self, Base};

const FLUSH_BOUND: Duration = Duration::from_secs(5);
/// How soon a server that was away is asked again whether this token will do.
const ASK_AGAIN: Duration = Duration::from_secs(1);

pub(crate) async fn run(arguments: &RunnerArgs, settings: Settings) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Some(RunnerCommand::List { ask }) => runners(ask, settings).await,
        None => work(&arguments.work, settings).await,
    }
}

async fn runners(ask: &Ask, settings: Settings) -> Result<ExitCode, Failure> {
    let face = Face::open(ask, settings).await?;
    let told = face.client.get("/runners").await;
    let done = told.and_then(|told| face.show(&told, lines));
    face.close(done).await
}

fn lines(listing: &Listing<RunnerRow>, now: Timestamp) -> String {
    let mut table = Table::new(["RUNNER", "COMPUTER", "MODES", "SLOTS", "SEEN"]);
    for runner in &listing.items {
        table.row(&[
            runner.name.to_string(),
            runner.computer.to_string(),
            runner.modes.iter().map(parts::word).collect::<Vec<_>>().join(", "),
            runner.slots.to_string(),
            ago(now, runner.seen_at),
        ]);
    }
    list(&table, "no runner was heard of lately", listing.next.as_deref())
}

async fn work(work: &RunnerWork, settings: Settings) -> Result<ExitCode, Failure> {
    let base = wiring::base()?;
    let config = config(work, settings.runner.clone())?;
    let http = Http::new(&server(work)?, Some(token(work)?))?;
    let me = introduce(work, &config, &base)?;
    let redactor = wiring::redactor(&settings)?;
    let telemetry = wiring::telemetry(&settings, &base, &redactor)?;
    let signals = Signals::listen().map_err(|error| Failure::new(ExitCode::Failure, error_chain(&error)))?;
    let mut process = Process::new(settings.process.clone(), base.clock.clone());
    let tasks = process.tasks().clone();
    let setup = RunnerSetup {
        config,
        clock: base.clock.clone(),
        randomness: base.randomness.clone(),
        tasks: tasks.clone(),
        redact: (*redactor).clone(),
    };
    let met = may_work(&http).await?;
    let told = format!("runner {} works for {}", me.name, http.base());
    let runner = Runner::new(setup, RemotePort::new(http.clone(), base.clock.clone(), me))
        .await
        .map_err(|error| not_started(&error))?;
    say(told)?;
    // Over HTTP nobody is woken; the runner looks by itself.
    let wakeups = Wakeups::new(base.clock.clone()).subscribe(&[]);
    let metrics = wiring::metrics()?;
    process.start("runner", |stop| {
        let stopping = stop.clone();
        let (working, _status) = runner.start(&metrics, wakeups, stop);
        async move {
            if met == Met::Yes || meet(&http, &base, stopping).await? {
                working.await;
            }
            Ok(())
        }
    });
    let code = process.run(signals).await;
    telemetry.stop(&tasks, FLUSH_BOUND).await;
    Ok(code)
}

fn config(work: &RunnerWork, mut config: RunnerConfig) -> Result<RunnerConfig, Failure> {
    config.modes.clone_from(&work.modes);
    config.modes.sort_unstable();
    config.modes.dedup();
    let slots = work.slots.and_then(|slots| usize::try_from(slots).ok()).and_then(NonZeroUsize::new);
    config.lease.permits = slots.unwrap_or(config.lease.permits);
    Ok(config)
}

fn server(work: &RunnerWork) -> Result<String, Failure> {
    let url = work.server.clone().or_else(|| std::env::var(URL_VARIABLE).ok());
    url.ok_or_else(|| Failure::new(ExitCode::Usage, format!("expected --server URL or {URL_VARIABLE}")))
}

fn token(work: &RunnerWork) -> Result<Zeroizing<String>, Failure> {
    let place = match &work.token_file {
        Some(path) => SecretRef::File(path.clone()),
        None => SecretRef::Env(TOKEN_VARIABLE.to_owned()),
    };
    resolve_secret(&place).map_err(|error| {
        let line = format!("no token: {} (--token-file FILE or {TOKEN_VARIABLE})", error_chain(&error));
        Failure::new(ExitCode::BadConfig, line)
    })
}

fn introduce(work: &RunnerWork, config: &RunnerConfig, base: &Base) -> Result<RunnerSelf, Failure> {
    let bad = |line: String| Failure::new(ExitCode::BadConfig, line);
    let computer =
        computer(Path::new(&config.root), &base.randomness).map_err(|error| bad(error_chain(&error)))?;
    let name: HolderName = match &work.name {
        Some(name) => name.clone(),
        None => format!("{computer}-runner").parse().map_err(|error| bad(error_chain(&error)))?,
    };
    let slots = u32::try_from(config.lease.permits.get()).unwrap_or(u32::MAX);
    Ok(RunnerSelf { name, computer, modes: config.modes.clone(), slots })
}

/// Whether the server has said that this token will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Met {
    Yes,
    NotYet,
}

/// Asks a server that was away until it answers. False where the process is to stop before that.
async fn meet(http: &Http, base: &Base, stop: Stop) -> Result<bool, ServiceFailure> {
    loop {
        tokio::select! {
            () = stop.stop_taking() => return Ok(false),
            () = base.clock.sleep(ASK_AGAIN) => {}
        }
        match may_work(http).await {
            Ok(Met::Yes) => return Ok(true),
            Ok(Met::NotYet) => {}
            Err(refused) => return Err(ServiceFailure::new(refused.code, refused.line().to_owned())),
        }
    }
}

/// A token that will never do is said at once; a server that is away comes back.
async fn may_work(http: &Http) -> Result<Met, Failure> {
    let bad = |line: String| Err(Failure::new(ExitCode::BadConfig, line));
    match http.send(Verb::Get, "/api/v1/me", None).await {
        Ok(answer) if answer.status == 401 => bad(format!("{} does not know this token", http.base())),
        Ok(answer) if answer.status == 200 => match serde_json::from_slice::<Me>(&answer.body) {
            Ok(me) if me.role == Role::Runner => Ok(Met::Yes),
            Ok(me) => bad(format!(
                "expected a token of the role runner, got one of {}: signalbox token create NAME --role runner",
                me.role
            )),
            Err(error) => bad(format!("{} is no signalbox: {error}", http.base())),
        },
        Ok(answer) if answer.status < 500 => {
            bad(format!("{} is no signalbox: it answered with status {}", http.base(), answer.status))
        }
        Ok(answer) => {
            tracing::warn!(server = http.base(), status = answer.status, "the server is not ready yet");
            Ok(Met::NotYet)
        }
        Err(error) => {
            tracing::warn!(server = http.base(), "the server does not answer yet: {}", error_chain(&*error));
            Ok(Met::NotYet)
        }
    }
}

fn not_started(error: &RunnerError) -> Failure {
    let code = match error {
        RunnerError::IsolationMissing(_) => ExitCode::IsolationMissing,
        RunnerError::Root(_) => ExitCode::BadConfig,
    };
    Failure::new(code, error_chain(error))
}
