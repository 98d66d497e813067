//! Writes journals.

use sea_orm::{ConnectionTrait, DbBackend};

use crate::domain::amount::Amount;
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::domain::ledger::{Account, Journal, LedgerError, Pocket};
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::Sql;

/// A journal that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Its number.
    pub journal_id: i64,
    /// The accounts of partners that it touched, with their balances then.
    pub balances: Vec<(Account, Amount)>,
}

/// Why a journal was not written. Parts of it may be in the transaction, which must be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// An account of a partner does not hold so much.
    #[error("{account} does not hold {amount}")]
    NotCovered {
        /// Which.
        account: Account,
        /// What should have left it.
        amount: Amount,
    },
    /// An account of a partner cannot hold so much.
    #[error("{account} is full")]
    Full {
        /// Which.
        account: Account,
    },
    /// Nothing is paid into an account of a partner any more.
    #[error("{account} is closed")]
    Closed {
        /// Which.
        account: Account,
    },
    /// The journal is none.
    #[error(transparent)]
    Journal(#[from] LedgerError),
    /// The database's.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Writes a journal: balances, postings, then its own row, which the database takes only where the postings balance.
///
/// Accounts are taken in their order, so that two journals never wait for each other. What leaves a partner's account must be covered, which is
/// decided by the statement that takes it. A book of the company keeps no balance: every act would wait for its row.
///
/// # Errors
/// [`Failed`]
pub async fn post(transaction: &Transaction, journal: &Journal, at: Instant) -> Result<Posted, Failed> {
    let postings = journal.postings()?;
    let mut rows = Vec::with_capacity(postings.len());
    let mut balances = Vec::new();
    for (account, amount) in postings {
        let (id, balance) = match account {
            Account::Partner(number, pocket) => {
                let (id, balance) = if amount < Amount::ZERO {
                    let missing = Failed::NotCovered { account, amount: Amount::from_units(amount.units().saturating_neg()) };
                    take(transaction, number, pocket, journal.currency(), amount).await?.ok_or(missing)?
                } else {
                    match give(transaction, number, pocket, journal.currency(), amount).await? {
                        Some(row) => row,
                        None if hold_closed(transaction, number, journal.currency()).await? => return Err(Failed::Closed { account }),
                        None => return Err(Failed::Full { account }),
                    }
                };
                balances.push((account, balance));
                (id, Some(balance.units()))
            }
            Account::Company(book) => (company(transaction, book.code(), journal.currency()).await?, None),
        };
        rows.push((id, amount, balance));
    }
    let journal_id = next_id(transaction).await?;
    let mut sql = Sql::new(transaction);
    sql.push("INSERT INTO postings (journal_id, account_id, amount, balance) VALUES ");
    for (index, (account_id, amount, balance)) in rows.into_iter().enumerate() {
        sql.push(if index == 0 { "(" } else { ", (" });
        sql.bind(journal_id).push(", ").bind(account_id).push(", ").bind(amount.units()).push(", ").bind(balance).push(")");
    }
    sql.execute(transaction).await?;
    let text = "INSERT INTO journals (id, kind, subject, memo, reverses_id, actor_id, occurred_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        journal_id.into(),
        journal.kind.code().into(),
        journal.subject.clone().into(),
        journal.memo.clone().into(),
        journal.reverses_id.into(),
        journal.actor_id.into(),
        at.nanos().into(),
    ];
    Sql::whole(transaction, text, values).execute(transaction).await?;
    Sql::whole(transaction, "INSERT INTO unsealed_journals (journal_id) VALUES ($1)", [journal_id.into()]).execute(transaction).await?;
    Ok(Posted { journal_id, balances })
}

/// The journal's number is needed before its row is written.
async fn next_id(transaction: &Transaction) -> Result<i64, Error> {
    let sql = match transaction.get_database_backend() {
        DbBackend::Postgres => "SELECT nextval(pg_get_serial_sequence('journals', 'id'))",
        // The single writer holds the database. Numbers are never given twice: journals are not deleted.
        _ => "SELECT coalesce(max(id), 0) + 1 FROM journals",
    };
    let id = Sql::whole(transaction, sql, []).one(transaction, |row| row.get(0)).await?;
    id.ok_or_else(|| Error::Corrupt { table: "journals", value: "no next number".to_owned() })
}

/// Key and balance of an account.
type Row = (i64, Amount);

async fn take(transaction: &Transaction, partner: i64, pocket: Pocket, currency: Currency, amount: Amount) -> Result<Option<Row>, Error> {
    let sql = "UPDATE ledger_accounts SET balance = balance + $4
        WHERE partner_id = $1 AND kind = $2 AND currency = $3 AND balance + $4 >= lowest RETURNING id, balance";
    let values = [partner.into(), pocket.code().into(), currency.code().into(), amount.units().into()];
    Sql::whole(transaction, sql, values).one(transaction, |row| Ok((row.get(0)?, Amount::from_units(row.get(1)?)))).await
}

/// A wallet that was overdrawn on purpose climbs back: what it may owe never grows again by itself. `None` where the account is closed, or the sum exceeds
/// 64 bits, which SQLite would answer with a binary fraction.
async fn give(transaction: &Transaction, partner: i64, pocket: Pocket, currency: Currency, amount: Amount) -> Result<Option<Row>, Error> {
    let sql = "INSERT INTO ledger_accounts (partner_id, kind, currency, balance, lowest) VALUES ($1, $2, $3, $4, 0)
        ON CONFLICT (partner_id, kind, currency) WHERE partner_id IS NOT NULL
        DO UPDATE SET balance = ledger_accounts.balance + excluded.balance,
            lowest = CASE WHEN ledger_accounts.balance + excluded.balance < 0 THEN ledger_accounts.balance + excluded.balance ELSE 0 END
        WHERE ledger_accounts.balance <= $5 AND ledger_accounts.closed_at IS NULL RETURNING id, balance";
    let values = [partner.into(), pocket.code().into(), currency.code().into(), amount.units().into(), (i64::MAX - amount.units()).into()];
    Sql::whole(transaction, sql, values).one(transaction, |row| Ok((row.get(0)?, Amount::from_units(row.get(1)?)))).await
}

async fn company(transaction: &Transaction, book: &str, currency: Currency) -> Result<i64, Error> {
    let find = "SELECT id FROM ledger_accounts WHERE partner_id IS NULL AND kind = $1 AND currency = $2";
    let insert =
        "INSERT INTO ledger_accounts (kind, currency) VALUES ($1, $2) ON CONFLICT (kind, currency) WHERE partner_id IS NULL DO NOTHING";
    for _ in 0..2 {
        let found = Sql::whole(transaction, find, [book.into(), currency.code().into()]).one(transaction, |row| row.get(0)).await?;
        if let Some(id) = found {
            return Ok(id);
        }
        Sql::whole(transaction, insert, [book.into(), currency.code().into()]).execute(transaction).await?;
    }
    Err(Error::Corrupt { table: "ledger_accounts", value: book.to_owned() })
}

/// Closes the pockets of a partner for good: nothing is paid into them any more. Rivals for them wait; where another transaction has them, this one does
/// not wait but is to be tried again, as it holds the partner's account, which that other one may ask for next.
///
/// # Errors
/// The database's.
pub async fn close(transaction: &Transaction, partner: i64, currency: Currency, at: Instant) -> Result<(), Error> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        let sql = "SELECT id FROM ledger_accounts WHERE partner_id = $1 AND currency = $2 ORDER BY id FOR NO KEY UPDATE NOWAIT";
        Sql::whole(transaction, sql, [partner.into(), currency.code().into()]).all(transaction, |_| Ok(())).await?;
    }
    let sql = "INSERT INTO ledger_accounts (partner_id, kind, currency, balance, lowest, closed_at) VALUES ($1, $2, $3, 0, 0, $4)
        ON CONFLICT (partner_id, kind, currency) WHERE partner_id IS NOT NULL DO UPDATE SET closed_at = excluded.closed_at";
    for pocket in Pocket::ALL {
        let values = [partner.into(), pocket.code().into(), currency.code().into(), at.nanos().into()];
        Sql::whole(transaction, sql, values).execute(transaction).await?;
    }
    Ok(())
}

/// Whether nothing is paid into the pockets of a partner any more; they stay as they are until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn hold_closed(transaction: &Transaction, partner: i64, currency: Currency) -> Result<bool, Error> {
    // A row that is not there cannot be held.
    let sql = "INSERT INTO ledger_accounts (partner_id, kind, currency, balance, lowest) VALUES ($1, $2, $3, 0, 0) ON CONFLICT DO NOTHING";
    let values = [partner.into(), Pocket::Available.code().into(), currency.code().into()];
    Sql::whole(transaction, sql, values).execute(transaction).await?;
    let lock = if transaction.get_database_backend() == DbBackend::Postgres { " ORDER BY id FOR NO KEY UPDATE" } else { "" };
    let sql = format!("SELECT closed_at FROM ledger_accounts WHERE partner_id = $1 AND currency = $2{lock}");
    let values = [partner.into(), currency.code().into()];
    let closed = Sql::whole(transaction, &sql, values).all(transaction, |row| Ok(row.get::<Option<i64>>(0)?.is_some())).await?;
    Ok(closed.contains(&true))
}

/// What a pocket holds.
///
/// # Errors
/// The database's.
pub async fn balance(connection: &impl ConnectionTrait, partner: i64, pocket: Pocket, currency: Currency) -> Result<Amount, Error> {
    let sql = "SELECT balance FROM ledger_accounts WHERE partner_id = $1 AND kind = $2 AND currency = $3";
    let values = [partner.into(), pocket.code().into(), currency.code().into()];
    Ok(Sql::whole(connection, sql, values).one(connection, |row| row.get(0).map(Amount::from_units)).await?.unwrap_or_default())
}

/// What the pockets of these partners hold: number, pocket, balance.
///
/// # Errors
/// The database's.
pub async fn balances(
    connection: &impl ConnectionTrait,
    partners: &[i64],
    currency: Currency,
) -> Result<Vec<(i64, Pocket, Amount)>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT a.partner_id, a.kind, a.balance FROM ").numbers(partners);
    sql.push(" AS wanted CROSS JOIN ledger_accounts AS a WHERE a.partner_id = wanted.id AND a.currency = ").bind(currency.code());
    sql.all(connection, |row| Ok((row.get(0)?, row.code(1, "ledger_accounts")?, Amount::from_units(row.get(2)?)))).await
}
