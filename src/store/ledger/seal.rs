//! Seals journals into a chain: each link hashes a journal with its postings, the accounts that they name, and the link before. Who changes, deletes or
//! reorders what was sealed breaks the chain, and so does who makes an account somebody else's; who cuts its end off is found out by a head that was noted
//! elsewhere.

use std::fmt;

use sea_orm::{ConnectionTrait, DbBackend};
use sha2::{Digest as _, Sha256};

use crate::domain::hexadecimal::hexadecimal;
use crate::store::database::Transaction;
use crate::store::error::Error;
use crate::store::sql::Sql;

/// A constant of this program: the advisory lock's number on PostgreSQL ("upseal" in ASCII).
const SEAL_LOCK: i64 = 0x75_70_73_65_61_6c;

/// The hash of a link.
pub type Link = [u8; 32];

/// Where the chain ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// How many links it has.
    pub links: i64,
    /// The hash of the last one; zeros where there is none.
    pub hash: Link,
}

/// `17:` and the hash in hexadecimal digits.
impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.links, hexadecimal(&self.hash))
    }
}

/// A journal with its postings, as it goes into its link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sealable {
    pub id: i64,
    /// Kind, subject, memo.
    pub texts: [Option<String>; 3],
    /// The reversed journal, the actor, the instant.
    pub numbers: [Option<i64>; 3],
    /// In the order of keys.
    pub postings: Vec<Posting>,
}

/// A posting with its account, as it goes into a link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Posting {
    /// Key, account, amount, balance, and the account's partner.
    pub numbers: [Option<i64>; 5],
    /// The account's kind and currency.
    pub texts: [Option<String>; 2],
}

impl Sealable {
    /// The link behind another one. Every part is written with its length or presence, so that no two journals are written alike.
    pub fn link(&self, before: &Link) -> Link {
        let mut hash = Sha256::new();
        hash.update(before);
        hash.update(self.id.to_be_bytes());
        add_texts(&mut hash, &self.texts);
        add_numbers(&mut hash, &self.numbers);
        hash.update((self.postings.len() as u64).to_be_bytes());
        for posting in &self.postings {
            add_numbers(&mut hash, &posting.numbers);
            add_texts(&mut hash, &posting.texts);
        }
        hash.finalize().into()
    }
}

fn add_texts(hash: &mut Sha256, texts: &[Option<String>]) {
    for text in texts {
        match text {
            Some(text) => {
                hash.update([1]);
                hash.update((text.len() as u64).to_be_bytes());
                hash.update(text);
            }
            None => hash.update([0]),
        }
    }
}

fn add_numbers(hash: &mut Sha256, numbers: &[Option<i64>]) {
    for number in numbers {
        match number {
            Some(number) => {
                hash.update([1]);
                hash.update(number.to_be_bytes());
            }
            None => hash.update([0]),
        }
    }
}

/// What [`read`] reads of a journal and one of its postings, in this order; [`POSTINGS`] joins them.
pub(super) const COLUMNS: &str = "j.id, j.kind, j.subject, j.memo, j.reverses_id, j.actor_id, j.occurred_at, p.id, p.account_id, p.amount, \
     p.balance, a.partner_id, a.kind, a.currency";
/// How many [`COLUMNS`] are.
pub(super) const WIDTH: usize = 14;
/// Joins the postings of `journals AS j`, with their accounts.
pub(super) const POSTINGS: &str = " LEFT JOIN postings AS p ON p.journal_id = j.id LEFT JOIN ledger_accounts AS a ON a.id = p.account_id";

/// Adds a row of [`COLUMNS`] to journals in the making; the rows of one journal stand together.
pub(super) fn read(row: &crate::store::sql::Row<'_>) -> Result<Sealable, Error> {
    Ok(Sealable {
        id: row.get(0)?,
        texts: [row.get(1)?, row.get(2)?, row.get(3)?],
        numbers: [row.get(4)?, row.get(5)?, row.get(6)?],
        postings: vec![Posting {
            numbers: [row.get(7)?, row.get(8)?, row.get(9)?, row.get(10)?, row.get(11)?],
            texts: [row.get(12)?, row.get(13)?],
        }],
    })
}

/// Puts the rows of each journal together.
pub(super) fn gather(journals: &mut Vec<Sealable>, row: Sealable) {
    match journals.last_mut() {
        Some(last) if last.id == row.id => last.postings.extend(row.postings),
        _ => journals.push(row),
    }
}

/// Seals journals that have no seal yet, at most so many, in the order of their numbers; gives how many, and the chain's head. One process seals at
/// a time.
///
/// # Errors
/// The database's.
pub async fn seal(transaction: &Transaction, most: u32) -> Result<(u32, Head), Error> {
    if transaction.get_database_backend() == DbBackend::Postgres {
        Sql::whole(transaction, "SELECT 1 FROM pg_advisory_xact_lock($1)", [SEAL_LOCK.into()]).one(transaction, |_| Ok(())).await?;
    }
    let mut head = head(transaction).await?;
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(COLUMNS);
    sql.push(" FROM (SELECT journal_id FROM unsealed_journals ORDER BY journal_id LIMIT ").bind(i64::from(most));
    sql.push(") AS u JOIN journals AS j ON j.id = u.journal_id").push(POSTINGS).push(" ORDER BY j.id, p.id");
    let mut journals = Vec::new();
    for row in sql.all(transaction, read).await? {
        gather(&mut journals, row);
    }
    for journal in &journals {
        head = Head { links: head.links + 1, hash: journal.link(&head.hash) };
        let sql = "INSERT INTO journal_seals (id, journal_id, hash) VALUES ($1, $2, $3)";
        let values = [head.links.into(), journal.id.into(), head.hash.to_vec().into()];
        Sql::whole(transaction, sql, values).execute(transaction).await?;
    }
    let ids: Vec<i64> = journals.iter().map(|journal| journal.id).collect();
    let mut sql = Sql::new(transaction);
    sql.push("DELETE FROM unsealed_journals WHERE journal_id IN ").numbers(&ids);
    sql.execute(transaction).await?;
    Ok((u32::try_from(journals.len()).unwrap_or(u32::MAX), head))
}

/// Where the chain ends.
pub(super) async fn head(connection: &impl ConnectionTrait) -> Result<Head, Error> {
    let sql = "SELECT id, hash FROM journal_seals ORDER BY id DESC LIMIT 1";
    let found = Sql::whole(connection, sql, []).one(connection, |row| Ok((row.get::<i64>(0)?, row.get::<Vec<u8>>(1)?))).await?;
    let Some((links, hash)) = found else { return Ok(Head::default()) };
    let hash = hash.try_into().map_err(|hash| Error::Corrupt { table: "journal_seals", value: format!("{hash:?}") })?;
    Ok(Head { links, hash })
}
