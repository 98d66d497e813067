//! `upline serve`

use std::net::SocketAddr;

use super::Global;
use crate::app::{App, World, open_database};
use crate::config::Config;
use crate::{http, telemetry};

/// Nothing to choose: the configuration says all.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the server until it is asked to stop.
///
/// # Errors
/// The configuration, the database, or the address.
pub fn run(_: &Args, global: &Global) -> anyhow::Result<()> {
    let config = global.load()?;
    runtime()?.block_on(async {
        let (listener, _) = listen(&config).await?;
        let database = open_database(&config).await?;
        serve(&config, listener, database).await
    })
}

/// A runtime with one worker per core.
///
/// # Errors
/// The system gives no threads.
pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Takes the configured address first, so that a second server fails before it touches anything.
///
/// # Errors
/// The address.
pub(super) async fn listen(config: &Config) -> anyhow::Result<(tokio::net::TcpListener, SocketAddr)> {
    let listener = http::bind(config.server.listen).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves an open database.
///
/// # Errors
/// As [`run`].
pub(super) async fn serve(
    config: &Config,
    listener: tokio::net::TcpListener,
    database: crate::store::database::Database,
) -> anyhow::Result<()> {
    telemetry::start_log(&config.log)?;
    let metrics = telemetry::start_metrics()?;
    let upkeep = tokio::spawn(telemetry::upkeep(metrics.clone()));
    let app = App::new(config, database, &World::system(), metrics).await?;
    tracing::info!(address = %listener.local_addr()?, "ready");
    let served = app.serve(listener, http::stop_signal()?, config.server.shutdown_grace()).await;
    upkeep.abort();
    served
}
