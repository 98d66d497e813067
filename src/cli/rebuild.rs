//! `upline rebuild`

use std::io::Write;

use super::{Global, runtime};
use crate::rebuild;

/// Makes the derived data of open periods anew from orders and both trees.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also those of closed periods, from the trees as they are today: they may come to differ from what commissions were computed from.
    #[arg(long)]
    closed: bool,
}

/// Rebuilds.
///
/// # Errors
/// The configuration's or the database's.
pub async fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let database = runtime::connect_migrated(&global.load()?).await?;
    let rows = rebuild::run(&database, args.closed).await?;
    writeln!(out, "{rows} rows of volumes rebuilt")?;
    Ok(database.close().await?)
}
