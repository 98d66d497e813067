//! deleteReferralLink

use crate::auth::principal::Principal;
use crate::commands::partners::active;
use crate::commands::{Error, Services};
use crate::domain::refusal::Refusal;
use crate::events::ReferralLinkDeleted;
use crate::store::database::in_transaction;
use crate::store::{events, referral_links};

/// Takes a link of the caller's out of use and gives its number. Its figures stay, its code is never given again, and whoever followed it before is still
/// credited to it.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `PartnerNotActive`, `ReferralLinkUnknown` (also for another
/// partner's, and for one that is deleted).
pub async fn delete_referral_link(services: &Services, principal: &Principal, link: i64) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    in_transaction!(services.database, |transaction| {
        let now = services.now();
        active(&transaction, partner).await?;
        if !referral_links::delete(&transaction, partner, link, now).await? {
            return Err(Refusal::ReferralLinkUnknown.into());
        }
        events::append(&transaction, &ReferralLinkDeleted { link, partner }.into(), now).await?;
        Ok::<_, Error>(())
    })?;
    services.wake();
    Ok(link)
}
