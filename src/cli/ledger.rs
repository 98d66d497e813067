//! `upline ledger`: checks the books, and prints the statement of a wallet or of a book of the company.

use std::io::Write;

use anyhow::Context as _;

use super::{Global, runtime};
use crate::domain::amount::Amount;
use crate::domain::ledger::{Book, Pocket};
use crate::domain::pages::{Key, Page, SortKey};
use crate::domain::wallets::{Movement, MovementFilter};
use crate::offline::guarded;
use crate::store::bulk::lock;
use crate::store::database::Transaction;
use crate::store::ledger::{Entry, Link, entries, verify};
use crate::store::{partners, settings, wallets};

/// Movements read at a time.
const PAGE: u32 = 1_000;

/// Checks the books, and prints statements.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Checks every journal, every balance, the chain, and that holds, payouts, orders, payments and e-pins agree with them, from the ground up.
    Verify {
        /// The head that an earlier check printed: it must be a link of the chain still.
        #[arg(long, value_name = "HEAD", value_parser = link)]
        head: Option<Link>,
    },
    /// Prints every movement of a partner's wallet or of a book of the company as CSV, the oldest first.
    #[command(group = clap::ArgGroup::new("whose").required(true))]
    Statement {
        /// The partner's number.
        #[arg(long, value_name = "NUMBER", group = "whose")]
        partner: Option<i64>,
        /// CASH, SALES, COMMISSION_EXPENSE, EPIN_LIABILITY, BREAKAGE, FEES or ADJUSTMENTS.
        #[arg(long, group = "whose")]
        book: Option<Book>,
        /// AVAILABLE, PENDING or HELD.
        #[arg(long, default_value = "AVAILABLE", conflicts_with = "book")]
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
        Command::Statement { partner, book, pocket } => {
            let snapshot = database.snapshot().await?;
            lock::without_timeout(&snapshot).await?;
            writeln!(out, "at,journal,kind,subject,counterparty,memo,amount,balance")?;
            match (partner, book) {
                (_, Some(book)) => of_book(&snapshot, book, out).await?,
                (partner, None) => of_wallet(&snapshot, partner.unwrap_or_default(), pocket, out).await?,
            }
            snapshot.rollback().await?;
        }
    }
    Ok(database.close().await?)
}

async fn of_wallet(snapshot: &Transaction, partner: i64, pocket: Pocket, out: &mut dyn Write) -> anyhow::Result<()> {
    partners::find(snapshot, &partners::Lookup::Number(partner)).await?.with_context(|| format!("there is no partner {partner}"))?;
    let Some(currency) = settings::currency(snapshot).await? else { return Ok(()) };
    let filter = MovementFilter { pocket, kinds: Vec::new(), from: None, before: None };
    // The list is the latest first; read from its end it is the oldest first.
    let mut page = Page { limit: PAGE, after: None, before: None, from_end: true };
    loop {
        let found = wallets::movements(snapshot, &[partner], currency, &filter, &page).await?.remove(&partner).unwrap_or_default();
        for movement in found.rows.iter().rev() {
            let Movement { id, journal_id, kind, subject, counterparty_id, memo, amount, balance, at, .. } = movement.clone();
            line(&Entry { id, journal_id, kind, subject, counterparty_id, memo, amount, at }, balance, out)?;
        }
        match found.rows.first().filter(|_| found.has_previous) {
            Some(first) => page.before = Some(Key { sort: SortKey::Number(first.id), id: first.id }),
            None => return Ok(()),
        }
    }
}

/// A book keeps no balance: it is added up on the way.
async fn of_book(snapshot: &Transaction, book: Book, out: &mut dyn Write) -> anyhow::Result<()> {
    let Some(currency) = settings::currency(snapshot).await? else { return Ok(()) };
    let (mut balance, mut last) = (Amount::ZERO, 0);
    loop {
        let found = entries(snapshot, (book, currency), last, PAGE).await?;
        for entry in &found {
            balance = balance.checked_add(entry.amount).with_context(|| format!("the balance of {book} exceeds 64 bits"))?;
            line(entry, balance, out)?;
        }
        match found.last() {
            Some(entry) => last = entry.id,
            None => return Ok(()),
        }
    }
}

fn line(entry: &Entry, balance: Amount, out: &mut dyn Write) -> std::io::Result<()> {
    let Entry { journal_id, kind, subject, counterparty_id, memo, amount, at, .. } = entry;
    let counterparty = counterparty_id.map(|partner| partner.to_string()).unwrap_or_default();
    let memo = guarded(memo.as_deref().unwrap_or_default()).replace('"', "\"\"");
    writeln!(out, "{at},{journal_id},{kind},{subject},{counterparty},\"{memo}\",{amount},{balance}")
}

fn link(text: &str) -> Result<Link, String> {
    let (_, hash) = text.split_once(':').unwrap_or(("", text));
    let byte = |at: usize| hash.get(at * 2..at * 2 + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..32).map(byte).collect();
    let link = bytes.filter(|_| hash.len() == 64).and_then(|bytes| bytes.try_into().ok());
    link.ok_or_else(|| "a head is a number, a colon and 64 hexadecimal digits, as the check prints it".to_owned())
}
