//! `upline explain`: why a partner earned what, or nothing.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::engine::explain::{Question, Unexplained, explain};

use super::simulate::{Progress, Source};
use super::{Failure, exit};

/// Arguments of `upline explain`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    source: Source,
    /// The partner number.
    #[arg(long)]
    partner: i64,
    /// An order number: what each bonus did with this order on the way to the partner.
    #[arg(long)]
    order: Option<i64>,
    /// Print every step in a typed form instead of sentences.
    #[arg(long)]
    json: bool,
}

/// Runs it.
pub fn run(args: Args) -> ExitCode {
    exit(answer(&args))
}

fn answer(args: &Args) -> Result<(), Failure> {
    let progress = Progress::new(args.json);
    let (plan, snapshot) = args.source.read(&progress)?;
    progress.stage("computing");
    let question = Question { partner: args.partner, order: args.order };
    let explanation = explain(&plan, snapshot, args.source.period, question).map_err(|unexplained| match unexplained {
        Unexplained::Refused(refusal) => Failure::Refused(args.source.inputs().locate(refusal)),
        unknown => Failure::Unknown(unknown.to_string()),
    })?;
    progress.finish();
    let text =
        if args.json { serde_json::to_string_pretty(&explanation).map_err(io::Error::from)? + "\n" } else { explanation.to_string() };
    Ok(io::stdout().write_all(text.as_bytes())?)
}
