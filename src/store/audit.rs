//! The record of what operators did.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;
use crate::domain::instant::Instant;

/// Something an operator did.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The operator; none for the server by itself and for who works at its machine, by the command line.
    pub account_id: Option<i64>,
    /// The act: `moveSponsor`.
    pub action: &'a str,
    /// What it was done to: `partner:1001`.
    pub subject: &'a str,
    /// What changed, as JSON.
    pub detail: &'a str,
    /// When.
    pub at: Instant,
}

/// Writes an entry.
///
/// # Errors
/// The database's.
pub async fn append(connection: &impl ConnectionTrait, entry: &Entry<'_>) -> Result<(), Error> {
    let sql = "INSERT INTO audit_entries (account_id, action, subject, detail, occurred_at) VALUES ($1, $2, $3, $4, $5)";
    let values = [entry.account_id.into(), entry.action.into(), entry.subject.into(), entry.detail.into(), entry.at.nanos().into()];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}
