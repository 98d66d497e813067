//! savePayoutMethod

use crate::auth::principal::Principal;
use crate::commands::partners::active;
use crate::commands::{Error, Services};
use crate::domain::payouts::{Details, GivenDetails, MethodKind};
use crate::domain::refusal::Refusal;
use crate::store::database::in_transaction;
use crate::store::payout_methods::{self, Sealed};

/// A partner says where to pay.
#[derive(Clone, Debug)]
pub struct SavePayoutMethod {
    /// How.
    pub kind: MethodKind,
    /// Where to.
    pub details: GivenDetails,
}

/// Saves where to pay, in place of what was saved of the same kind; gives the partner's number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidPayoutDetails`, `PartnerNotActive`.
pub async fn save_payout_method(services: &Services, principal: &Principal, input: &SavePayoutMethod) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let method = seal(services, &input.details.check(input.kind)?, partner)?;
    in_transaction!(services.database, |transaction| {
        active(&transaction, partner).await?;
        payout_methods::save(&transaction, partner, &method, services.now()).await?;
        Ok::<_, Error>(partner)
    })
}

/// Details as they are stored for a partner.
pub(super) fn seal(services: &Services, details: &Details, partner: i64) -> Result<Sealed, Error> {
    let sealed = services.vault.seal(details, partner, services.random.as_ref())?;
    Ok(Sealed { kind: details.kind(), masked: details.masked(), details: sealed })
}
