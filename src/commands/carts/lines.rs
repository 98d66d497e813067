//! addToCart, setCartQuantity, removeFromCart, clearCart

use crate::auth::principal::Principal;
use crate::commands::idempotency::Repeatable;
use crate::commands::{Error, Services};
use crate::domain::carts::{MOST_LINES, MOST_OF_ONE};
use crate::domain::products::ProductKind;
use crate::domain::refusal::Refusal;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{carts, products};

/// Puts so many more of a product into the caller's cart.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `InvalidQuantity`, `ProductUnknown` (also for one that is not offered, and for memberships), `CartTooLarge`.
pub async fn add_to_cart(services: &Services, principal: &Principal, product: i64, quantity: u32) -> Result<(), Error> {
    add_to_cart_once(services, principal, (product, quantity), None).await
}

/// [`add_to_cart`] that a client may repeat: so many of a product are added once for a key.
///
/// # Errors
/// As [`add_to_cart`], with `InvalidIdempotencyKey` and `IdempotencyConflict` behind `InvalidQuantity`.
pub async fn add_to_cart_once(
    services: &Services,
    principal: &Principal,
    (product, quantity): (i64, u32),
    key: Option<&str>,
) -> Result<(), Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    check_quantity(quantity)?;
    let repeatable = Repeatable::new(services, format!("account:{account}"), "addToCart", key, &(product, quantity))?;
    in_transaction!(services.database, |transaction| {
        if repeatable.claim::<()>(&transaction, services.now()).await?.is_some() {
            return Ok(());
        }
        change(&transaction, account, product, |before| before.saturating_add(quantity)).await?;
        repeatable.settle(&transaction, &()).await
    })
}

/// Sets how many of a product are in the caller's cart; 0 takes it out.
///
/// # Errors
/// As [`add_to_cart`].
pub async fn set_cart_quantity(services: &Services, principal: &Principal, product: i64, quantity: u32) -> Result<(), Error> {
    if quantity == 0 {
        return remove_from_cart(services, principal, product).await;
    }
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    check_quantity(quantity)?;
    in_transaction!(services.database, |transaction| change(&transaction, account, product, |_| quantity).await)
}

/// Takes a product out of the caller's cart; one that is not in it stays out.
///
/// # Errors
/// [`Error::Unauthenticated`]
pub async fn remove_from_cart(services: &Services, principal: &Principal, product: i64) -> Result<(), Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    in_transaction!(services.database, |transaction| {
        let cart = carts::hold(&transaction, account).await?;
        Ok(carts::set_line(&transaction, cart, product, 0).await?)
    })
}

/// Empties the caller's cart.
///
/// # Errors
/// [`Error::Unauthenticated`]
pub async fn clear_cart(services: &Services, principal: &Principal) -> Result<(), Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    in_transaction!(services.database, |transaction| {
        let cart = carts::hold(&transaction, account).await?;
        Ok(carts::clear(&transaction, cart).await?)
    })
}

fn check_quantity(quantity: u32) -> Result<(), Refusal> {
    if (1..=MOST_OF_ONE).contains(&quantity) { Ok(()) } else { Err(Refusal::InvalidQuantity { most: MOST_OF_ONE }) }
}

async fn change(transaction: &Transaction, account: i64, product: i64, quantity: impl FnOnce(u32) -> u32) -> Result<(), Error> {
    let offered = products::by_ids(transaction, &[product]).await?.pop();
    offered.filter(|product| product.active && product.kind == ProductKind::Product).ok_or(Refusal::ProductUnknown)?;
    let id = carts::hold(transaction, account).await?;
    let cart = carts::open(transaction, account).await?;
    let before = cart.lines.iter().find(|line| line.product.id == product).map(|line| line.quantity);
    if before.is_none() && cart.lines.len() >= MOST_LINES as usize {
        return Err(Refusal::CartTooLarge.into());
    }
    let quantity = quantity(before.unwrap_or_default());
    check_quantity(quantity)?;
    carts::set_line(transaction, id, product, quantity).await?;
    carts::open(transaction, account).await?.totals()?;
    Ok(())
}
