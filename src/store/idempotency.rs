//! Stored answers of acts that a client may repeat.

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::Sql;
use crate::domain::instant::Instant;

/// What makes a repetition: who, which act, which key.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    /// Who asks: `account:17`, or `anonymous:anna` for who is about to be Anna.
    pub principal: &'a str,
    /// The act: `signUp`.
    pub operation: &'a str,
    /// The client's key.
    pub key: &'a str,
}

/// What a key stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Nothing yet: it is claimed by this transaction now, and rivals wait for its end.
    Fresh,
    /// The same request was done, with this outcome.
    Done(String),
    /// Another request has the key.
    Conflict,
}

/// Claims a key for a request, whose hash is given.
///
/// # Errors
/// The database's.
pub async fn claim(connection: &impl ConnectionTrait, key: Key<'_>, request: &[u8; 32], at: Instant) -> Result<Claim, Error> {
    let Key { principal, operation, key } = key;
    let sql = "INSERT INTO idempotency_keys (principal, operation, idempotency_key, body_hash, outcome, created_at)
        VALUES ($1, $2, $3, $4, '', $5) ON CONFLICT (principal, operation, idempotency_key) DO NOTHING";
    let values = [principal.into(), operation.into(), key.into(), request.to_vec().into(), at.nanos().into()];
    if Sql::whole(connection, sql, values).execute(connection).await? == 1 {
        return Ok(Claim::Fresh);
    }
    let sql = "SELECT body_hash, outcome FROM idempotency_keys WHERE principal = $1 AND operation = $2 AND idempotency_key = $3";
    let stored = Sql::whole(connection, sql, [principal.into(), operation.into(), key.into()])
        .one(connection, |row| Ok((row.get::<Vec<u8>>(0)?, row.get(1)?)))
        .await?;
    Ok(match stored {
        Some((hash, outcome)) if hash == request => Claim::Done(outcome),
        _ => Claim::Conflict,
    })
}

/// The outcome of the same request where it is done; nothing is claimed.
///
/// # Errors
/// The database's.
pub async fn done(connection: &impl ConnectionTrait, key: Key<'_>, request: &[u8; 32]) -> Result<Option<String>, Error> {
    let sql = "SELECT outcome FROM idempotency_keys WHERE principal = $1 AND operation = $2 AND idempotency_key = $3 AND body_hash = $4";
    let values = [key.principal.into(), key.operation.into(), key.key.into(), request.to_vec().into()];
    Sql::whole(connection, sql, values).one(connection, |row| row.get(0)).await
}

/// Stores the outcome of a claimed request.
///
/// # Errors
/// The database's.
pub async fn settle(connection: &impl ConnectionTrait, key: Key<'_>, outcome: &str) -> Result<(), Error> {
    let sql = "UPDATE idempotency_keys SET outcome = $4 WHERE principal = $1 AND operation = $2 AND idempotency_key = $3";
    let values = [key.principal.into(), key.operation.into(), key.key.into(), outcome.into()];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}
