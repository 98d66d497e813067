//! renewEpinCode

use super::codes;
use super::transfer::own;
use crate::auth::principal::Principal;
use crate::commands::idempotency::Repeatable;
use crate::commands::wallets::{Spender, unlock};
use crate::commands::{Error, Services};
use crate::config::secrets::Secret;
use crate::domain::refusal::Refusal;
use crate::events::EpinChanged;
use crate::store::database::{Transaction, in_transaction};
use crate::store::events;

/// The owner of an e-pin wants a new code for it.
#[derive(Clone, Debug)]
pub struct RenewEpinCode {
    /// Which.
    pub epin: i64,
    /// The owner's.
    pub transaction_password: Secret<String>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Gives an e-pin of the caller's a new code; the old one is worth nothing from then on. A repeated request gives the same code again, to who knows the
/// transaction password: a code is money.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidIdempotencyKey`, `PartnerNotActive`, `TooManyTries`,
/// `WrongTransactionPassword`, `Busy`, `IdempotencyConflict`, `EpinUnknown` (also for those of others).
pub async fn renew_epin_code(services: &Services, principal: &Principal, input: &RenewEpinCode) -> Result<Secret<String>, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "renewEpinCode", key, &input.epin)?;
    let spender = unlock(services, caller.account_id, partner, &input.transaction_password).await?;
    let code = in_transaction!(services.database, |transaction| write(services, &transaction, &spender, input, &repeatable).await)?;
    services.wake();
    Ok(code)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    spender: &Spender,
    input: &RenewEpinCode,
    repeatable: &Repeatable,
) -> Result<Secret<String>, Error> {
    let now = services.now();
    if let Some(seed) = repeatable.claim(transaction, now).await? {
        return Ok(codes::make(services, &seed, 0));
    }
    let pin = own(transaction, spender, input.epin).await?;
    let seed = services.random.bytes();
    let code = codes::renew(services, transaction, pin.id, &seed).await?;
    events::append(transaction, &EpinChanged { epin: pin.id, owner: pin.owner_id }.into(), now).await?;
    repeatable.settle(transaction, &seed).await?;
    Ok(code)
}
