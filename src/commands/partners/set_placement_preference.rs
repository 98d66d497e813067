//! setPlacementPreference

use crate::auth::principal::{Caller, Principal};
use crate::commands::{Error, Services};
use crate::domain::refusal::Refusal;
use crate::domain::trees::PlacementPreference;
use crate::events::PlacementPreferenceSet;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{events, partner_changes};

/// Says where the recruits of the caller's partner go from now on, and gives the partner's number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal::NotPartner`]
pub async fn set_placement_preference(services: &Services, principal: &Principal, preference: PlacementPreference) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let number = in_transaction!(services.database, |transaction| write(services, &transaction, caller, preference).await)?;
    services.wake();
    Ok(number)
}

async fn write(services: &Services, transaction: &Transaction, caller: &Caller, preference: PlacementPreference) -> Result<i64, Error> {
    let partner = partner_changes::set_preference(transaction, caller.account_id, preference).await?.ok_or(Refusal::NotPartner)?;
    events::append(transaction, &PlacementPreferenceSet { partner, preference }.into(), services.now()).await?;
    Ok(partner)
}
