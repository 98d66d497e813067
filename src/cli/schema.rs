//! `upline schema`

use std::io::Write;

use crate::graphql::roots;

/// Nothing to choose.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Prints the schema that `schema.graphql` holds.
///
/// # Errors
/// The output's.
pub fn run(_: &Args, output: &mut impl Write) -> anyhow::Result<()> {
    Ok(output.write_all(roots::definition().as_bytes())?)
}
