//! From a token or a key to the caller.

use super::application_keys;
use super::principal::{Caller, Principal};
use super::tokens::Tokens;
use crate::domain::accounts::Role;
use crate::domain::clients::Address;
use crate::domain::instant::Instant;
use crate::store::database::Database;
use crate::store::error::Error;
use crate::store::{applications, sessions};

/// Who an access token or the key of an application stands for: `None` when it is not valid, its session has ended or its account may not sign in; for keys
/// also when the application does not run on a server, is switched off, or does not call from where it may. One SQL statement, so that what has ended
/// ends at once.
///
/// # Errors
/// The database's.
pub async fn authenticate(
    tokens: &Tokens,
    database: &Database,
    (token, client): (&str, Option<Address>),
    now: Instant,
) -> Result<Option<Principal>, Error> {
    if let Some(hash) = application_keys::hash(token) {
        let found = applications::by_key(database.reader(), &hash, now).await?.filter(|found| found.networks.admit(client));
        return Ok(found.map(|found| {
            let (account_id, scopes) = (found.account_id, found.scopes);
            let caller = Caller { account_id, sid: String::new(), role: Role::Operator, scopes, partner_id: None, sponsor_id: None };
            Principal::Application { id: found.id, caller }
        }));
    }
    let Some(bearer) = tokens.verify(token, now) else { return Ok(None) };
    let holder = sessions::holder(database.reader(), &bearer.sid, bearer.account_id, now).await?;
    Ok(holder.map(|holder| {
        Principal::SignedIn(Caller {
            account_id: bearer.account_id,
            sid: bearer.sid,
            role: holder.role,
            scopes: holder.scopes,
            partner_id: holder.partner_id,
            sponsor_id: holder.sponsor_id,
        })
    }))
}
