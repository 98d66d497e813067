//! setContactSharing

use crate::auth::principal::Principal;
use crate::commands::{Error, Services};
use crate::domain::refusal::Refusal;
use crate::events::ContactSharingSet;
use crate::store::database::in_transaction;
use crate::store::{account_changes, events, partner_changes};

/// Says whether the sponsor of the caller's partner may see the contact data and the profile, and gives the partner's number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal::NotPartner`]
pub async fn set_contact_sharing(services: &Services, principal: &Principal, shared: bool) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let number = in_transaction!(services.database, |transaction| {
        if !account_changes::stays_active(&transaction, caller.account_id).await? {
            return Err(Error::Unauthenticated);
        }
        let partner = partner_changes::set_contact_sharing(&transaction, caller.account_id, shared).await?.ok_or(Refusal::NotPartner)?;
        events::append(&transaction, &ContactSharingSet { partner, shared }.into(), services.now()).await?;
        Ok::<_, Error>(partner)
    })?;
    services.wake();
    Ok(number)
}
