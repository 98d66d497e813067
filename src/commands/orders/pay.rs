//! payOrder

use super::complete::complete;
use crate::auth::principal::{Caller, Principal};
use crate::commands::idempotency::Repeatable;
use crate::commands::wallets::{Spender, unlock};
use crate::commands::{Error, Services, money};
use crate::config::secrets::Secret;
use crate::domain::amount::Amount;
use crate::domain::carts::{OrderState, OrderStatus, PaymentMethod};
use crate::domain::currency::Currency;
use crate::domain::instant::Instant;
use crate::domain::ledger::{Account, Book, Journal, JournalKind, Pocket};
use crate::domain::refusal::Refusal;
use crate::events::OrderPaid;
use crate::store::database::{Transaction, in_transaction};
use crate::store::events;
use crate::store::order_changes::{self, Lookup, Payment};

/// A payment from a wallet.
#[derive(Clone, Debug)]
pub struct FromWallet {
    /// The number of the partner whose wallet it is; the caller's own when left out.
    pub owner: Option<i64>,
    /// That partner's.
    pub transaction_password: Secret<String>,
}

/// The caller pays for an order of the own.
#[derive(Clone, Debug)]
pub struct PayOrder {
    /// Which.
    pub order: i64,
    /// From where.
    pub payment: FromWallet,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Pays what is due for an order; gives its number.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidIdempotencyKey`, `PartnerUnknown`, `TooManyTries`,
/// `WrongTransactionPassword`, `Busy`, `IdempotencyConflict`, `OrderUnknown` (also for orders of others), `OrderNotPayable`, `InsufficientFunds`.
pub async fn pay_order(services: &Services, principal: &Principal, input: &PayOrder) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let payer = input.payment.owner.unwrap_or(partner);
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable = Repeatable::new(services, who, "payOrder", key, &(input.order, payer))?;
    let spender = unlock(services, payer, &input.payment.transaction_password).await?;
    let order = in_transaction!(services.database, |transaction| {
        write(services, &transaction, (caller, &spender), input.order, &repeatable).await
    })?;
    services.wake();
    Ok(order)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, spender): (&Caller, &Spender),
    number: i64,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(order) = repeatable.claim(transaction, now).await? {
        return Ok(order);
    }
    spender.still_may(transaction).await?;
    let found = order_changes::hold(transaction, Lookup::Number(number)).await?;
    let mut order = found.filter(|order| order.account_id == Some(caller.account_id)).ok_or(Refusal::OrderUnknown)?;
    if order.status != OrderStatus::PendingPayment {
        return Err(Refusal::OrderNotPayable { status: order.status.code() }.into());
    }
    let currency = money::currency(services, transaction).await?;
    from_wallet(transaction, &mut order, spender, currency, now).await?;
    settle(services, transaction, &mut order, now).await?;
    repeatable.settle(transaction, &number).await?;
    Ok(number)
}

/// Pays what is due from a wallet.
pub(super) async fn from_wallet(
    transaction: &Transaction,
    order: &mut OrderState,
    spender: &Spender,
    currency: Currency,
    now: Instant,
) -> Result<(), Error> {
    let due = order.due();
    if due == Amount::ZERO {
        return Ok(());
    }
    let journal = Journal::new(JournalKind::OrderPayment, currency, format!("order:{}", order.id)).by(order.account_id, None);
    let journal = journal.transfer(Account::Partner(spender.partner_id(), Pocket::Available), Account::Company(Book::Sales), due);
    let journal = money::post(transaction, journal, now).await?;
    let payment = Payment {
        id: 0,
        order_id: order.id,
        method: PaymentMethod::Wallet,
        payer_id: Some(spender.partner_id()),
        epin_id: None,
        reference: None,
        amount: due,
        refunded: Amount::ZERO,
    };
    order_changes::insert_payment(transaction, &payment, journal, now).await?;
    order.paid = order.amount;
    Ok(())
}

/// Moves an order on that is wholly paid: to PAID, and to COMPLETED where the company finishes orders by themselves.
pub(super) async fn settle(services: &Services, transaction: &Transaction, order: &mut OrderState, now: Instant) -> Result<(), Error> {
    if order.status == OrderStatus::PendingPayment && order.due() == Amount::ZERO {
        order.status = OrderStatus::Paid;
        events::append(transaction, &OrderPaid { order: order.id, partner: order.partner_id }.into(), now).await?;
    }
    order_changes::set_state(transaction, order).await?;
    if order.status == OrderStatus::Paid && services.shop.complete_when_paid {
        complete(transaction, order, now).await?;
    }
    Ok(())
}
