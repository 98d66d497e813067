//! `upline config`

use std::io::Write;

use super::Global;
use crate::config::REFERENCE;

/// What to print.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print the commented reference of every key instead.
    #[arg(long)]
    reference: bool,
}

/// Prints the effective configuration or the reference.
///
/// # Errors
/// The configuration's faults, or the output's.
pub fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let text = if args.reference { REFERENCE.to_owned() } else { global.load()?.effective_toml()? };
    Ok(out.write_all(text.as_bytes())?)
}
