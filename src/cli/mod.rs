//! The command line: one file per subcommand.

mod compare;
mod explain;
mod generate;
mod plan;
mod simulate;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Commission engine for direct selling.
#[derive(Debug, Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compute a period from files: commissions, ranks, carry, statements, summary.
    Simulate(simulate::Args),
    /// Say why a partner earned what, or nothing.
    Explain(explain::Args),
    /// Say what differs between two results, or to a former vendor's file.
    Compare(compare::Args),
    /// Make up a network and its orders.
    Generate(generate::Args),
    /// Look at a plan: check it, print the schema of the language.
    Plan(plan::Args),
}

/// Runs the subcommand that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    match Cli::parse().command {
        Command::Simulate(args) => simulate::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Plan(args) => plan::run(args),
    }
}

/// How a subcommand ends when it cannot do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// Input is refused: exit status 2.
    #[error(transparent)]
    Refused(#[from] crate::offline::Refused),
    /// Something that is given on the command line does not exist: exit status 2.
    #[error("{0}")]
    Unknown(String),
    /// Reading or writing went wrong: exit status 1.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// The exit status; a message goes to standard error.
#[allow(clippy::print_stderr)]
fn exit(result: Result<(), Failure>) -> ExitCode {
    let Err(failure) = result else { return ExitCode::SUCCESS };
    eprintln!("upline: {failure}");
    ExitCode::from(if matches!(failure, Failure::Io(_)) { 1 } else { 2 })
}
