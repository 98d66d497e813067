//! `upline ledger`: checks the books, and prints the statement of a wallet.

use std::io::Write;

use anyhow::Context as _;

use super::{Global, runtime};
use crate::domain::ledger::Pocket;
use crate::domain::pages::{Key, Page, SortKey};
use crate::domain::wallets::{Movement, MovementFilter};
use crate::offline::guarded;
use crate::store::bulk::lock;
use crate::store::ledger::{Link, verify};
use crate::store::{partners, settings, wallets};

/// Movements read at a time.
const PAGE: u32 = 1_000;

/// Checks the books, and prints the statement of a wallet.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Checks every journal, every balance, the holds and the chain from the ground up.
    Verify {
        /// The head that an earlier check printed: it must be a link of the chain still.
        #[arg(long, value_name = "HEAD", value_parser = link)]
        head: Option<Link>,
    },
    /// Prints every movement of a partner's wallet as CSV, the oldest first.
    Statement {
        /// The partner's number.
        #[arg(long, value_name = "NUMBER")]
        partner: i64,
        /// AVAILABLE, PENDING or HELD.
        #[arg(long, default_value = "AVAILABLE")]
        pocket: Pocket,
    },
}

/// Runs it.
///
/// # Errors
/// The configuration's, the database's, or a ledger that is not in order.
pub async fn run(args: &Args, global: &Global, out: &mut dyn Write) -> anyhow::Result<()> {
    let database = runtime::connect_migrated(&global.load()?).await?;
    match args.command {
        Command::Verify { head } => {
            let snapshot = database.snapshot().await?;
            lock::without_timeout(&snapshot).await?;
            let checked = verify(&snapshot, head).await?;
            snapshot.rollback().await?;
            writeln!(out, "{} journals, {} postings, {} journals not sealed yet", checked.journals, checked.postings, checked.unsealed)?;
            writeln!(out, "chain: head {}", checked.head)?;
            for finding in &checked.findings {
                writeln!(out, "WRONG: {}", finding.0)?;
            }
            anyhow::ensure!(checked.findings.is_empty(), "the ledger is not in order: {} findings", checked.findings.len());
            writeln!(out, "the ledger is in order")?;
        }
        Command::Statement { partner, pocket } => statement(&database, partner, pocket, out).await?,
    }
    Ok(database.close().await?)
}

async fn statement(database: &crate::store::database::Database, partner: i64, pocket: Pocket, out: &mut dyn Write) -> anyhow::Result<()> {
    let snapshot = database.snapshot().await?;
    lock::without_timeout(&snapshot).await?;
    partners::find(&snapshot, &partners::Lookup::Number(partner)).await?.with_context(|| format!("there is no partner {partner}"))?;
    writeln!(out, "at,journal,kind,subject,memo,amount,balance")?;
    if let Some(currency) = settings::currency(&snapshot).await? {
        let filter = MovementFilter { pocket, kinds: Vec::new(), from: None, before: None };
        // The list is the latest first; read from its end it is the oldest first.
        let mut page = Page { limit: PAGE, after: None, before: None, from_end: true };
        loop {
            let found = wallets::movements(&snapshot, &[partner], currency, &filter, &page).await?.remove(&partner).unwrap_or_default();
            for movement in found.rows.iter().rev() {
                line(movement, out)?;
            }
            match found.rows.first().filter(|_| found.has_previous) {
                Some(first) => page.before = Some(Key { sort: SortKey::Number(first.id), id: first.id }),
                None => break,
            }
        }
    }
    Ok(snapshot.rollback().await?)
}

fn line(movement: &Movement, out: &mut dyn Write) -> std::io::Result<()> {
    let Movement { journal_id, kind, subject, memo, amount, balance, at, .. } = movement;
    let memo = guarded(memo.as_deref().unwrap_or_default()).replace('"', "\"\"");
    writeln!(out, "{at},{journal_id},{kind},{subject},\"{memo}\",{amount},{balance}")
}

fn link(text: &str) -> Result<Link, String> {
    let (_, hash) = text.split_once(':').unwrap_or(("", text));
    let byte = |at: usize| hash.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
    let link = bytes.filter(|_| hash.len() == 64).and_then(|bytes| bytes.try_into().ok());
    link.ok_or_else(|| "a head is a number, a colon and 64 hexadecimal digits, as the check prints it".to_owned())
}
