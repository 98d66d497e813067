//! Deletes what nobody needs any more, a bounded number of rows at a time.

use sea_orm::{ConnectionTrait, DbBackend};

use super::error::Error;
use super::events::{self, Position};
use super::sql::Sql;
use crate::domain::instant::Instant;

/// A constant of this program: the advisory lock's number on PostgreSQL ("uppurg" in ASCII).
const PURGE_LOCK: i64 = 0x75_70_70_75_72_67;

/// Rows of one kind that may grow old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Refresh tokens that ended.
    RefreshTokens,
    /// Refresh tokens of sessions that ended.
    TokensOfSessions,
    /// Sessions that ended and have no refresh tokens left.
    Sessions,
    /// Stored answers of requests that may be repeated.
    IdempotencyKeys,
    /// Tries of passwords.
    Attempts,
    /// Mails that were sent, given up or of no use any more.
    Mails,
    /// Links that were mailed and do not work any more.
    MailedLinks,
    /// What the visitors of days that are over were hashed with.
    Salts,
    /// Who followed links, of days that are over.
    Visitors,
    /// Events.
    Events,
}

/// Deletes rows of a kind that ended or arose before an instant, at most so many; gives their number. On PostgreSQL one process purges at a time.
///
/// # Errors
/// The database's.
pub async fn delete(connection: &impl ConnectionTrait, kind: Kind, before: Instant, most: u32) -> Result<u64, Error> {
    if connection.get_database_backend() == DbBackend::Postgres {
        Sql::whole(connection, "SELECT 1 FROM pg_advisory_xact_lock($1)", [PURGE_LOCK.into()]).one(connection, |_| Ok(())).await?;
    }
    let sql = match kind {
        Kind::RefreshTokens => {
            "DELETE FROM refresh_tokens WHERE id IN (SELECT id FROM refresh_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)"
        }
        Kind::TokensOfSessions => {
            "DELETE FROM refresh_tokens WHERE id IN (
                SELECT r.id FROM sessions AS s JOIN refresh_tokens AS r ON r.session_id = s.id
                WHERE coalesce(s.ended_at, s.expires_at) < $1 LIMIT $2)"
        }
        Kind::Sessions => {
            "DELETE FROM sessions WHERE id IN (
                SELECT s.id FROM sessions AS s WHERE coalesce(s.ended_at, s.expires_at) < $1
                AND NOT EXISTS (SELECT 1 FROM refresh_tokens AS r WHERE r.session_id = s.id) LIMIT $2)"
        }
        Kind::IdempotencyKeys => {
            "DELETE FROM idempotency_keys WHERE (principal, operation, idempotency_key) IN (
                SELECT principal, operation, idempotency_key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2)"
        }
        Kind::Attempts => {
            "DELETE FROM attempts WHERE (kind, subject) IN (SELECT kind, subject FROM attempts WHERE last_at < $1 ORDER BY last_at LIMIT $2)"
        }
        Kind::Mails => "DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
        Kind::MailedLinks => {
            "DELETE FROM mailed_links WHERE id IN (SELECT id FROM mailed_links WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)"
        }
        Kind::Salts => {
            "DELETE FROM referral_salts WHERE day IN (
                SELECT day FROM referral_salts WHERE day < $1 / 86400000000000 ORDER BY day LIMIT $2)"
        }
        Kind::Visitors => {
            "DELETE FROM referral_visitors WHERE (day_id, visitor) IN (
                SELECT v.day_id, v.visitor FROM referral_days AS d JOIN referral_visitors AS v ON v.day_id = d.id
                WHERE d.day < $1 / 86400000000000 LIMIT $2)"
        }
        Kind::Events => return delete_events(connection, before, most).await,
    };
    Sql::whole(connection, sql, [before.nanos().into(), i64::from(most).into()]).execute(connection).await
}

/// The place of the last event that went is remembered: who resumes before it has missed something.
async fn delete_events(connection: &impl ConnectionTrait, before: Instant, most: u32) -> Result<u64, Error> {
    let sql = "SELECT transaction_id, id FROM events WHERE occurred_at < $1 ORDER BY occurred_at, id LIMIT $2";
    let old = Sql::whole(connection, sql, [before.nanos().into(), i64::from(most).into()])
        .all(connection, |row| Ok(Position { transaction: row.get(0)?, id: row.get(1)? }))
        .await?;
    let Some(last) = old.iter().max() else { return Ok(0) };
    events::record_purged(connection, *last).await?;
    let ids: Vec<i64> = old.iter().map(|position| position.id).collect();
    let mut sql = Sql::new(connection);
    sql.push("DELETE FROM events WHERE id IN ").numbers(&ids);
    sql.execute(connection).await
}
