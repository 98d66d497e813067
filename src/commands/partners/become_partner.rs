//! becomePartner

use super::join::{Joining, join};
use crate::auth::principal::{Caller, Principal};
use crate::commands::epins::Guesser;
use crate::commands::idempotency::Repeatable;
use crate::commands::orders::Purse;
use crate::commands::{Error, Services};
use crate::store::database::{Transaction, in_transaction};

/// An account joins the network.
#[derive(Clone, Debug, Default)]
pub struct BecomePartner {
    /// How.
    pub joining: Joining,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Makes the caller's account a partner and gives its number. A partner whose membership is not paid yet is `PENDING_PAYMENT`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`](crate::domain::refusal::Refusal), looked for in this order: `InvalidIdempotencyKey`, `TooManyTries`,
/// `WrongTransactionPassword` and `PartnerUnknown` (no wallet is named), `EpinUnknown`, `Busy`, `IdempotencyConflict`, then those of
/// [`join`].
pub async fn become_partner(services: &Services, principal: &Principal, input: &BecomePartner) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let key = input.idempotency_key.as_deref();
    let who = format!("account:{}", caller.account_id);
    let repeatable = Repeatable::new(services, who, "becomePartner", key, &input.joining.request())?;
    if let Some(number) = repeatable.done(services).await? {
        return Ok(number);
    }
    let purse = input.joining.purse(services, Guesser::Account(caller.account_id)).await?;
    let number = in_transaction!(services.database, |transaction| {
        write(services, &transaction, (caller, purse.clone()), input, &repeatable).await
    })?;
    services.wake();
    Ok(number)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, purse): (&Caller, Option<Purse>),
    input: &BecomePartner,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    if let Some(number) = repeatable.claim(transaction, services.now()).await? {
        return Ok(number);
    }
    let number = join(services, transaction, caller.account_id, &input.joining, purse).await?;
    repeatable.settle(transaction, &number).await?;
    Ok(number)
}
