//! addShippingAddress, removeShippingAddress, setDefaultShippingAddress

use crate::auth::principal::Principal;
use crate::commands::idempotency::Repeatable;
use crate::commands::{Error, Services};
use crate::domain::carts::{MOST_ADDRESSES, ShippingAddress, check_address};
use crate::domain::refusal::Refusal;
use crate::store::database::{Transaction, in_transaction};
use crate::store::{account_changes, carts};

/// Adds an address to the caller's; gives its key. The first one, and one that asks for it, becomes the default.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `InvalidAddress`, `TooManyAddresses`.
pub async fn add_shipping_address(services: &Services, principal: &Principal, address: &ShippingAddress) -> Result<i64, Error> {
    add_shipping_address_once(services, principal, address, None).await
}

/// [`add_shipping_address`] that a client may repeat: an address is added once for a key.
///
/// # Errors
/// As [`add_shipping_address`], with `InvalidIdempotencyKey` and `IdempotencyConflict` behind `InvalidAddress`.
pub async fn add_shipping_address_once(
    services: &Services,
    principal: &Principal,
    address: &ShippingAddress,
    key: Option<&str>,
) -> Result<i64, Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    check_address(address)?;
    let ShippingAddress { name, address: street, zip_code, city, phone, is_default, .. } = address;
    let request = (name, street, zip_code, city, phone, is_default);
    let repeatable = Repeatable::new(services, format!("account:{account}"), "addShippingAddress", key, &request)?;
    in_transaction!(services.database, |transaction| {
        if let Some(id) = repeatable.claim(&transaction, services.now()).await? {
            return Ok(id);
        }
        let id = add(&transaction, account, address).await?;
        repeatable.settle(&transaction, &id).await?;
        Ok(id)
    })
}

async fn add(transaction: &Transaction, account: i64, address: &ShippingAddress) -> Result<i64, Error> {
    if !account_changes::stays_active(transaction, account).await? {
        return Err(Error::Unauthenticated);
    }
    // Addresses of one account are changed one act at a time: its cart stands for it.
    carts::hold(transaction, account).await?;
    if carts::addresses(transaction, account).await?.len() >= MOST_ADDRESSES as usize {
        return Err(Refusal::TooManyAddresses { most: MOST_ADDRESSES }.into());
    }
    let id = carts::add_address(transaction, account, address).await?;
    carts::set_default(transaction, account, address.is_default.then_some(id)).await?;
    Ok(id)
}

/// Removes an address of the caller's; where it was the default, the newest remaining one becomes it.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `AddressUnknown`.
pub async fn remove_shipping_address(services: &Services, principal: &Principal, id: i64) -> Result<(), Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    in_transaction!(services.database, |transaction| {
        carts::hold(&transaction, account).await?;
        if !carts::remove_address(&transaction, account, id).await? {
            return Err(Refusal::AddressUnknown.into());
        }
        carts::set_default(&transaction, account, None).await?;
        Ok(())
    })
}

/// Makes an address of the caller's the default one.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`]: `AddressUnknown`.
pub async fn set_default_shipping_address(services: &Services, principal: &Principal, id: i64) -> Result<(), Error> {
    let account = principal.caller().ok_or(Error::Unauthenticated)?.account_id;
    in_transaction!(services.database, |transaction| {
        carts::hold(&transaction, account).await?;
        if carts::set_default(&transaction, account, Some(id)).await? { Ok(()) } else { Err(Refusal::AddressUnknown.into()) }
    })
}
