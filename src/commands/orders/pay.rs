//! payOrder

use super::means::{Means, Purse, pay, settle};
use crate::auth::principal::{Caller, Principal};
use crate::commands::epins::Guesser;
use crate::commands::idempotency::Repeatable;
use crate::commands::partners::active_or_joining;
use crate::commands::{Error, Services};
use crate::domain::carts::OrderStatus;
use crate::domain::refusal::Refusal;
use crate::store::database::{Transaction, in_transaction};
use crate::store::order_changes::{self, Lookup};

/// The caller pays for an order of the own.
#[derive(Clone, Debug)]
pub struct PayOrder {
    /// Which.
    pub order: i64,
    /// By what.
    pub payment: Means,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Pays what is due for an order, or a part of it by an e-pin; gives its number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidIdempotencyKey`, `TooManyTries`,
/// `WrongTransactionPassword`, `EpinUnknown`, `Busy`, `IdempotencyConflict`, `KycNotVerified` (of the owner), `OrderUnknown` (also for orders of others), `PartnerNotActive` (who waits for the
/// membership may pay for it), `OrderNotPayable`, `InvalidAmount`, `EpinNotUsable`, `InsufficientFunds`.
pub async fn pay_order(services: &Services, principal: &Principal, input: &PayOrder) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "payOrder", key, &(input.order, input.payment.request()))?;
    if let Some(order) = repeatable.done(services).await? {
        return Ok(order);
    }
    let purse = Purse::open(services, Guesser::Account(caller.account_id), Some(partner), &input.payment).await?;
    let order = in_transaction!(services.database, |transaction| {
        write(services, &transaction, (caller, &purse), input.order, &repeatable).await
    })?;
    services.wake();
    Ok(order)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, purse): (&Caller, &Purse),
    number: i64,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(order) = repeatable.claim(transaction, now).await? {
        return Ok(order);
    }
    let found = order_changes::hold(transaction, Lookup::Number(number)).await?;
    let mut order = found.filter(|order| order.account_id == Some(caller.account_id)).ok_or(Refusal::OrderUnknown)?;
    active_or_joining(transaction, order.partner_id).await?;
    if order.status != OrderStatus::PendingPayment {
        return Err(Refusal::OrderNotPayable { status: order.status.code() }.into());
    }
    pay(services, transaction, &mut order, purse).await?;
    settle(services, transaction, &mut order, now).await?;
    repeatable.settle(transaction, &number).await?;
    Ok(number)
}
