//! `upline export`

use std::io::Write;
use std::path::PathBuf;

use super::{Global, runtime};
use crate::domain::period::Period;
use crate::export::{self, Options};

/// Writes the database back into files that `upline import` reads.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the files; made where there is none.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Also the commissions and ranks of this period.
    #[arg(long)]
    period: Option<Period>,
    /// Also names, mail addresses and login names.
    #[arg(long)]
    contacts: bool,
}

/// Exports.
///
/// # Errors
/// The configuration's, the database's or the file system's.
pub async fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let database = runtime::connect_migrated(&global.load()?).await?;
    for (path, rows) in export::export(&database, &args.out, Options { period: args.period, contacts: args.contacts }).await? {
        writeln!(out, "{}: {rows} rows", path.display())?;
    }
    Ok(database.close().await?)
}
