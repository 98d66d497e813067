//! Orders.

use async_graphql::{Context, ID, Object, Result};

use super::super::ids::{NodeKind, encode};
use super::super::loader::load;
use super::super::network::facts;
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::periods::loader::Periods;
use super::super::periods::objects::Period;
use super::super::scalars::{BigInt, DateTime, Decimal, Money};
use super::inputs::{Buyer, OrderKind};
use super::loader::OrderCounts;
use crate::domain::orders;
use crate::store::orders::Filter;

/// A completed order.
pub struct Order(pub orders::Order);

/// A completed order.
#[Object]
impl Order {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Order, self.0.id)
    }

    /// The order number.
    async fn number(&self) -> BigInt {
        BigInt(self.0.id)
    }

    /// The partner who is credited; null when hidden from the caller.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        find(ctx, self.0.partner_id).await
    }

    /// The period that the order belongs to.
    async fn period(&self, ctx: &Context<'_>) -> Result<Option<Period>> {
        Ok(load::<Periods>(ctx, (), self.0.period_id).await?.map(Period))
    }

    /// Who bought.
    async fn buyer(&self) -> Buyer {
        self.0.buyer.into()
    }

    /// What was bought.
    async fn kind(&self) -> OrderKind {
        self.0.kind.into()
    }

    /// When it was placed.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.0.placed_at)
    }

    /// Commissionable volume.
    async fn commissionable_volume(&self) -> Decimal {
        self.0.cv.into()
    }

    /// Personal volume.
    async fn personal_volume(&self) -> Decimal {
        self.0.pv.into()
    }

    /// What was paid.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(Money::new(self.0.amount, facts(ctx).await?.currency))
    }
}

/// What a list of orders tells beside its page.
pub struct OrderTotals {
    pub(in crate::graphql) partner_id: i64,
    pub(in crate::graphql) filter: Filter,
}

#[Object]
impl OrderTotals {
    /// How many orders there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(load::<OrderCounts>(ctx, self.filter.clone(), self.partner_id).await?))
    }
}
