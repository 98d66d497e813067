//! `upline plan`: look at a plan.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::engine::plan::SCHEMA;
use crate::offline::inputs::read_plan;

use super::{Failure, exit};

/// Arguments of `upline plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: PlanCommand,
}

#[derive(Debug, Subcommand)]
enum PlanCommand {
    /// Print the plan in words, and what is legal but odd.
    Check {
        /// The plan (TOML).
        plan: PathBuf,
    },
    /// Print the JSON Schema of the plan language.
    Schema,
}

/// Runs it.
pub fn run(args: Args) -> ExitCode {
    exit(match args.command {
        PlanCommand::Check { plan } => check(&plan),
        PlanCommand::Schema => io::stdout().write_all(SCHEMA.as_bytes()).map_err(Failure::from),
    })
}

fn check(path: &std::path::Path) -> Result<(), Failure> {
    let plan = read_plan(path)?;
    let mut text = plan.in_words();
    for warning in plan.warnings() {
        text += &format!("warning: {warning}\n");
    }
    Ok(io::stdout().write_all(text.as_bytes())?)
}
