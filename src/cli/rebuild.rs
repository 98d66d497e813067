//! `upline rebuild`

use std::io::Write;

use super::{Global, runtime};
use crate::rebuild;

/// Makes all derived data anew from orders and both trees.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Rebuilds.
///
/// # Errors
/// The configuration's or the database's.
pub async fn run(_: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let database = runtime::connect_migrated(&global.load()?).await?;
    let rows = rebuild::run(&database).await?;
    writeln!(out, "{rows} rows of volumes rebuilt")?;
    Ok(database.close().await?)
}
