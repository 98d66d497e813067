//! removePayoutMethod

use super::save_method::{address_of, tell};
use crate::auth::principal::Principal;
use crate::commands::partners::active;
use crate::commands::{Error, Services};
use crate::domain::mails::MailKind;
use crate::domain::payouts::MethodKind;
use crate::domain::refusal::Refusal;
use crate::store::database::in_transaction;
use crate::store::payout_methods;

/// Forgets where to pay by a kind, and tells the account's owner by a mail; gives whether there was anything. Payouts that were asked for keep what they were asked with.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `PartnerNotActive`.
pub async fn remove_payout_method(services: &Services, principal: &Principal, kind: MethodKind) -> Result<bool, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    in_transaction!(services.database, |transaction| {
        let address = address_of(&transaction, caller).await?;
        active(&transaction, partner).await?;
        let removed = payout_methods::remove(&transaction, partner, kind).await?;
        if removed {
            tell(services, &transaction, (caller, address.as_deref()), MailKind::PayoutMethodRemoved).await?;
        }
        Ok::<_, Error>(removed)
    })
}
