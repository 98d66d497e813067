//! What a subcommand that needs the database runs on.

use crate::config::Config;
use crate::store::database::Database;

/// Runs a subcommand to its end.
///
/// # Errors
/// The subcommand's, or the system has no threads to give.
pub fn run(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// Opens the configured database, the folder of an SQLite file being made where there is none.
///
/// # Errors
/// The database's, or the folder cannot be made.
pub async fn connect(config: &Config) -> anyhow::Result<Database> {
    let database = &config.database;
    if let Some(folder) = database.url.sqlite_file().and_then(std::path::Path::parent).filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| anyhow::anyhow!("{}: cannot be made: {error}", folder.display()))?;
    }
    Database::connect(database).await.map_err(|error| anyhow::anyhow!("database.url {}: {error}", database.url))
}

/// Opens the configured database, which must have all migrations.
///
/// # Errors
/// As [`connect`], or migrations are missing.
pub async fn connect_migrated(config: &Config) -> anyhow::Result<Database> {
    let database = connect(config).await?;
    match database.pending_migrations().await? {
        0 => Ok(database),
        missing => anyhow::bail!("database.url {}: {missing} migrations are missing; run: upline migrate", config.database.url),
    }
}
