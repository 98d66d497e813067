//! Commission lines.

use async_graphql::{Context, ID, Object, Result};

use super::super::ids::{NodeKind, encode};
use super::super::loader::load;
use super::super::network::facts;
use super::super::orders::loader::Orders;
use super::super::orders::objects::Order;
use super::super::partners::objects::Partner;
use super::super::partners::seen::{find, may_see_money_of};
use super::super::periods::loader::Periods;
use super::super::periods::objects::Period;
use super::super::scalars::{BigInt, DateTime, Decimal, Money};
use super::inputs::{CommissionSourceType, CommissionStatus};
use super::loader::CommissionCounts;
use crate::domain::commissions;
use crate::store::commissions::Filter;

/// A commission line: who earns what, on which order, by which rule.
pub struct Commission(pub commissions::Commission);

/// A commission line: who earns what, on which order, by which rule.
#[Object]
impl Commission {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Commission, self.0.id)
    }

    /// The bonus of the plan, by its code.
    async fn bonus(&self) -> &str {
        &self.0.bonus
    }

    /// The partner who earns; null when hidden from the caller.
    async fn beneficiary(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        find(ctx, self.0.beneficiary_id).await
    }

    /// The partner that the line comes from; null when hidden from the caller.
    async fn source_partner(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        find(ctx, self.0.source_id).await
    }

    /// The order that the line was earned on; null for bonuses that pay on sums, and when hidden from the caller.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Order>> {
        let Some(number) = self.0.order_id else { return Ok(None) };
        let Some(order) = load::<Orders>(ctx, (), number).await? else { return Ok(None) };
        Ok(may_see_money_of(ctx, order.partner_id).await?.then_some(Order(order)))
    }

    /// The number of that order, which also its earner may know.
    async fn order_number(&self) -> Option<BigInt> {
        self.0.order_id.map(BigInt)
    }

    /// What the line comes from.
    async fn source_type(&self) -> CommissionSourceType {
        self.0.source_type.into()
    }

    /// Level or generation, by the bonus's rule; 0 for the earner's own.
    async fn level(&self) -> i32 {
        self.0.level
    }

    /// What the rate applies to.
    async fn base(&self) -> Decimal {
        self.0.base.into()
    }

    /// The rate.
    async fn rate(&self) -> Decimal {
        self.0.rate.into()
    }

    /// What is earned.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(Money::new(self.0.amount, facts(ctx).await?.currency))
    }

    /// Career points earned with it.
    async fn career_points(&self) -> Decimal {
        self.0.points.into()
    }

    /// Where the line stands.
    async fn status(&self) -> CommissionStatus {
        self.0.status.into()
    }

    /// The period that the line was earned in.
    async fn period(&self, ctx: &Context<'_>) -> Result<Option<Period>> {
        Ok(load::<Periods>(ctx, (), self.0.period_id).await?.map(Period))
    }

    /// When it arose.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When its state became final.
    async fn processed_at(&self) -> Option<DateTime> {
        self.0.processed_at.map(DateTime)
    }
}

/// What a list of commission lines tells beside its page.
pub struct CommissionTotals {
    pub(in crate::graphql) partner_id: i64,
    pub(in crate::graphql) filter: Filter,
}

#[Object]
impl CommissionTotals {
    /// How many lines there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(load::<CommissionCounts>(ctx, self.filter.clone(), self.partner_id).await?))
    }
}
