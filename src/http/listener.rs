//! Binding, serving, stopping.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt as _;
use futures_util::FutureExt as _;
use tokio::net::TcpListener;

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

/// Serves until `stop` is done, each request with its peer's address as `ConnectInfo<SocketAddr>`; requests under way then have `grace` to end, and what still runs after it is dropped.
///
/// # Errors
/// The listener's failure.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
    grace: Duration,
) -> io::Result<()> {
    let stop = stop.shared();
    // Answers are small and many: waiting to fill a packet would only delay them. A socket that refuses the option still works.
    let listener = listener.tap_io(|socket| drop(socket.set_nodelay(true)));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone());
    let out_of_grace = async {
        stop.await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        outcome = serving => outcome,
        () = out_of_grace => {
            tracing::warn!(grace_seconds = grace.as_secs(), "stopped with requests or streams still open");
            Ok(())
        }
    }
}

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
