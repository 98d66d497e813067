//! `upline payouts`: what the bank is told to pay, and what it says came of it.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::{Global, runtime};
use crate::app::{World, furnish_payout_folder, services};
use crate::auth::principal::Principal;
use crate::commands::accounts::at_machine;
use crate::commands::payouts::{Batch, Taken, adopt_folder, last_batch, read_batch, start_batch, take_result};
use crate::commands::{Error, Services};
use crate::config::secrets::private_file;
use crate::domain::refusal::Refusal;
use crate::offline::payouts::{PayoutWriter, ResultReader};

/// Hands payouts to the bank, and takes its results.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Takes the approved payouts, but for those with a problem, into a batch, which is PROCESSING then, and writes it as CSV. The file holds bank details: keep it safe.
    Export {
        /// The file; it must not be there yet.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Writes what is still with the bank of this batch again, as its file was lost; no payout is changed.
        #[arg(long, value_name = "NUMBER")]
        batch: Option<i64>,
        /// Who does this, for the audit trail: the user name of an operator with the scope payouts. Payouts of the operator's own are left to others.
        #[arg(long, value_name = "USERNAME")]
        operator: String,
    },
    /// Has payouts leave by the folder of payout.rail_folder in place of the one before, when that is lost; it is made where it is not there. Stop all servers
    /// first. A folder that is moved whole, with its file folder-id, needs none of this. What the folder before had, or may have had, is not handed over again:
    /// it is LOST until the bank's results end it, or an operator who has asked the bank.
    AdoptFolder {
        /// Who does this, for the audit trail: the user name of an operator with the scope payouts.
        #[arg(long, value_name = "USERNAME")]
        operator: String,
    },
    /// Takes the bank's results: a CSV file with the columns payout, result (COMPLETED or FAILED) and reference. It may be read twice.
    Results {
        /// The file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Who does this, for the audit trail: the user name of an operator with the scope payouts.
        #[arg(long, value_name = "USERNAME")]
        operator: String,
    },
}

/// Runs it.
///
/// # Errors
/// The configuration's, the database's, the file system's, or results that contradict what is known.
pub async fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let config = global.load()?;
    let database = runtime::connect_migrated(&config).await?;
    // A server that runs finds the events by itself.
    let services = services(&config, database.clone(), &World::system(), std::sync::Arc::new(|| ()))?;
    let (Command::Export { operator, .. } | Command::Results { operator, .. } | Command::AdoptFolder { operator }) = &args.command;
    let principal = at_machine(&database, operator).await?;
    let principal = principal.with_context(|| format!("--operator {operator}: there is nobody of this name who may sign in"))?;
    let desk = Desk { services: &services, principal: &principal };
    match &args.command {
        Command::Export { out: file, batch, .. } => export(desk, file, *batch, out).await?,
        Command::Results { file, .. } => results(desk, file, out).await?,
        Command::AdoptFolder { .. } => {
            let is_other = adopt_folder(&services, &principal, &furnish_payout_folder(&config, &services)?).await?;
            writeln!(out, "payouts leave by {}", if is_other { "this folder from now on" } else { "this folder already" })?;
        }
    }
    Ok(database.close().await?)
}

/// Where an operator works.
#[derive(Clone, Copy)]
struct Desk<'a> {
    services: &'a Services,
    principal: &'a Principal,
}

async fn export(Desk { services, principal }: Desk<'_>, file: &Path, again: Option<i64>, out: &mut dyn Write) -> anyhow::Result<()> {
    anyhow::ensure!(!file.exists(), "{}: is there already, and is not written over", file.display());
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    // What an earlier run left behind may be readable for others.
    if part.exists() {
        fs::remove_file(&part).with_context(|| format!("{}: cannot be removed", part.display()))?;
    }
    // Made before any payout is changed: where it cannot be written, nothing happens.
    let draft = private_file(&part).with_context(|| format!("{}: cannot be written", part.display()))?;
    let batch = match again {
        None => start_batch(services, principal).await,
        Some(number) => read_batch(services, principal, number).await,
    };
    let batch = match batch {
        Ok(Some(batch)) => batch,
        outcome => {
            fs::remove_file(&part)?;
            outcome?;
            return nothing(services, again, out).await;
        }
    };
    let number = batch.number;
    let written = write(&batch, draft).and_then(|()| fs::rename(&part, file));
    written.with_context(|| {
        format!("{}: batch {number} was started, but its file cannot be written: export it again with --batch {number}", file.display())
    })?;
    writeln!(out, "{}: batch {number}, {} payouts", file.display(), batch.instructions.len())?;
    Ok(())
}

async fn nothing(services: &Services, again: Option<i64>, out: &mut dyn Write) -> anyhow::Result<()> {
    if let Some(number) = again {
        anyhow::bail!("no payouts of a batch {number} are with the bank");
    }
    writeln!(out, "no approved payouts wait for the bank")?;
    // A run that was cut off may have started a batch and left no file.
    if let Some(number) = last_batch(services).await? {
        writeln!(out, "the latest batch is {number}: where its file is missing, export it again with --batch {number}")?;
    }
    Ok(())
}

fn write(batch: &Batch, draft: fs::File) -> std::io::Result<()> {
    let mut writer = PayoutWriter::new(BufWriter::new(draft))?;
    for instruction in &batch.instructions {
        writer.write(instruction)?;
    }
    writer.finish()?.get_ref().sync_all()
}

async fn results(Desk { services, principal }: Desk<'_>, file: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let (mut now, mut before, mut wrong) = (0_u64, 0_u64, 0_u64);
    for entry in ResultReader::open(file)? {
        let entry = entry?;
        match take_result(services, principal, &entry.word).await {
            Ok(Taken::Now) => now += 1,
            Ok(Taken::Before) => before += 1,
            Ok(Taken::Contradicts) => {
                wrong += 1;
                let (file, line, payout) = (file.display(), entry.line, entry.word.payout);
                writeln!(
                    out,
                    "{file} line {line}: payout {payout}: the bank has spoken of it otherwise; that was noted as its problem, and nothing booked: find out \
                     what is true, then complete it or clear its problem and take this again"
                )?;
            }
            Err(error @ Error::Refused(Refusal::ScopeMissing { .. })) => return Err(error.into()),
            // The others of the file are taken all the same.
            Err(Error::Refused(refusal)) => {
                wrong += 1;
                writeln!(out, "{} line {}: payout {}: {refusal}", file.display(), entry.line, entry.word.payout)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    writeln!(out, "{now} payouts ended, {before} had been reported before")?;
    anyhow::ensure!(wrong == 0, "{}: {wrong} results were not taken", file.display());
    Ok(())
}
