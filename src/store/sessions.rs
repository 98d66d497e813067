//! Sessions and their refresh tokens.

use std::collections::{BTreeSet, HashMap};

use sea_orm::ConnectionTrait;

use super::error::Error;
use super::sql::{Row, Sql, group};
use crate::domain::accounts::{Role, Scope, read_scopes};
use crate::domain::coded::coded_enum;
use crate::domain::instant::Instant;

coded_enum! {
    /// Why a session ended before its time.
    SessionEnd, "an end of a session", {
        /// The person signed out.
        LoggedOut = "LOGGED_OUT",
        /// A used refresh token came again: somebody has a copy.
        TokenReused = "TOKEN_REUSED",
        /// The password was changed in another session.
        PasswordChanged = "PASSWORD_CHANGED",
        /// The person ended it from another session.
        Revoked = "REVOKED",
        /// An operator blocked the account.
        Blocked = "BLOCKED",
        /// Too many sessions; this was the oldest.
        Crowded = "CROWDED",
    }
}

/// Who stands behind a live session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionHolder {
    /// What kind of user.
    pub role: Role,
    /// Powers, for operators.
    pub scopes: BTreeSet<Scope>,
    /// The account's partner.
    pub partner_id: Option<i64>,
    /// That partner's sponsor.
    pub sponsor_id: Option<i64>,
}

/// A session to be stored.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// Its public name.
    pub sid: &'a str,
    /// Whose.
    pub account_id: i64,
    /// When it begins.
    pub at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// What the program that opened it calls itself.
    pub user_agent: Option<&'a str>,
}

/// A live session, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its public name.
    pub sid: String,
    /// When it began.
    pub created_at: Instant,
    /// When tokens were made for it last.
    pub last_used_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
    /// What the program that opened it calls itself.
    pub user_agent: Option<String>,
}

/// A refresh token to be stored.
#[derive(Clone, Copy, Debug)]
pub struct NewRefreshToken {
    /// Of which session.
    pub session_id: i64,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// When it was made.
    pub at: Instant,
    /// When it ends.
    pub expires_at: Instant,
}

/// A refresh token that was found, with its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshable {
    /// The session's key.
    pub session_id: i64,
    /// Its public name.
    pub sid: String,
    /// Whose.
    pub account_id: i64,
    /// When the session ends.
    pub session_ends: Instant,
    /// When the token was used.
    pub used_at: Option<Instant>,
}

/// Who stands behind a session that is live at this time, of an ACTIVE account: one statement, sent with every request.
///
/// # Errors
/// The database's.
pub async fn holder(connection: &impl ConnectionTrait, sid: &str, account_id: i64, now: Instant) -> Result<Option<SessionHolder>, Error> {
    let sql = "SELECT a.role, a.scopes, p.id, p.sponsor_id
        FROM sessions s JOIN accounts a ON a.id = s.account_id LEFT JOIN partners p ON p.account_id = a.id
        WHERE s.sid = $1 AND s.account_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3 AND a.status = 'ACTIVE'";
    let values = [sid.into(), account_id.into(), now.nanos().into()];
    let read = |row: &Row<'_>| {
        Ok(SessionHolder {
            role: row.code(0, "accounts")?,
            scopes: read_scopes(&row.get::<String>(1)?),
            partner_id: row.get(2)?,
            sponsor_id: row.get(3)?,
        })
    };
    Sql::whole(connection, sql, values).one(connection, read).await
}

/// Stores a session and gives its key.
///
/// # Errors
/// The database's.
pub async fn insert(connection: &impl ConnectionTrait, session: &NewSession<'_>) -> Result<i64, Error> {
    let sql = "INSERT INTO sessions (sid, account_id, created_at, expires_at, user_agent) VALUES ($1, $2, $3, $4, $5) RETURNING id";
    let values = [
        session.sid.into(),
        session.account_id.into(),
        session.at.nanos().into(),
        session.expires_at.nanos().into(),
        session.user_agent.map(str::to_owned).into(),
    ];
    Sql::whole(connection, sql, values).returned(connection).await
}

/// Ends the oldest live sessions of an account, so that `kept` remain.
///
/// # Errors
/// The database's.
pub async fn end_oldest(connection: &impl ConnectionTrait, account_id: i64, kept: u32, now: Instant) -> Result<(), Error> {
    let sql = "UPDATE sessions SET ended_at = $2, end_reason = $4
        WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $2 AND id NOT IN (
            SELECT id FROM sessions WHERE account_id = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id DESC LIMIT $3
        )";
    let values = [account_id.into(), now.nanos().into(), i64::from(kept).into(), SessionEnd::Crowded.code().into()];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}

/// The live sessions of each of these accounts, the one used last first, at most so many.
///
/// # Errors
/// The database's.
pub async fn live(
    connection: &impl ConnectionTrait,
    accounts: &[i64],
    most: u32,
    now: Instant,
) -> Result<HashMap<i64, Vec<Listed>>, Error> {
    let mut sql = Sql::new(connection);
    sql.push(
        "SELECT account_id, sid, created_at, last_used_at, expires_at, user_agent FROM (
            SELECT used.*, row_number() OVER (PARTITION BY account_id ORDER BY last_used_at DESC, id DESC) AS place FROM (
                SELECT s.*, coalesce((SELECT max(r.issued_at) FROM refresh_tokens AS r WHERE r.session_id = s.id), s.created_at) AS last_used_at
                FROM sessions AS s WHERE s.account_id IN ",
    )
    .numbers(accounts)
    .push(" AND s.ended_at IS NULL AND s.expires_at > ")
    .bind(now.nanos())
    .push(") AS used) AS placed WHERE place <= ")
    .bind(i64::from(most))
    .push(" ORDER BY account_id, place");
    let rows = sql.all(connection, |row| {
        let instant = |index| row.get::<i64>(index).map(Instant::from_nanos);
        let listed = Listed {
            sid: row.get(1)?,
            created_at: instant(2)?,
            last_used_at: instant(3)?,
            expires_at: instant(4)?,
            user_agent: row.get(5)?,
        };
        Ok((row.get(0)?, listed))
    });
    rows.await.map(group)
}

/// Ends one session of an account; one that has ended keeps its end. `false` when there was none to end.
///
/// # Errors
/// The database's.
pub async fn end(connection: &impl ConnectionTrait, account_id: i64, sid: &str, reason: SessionEnd, now: Instant) -> Result<bool, Error> {
    let sql =
        "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE account_id = $1 AND sid = $2 AND ended_at IS NULL AND expires_at > $3";
    let values = [account_id.into(), sid.into(), now.nanos().into(), reason.code().into()];
    Ok(Sql::whole(connection, sql, values).execute(connection).await? == 1)
}

/// Ends all live sessions of an account except one, or, where none is named, all; gives their number.
///
/// # Errors
/// The database's.
pub async fn end_others(
    connection: &impl ConnectionTrait,
    account_id: i64,
    sid: Option<&str>,
    reason: SessionEnd,
    now: Instant,
) -> Result<u64, Error> {
    let sql =
        "UPDATE sessions SET ended_at = $3, end_reason = $4 WHERE account_id = $1 AND sid <> $2 AND ended_at IS NULL AND expires_at > $3";
    // No session is called by an empty name.
    let values = [account_id.into(), sid.unwrap_or_default().into(), now.nanos().into(), reason.code().into()];
    Sql::whole(connection, sql, values).execute(connection).await
}

/// Stores a refresh token.
///
/// # Errors
/// The database's.
pub async fn insert_refresh_token(connection: &impl ConnectionTrait, token: &NewRefreshToken) -> Result<(), Error> {
    let sql = "INSERT INTO refresh_tokens (session_id, token_hash, issued_at, expires_at) VALUES ($1, $2, $3, $4)";
    let values = [token.session_id.into(), token.hash.to_vec().into(), token.at.nanos().into(), token.expires_at.nanos().into()];
    Sql::whole(connection, sql, values).execute(connection).await.map(drop)
}

/// Uses a refresh token up. Of any number of rivals one gets `true`.
///
/// # Errors
/// The database's.
pub async fn use_refresh_token(connection: &impl ConnectionTrait, hash: &[u8; 32], now: Instant) -> Result<bool, Error> {
    let sql = "UPDATE refresh_tokens SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    Ok(Sql::whole(connection, sql, [hash.to_vec().into(), now.nanos().into()]).execute(connection).await? == 1)
}

/// A refresh token, used or not, whose session is live at this time, of an ACTIVE account.
///
/// # Errors
/// The database's.
pub async fn refreshable(connection: &impl ConnectionTrait, hash: &[u8; 32], now: Instant) -> Result<Option<Refreshable>, Error> {
    let sql = "SELECT s.id, s.sid, s.account_id, s.expires_at, r.used_at
        FROM refresh_tokens r JOIN sessions s ON s.id = r.session_id JOIN accounts a ON a.id = s.account_id
        WHERE r.token_hash = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND a.status = 'ACTIVE'";
    let read = |row: &Row<'_>| {
        Ok(Refreshable {
            session_id: row.get(0)?,
            sid: row.get(1)?,
            account_id: row.get(2)?,
            session_ends: Instant::from_nanos(row.get(3)?),
            used_at: row.get::<Option<i64>>(4)?.map(Instant::from_nanos),
        })
    };
    Sql::whole(connection, sql, [hash.to_vec().into(), now.nanos().into()]).one(connection, read).await
}
