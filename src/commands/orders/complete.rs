//! completeOrder

use serde_json::json;

use super::open_period;
use crate::auth::principal::{Caller, Principal};
use crate::commands::powers::{empowered, forbid_own};
use crate::commands::{Error, Services, referral_links};
use crate::domain::accounts::Scope;
use crate::domain::amount::Amount;
use crate::domain::carts::{OrderState, OrderStatus};
use crate::domain::instant::Instant;
use crate::domain::refusal::Refusal;
use crate::events::OrderCompleted;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::events;
use crate::store::folding::{self, VolumeEvent};
use crate::store::order_changes::{self, Lookup};

/// The scopes of operators any of which is enough.
const MAY: [Scope; 2] = [Scope::Orders, Scope::Catalog];

/// Finishes a paid order: its volume counts from now on. An order that is finished or wholly given back already stays so. For operators with the scope
/// `orders` or `catalog`, and for applications with `orders`, which finish what they have recorded, or have recorded all payments of.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `ScopeMissing`, `OrderUnknown` (also, to an application, for what is none of its), `OwnMoney`, `OrderNotPaid`.
pub async fn complete_order(services: &Services, principal: &Principal, order: i64) -> Result<i64, Error> {
    let caller = empowered(principal, Scope::Orders, &MAY)?;
    in_transaction!(services.database, |transaction| write(services, &transaction, (caller, principal.application()), order).await)?;
    services.wake();
    Ok(order)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, application): (&Caller, Option<i64>),
    number: i64,
) -> Result<(), Error> {
    let now = services.now();
    let mut order = order_changes::hold(transaction, Lookup::Number(number)).await?.ok_or(Refusal::OrderUnknown)?;
    if let Some(application) = application
        && !is_theirs(transaction, &order, application).await?
    {
        return Err(Refusal::OrderUnknown.into());
    }
    forbid_own(transaction, caller, (order.partner_id, &MAY)).await?;
    match order.status {
        OrderStatus::Completed | OrderStatus::Refunded => return Ok(()),
        OrderStatus::PendingPayment | OrderStatus::Cancelled => return Err(Refusal::OrderNotPaid.into()),
        OrderStatus::Paid => complete(transaction, &mut order, now).await?,
    }
    let (subject, detail) = (format!("order:{number}"), json!({ "pv": order.pv.to_string(), "cv": order.cv.to_string() }).to_string());
    let entry = Entry { account_id: Some(caller.account_id), action: "completeOrder", subject: &subject, detail: &detail, at: now };
    Ok(audit::append(transaction, &entry).await?)
}

/// Whether an application answers for an order: it has recorded it, or all that was paid for it.
async fn is_theirs(transaction: &Transaction, order: &OrderState, application: i64) -> Result<bool, Error> {
    if order.application_id == Some(application) {
        return Ok(true);
    }
    let payments = order_changes::payments(transaction, order.id).await?;
    Ok(!payments.is_empty() && payments.iter().all(|payment| payment.application_id == Some(application)))
}

/// Finishes a paid order: it counts in the open period of now.
pub(super) async fn complete(transaction: &Transaction, order: &mut OrderState, now: Instant) -> Result<(), Error> {
    let period_id = open_period(transaction, now).await?;
    order_changes::complete(transaction, order.id, period_id, now).await?;
    let (pv, cv) = uncounted(transaction, order).await?;
    let event = VolumeEvent { partner_id: order.partner_id, period_id, order_id: order.id, pv, cv, at: now };
    folding::append(transaction, &event).await?;
    order.status = OrderStatus::Completed;
    events::append(transaction, &OrderCompleted { order: order.id, partner: order.partner_id }.into(), now).await?;
    referral_links::convert(transaction, order, now).await
}

/// What was given back before the order was finished never counts.
async fn uncounted(transaction: &Transaction, order: &OrderState) -> Result<(Amount, Amount), Error> {
    let (mut pv, mut cv) = (order.pv, order.cv);
    for (_, line) in order_changes::lines(transaction, &[order.id]).await? {
        let less = |sum: Amount, one: Amount| {
            let back = one.units().checked_mul(line.refunded_quantity.into());
            back.and_then(|back| sum.checked_sub(Amount::from_units(back)))
                .ok_or_else(|| Error::Internal(format!("order {} has too large lines", order.id)))
        };
        (pv, cv) = (less(pv, line.pv)?, less(cv, line.cv)?);
    }
    Ok((pv, cv))
}
