//! A cart, its lines, and addresses.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::super::catalog::objects::Product;
use super::super::errors::internal;
use super::super::loader::fault;
use super::super::network::{caller, facts, network};
use super::super::scalars::{BigInt, Decimal, Money};
use crate::domain::carts;
use crate::store;

/// What the caller is about to order, at the prices of now.
pub struct Cart(pub carts::Cart);

impl Cart {
    /// The caller's.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, or the database's, to be masked.
    pub async fn of_caller(ctx: &Context<'_>) -> Result<Self> {
        Ok(Self(store::carts::open(network(ctx)?.database.reader(), caller(ctx)?.account_id).await.map_err(fault)?))
    }

    fn totals(&self) -> Result<carts::Totals> {
        self.0.totals().map_err(internal)
    }
}

/// What the caller is about to order, at the prices of now.
#[Object]
impl Cart {
    /// Its number: naming it at the checkout makes sure that one cart becomes one order. Null while it is empty.
    async fn number(&self) -> Option<BigInt> {
        self.0.id.map(BigInt)
    }

    /// In the order in which they were put in.
    async fn lines(&self) -> Vec<CartLine> {
        self.0.lines.iter().cloned().map(CartLine).collect()
    }

    /// To be paid.
    async fn total(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(Some(Money::new(self.totals()?.amount, facts(ctx).await?.currency)))
    }

    /// Personal volume.
    async fn personal_volume(&self) -> Result<Option<Decimal>> {
        Ok(Some(self.totals()?.pv.into()))
    }

    /// Commissionable volume.
    async fn commissionable_volume(&self) -> Result<Option<Decimal>> {
        Ok(Some(self.totals()?.cv.into()))
    }
}

/// So many of a product.
pub struct CartLine(carts::CartLine);

/// So many of a product.
#[Object]
impl CartLine {
    /// As it is offered now.
    async fn product(&self) -> Product {
        Product(self.0.product.clone())
    }

    /// How many.
    async fn quantity(&self) -> i32 {
        i32::try_from(self.0.quantity).unwrap_or(i32::MAX)
    }
}

/// Where an order goes.
#[derive(SimpleObject)]
pub struct ShippingAddress {
    /// Its number.
    number: BigInt,
    /// To whom.
    name: String,
    /// Street and number.
    address: String,
    /// Postal code.
    zip_code: String,
    /// Town.
    city: String,
    /// To be called.
    phone: String,
    /// Whether it is taken where none is named.
    is_default: bool,
}

impl From<carts::ShippingAddress> for ShippingAddress {
    fn from(address: carts::ShippingAddress) -> Self {
        let carts::ShippingAddress { id, name, address, zip_code, city, phone, is_default } = address;
        Self { number: BigInt(id), name, address, zip_code, city, phone, is_default }
    }
}

/// The caller's addresses, the default one first.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn addresses(ctx: &Context<'_>) -> Result<Vec<ShippingAddress>> {
    let found = store::carts::addresses(network(ctx)?.database.reader(), caller(ctx)?.account_id).await.map_err(fault)?;
    Ok(found.into_iter().map(Into::into).collect())
}
