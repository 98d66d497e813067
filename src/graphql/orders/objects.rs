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
use super::inputs::{Buyer, OrderKind, OrderStatus};
use super::loader::{OrderCounts, OrderLines, OrderStates};
use crate::domain::{carts, orders};
use crate::store::orders::Filter;

/// An order.
pub struct Order(pub orders::Order);

/// An order.
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

    /// When it counts: when it was finished, and until then when it was placed.
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

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<Option<OrderStatus>> {
        Ok(load::<OrderStates>(ctx, (), self.0.id).await?.map(|state| state.status.into()))
    }

    /// What is still to be paid.
    async fn due(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let currency = facts(ctx).await?.currency;
        Ok(load::<OrderStates>(ctx, (), self.0.id).await?.map(|state| {
            let waits = state.status == carts::OrderStatus::PendingPayment;
            Money::new(if waits { state.due() } else { Default::default() }, currency)
        }))
    }

    /// What was given back.
    async fn refunded(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let currency = facts(ctx).await?.currency;
        Ok(load::<OrderStates>(ctx, (), self.0.id).await?.map(|state| Money::new(state.refunded, currency)))
    }

    /// What was ordered here, at the prices of then; empty for orders that came from elsewhere.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Option<Vec<OrderLine>>> {
        Ok(Some(load::<OrderLines>(ctx, (), self.0.id).await?.into_iter().map(OrderLine).collect()))
    }
}

/// A product within an order, at the price of then.
pub struct OrderLine(carts::OrderLine);

/// A product within an order, at the price of then.
#[Object]
impl OrderLine {
    /// Its number.
    async fn number(&self) -> BigInt {
        BigInt(self.0.id)
    }

    /// The number of the product.
    async fn product_number(&self) -> BigInt {
        BigInt(self.0.product_id)
    }

    /// The name of the product.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How many.
    async fn quantity(&self) -> i32 {
        i32::try_from(self.0.quantity).unwrap_or(i32::MAX)
    }

    /// How many of them were given back.
    async fn refunded_quantity(&self) -> i32 {
        i32::try_from(self.0.refunded_quantity).unwrap_or(i32::MAX)
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
