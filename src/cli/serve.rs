//! `upline serve`

use tokio::net::TcpListener;

use super::{Global, runtime};
use crate::app::{self, App, World};
use crate::config::Config;
use crate::config::database::Backend;
use crate::store::database::Database;
use crate::{http, telemetry};

/// Runs the server. The configuration says all there is to say.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Runs the server until it is asked to stop.
///
/// # Errors
/// The configuration's, the database's, or the address is not to be had.
pub async fn run(_: &Args, global: &Global) -> anyhow::Result<()> {
    let config = global.load()?;
    telemetry::start_log(&config.log)?;
    // The address first: a second server must fail before it touches the database.
    let listener = http::bind(config.server.listen).await?;
    let database = open(&config).await?;
    serve(&config, listener, database).await
}

/// Opens the database. An embedded one is brought up to date; another one must have been, by `upline migrate`.
pub(super) async fn open(config: &Config) -> anyhow::Result<Database> {
    if config.database.url.backend() == Backend::Postgres {
        return runtime::connect_migrated(config).await;
    }
    let database = runtime::connect(config).await?;
    database.migrate().await?;
    Ok(database)
}

/// Serves an open database until the process is asked to stop.
pub(super) async fn serve(config: &Config, listener: TcpListener, database: Database) -> anyhow::Result<()> {
    let metrics = telemetry::start_metrics()?;
    let looked_at = database.clone();
    let upkeep = tokio::spawn(telemetry::upkeep(metrics.clone(), move || app::measure(&looked_at)));
    let app = App::new(config, database, &World::system(), metrics).await?;
    tracing::info!(address = %listener.local_addr()?, "ready");
    let served = app.serve(listener, http::stop_signal()?, http::Bearing::of(&config.server)).await;
    upkeep.abort();
    served
}
