//! renewEpinCode

use super::codes;
use super::transfer::own;
use crate::auth::principal::Principal;
use crate::commands::wallets::unlock;
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::refusal::Refusal;
use crate::events::EpinChanged;
use crate::store::database::in_transaction;
use crate::store::{epin_changes, events};

/// The owner of an e-pin wants a new code for it.
#[derive(Clone, Debug)]
pub struct RenewEpinCode {
    /// Which.
    pub epin: i64,
    /// The owner's.
    pub transaction_password: Secret<String>,
}

/// Gives an e-pin of the caller's a new code, which nothing shows again; the old one is worth nothing from then on.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `PartnerNotActive`, `TooManyTries`, `WrongTransactionPassword`, `Busy`,
/// `EpinUnknown` (also for those of others).
pub async fn renew_epin_code(services: &Services, principal: &Principal, input: &RenewEpinCode) -> Result<Secret<String>, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let spender = unlock(services, caller.account_id, partner, &input.transaction_password).await?;
    let code = codes::make(services, &services.random.bytes(), 0);
    let stored = codes::stored(services, &code).ok_or_else(|| Error::Internal("a code was made that is none".to_owned()))?;
    in_transaction!(services.database, |transaction| {
        let pin = own(&transaction, &spender, input.epin).await?;
        epin_changes::set_code(&transaction, pin.id, stored.clone()).await?;
        events::append(&transaction, &EpinChanged { epin: pin.id, owner: pin.owner_id }.into(), services.now()).await?;
        Ok::<_, Error>(())
    })?;
    services.wake();
    Ok(code)
}
