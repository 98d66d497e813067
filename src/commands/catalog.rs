//! createProduct, updateProduct

use serde_json::json;

use super::idempotency::Repeatable;
use super::money;
use super::powers::empowered;
use super::{Error, Services};
use crate::auth::principal::{Caller, Principal};
use crate::domain::accounts::Scope;
use crate::domain::amount::Amount;
use crate::domain::carts::check_volume;
use crate::domain::products::{Product, check_product};
use crate::domain::refusal::Refusal;
use crate::events::ProductChanged;
use crate::store::audit::{self, Entry};
use crate::store::database::{Transaction, in_transaction};
use crate::store::{events, products};

/// Offers a product, or changes how it is offered; gives its key. With the key 0 it is a new one. Orders keep the prices of then. For applications and
/// operators with the scope `catalog`.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Refusal`], looked for in this order: `ScopeMissing`, `InvalidProduct`, `InvalidAmount` (a price that cannot be paid),
/// `OrderVolumeTooLarge`, `ProductUnknown`, `SkuTaken`.
pub async fn save_product(services: &Services, principal: &Principal, product: &Product) -> Result<i64, Error> {
    save_product_once(services, principal, product, None).await
}

/// [`save_product`] that a client may repeat: a product is made once for a key.
///
/// # Errors
/// As [`save_product`], with `InvalidIdempotencyKey` and `IdempotencyConflict` behind `InvalidProduct`.
pub async fn save_product_once(services: &Services, principal: &Principal, product: &Product, key: Option<&str>) -> Result<i64, Error> {
    let caller = empowered(principal, Scope::Catalog, &[Scope::Catalog])?;
    check_product(product)?;
    let Product { id, sku, name, kind, category, description, image_url, shippable, price, pv, cv, active } = product;
    let request = (id, (sku, name, kind.code(), category, description, image_url, shippable), (price, pv, cv, active));
    let repeatable = Repeatable::new(services, format!("account:{}", caller.account_id), "saveProduct", key, &request)?;
    let id = in_transaction!(services.database, |transaction| write(services, &transaction, (caller, product), &repeatable).await)?;
    services.wake();
    Ok(id)
}

async fn write(
    services: &Services,
    transaction: &Transaction,
    (caller, product): (&Caller, &Product),
    repeatable: &Repeatable,
) -> Result<i64, Error> {
    let now = services.now();
    if let Some(id) = repeatable.claim(transaction, now).await? {
        return Ok(id);
    }
    let currency = money::currency(services, transaction).await?;
    if product.price.units() % currency.unit().units() != 0 {
        let reason = format!("of the price has more than the {} digits after the point that {currency} has", currency.digits());
        return Err(Refusal::InvalidAmount { reason }.into());
    }
    if [product.price, product.pv, product.cv].iter().any(|amount| *amount < Amount::ZERO) {
        return Err(Refusal::InvalidAmount { reason: "is negative".to_owned() }.into());
    }
    check_volume(product.pv, product.cv)?;
    if product.id != 0 && products::by_ids(transaction, &[product.id]).await?.is_empty() {
        return Err(Refusal::ProductUnknown.into());
    }
    let id = products::save(transaction, product).await?.ok_or(Refusal::SkuTaken)?;
    let action = if product.id == 0 { "createProduct" } else { "updateProduct" };
    let detail = json!({ "sku": product.sku, "price": product.price.to_string(), "pv": product.pv.to_string(), "cv": product.cv.to_string(),
        "active": product.active });
    let (subject, detail) = (format!("product:{id}"), detail.to_string());
    let entry = Entry { account_id: Some(caller.account_id), action, subject: &subject, detail: &detail, at: now };
    audit::append(transaction, &entry).await?;
    events::append(transaction, &ProductChanged { product: id }.into(), now).await?;
    repeatable.settle(transaction, &id).await?;
    Ok(id)
}
