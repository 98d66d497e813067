//! Links that were mailed: each works once, and only its hash is kept.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{Row, Sql};
use crate::domain::instant::Instant;
use crate::domain::mails::MailKind;

/// A link to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewLink {
    /// What it is for.
    pub kind: MailKind,
    /// Whose.
    pub account_id: i64,
    /// SHA-256 of its secret.
    pub hash: [u8; 32],
    /// Now.
    pub at: Instant,
    /// When it ends.
    pub expires_at: Instant,
}

/// Stores a link.
///
/// # Errors
/// The database's.
pub async fn insert(connection: &impl ConnectionTrait, link: &NewLink) -> Result<(), Error> {
    let sql = "INSERT INTO mailed_links (kind, account_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
    let values = [
        link.kind.code().into(),
        link.account_id.into(),
        link.hash.to_vec().into(),
        link.at.nanos().into(),
        link.expires_at.nanos().into(),
    ];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}

/// How many links of a kind were made for an account since an instant, and when the first of them was.
///
/// # Errors
/// The database's.
pub async fn made_since(
    connection: &impl ConnectionTrait,
    account_id: i64,
    kind: MailKind,
    since: Instant,
) -> Result<(i64, Option<Instant>), Error> {
    let sql = "SELECT count(*), min(created_at) FROM mailed_links WHERE account_id = $1 AND kind = $2 AND created_at > $3";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get::<Option<i64>>(1)?.map(Instant::from_nanos)));
    let found = Sql::whole(connection, sql, [account_id.into(), kind.code().into(), since.nanos().into()]).one(connection, read).await?;
    Ok(found.unwrap_or_default())
}

/// The ACTIVE account that a link works for now.
///
/// # Errors
/// The database's.
pub async fn account_of(connection: &impl ConnectionTrait, kind: MailKind, hash: &[u8; 32], now: Instant) -> Result<Option<i64>, Error> {
    let sql = "SELECT l.account_id FROM mailed_links AS l JOIN accounts AS a ON a.id = l.account_id
        WHERE l.token_hash = $1 AND l.kind = $2 AND l.used_at IS NULL AND l.expires_at > $3 AND a.status = 'ACTIVE'";
    Sql::whole(connection, sql, [hash.to_vec().into(), kind.code().into(), now.nanos().into()]).one(connection, |row| row.get(0)).await
}

/// Uses a link up. Of any number of rivals one gets `true`.
///
/// # Errors
/// The database's.
pub async fn use_up(connection: &impl ConnectionTrait, kind: MailKind, hash: &[u8; 32], now: Instant) -> Result<bool, Error> {
    let sql = "UPDATE mailed_links SET used_at = $3 WHERE token_hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3";
    Ok(Sql::whole(connection, sql, [hash.to_vec().into(), kind.code().into(), now.nanos().into()]).execute(connection).await? == 1)
}

/// Ends what is open of an account's links: those of one kind, or all.
///
/// # Errors
/// The database's.
pub async fn void(connection: &impl ConnectionTrait, account_id: i64, kind: Option<MailKind>, now: Instant) -> Result<(), Error> {
    let sql =
        "UPDATE mailed_links SET used_at = $3 WHERE account_id = $1 AND ($2 = '' OR kind = $2) AND used_at IS NULL AND expires_at > $3";
    let values = [account_id.into(), kind.map_or("", MailKind::code).into(), now.nanos().into()];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}
