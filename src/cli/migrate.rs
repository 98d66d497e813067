//! `upline migrate`

use std::io::Write;

use super::{Global, runtime};

/// Brings the database's structure up to date.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Take all changes back: every table is dropped with all that it holds.
    #[arg(long, requires = "drop_all_data")]
    down: bool,
    /// Confirms --down.
    #[arg(long, requires = "down")]
    drop_all_data: bool,
}

/// Applies the migrations that are missing, or takes all back.
///
/// # Errors
/// The configuration's or the database's.
pub async fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let config = global.load()?;
    let database = if args.down { runtime::connect_existing(&config).await? } else { runtime::connect(&config).await? };
    let url = &config.database.url;
    if args.down {
        database.migrate_down().await?;
        writeln!(out, "{url}: all tables were dropped")?;
    } else {
        let missing = database.pending_migrations().await?;
        database.migrate().await?;
        writeln!(out, "{url}: {missing} migrations applied, the database is up to date")?;
    }
    Ok(database.close().await?)
}
