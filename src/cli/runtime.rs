//! What a subcommand that needs the database runs on.

use rand::Rng as _;

use crate::config::Config;
use crate::domain::instant::Instant;
use crate::domain::random::Random;
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

/// The time of this machine.
#[allow(clippy::disallowed_methods, reason = "a subcommand is a whole program of its own: here its clock is read, once")]
#[must_use]
pub fn now() -> Instant {
    let nanos = jiff::Timestamp::now().as_nanosecond();
    Instant::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
}

/// The random source of this machine.
pub struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::disallowed_methods, reason = "a subcommand is a whole program of its own: here its randomness comes from")]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
