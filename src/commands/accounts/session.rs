//! A session and the tokens that stand for it.

use crate::auth::tokens::{self, Bearer};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::clients::Client;
use crate::domain::instant::Instant;
use crate::store::database::Transaction;
use crate::store::sessions::{self, NewRefreshToken, NewSession};

/// Somebody is signed in. The tokens are given once.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Whose session.
    pub account_id: i64,
    /// For the `Authorization: Bearer` header.
    pub access_token: Secret<String>,
    /// When it ends.
    pub access_expires_at: Instant,
    /// Gives the next pair of tokens, once.
    pub refresh_token: Secret<String>,
    /// When it ends.
    pub refresh_expires_at: Instant,
}

/// A live session, as tokens are made for it.
pub(super) struct Session {
    pub id: i64,
    pub account_id: i64,
    pub sid: String,
    pub ends: Instant,
}

/// Opens a session; the oldest ones beyond the limit end.
pub(super) async fn open(
    services: &Services,
    transaction: &Transaction,
    account_id: i64,
    client: &Client,
    now: Instant,
) -> Result<SignedIn, Error> {
    let sid = tokens::session_name(&*services.random);
    let ends = now.plus_seconds(services.limits.seconds);
    let id = sessions::insert(
        transaction,
        &NewSession { sid: &sid, account_id, at: now, expires_at: ends, user_agent: client.user_agent.as_deref() },
    )
    .await?;
    sessions::end_oldest(transaction, account_id, services.limits.per_account, now).await?;
    issue(services, transaction, &Session { id, account_id, sid, ends }, now).await
}

/// Makes a pair of tokens for a session.
pub(super) async fn issue(services: &Services, transaction: &Transaction, session: &Session, now: Instant) -> Result<SignedIn, Error> {
    let refresh = tokens::refresh_token(&*services.random);
    let refresh_expires_at = services.tokens.refresh_expiry(now, session.ends);
    let stored = NewRefreshToken { session_id: session.id, hash: refresh.hash, at: now, expires_at: refresh_expires_at };
    sessions::insert_refresh_token(transaction, &stored).await?;
    let access_expires_at = services.tokens.access_expiry(now, session.ends);
    let bearer = Bearer { account_id: session.account_id, sid: session.sid.clone(), expires_at: access_expires_at };
    Ok(SignedIn {
        account_id: session.account_id,
        access_token: services.tokens.access_token(&bearer, now)?,
        access_expires_at,
        refresh_token: refresh.text,
        refresh_expires_at,
    })
}
