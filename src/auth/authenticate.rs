//! From an access token to the caller.

use super::principal::Caller;
use super::tokens::Tokens;
use crate::domain::instant::Instant;
use crate::store::database::Database;
use crate::store::error::Error;
use crate::store::sessions;

/// Who an access token stands for: `None` when it is not valid, its session has ended or its account may not sign in.
/// One SQL statement, so that an ended session ends at once.
///
/// # Errors
/// The database's.
pub async fn authenticate(tokens: &Tokens, database: &Database, token: &str, now: Instant) -> Result<Option<Caller>, Error> {
    let Some(bearer) = tokens.verify(token, now) else { return Ok(None) };
    let holder = sessions::holder(database.reader(), &bearer.sid, bearer.account_id, now).await?;
    Ok(holder.map(|holder| Caller {
        account_id: bearer.account_id,
        sid: bearer.sid,
        role: holder.role,
        scopes: holder.scopes,
        partner_id: holder.partner_id,
        sponsor_id: holder.sponsor_id,
    }))
}
