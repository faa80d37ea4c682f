//! The listener: bound first, so that a taken port is known before anything else starts; served until the end.
//!
//! Connections are bounded in number, and each in the time that it may take to say what it wants: whoever opens many and
//! says nothing keeps nobody else out for long. How long a request itself may take, its route decides.

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use signalbox_runtime::{Clock, error_chain};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinError, JoinSet};

use crate::config::ServerConfig;

/// More wait in the system's own queue until one ends.
const CONNECTIONS: usize = 1_000;
/// From the first byte to the last of a request's head.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// The system is out of something, such as open files: it is asked again after so long.
const AFTER_EXHAUSTION: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("cannot listen on {address}")]
    Bind { address: SocketAddr, source: std::io::Error },
}

/// A bound socket.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    limits: Limits,
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    connections: usize,
    head: Duration,
}

impl Listener {
    pub async fn bind(config: &ServerConfig) -> Result<Self, ListenError> {
        let bind = |source| ListenError::Bind { address: config.listen, source };
        let socket = TcpListener::bind(config.listen).await.map_err(bind)?;
        let address = socket.local_addr().map_err(bind)?;
        let limits = Limits { connections: CONNECTIONS, head: HEAD_TIME };
        Ok(Self { socket, address, limits })
    }

    /// Where it truly listens, also when a free port was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop`; requests under way are finished first.
    pub async fn serve(
        self,
        routes: Router,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ListenError> {
        let mut stop = std::pin::pin!(stop);
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        loop {
            let room = connections.len() < self.limits.connections;
            tokio::select! {
                () = &mut stop => break,
                Some(ended) = connections.join_next() => tell(ended),
                accepted = self.socket.accept(), if room => match accepted {
                    Ok((socket, _)) => {
                        begin(&mut connections, connection(socket, routes.clone(), self.limits, &graceful));
                    }
                    Err(error) => after(&error).await,
                },
            }
        }
        // Whoever comes now is told at once that nobody listens.
        drop(self.socket);
        graceful.shutdown().await;
        Ok(())
    }
}

/// A panic in a connection ends that connection alone: strangers reach this.
fn begin(connections: &mut JoinSet<()>, connection: impl Future<Output = ()> + Send + 'static) {
    #[expect(
        clippy::disallowed_methods,
        reason = "it ends with its set, in a service that the runtime knows"
    )]
    connections.spawn(connection);
}

/// One connection, from its first request to its last.
fn connection(
    socket: TcpStream,
    routes: Router,
    limits: Limits,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + use<> {
    // Answers are small and written whole: waiting for more would only delay them.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps its delay");
    }
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let served = builder.serve_connection(TokioIo::new(socket), TowerToHyperService::new(routes));
    let watched = graceful.watch(served);
    async move {
        if let Err(error) = watched.await {
            tracing::debug!(error = error_chain(&error), "a connection ended early");
        }
    }
}

fn tell(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a connection's task did not end by itself");
    }
}

/// A connection that failed on its way in is its own affair; anything else is the system's, and passes or not.
async fn after(error: &std::io::Error) {
    let of_the_connection = matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    );
    if !of_the_connection {
        tracing::error!(%error, "no connection could be taken");
        Clock::system().sleep(AFTER_EXHAUSTION).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::{Notify, oneshot};

    use super::*;

    async fn listener(limits: Limits) -> Listener {
        let config =
            ServerConfig { listen: SocketAddr::from(([127, 0, 0, 1], 0)), ..ServerConfig::default() };
        Listener { limits, ..Listener::bind(&config).await.unwrap() }
    }

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

    async fn all(mut socket: TcpStream) -> String {
        let mut text = Vec::new();
        socket.read_to_end(&mut text).await.unwrap();
        String::from_utf8(text).unwrap()
    }

    #[tokio::test]
    async fn whoever_says_nothing_is_shown_the_door_and_lets_the_next_one_in() {
        let listener = listener(Limits { connections: 1, head: Duration::from_millis(50) }).await;
        let address = listener.address();
        let routes = Router::new().route("/", get(async || "here"));
        let mut silent = TcpStream::connect(address).await.unwrap();
        silent.write_all(b"GET / HT").await.unwrap();
        let mut next = TcpStream::connect(address).await.unwrap();
        next.write_all(REQUEST).await.unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let asked = async move {
            let shown_out = all(silent).await;
            assert!(!shown_out.starts_with("HTTP/1.1 200"), "{shown_out}");
            assert!(all(next).await.ends_with("here"));
            stop.send(()).unwrap();
        };
        let served = listener.serve(routes, async { stopped.await.unwrap() });
        let (served, ()) = tokio::join!(served, asked);
        served.unwrap();
    }

    #[tokio::test]
    async fn a_request_under_way_is_finished_before_the_end() {
        let listener = listener(Limits { connections: 8, head: HEAD_TIME }).await;
        let address = listener.address();
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let handler = {
            let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
            move || async move {
                begun.notify_one();
                go_on.notified().await;
                "whole"
            }
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let asked = async move {
            let mut socket = TcpStream::connect(address).await.unwrap();
            socket.write_all(REQUEST).await.unwrap();
            begun.notified().await;
            stop.send(()).unwrap();
            while TcpStream::connect(address).await.is_ok() {
                tokio::task::yield_now().await;
            }
            go_on.notify_one();
            assert!(all(socket).await.ends_with("whole"));
        };
        let routes = Router::new().route("/", get(handler));
        let served = listener.serve(routes, async { stopped.await.unwrap() });
        let (served, ()) = tokio::join!(served, asked);
        served.unwrap();
    }
}
