//! `upline import`

use std::io::Write;
use std::path::PathBuf;

use super::{Global, runtime};
use crate::app::World;
use crate::domain::period::Period;
use crate::import::{self, Files, Options, Outcome, Source};

/// Takes a company's files into the database, all of them or none.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("files").args(["plan", "network", "orders", "ranks", "commissions"]).multiple(true).required(true)))]
pub struct Args {
    /// Partners: partner, sponsor, placement_parent, position, status, joined_at, highest_rank, career_points, carry_left, carry_right, name, email, username.
    #[arg(long, value_name = "network.csv")]
    network: Option<PathBuf>,
    /// Orders: order, partner, placed_at, buyer, kind, cv, pv, amount.
    #[arg(long, value_name = "orders.csv")]
    orders: Option<PathBuf>,
    /// Commission lines of the period, which is closed with them.
    #[arg(long, value_name = "commissions.csv", requires = "period")]
    commissions: Option<PathBuf>,
    /// Ranks of the period.
    #[arg(long, value_name = "ranks.csv", requires = "period")]
    ranks: Option<PathBuf>,
    /// The compensation plan.
    #[arg(long, value_name = "plan.toml")]
    plan: Option<PathBuf>,
    /// The month that commissions and ranks were computed for, such as 2026-01.
    #[arg(long)]
    period: Option<Period>,
}

/// Imports.
///
/// # Errors
/// The configuration's, the database's, or a refused row: file, line and cause.
pub async fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let config = global.load()?;
    let database = runtime::connect_migrated(&config).await?;
    let source = |path: &Option<PathBuf>| path.clone().map(Source::file);
    let files = Files {
        plan: source(&args.plan),
        network: source(&args.network),
        orders: source(&args.orders),
        commissions: source(&args.commissions),
        ranks: source(&args.ranks),
    };
    let options = Options {
        period: args.period,
        placement: config.network.placement,
        preference: config.network.placement_policy.into(),
        now: World::system().clock.now(),
    };
    let report = import::import(&database, &files, &options).await?;
    for (source, outcome) in report {
        let file = source.name().display();
        match outcome {
            Outcome::Imported { rows } => writeln!(out, "{file}: {rows} rows imported")?,
            Outcome::PassedOver { imported_at } => writeln!(out, "{file}: passed over, it was imported at {imported_at}")?,
        }
    }
    Ok(database.close().await?)
}
