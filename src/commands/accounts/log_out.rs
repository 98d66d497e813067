//! logOut

use crate::auth::principal::Principal;
use crate::commands::{Error, Services};
use crate::store::database::in_transaction;
use crate::store::sessions::{self, SessionEnd};

/// Ends the caller's session: its access token and its refresh token are worth nothing from now on.
///
/// # Errors
/// [`Error::Unauthenticated`]
pub async fn log_out(services: &Services, principal: &Principal) -> Result<(), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    in_transaction!(services.database, |transaction| {
        Ok(sessions::end(&transaction, caller.account_id, &caller.sid, SessionEnd::LoggedOut, services.now()).await.map(drop)?)
    })
}
