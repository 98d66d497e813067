//! checkout

use super::means::{Means, Purse, pay, settle};
use super::open_period;
use crate::auth::principal::{Caller, Principal};
use crate::commands::epins::Guesser;
use crate::commands::idempotency::Repeatable;
use crate::commands::partners::active;
use crate::commands::{Error, Services};
use crate::domain::carts::{Cart, OrderState, ShipTo, ShippingAddress};
use crate::domain::products::ProductKind;
use crate::domain::refusal::Refusal;
use crate::events::OrderPlaced;
use crate::store::database::{Transaction, in_transaction};
use crate::store::order_changes::{self, Lookup, NewOrder};
use crate::store::{carts, events};

/// The caller orders what is in the cart.
#[derive(Clone, Debug, Default)]
pub struct Checkout {
    /// The cart that the caller saw; once it is ordered, its order is the answer.
    pub cart: Option<i64>,
    /// Where it goes; the default address when left out.
    pub address: Option<i64>,
    /// Paid at once; without it the order waits for its payment.
    pub payment: Option<Means>,
    /// Makes the act repeatable.
    pub idempotency_key: Option<String>,
}

/// Turns the caller's cart into an order at the prices of now and gives its number. Rivals who name the cart all get the one order.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `NotPartner`, `InvalidIdempotencyKey`, `TooManyTries`,
/// `WrongTransactionPassword` (of the wallet's owner), `EpinUnknown`, `Busy`, `IdempotencyConflict`, `PartnerNotActive`, `CartEmpty`, `ProductUnknown` (not offered any more),
/// `AddressUnknown` (a shippable product and no address), `CartTooLarge`, `KycNotVerified` (of the owner), `InvalidAmount`, `EpinNotUsable`, `InsufficientFunds`. The cart stays as it is.
pub async fn checkout(services: &Services, principal: &Principal, input: &Checkout) -> Result<i64, Error> {
    let caller = principal.caller().ok_or(Error::Unauthenticated)?;
    let partner = caller.partner_id.ok_or(Refusal::NotPartner)?;
    let (who, key) = (format!("account:{}", caller.account_id), input.idempotency_key.as_deref());
    let repeatable =
        Repeatable::new(services, who, "checkout", key, &(input.cart, input.address, input.payment.as_ref().map(Means::request)))?;
    if let Some(order) = repeatable.done(services).await? {
        return Ok(order);
    }
    let purse = match &input.payment {
        Some(means) => Some(Purse::open(services, Guesser::Account(caller.account_id), Some(partner), means).await?),
        None => None,
    };
    let order = in_transaction!(services.database, |transaction| {
        write(services, &transaction, (caller, partner, purse.as_ref()), input, &repeatable).await
    })?;
    services.wake();
    Ok(order)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, partner, purse): (&Caller, i64, Option<&Purse>),
    input: &Checkout,
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(order) = repeatable.claim(transaction, now).await? {
        return Ok(order);
    }
    active(transaction, partner).await?;
    // Held from here on: the cart neither changes nor becomes another order.
    let cart_id = carts::hold(transaction, caller.account_id).await?;
    if let Some(asked) = input.cart.filter(|asked| *asked != cart_id) {
        let ordered = order_changes::hold(transaction, Lookup::Cart(asked)).await?;
        let ordered = ordered.filter(|order| order.account_id == Some(caller.account_id)).ok_or(Refusal::CartEmpty)?;
        repeatable.settle(transaction, &ordered.id).await?;
        return Ok(ordered.id);
    }
    let cart = carts::open(transaction, caller.account_id).await?;
    let ship_to = check(transaction, caller, &cart, input).await?;
    let totals = cart.totals()?;
    let order = NewOrder {
        partner_id: partner,
        account_id: Some(caller.account_id),
        cart_id: Some(cart_id),
        ship_to: ship_to.map(words).transpose()?,
        ..NewOrder::new(open_period(transaction, now).await?, totals, now)
    };
    let placed = if carts::order(transaction, cart_id).await? { order_changes::insert(transaction, &order).await? } else { None };
    let number = placed.ok_or_else(|| Error::Internal(format!("cart {cart_id} was held and ordered all the same")))?;
    order_changes::insert_lines(transaction, number, &cart.lines).await?;
    events::append(transaction, &OrderPlaced { order: number, partner }.into(), now).await?;
    pay_at_once(services, transaction, number, purse).await?;
    repeatable.settle(transaction, &number).await?;
    Ok(number)
}

/// What costs nothing needs no payment.
async fn pay_at_once(services: &Services, transaction: &Transaction, number: i64, purse: Option<&Purse>) -> Result<(), Error> {
    let order: Option<OrderState> = order_changes::hold(transaction, Lookup::Number(number)).await?;
    let mut order = order.ok_or_else(|| Error::Internal(format!("order {number} was made and is not there")))?;
    if let Some(purse) = purse {
        pay(services, transaction, &mut order, purse).await?;
    }
    settle(services, transaction, &mut order, services.now()).await
}

/// The address where one is needed.
async fn check(transaction: &Transaction, caller: &Caller, cart: &Cart, input: &Checkout) -> Result<Option<ShippingAddress>, Error> {
    if cart.lines.is_empty() {
        return Err(Refusal::CartEmpty.into());
    }
    if cart.lines.iter().any(|line| !line.product.active || line.product.kind != ProductKind::Product) {
        return Err(Refusal::ProductUnknown.into());
    }
    let addresses = carts::addresses(transaction, caller.account_id).await?;
    let chosen = match input.address {
        Some(id) => Some(addresses.into_iter().find(|address| address.id == id).ok_or(Refusal::AddressUnknown)?),
        None => addresses.into_iter().find(|address| address.is_default),
    };
    let is_shipped = cart.lines.iter().any(|line| line.product.shippable);
    if is_shipped && chosen.is_none() { Err(Refusal::AddressUnknown.into()) } else { Ok(chosen.filter(|_| is_shipped)) }
}

fn words(address: ShippingAddress) -> Result<String, serde_json::Error> {
    let ShippingAddress { name, address, zip_code, city, phone, .. } = address;
    serde_json::to_string(&ShipTo { name, address, zip_code, city, phone })
}
