//! endSession, endOtherSessions

use crate::auth::principal::{Caller, Principal};
use crate::commands::{Error, Services};
use crate::domain::refusal::Refusal;
use crate::events::SessionsEnded;
use crate::store::database::{Transaction, in_transaction};
use crate::store::sessions::SessionEnd;
use crate::store::{events, sessions};

/// Ends one of the caller's own sessions, perhaps this very one.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal::SessionUnknown`]
pub async fn end_session(services: &Services, principal: &Principal, sid: &str) -> Result<(), Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    in_transaction!(services.database, |transaction| {
        if !sessions::end(&transaction, caller.account_id, sid, SessionEnd::Revoked, services.now()).await? {
            return Err(Refusal::SessionUnknown.into());
        }
        tell(services, &transaction, caller).await
    })?;
    services.wake();
    Ok(())
}

/// Ends the caller's sessions but this one; gives their number.
///
/// # Errors
/// [`Error::Unauthenticated`]
pub async fn end_other_sessions(services: &Services, principal: &Principal) -> Result<u64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let ended = in_transaction!(services.database, |transaction| {
        let (sid, reason) = (Some(caller.sid.as_str()), SessionEnd::Revoked);
        let ended = sessions::end_others(&transaction, caller.account_id, sid, reason, services.now()).await?;
        if ended > 0 {
            tell(services, &transaction, caller).await?;
        }
        Ok::<_, Error>(ended)
    })?;
    services.wake();
    Ok(ended)
}

async fn tell(services: &Services, transaction: &Transaction, caller: &Caller) -> Result<(), Error> {
    Ok(events::append(transaction, &SessionsEnded { account: caller.account_id }.into(), services.now()).await?)
}
