//! The listener: bound first, so that a taken port is known before anything else starts; served until the end.

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

use crate::config::ServerConfig;

#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    #[error("cannot listen on {address}")]
    Bind { address: SocketAddr, source: std::io::Error },
    #[error("serving on {address}")]
    Serve { address: SocketAddr, source: std::io::Error },
}

/// A bound socket.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    pub async fn bind(config: &ServerConfig) -> Result<Self, ListenError> {
        let bind = |source| ListenError::Bind { address: config.listen, source };
        let socket = TcpListener::bind(config.listen).await.map_err(bind)?;
        let address = socket.local_addr().map_err(bind)?;
        Ok(Self { socket, address })
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
        let address = self.address;
        axum::serve(self.socket, routes)
            .with_graceful_shutdown(stop)
            .await
            .map_err(|source| ListenError::Serve { address, source })
    }
}
