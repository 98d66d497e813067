//! The command line: one file per subcommand.

pub mod account;
mod compare;
pub mod config;
pub mod demo;
mod explain;
pub mod export;
mod generate;
pub mod import;
mod ledger;
pub mod migrate;
mod payouts;
mod plan;
pub mod rebuild;
pub mod runtime;
pub mod schema;
pub mod serve;
mod simulate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Config, Problems, Sources};

/// A commission engine for direct selling: network, orders, ranks and commissions behind one GraphQL API.
#[derive(Debug, Parser)]
#[command(name = "upline", version, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Flags of every subcommand.
#[derive(Debug, clap::Args)]
pub struct Global {
    /// Configuration file (else UPLINE_CONFIG's, else ./upline.toml where there is one).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Overrides one configuration key; may be repeated.
    #[arg(long, global = true, value_name = "SECTION.KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the effective configuration, secrets masked, or the commented reference.
    Config(config::Args),
    /// Run the server with a demo network on the embedded database.
    Demo(demo::Args),
    /// Print the GraphQL schema in the definition language.
    Schema(schema::Args),
    /// Run the server.
    Serve(serve::Args),
    /// Bring the database's structure up to date.
    Migrate(migrate::Args),
    /// Take network, orders, ranks, commissions and plan into the database.
    Import(import::Args),
    /// Write the database back into files.
    Export(export::Args),
    /// Make logins of staff, and set passwords.
    Account(account::Args),
    /// Make derived data anew.
    Rebuild(rebuild::Args),
    /// Check the books, and print statements.
    Ledger(ledger::Args),
    /// Hand payouts to the bank, and take its results.
    Payouts(payouts::Args),
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

impl Global {
    /// Loads and checks the configuration.
    ///
    /// # Errors
    /// [`Problems`]: everything that is wrong with it.
    pub fn load(&self) -> Result<Config, Problems> {
        Config::load(&Sources::of_process(self.config.clone(), self.set.clone()))
    }
}

/// Runs the subcommand that the process was called with. A message for people goes to standard error.
#[must_use]
pub fn run() -> ExitCode {
    let Cli { global, command } = Cli::parse();
    let out = &mut std::io::stdout();
    let outcome = match command {
        Command::Simulate(args) => return simulate::run(args),
        Command::Explain(args) => return explain::run(args),
        Command::Compare(args) => return compare::run(args),
        Command::Generate(args) => return generate::run(args),
        Command::Plan(args) => return plan::run(args),
        Command::Demo(args) => runtime::run(demo::run(&args, &global, out)),
        Command::Schema(args) => schema::run(&args, out),
        Command::Serve(args) => runtime::run(serve::run(&args, &global)),
        Command::Config(args) => config::run(&args, &global, out),
        Command::Migrate(args) => runtime::run(migrate::run(&args, &global, out)),
        Command::Import(args) => runtime::run(import::run(&args, &global, out)),
        Command::Export(args) => runtime::run(export::run(&args, &global, out)),
        Command::Account(args) => runtime::run(account::run(&args, &global, out)),
        Command::Ledger(args) => runtime::run(ledger::run(&args, &global, out)),
        Command::Payouts(args) => runtime::run(payouts::run(&args, &global, out)),
        Command::Rebuild(args) => runtime::run(rebuild::run(&args, &global, out)),
    };
    let Err(error) = outcome else { return ExitCode::SUCCESS };
    eprintln!("upline: {error:#}");
    ExitCode::FAILURE
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
