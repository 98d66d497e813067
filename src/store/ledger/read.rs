//! Journals as they were written.

use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::ledger::{Account, JournalKind};
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::{Row, Sql};

/// A journal that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it is about.
    pub kind: JournalKind,
    /// The thing that it is about.
    pub subject: String,
    /// Of what.
    pub currency: Currency,
    /// What it did to each account.
    pub postings: Vec<(Account, Amount)>,
    /// The journal that took it back.
    pub reversed_by: Option<i64>,
}

/// The journal with a number.
///
/// # Errors
/// The database's.
pub async fn find(transaction: &Transaction, number: i64) -> Result<Option<Written>, Error> {
    let sql =
        "SELECT j.kind, j.subject, a.currency, (SELECT r.id FROM journals AS r WHERE r.reverses_id = j.id), a.partner_id, a.kind, p.amount
        FROM journals AS j JOIN postings AS p ON p.journal_id = j.id JOIN ledger_accounts AS a ON a.id = p.account_id
        WHERE j.id = $1 ORDER BY p.id";
    let read = |row: &Row<'_>| {
        let account = match row.get::<Option<i64>>(4)? {
            Some(partner) => Account::Partner(partner, row.code(5, "ledger_accounts")?),
            None => Account::Company(row.code(5, "ledger_accounts")?),
        };
        let (kind, currency) = (row.code(0, "journals")?, row.code(2, "ledger_accounts")?);
        let postings = vec![(account, Amount::from_units(row.get(6)?))];
        Ok(Written { kind, subject: row.get(1)?, currency, postings, reversed_by: row.get(3)? })
    };
    let rows = Sql::whole(transaction, sql, [number.into()]).all(transaction, read).await?;
    Ok(rows.into_iter().reduce(|mut journal, row| {
        journal.postings.extend(row.postings);
        journal
    }))
}
