//! Mails that wait to be delivered. Whoever delivers one takes it for a time first: the number of the try is the proof of who has it.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{Row, Sql};
use crate::domain::instant::Instant;
use crate::domain::mails::MailKind;

/// A mail to be stored.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// What it is for.
    pub kind: MailKind,
    /// Whose account.
    pub account_id: i64,
    /// Address and secret, sealed.
    pub data: Vec<u8>,
    /// Now.
    pub at: Instant,
    /// When it is of no use any more.
    pub expires_at: Instant,
}

/// A mail that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub kind: MailKind,
    /// Whose account.
    pub account_id: i64,
    /// The name that the person signs in with.
    pub username: String,
    /// Address and secret, sealed.
    pub data: Vec<u8>,
    /// When it was written.
    pub created_at: Instant,
    /// When it is of no use any more.
    pub expires_at: Instant,
    /// How often it was tried before.
    pub attempts: i64,
}

/// Stores a mail.
///
/// # Errors
/// The database's.
pub async fn insert(connection: &impl ConnectionTrait, mail: NewMail) -> Result<(), Error> {
    let sql = "INSERT INTO mails (kind, account_id, data, created_at, expires_at, due_at) VALUES ($1, $2, $3, $4, $5, $4)";
    let values =
        [mail.kind.code().into(), mail.account_id.into(), mail.data.into(), mail.at.nanos().into(), mail.expires_at.nanos().into()];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}

/// How many mails without a link were written to an account since an instant.
///
/// # Errors
/// The database's.
pub async fn notices_since(connection: &impl ConnectionTrait, account_id: i64, since: Instant) -> Result<i64, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT count(*) FROM mails WHERE account_id = ").bind(account_id).push(" AND created_at > ").bind(since.nanos());
    sql.and_in("kind", &MailKind::ALL.iter().filter(|kind| kind.page().is_none()).map(|kind| kind.code()).collect::<Vec<_>>());
    Ok(sql.one(connection, |row| row.get(0)).await?.unwrap_or(0))
}

/// What is due, the longest waiting first.
///
/// # Errors
/// The database's.
pub async fn due(connection: &impl ConnectionTrait, now: Instant, most: u32) -> Result<Vec<Waiting>, Error> {
    let sql = "SELECT m.id, m.kind, m.account_id, a.username, m.data, m.created_at, m.expires_at, m.attempts
        FROM mails AS m JOIN accounts AS a ON a.id = m.account_id
        WHERE m.sent_at IS NULL AND m.given_up_at IS NULL AND m.due_at <= $1 ORDER BY m.due_at, m.id LIMIT $2";
    let read = |row: &Row<'_>| {
        Ok(Waiting {
            id: row.get(0)?,
            kind: row.code(1, "mails")?,
            account_id: row.get(2)?,
            username: row.get(3)?,
            data: row.get(4)?,
            created_at: Instant::from_nanos(row.get(5)?),
            expires_at: Instant::from_nanos(row.get(6)?),
            attempts: row.get(7)?,
        })
    };
    Sql::whole(connection, sql, [now.nanos().into(), i64::from(most).into()]).all(connection, read).await
}

/// Takes a mail that waits for a try, until an instant: then it is due again, should nobody have told what came of it. Of any number of rivals one gets
/// `true`.
///
/// # Errors
/// The database's.
pub async fn take(connection: &impl ConnectionTrait, mail: &Waiting, now: Instant, until: Instant) -> Result<bool, Error> {
    let sql = "UPDATE mails SET attempts = attempts + 1, due_at = $4
        WHERE id = $1 AND attempts = $2 AND due_at <= $3 AND sent_at IS NULL AND given_up_at IS NULL";
    let values = [mail.id.into(), mail.attempts.into(), now.nanos().into(), until.nanos().into()];
    Ok(Sql::whole(connection, sql, values).execute(connection).await? == 1)
}

/// What came of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It is on its way.
    Sent,
    /// Not this time.
    Later {
        /// Why, without secrets.
        failure: &'a str,
        /// When it is tried again.
        due_at: Instant,
    },
    /// Never.
    GivenUp {
        /// Why, without secrets.
        failure: &'a str,
    },
}

/// Notes what came of the try with this number; `false` where somebody else has the mail by now. What it said is forgotten with its end.
///
/// # Errors
/// The database's.
pub async fn note(connection: &impl ConnectionTrait, id: i64, attempt: i64, outcome: Outcome<'_>, now: Instant) -> Result<bool, Error> {
    let mut sql = Sql::new(connection);
    sql.push("UPDATE mails SET ");
    match outcome {
        Outcome::Sent => sql.push("data = NULL, failure = NULL, sent_at = ").bind(now.nanos()),
        Outcome::Later { failure, due_at } => sql.push("failure = ").bind(failure).push(", due_at = ").bind(due_at.nanos()),
        Outcome::GivenUp { failure } => sql.push("data = NULL, failure = ").bind(failure).push(", given_up_at = ").bind(now.nanos()),
    };
    sql.push(" WHERE id = ").bind(id).push(" AND attempts = ").bind(attempt).push(" AND sent_at IS NULL AND given_up_at IS NULL");
    Ok(sql.execute(connection).await? == 1)
}

/// Gives up what waits for an account.
///
/// # Errors
/// The database's.
pub async fn give_up_all(connection: &impl ConnectionTrait, account_id: i64, failure: &str, now: Instant) -> Result<(), Error> {
    let sql =
        "UPDATE mails SET data = NULL, failure = $2, given_up_at = $3 WHERE account_id = $1 AND sent_at IS NULL AND given_up_at IS NULL";
    Sql::whole(connection, sql, [account_id.into(), failure.into(), now.nanos().into()]).execute(connection).await.map(drop)
}
