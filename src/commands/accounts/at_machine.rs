//! Who works at the machine, where nobody signs in.

use crate::auth::principal::{Caller, Principal};
use crate::commands::Error;
use crate::domain::accounts::AccountStatus;
use crate::store::accounts::{self, Login};
use crate::store::database::Database;
use crate::store::partners::{self, Lookup};

/// Somebody who may sign in, by user name, as the caller of acts at the machine, so that the audit trail names a person; `None` where there is nobody. What
/// the person may do the acts ask as ever.
///
/// # Errors
/// The database's.
pub async fn at_machine(database: &Database, username: &str) -> Result<Option<Principal>, Error> {
    let reader = database.reader();
    let found = accounts::credentials(reader, Login::Typed(username)).await?;
    let Some(found) = found.filter(|found| found.status == AccountStatus::Active) else { return Ok(None) };
    let Some(account) = accounts::by_ids(reader, &[found.account_id]).await?.pop() else { return Ok(None) };
    let partner = partners::find(reader, &Lookup::Username(found.username)).await?;
    let (partner_id, sponsor_id) = (partner.as_ref().map(|partner| partner.id), partner.and_then(|partner| partner.sponsor_id));
    let caller = Caller { account_id: account.id, sid: String::new(), role: account.role, scopes: account.scopes, partner_id, sponsor_id };
    Ok(Some(Principal::SignedIn(caller)))
}
