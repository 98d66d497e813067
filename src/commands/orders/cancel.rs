//! cancelOrder

use serde_json::json;

use super::refund::give_back;
use crate::auth::principal::{Caller, Principal};
use crate::commands::{Error, Services};
use crate::domain::accounts::Scope;
use crate::domain::carts::{OrderStatus, PaymentMethod};
use crate::domain::partners::PartnerStatus;
use crate::domain::refusal::Refusal;
use crate::events::OrderCancelled;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::events;
use crate::store::order_changes::{self, Lookup, Payment};
use crate::store::partners::{self, Lookup as Partner};

/// Gives up an order that is not wholly paid, and gives its number; what was paid of it goes back. The orderer may, and operators with the scope
/// `catalog`. One that was given up already stays so.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `OrderUnknown` (also for orders of others), `OrderNotCancellable` (also for the one
/// that a membership waits for).
pub async fn cancel_order(services: &Services, principal: &Principal, order: i64) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    in_transaction!(services.database, |transaction| write(services, &transaction, caller, order).await)?;
    services.wake();
    Ok(order)
}

async fn write(services: &Services, transaction: &Transaction, caller: &Caller, number: i64) -> Result<(), Error> {
    let now = services.now();
    let found = order_changes::hold(transaction, Lookup::Number(number)).await?;
    let is_own = found.as_ref().is_some_and(|order| order.account_id == Some(caller.account_id));
    let mut order = found.filter(|_| is_own || caller.has(Scope::Catalog)).ok_or(Refusal::OrderUnknown)?;
    match order.status {
        OrderStatus::Cancelled => return Ok(()),
        OrderStatus::PendingPayment => {}
        status => return Err(Refusal::OrderNotCancellable { status: status.code() }.into()),
    }
    let partner = partners::find(transaction, &Partner::Number(order.partner_id)).await?;
    if partner.is_some_and(|partner| partner.status == PartnerStatus::PendingPayment) {
        return Err(Refusal::OrderNotCancellable { status: "what the membership waits for" }.into());
    }
    // What came by bank or cash goes back by bank or cash, and somebody has to send it.
    let came_from_outside = |payment: &Payment| payment.method == PaymentMethod::External;
    if !caller.has(Scope::Catalog) && order_changes::payments(transaction, order.id).await?.iter().any(came_from_outside) {
        return Err(Refusal::OrderNotCancellable { status: "paid in part by bank or cash: ask the company" }.into());
    }
    give_back(services, transaction, &order, (order.paid, caller, "the order was cancelled")).await?;
    order.refunded = order.paid;
    order.status = OrderStatus::Cancelled;
    order_changes::set_state(transaction, &order).await?;
    if !is_own {
        let (subject, detail) = (format!("order:{number}"), json!({ "paid": order.paid.to_string() }).to_string());
        let entry = Entry { account_id: Some(caller.account_id), action: "cancelOrder", subject: &subject, detail: &detail, at: now };
        audit::append(transaction, &entry).await?;
    }
    events::append(transaction, &OrderCancelled { order: number, partner: order.partner_id }.into(), now).await?;
    Ok(())
}
