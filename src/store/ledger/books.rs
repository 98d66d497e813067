//! Statements: what stood on the other side of a posting, and what went through the books of the company.

use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::domain::ledger::{Book, JournalKind};
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Row, Sql};

/// The one other partner on the other side of `postings AS p`, whose account is `ledger_accounts AS own`: in the same journal, and the other way.
pub(in crate::store) const COUNTERPARTY: &str = "(SELECT CASE WHEN min(oa.partner_id) = max(oa.partner_id) THEN min(oa.partner_id) END
        FROM postings AS op JOIN ledger_accounts AS oa ON oa.id = op.account_id
        WHERE op.journal_id = p.journal_id AND (op.amount < 0) <> (p.amount < 0) AND oa.partner_id <> coalesce(own.partner_id, 0))";

/// What a journal did to a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Key of the posting: entries are ordered by it.
    pub id: i64,
    /// Number of the journal.
    pub journal_id: i64,
    /// What it was about.
    pub kind: JournalKind,
    /// The thing that it was about: `order:17`.
    pub subject: String,
    /// The one partner on the other side.
    pub counterparty_id: Option<i64>,
    /// In words.
    pub memo: Option<String>,
    /// What came in; negative for what went out.
    pub amount: Amount,
    /// When.
    pub at: Instant,
}

/// The entries of a book behind a key, the oldest first, at most so many.
///
/// # Errors
/// The database's.
pub async fn entries(snapshot: &Transaction, (book, currency): (Book, Currency), after: i64, most: u32) -> Result<Vec<Entry>, Error> {
    let sql = format!(
        "SELECT p.id, p.journal_id, j.kind, j.subject, {COUNTERPARTY}, j.memo, p.amount, j.occurred_at
        FROM ledger_accounts AS own JOIN postings AS p ON p.account_id = own.id JOIN journals AS j ON j.id = p.journal_id
        WHERE own.partner_id IS NULL AND own.kind = $1 AND own.currency = $2 AND p.id > $3 ORDER BY p.id LIMIT $4"
    );
    let read = |row: &Row<'_>| {
        Ok(Entry {
            id: row.get(0)?,
            journal_id: row.get(1)?,
            kind: row.code(2, "journals")?,
            subject: row.get(3)?,
            counterparty_id: row.get(4)?,
            memo: row.get(5)?,
            amount: Amount::from_units(row.get(6)?),
            at: Instant::from_nanos(row.get(7)?),
        })
    };
    let values = [book.code().into(), currency.code().into(), after.into(), i64::from(most).into()];
    Sql::whole(snapshot, &sql, values).all(snapshot, read).await
}
