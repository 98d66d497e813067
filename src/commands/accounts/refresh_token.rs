//! refreshToken

use super::session::{self, Session, SignedIn};
use super::verify_email::is_unproven;
use crate::auth::tokens::hash_refresh_token;
use crate::commands::{Error, Services};
use crate::domain::refusal::Refusal;
use crate::store::accounts::{self, Login};
use crate::store::database::{Transaction, in_transaction};
use crate::store::sessions::{self, SessionEnd};

/// Gives the next pair of tokens for a refresh token, which is used up. Open to everybody who has one.
///
/// A used one that comes again later than `refresh_overlap_seconds` counts as stolen: the whole session ends, whoever holds the next token.
///
/// # Errors
/// [`Refusal`]: `RefreshTokenInvalid`; `EmailNotVerified` where a proven address is asked for: the token is not used up then.
pub async fn refresh_token(services: &Services, token: &str) -> Result<SignedIn, Error> {
    let hash = hash_refresh_token(token);
    let signed_in = in_transaction!(services.database, |transaction| rotate(services, &transaction, &hash).await)?;
    signed_in.ok_or_else(|| Refusal::RefreshTokenInvalid.into())
}

/// `None` is a refusal that is nevertheless committed, because it may have ended the session.
async fn rotate(services: &Services, transaction: &Transaction, hash: &[u8; 32]) -> Result<Option<SignedIn>, Error> {
    let now = services.now();
    let used_now = sessions::use_refresh_token(transaction, hash, now).await?;
    let Some(found) = sessions::refreshable(transaction, hash, now).await? else { return Ok(None) };
    if used_now {
        if services.proof.before_sign_in {
            let account = accounts::credentials(transaction, Login::Account(found.account_id)).await?;
            if account.is_some_and(|account| is_unproven(&account)) {
                return Err(Refusal::EmailNotVerified.into());
            }
        }
        let session = Session { id: found.session_id, account_id: found.account_id, sid: found.sid, ends: found.session_ends };
        return session::issue(services, transaction, &session, now).await.map(Some);
    }
    if found.used_at.is_some_and(|used_at| now >= used_at.plus_seconds(services.limits.overlap_seconds)) {
        sessions::end(transaction, found.account_id, &found.sid, SessionEnd::TokenReused, now).await?;
    }
    Ok(None)
}
