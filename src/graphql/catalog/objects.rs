//! A product.

use async_graphql::{Context, Enum, Object, Result};

use super::super::network::facts;
use super::super::scalars::{BigInt, Decimal, Money};
use crate::domain::products;

/// What kind of thing is sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "products::ProductKind")]
pub enum ProductKind {
    /// Joining the network; bought at sign-up.
    Membership,
    /// Goods and services; bought by the cart.
    Product,
}

/// Something that is sold, as it is offered now.
pub struct Product(pub products::Product);

/// Something that is sold, as it is offered now.
#[Object]
impl Product {
    /// Its number.
    async fn number(&self) -> BigInt {
        BigInt(self.0.id)
    }

    /// The company's own code.
    async fn sku(&self) -> &str {
        &self.0.sku
    }

    /// As people read it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What kind.
    async fn kind(&self) -> ProductKind {
        self.0.kind.into()
    }

    /// Words to sort by; may be empty.
    async fn category(&self) -> &str {
        &self.0.category
    }

    /// In words; may be empty.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Where its picture is.
    async fn image_url(&self) -> Option<&str> {
        self.0.image_url.as_deref()
    }

    /// Whether it is sent somewhere, so that an order of it needs an address.
    async fn shippable(&self) -> bool {
        self.0.shippable
    }

    /// For one.
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(Some(Money::new(self.0.price, facts(ctx).await?.currency)))
    }

    /// Personal volume of one.
    async fn personal_volume(&self) -> Decimal {
        self.0.pv.into()
    }

    /// Commissionable volume of one.
    async fn commissionable_volume(&self) -> Decimal {
        self.0.cv.into()
    }

    /// Whether it is offered.
    async fn active(&self) -> bool {
        self.0.active
    }
}
