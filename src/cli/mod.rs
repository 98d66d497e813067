//! The command line: one file per subcommand.

pub mod account;
pub mod config;
pub mod demo;
pub mod export;
pub mod import;
pub mod migrate;
pub mod rebuild;
pub mod runtime;
pub mod schema;
pub mod serve;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::{Config, Problems, Sources};

/// A commission engine for direct selling: network, orders, commissions, wallets and payouts behind one GraphQL API.
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

/// Runs the subcommand that the process was called with.
///
/// # Errors
/// What a person must know; printed by `main`, which then exits with 1.
pub fn run() -> anyhow::Result<()> {
    let Cli { global, command } = Cli::parse();
    let out = &mut std::io::stdout().lock();
    match command {
        Command::Demo(args) => runtime::run(demo::run(&args, &global, out)),
        Command::Schema(args) => schema::run(&args, out),
        Command::Serve(args) => runtime::run(serve::run(&args, &global)),
        Command::Config(args) => config::run(&args, &global, out),
        Command::Migrate(args) => runtime::run(migrate::run(&args, &global, out)),
        Command::Import(args) => runtime::run(import::run(&args, &global, out)),
        Command::Export(args) => runtime::run(export::run(&args, &global, out)),
        Command::Account(args) => runtime::run(account::run(&args, &global, out)),
        Command::Rebuild(args) => runtime::run(rebuild::run(&args, &global, out)),
    }
}
