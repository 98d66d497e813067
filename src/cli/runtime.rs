//! What a subcommand that needs the database runs on.

use std::path::Path;

use anyhow::Context as _;

use crate::config::Config;
use crate::config::secrets::{private_file, private_folder};
use crate::store::database::Database;

/// Runs a subcommand to its end.
///
/// # Errors
/// The subcommand's, or the system has no threads to give.
pub fn run(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Opens the configured database; an SQLite file and its folder are made where there are none, for their owner only.
///
/// # Errors
/// The database's, or the folder cannot be made.
pub async fn connect(config: &Config) -> anyhow::Result<Database> {
    if let Some(file) = config.database.url.sqlite_file() {
        make_private(file).with_context(|| format!("{}: cannot be made", file.display()))?;
    }
    open(config).await
}

/// Opens the configured database, which must exist.
///
/// # Errors
/// The database's, or there is no file.
pub async fn connect_existing(config: &Config) -> anyhow::Result<Database> {
    let url = &config.database.url;
    if let Some(file) = url.sqlite_file() {
        anyhow::ensure!(file.exists(), "database.url {url}: there is no such file; to make one, run: upline migrate");
    }
    open(config).await
}

async fn open(config: &Config) -> anyhow::Result<Database> {
    let database = &config.database;
    let url = &database.url;
    // The driver repeats a URL that it cannot make sense of.
    let shown = |error: crate::store::error::Error| error.to_string().replace(url.expose(), &url.to_string());
    Database::connect(database).await.map_err(|error| anyhow::anyhow!("database.url {url}: {}", shown(error)))
}

fn make_private(file: &Path) -> std::io::Result<()> {
    if file.exists() {
        return Ok(());
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private_folder(folder)?;
    }
    private_file(file).map(drop)
}

/// Opens the configured database, which must exist and have all migrations.
///
/// # Errors
/// As [`connect_existing`], or migrations are missing.
pub async fn connect_migrated(config: &Config) -> anyhow::Result<Database> {
    let database = connect_existing(config).await?;
    match database.pending_migrations().await? {
        0 => Ok(database),
        missing => anyhow::bail!("database.url {}: {missing} migrations are missing; run: upline migrate", config.database.url),
    }
}
