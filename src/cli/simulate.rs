//! `upline simulate`: a period from files (docs/plans.md, section 8).

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::domain::period::Period;
use crate::engine;
use crate::engine::outcome::Summary;
use crate::engine::plan::Plan;
use crate::engine::snapshot::Snapshot;
use crate::offline::inputs::Inputs;
use crate::offline::outputs;

use super::{Failure, exit};

/// The input files and the period.
#[derive(Debug, clap::Args)]
pub struct Source {
    /// The compensation plan (TOML).
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// The partners (CSV, also gzip).
    #[arg(long, value_name = "FILE")]
    network: PathBuf,
    /// The orders (CSV, also gzip).
    #[arg(long, value_name = "FILE")]
    orders: PathBuf,
    /// A month (2026-01), an ISO week (2026-W05) or a day (2026-01-15), in UTC.
    #[arg(long)]
    pub period: Period,
}

/// Arguments of `upline simulate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// The folder for the results.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Print nothing.
    #[arg(long, short)]
    quiet: bool,
    /// Print the summary as JSON instead of a table.
    #[arg(long, conflicts_with = "quiet")]
    json: bool,
}

/// Runs it.
pub fn run(args: Args) -> ExitCode {
    exit(simulate(&args))
}

fn simulate(args: &Args) -> Result<(), Failure> {
    let progress = Progress::new(args.quiet);
    let (plan, snapshot) = args.source.read(&progress)?;
    progress.stage("computing");
    let outcome = engine::run(&plan, snapshot, args.source.period).map_err(|refusal| args.source.inputs().locate(refusal))?;
    progress.stage("writing");
    outputs::write(&outcome, &args.out)?;
    progress.finish();
    match (args.quiet, args.json) {
        (true, _) => Ok(()),
        (_, true) => Ok(io::stdout().write_all(outputs::summary_text(outcome.summary())?.as_bytes())?),
        _ => Ok(io::stdout().write_all(table(&plan, outcome.summary()).as_bytes())?),
    }
}

impl Source {
    /// Reads plan, network and orders.
    pub(super) fn read(&self, progress: &Progress) -> Result<(Plan, Snapshot), Failure> {
        let inputs = self.inputs();
        let plan = inputs.read_plan()?;
        progress.stage("reading the network");
        let network = inputs.read_network(&plan, |rows| progress.rows(rows))?;
        progress.stage("reading the orders");
        let orders = inputs.read_orders(&network, |rows| progress.rows(rows))?;
        Ok((plan, Snapshot::new(network, orders)))
    }

    pub(super) fn inputs(&self) -> Inputs {
        Inputs { plan: self.plan.clone(), network: self.network.clone(), orders: self.orders.clone() }
    }
}

/// What is being done, on a terminal; nothing where standard error is none.
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {prefix} {elapsed}") {
            bar.set_style(style);
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar }
    }

    pub(super) fn stage(&self, stage: &'static str) {
        self.bar.set_prefix("");
        self.bar.set_message(stage);
    }

    fn rows(&self, rows: u64) {
        self.bar.set_prefix(format!("{rows} rows"));
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// The summary for a terminal.
fn table(plan: &Plan, summary: &Summary) -> String {
    let mut rows = vec![["bonus".to_owned(), "lines".to_owned(), plan.currency.code.clone()]];
    rows.extend(summary.by_bonus.iter().map(|(code, bonus)| [code.clone(), bonus.lines.to_string(), bonus.amount.clone()]));
    let lines: usize = summary.by_bonus.iter().map(|(_, bonus)| bonus.lines).sum();
    rows.push(["total".to_owned(), lines.to_string(), summary.total_commission.clone()]);
    let widths = [0, 1, 2].map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    let mut text = format!(
        "{} of {}: {} partners, {} orders, {} CV\n\n",
        summary.period, plan.code, summary.partners, summary.orders, summary.total_cv
    );
    for [code, lines, amount] in rows {
        let [first, second, third] = widths;
        text += &format!("{code:<first$}  {lines:>second$}  {amount:>third$}\n");
    }
    text + &format!("\npayout ratio {}, capped {}, breakage of pools {}\n", summary.payout_ratio, summary.capped, summary.breakage_of_pools)
}
