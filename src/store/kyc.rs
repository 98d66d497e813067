//! Identity checks: what partners showed, by partner, by number, and what waits for an operator.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DbBackend};

use super::database::Transaction;
use super::error::Error;
use super::sql::{Order, Row, Sql, group};
use crate::domain::instant::Instant;
use crate::domain::kyc::{Document, DocumentKind, KycStatus, Submission};
use crate::domain::pages::{Direction, Page, Slice};

const COLUMNS: &str = "s.id, s.partner_id, s.status, s.reason, s.submitted_at, s.decided_at";

fn read(row: &Row<'_>) -> Result<Submission, Error> {
    Ok(Submission {
        id: row.get(0)?,
        partner_id: row.get(1)?,
        status: row.code(2, "kyc_submissions")?,
        reason: row.get(3)?,
        submitted_at: Instant::from_nanos(row.get(4)?),
        decided_at: row.get::<Option<i64>>(5)?.map(Instant::from_nanos),
    })
}

/// The latest submission of each of these partners, where there is one.
///
/// # Errors
/// The database's.
pub async fn latest_of(connection: &impl ConnectionTrait, partners: &[i64]) -> Result<HashMap<i64, Submission>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM ").numbers(partners);
    sql.push(" AS wanted JOIN kyc_submissions AS s ON s.id = (SELECT max(id) FROM kyc_submissions WHERE partner_id = wanted.id)");
    Ok(sql.all(connection, read).await?.into_iter().map(|submission| (submission.partner_id, submission)).collect())
}

/// Whether it is known who a partner is.
///
/// # Errors
/// The database's.
pub async fn is_approved(connection: &impl ConnectionTrait, partner: i64) -> Result<bool, Error> {
    let sql = "SELECT count(*) FROM kyc_submissions WHERE partner_id = $1 AND status = $2";
    let count = Sql::whole(connection, sql, [partner.into(), KycStatus::Approved.code().into()]).one(connection, |row| row.get::<i64>(0));
    Ok(count.await?.unwrap_or(0) > 0)
}

/// A submission, held until the transaction ends: rival acts on it wait.
///
/// # Errors
/// The database's.
pub async fn hold(transaction: &Transaction, number: i64) -> Result<Option<Submission>, Error> {
    let mut sql = Sql::new(transaction);
    sql.push("SELECT ").push(COLUMNS).push(" FROM kyc_submissions AS s WHERE s.id = ").bind(number);
    // SQLite has one writer, which is this transaction.
    if transaction.get_database_backend() == DbBackend::Postgres {
        sql.push(" FOR UPDATE");
    }
    sql.one(transaction, read).await
}

const OLDEST: Order = Order { sort: "s.submitted_at", id: "s.id", direction: Direction::Ascending };

/// A page of the submissions that wait for an operator, the oldest first.
///
/// # Errors
/// The database's.
pub async fn queue(connection: &impl ConnectionTrait, page: &Page) -> Result<Slice<Submission>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT ").push(COLUMNS).push(" FROM kyc_submissions AS s WHERE s.status = ").bind(KycStatus::Pending.code());
    sql.and_within(page, OLDEST).order_by(page, OLDEST).limit(page);
    Ok(Slice::of(page, sql.all(connection, read).await?))
}

/// How many submissions wait for an operator.
///
/// # Errors
/// The database's.
pub async fn waiting(connection: &impl ConnectionTrait) -> Result<i64, Error> {
    let sql = "SELECT count(*) FROM kyc_submissions WHERE status = $1";
    let count = Sql::whole(connection, sql, [KycStatus::Pending.code().into()]).one(connection, |row| row.get(0)).await?;
    Ok(count.unwrap_or(0))
}

/// The documents of each of these submissions, without their content, in the order in which they were sent.
///
/// # Errors
/// The database's.
pub async fn documents_of(connection: &impl ConnectionTrait, submissions: &[i64]) -> Result<HashMap<i64, Vec<Document>>, Error> {
    let mut sql = Sql::new(connection);
    sql.push("SELECT d.submission_id, d.id, d.kind, d.media_type FROM ").numbers(submissions);
    sql.push(" AS wanted JOIN kyc_documents AS d ON d.submission_id = wanted.id ORDER BY d.id");
    let document =
        |row: &Row<'_>| Ok::<_, Error>(Document { id: row.get(1)?, kind: row.code(2, "kyc_documents")?, media_type: row.get(3)? });
    Ok(group(sql.all(connection, |row| Ok((row.get::<i64>(0)?, document(row)?))).await?))
}

/// A document as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Whose.
    pub partner_id: i64,
    /// What it is.
    pub kind: DocumentKind,
    /// `image/jpeg` or `application/pdf`.
    pub media_type: String,
    /// For the vault.
    pub content: Vec<u8>,
}

/// The document with a number.
///
/// # Errors
/// The database's.
pub async fn document(connection: &impl ConnectionTrait, number: i64) -> Result<Option<Sealed>, Error> {
    let sql =
        "SELECT s.partner_id, d.kind, d.media_type, d.content FROM kyc_documents AS d JOIN kyc_submissions AS s ON s.id = d.submission_id
        WHERE d.id = $1";
    let read = |row: &Row<'_>| {
        Ok(Sealed { partner_id: row.get(0)?, kind: row.code(1, "kyc_documents")?, media_type: row.get(2)?, content: row.get(3)? })
    };
    Sql::whole(connection, sql, [number.into()]).one(connection, read).await
}
