//! `upline generate`: a network and its orders out of nothing.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::domain::period::Period;
use crate::offline::generate::Specification;

use super::exit;

/// Arguments of `upline generate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// How many partners.
    #[arg(long)]
    partners: NonZeroU32,
    /// How many orders.
    #[arg(long)]
    orders: u32,
    /// The same seed gives the same files.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The orders end with this period.
    #[arg(long, default_value = "2026-01")]
    period: Period,
    /// The orders are spread over so many days before the period's end; by default over half a year.
    #[arg(long, default_value_t = 183)]
    days: u32,
    /// The folder for network.csv and orders.csv.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

/// Runs it.
pub fn run(args: Args) -> ExitCode {
    let specification = Specification::new(args.partners, args.orders, args.seed, args.period).over_days(args.days);
    exit(specification.write(&args.out).map_err(Into::into))
}
