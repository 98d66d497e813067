//! Binding, serving, stopping.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout_at};

use crate::config::server::Server;

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
#[error("server.listen = {address}: {}", advice(.address, .cause))]
pub struct BindError {
    address: SocketAddr,
    #[source]
    cause: io::Error,
}

fn advice(address: &SocketAddr, cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::AddrInUse => {
            let other = SocketAddr::new(address.ip(), address.port().checked_add(1).unwrap_or(8080));
            format!("the port is in use by another program; stop that, or choose another port, such as --set server.listen={other}")
        }
        io::ErrorKind::AddrNotAvailable => {
            "this machine has no such address; 0.0.0.0 stands for all it has, 127.0.0.1 for itself only".to_owned()
        }
        io::ErrorKind::PermissionDenied => "the system does not allow this port; ports below 1024 are mostly kept for root".to_owned(),
        _ => cause.to_string(),
    }
}

/// Takes the address of `server.listen`.
///
/// # Errors
/// [`BindError`], with advice: port in use, no such address, not allowed.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, BindError> {
    TcpListener::bind(address).await.map_err(|cause| BindError { address, cause })
}

/// What one listener bears.
#[derive(Clone, Copy, Debug)]
pub struct Bearing {
    /// TCP connections with HTTP open at once; further ones wait to be accepted. One that has become a WebSocket is not counted here any more.
    pub connections: u32,
    /// How long a client may take to send the head of a request, and how long a connection may stay silent between two.
    pub header_timeout: Duration,
    /// How long requests under way may take after the stop; what still runs then is dropped.
    pub grace: Duration,
}

impl Bearing {
    /// As the configuration has it.
    #[must_use]
    pub const fn of(server: &Server) -> Self {
        Self {
            connections: server.connections,
            header_timeout: Duration::from_secs(server.header_timeout_seconds as u64),
            grace: server.shutdown_grace(),
        }
    }
}

/// Serves HTTP/1.1 until `stop` is done and requests under way have ended, each request with its peer's address as `ConnectInfo<SocketAddr>`.
///
/// WebSockets may still be open then. Gives the end of the grace, for whoever waits for them.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()> + Send + 'static, bearing: Bearing) -> Instant {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bearing.header_timeout);
    let (places, stopping) = (Arc::new(Semaphore::new(bearing.connections as usize)), watch::Sender::new(false));
    let mut stop = std::pin::pin!(stop);
    loop {
        let (socket, peer, place) = tokio::select! {
            () = &mut stop => break,
            (socket, peer, place) = accept(&listener, &places) => (socket, peer, place),
        };
        // Answers are small and many: waiting to fill a packet would only delay them. A socket that refuses the option still works.
        drop(socket.set_nodelay(true));
        let service = TowerToHyperService::new(router.clone().layer(Extension(ConnectInfo(peer))));
        let connection = http.serve_connection(TokioIo::new(socket), service).with_upgrades();
        let mut stopping = stopping.subscribe();
        let told_to_stop = async move { stopping.wait_for(|stopping| *stopping).await.map_or((), drop) };
        tokio::spawn(async move {
            let mut connection = std::pin::pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = told_to_stop => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(%error, "a connection broke");
            }
            drop(place);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    let grace_ends = Instant::now() + bearing.grace;
    // All places are free when no connection is left.
    if timeout_at(grace_ends, places.acquire_many(bearing.connections)).await.is_err() {
        tracing::warn!(grace_seconds = bearing.grace.as_secs(), "stopped with requests or streams still open");
    }
    grace_ends
}

/// The next connection, as soon as there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        // The semaphore is never closed.
        let Ok(place) = places.clone().acquire_owned().await else { return std::future::pending().await };
        match listener.accept().await {
            Ok((socket, peer)) => return (socket, peer, place),
            // A client that left while it waited is no matter; without descriptors, a moment's pause lets some come free.
            Err(error) => {
                tracing::warn!(%error, "a connection cannot be accepted");
                tokio::time::sleep(PAUSE_AFTER_REFUSAL).await;
            }
        }
    }
}

const PAUSE_AFTER_REFUSAL: Duration = Duration::from_millis(50);

/// Done when the process is asked to stop (SIGTERM, SIGINT, Ctrl-C).
///
/// # Errors
/// The system refuses to report signals.
pub fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    #[cfg(unix)]
    let terminated = async move {
        terminate.recv().await;
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    Ok(async move {
        tokio::select! {
            () = terminated => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    })
}
