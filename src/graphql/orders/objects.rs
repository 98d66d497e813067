//! Orders.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::super::applications::loader::Applications;
use super::super::epins::objects::Epin;
use super::super::epins::query::epin;
use super::super::ids::{NodeKind, encode};
use super::super::loader::{fault, load};
use super::super::network::{facts, network};
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::periods::loader::Periods;
use super::super::periods::objects::Period;
use super::super::scalars::{BigInt, DateTime, Decimal, Money};
use super::super::staff_reads;
use super::inputs::{Buyer, OrderKind, OrderStatus};
use super::loader::{OrderCounts, OrderLines, OrderPayments, OrderStates};
use super::payments::PaymentMethod;
use crate::auth::principal::Principal;
use crate::auth::visibility::Aspect;
use crate::domain::accounts::Scope;
use crate::domain::{carts, orders};
use crate::store::orders::Filter;
use crate::store::{self, order_changes};

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

    /// What it costs in all.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(Money::new(self.0.amount, facts(ctx).await?.currency))
    }

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<Option<OrderStatus>> {
        Ok(load::<OrderStates>(ctx, (), self.0.id).await?.map(|state| state.status.into()))
    }

    /// What is still to be paid.
    async fn due(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        due(ctx, self.0.id).await
    }

    /// What was given back; not the parts of a membership that waits on for its payment.
    async fn refunded(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let currency = facts(ctx).await?.currency;
        Ok(load::<OrderStates>(ctx, (), self.0.id).await?.map(|state| Money::new(state.refunded, currency)))
    }

    /// What of it is a fee, which is not given back.
    async fn fee(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let currency = facts(ctx).await?.currency;
        Ok(load::<OrderStates>(ctx, (), self.0.id).await?.map(|state| Money::new(state.fee, currency)))
    }

    /// The number that another shop gave it.
    async fn reference(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(load::<OrderStates>(ctx, (), self.0.id).await?.and_then(|state| state.reference))
    }

    /// The name of the application that recorded it; null where none did.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let state = load::<OrderStates>(ctx, (), self.0.id).await?;
        application_name(ctx, state.and_then(|state| state.application_id)).await
    }

    /// When it was ordered; null for orders that were imported.
    async fn ordered_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(load::<OrderStates>(ctx, (), self.0.id).await?.and_then(|state| state.ordered_at).map(DateTime))
    }

    /// Where it goes, as the address was then; null where nothing is sent. For who ordered, and for staff with the scope `catalog` or `network`.
    async fn ship_to(&self, ctx: &Context<'_>) -> Result<Option<ShipTo>> {
        let Some(state) = load::<OrderStates>(ctx, (), self.0.id).await? else { return Ok(None) };
        let Some(caller) = ctx.data::<Principal>()?.caller() else { return Ok(None) };
        let is_own = state.account_id == Some(caller.account_id);
        if !is_own && !caller.has(Scope::Catalog) && !caller.has(Scope::Network) {
            return Ok(None);
        }
        if !is_own && state.ship_to.is_some() {
            staff_reads::note(ctx, Aspect::Contact, state.partner_id)?;
        }
        Ok(state.ship_to.map(ShipTo::from))
    }

    /// By what it was paid, the latest payment first.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Option<Vec<Payment>>> {
        Ok(Some(load::<OrderPayments>(ctx, (), self.0.id).await?.into_iter().map(Payment).collect()))
    }

    /// What was ordered here, at the prices of then; empty for orders that came from elsewhere.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Option<Vec<OrderLine>>> {
        Ok(Some(load::<OrderLines>(ctx, (), self.0.id).await?.into_iter().map(OrderLine).collect()))
    }
}

/// What is still to be paid of an order.
///
/// # Errors
/// The database's, to be masked.
pub(super) async fn due(ctx: &Context<'_>, number: i64) -> Result<Option<Money>> {
    let currency = facts(ctx).await?.currency;
    Ok(load::<OrderStates>(ctx, (), number).await?.map(|state| {
        let waits = state.status == carts::OrderStatus::PendingPayment;
        Money::new(if waits { state.due() } else { Default::default() }, currency)
    }))
}

async fn application_name(ctx: &Context<'_>, number: Option<i64>) -> Result<Option<String>> {
    match number {
        Some(number) => Ok(load::<Applications>(ctx, (), number).await?.map(|application| application.name)),
        None => Ok(None),
    }
}

/// Where an order goes, as the address was when it was ordered.
#[derive(SimpleObject)]
pub struct ShipTo {
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
}

impl From<carts::ShipTo> for ShipTo {
    fn from(to: carts::ShipTo) -> Self {
        let carts::ShipTo { name, address, zip_code, city, phone } = to;
        Self { name, address, zip_code, city, phone }
    }
}

/// A payment of an order.
pub struct Payment(pub(super) order_changes::Payment);

/// A payment of an order.
#[Object(name = "OrderPayment")]
impl Payment {
    /// By which means.
    async fn method(&self) -> PaymentMethod {
        self.0.method.into()
    }

    /// How much.
    async fn amount(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(Money::new(self.0.amount, facts(ctx).await?.currency))
    }

    /// How much of it went back.
    async fn refunded(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(Money::new(self.0.refunded, facts(ctx).await?.currency))
    }

    /// Whose wallet or e-pin it was; null where it was nobody's, and when hidden from the caller.
    async fn payer(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        match self.0.payer_id {
            Some(payer) => find(ctx, payer).await,
            None => Ok(None),
        }
    }

    /// Which e-pin it was; null for other means, and when hidden from the caller.
    async fn epin(&self, ctx: &Context<'_>) -> Result<Option<Epin>> {
        match self.0.epin_id {
            Some(number) => epin(ctx, number).await,
            None => Ok(None),
        }
    }

    /// What it is called outside.
    async fn reference(&self) -> Option<&str> {
        self.0.reference.as_deref()
    }

    /// The name of the application that recorded it; null where none did.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        application_name(ctx, self.0.application_id).await
    }

    /// When.
    async fn paid_at(&self) -> DateTime {
        DateTime(self.0.paid_at)
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
    /// Whose; everybody's without one.
    pub(in crate::graphql) partner_id: Option<i64>,
    pub(in crate::graphql) filter: Filter,
}

#[Object]
impl OrderTotals {
    /// How many orders there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        if let Some(partner_id) = self.partner_id {
            return Ok(BigInt(load::<OrderCounts>(ctx, self.filter.clone(), partner_id).await?));
        }
        store::orders::count(network(ctx)?.database.reader(), (None, &self.filter)).await.map(BigInt).map_err(fault)
    }
}
