//! What operators look through: orders, and volume that was set aside.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object, Result};

use super::super::loader::{fault, load};
use super::super::network::{caller, network, operator};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::partners::objects::Partner;
use super::super::partners::seen::find;
use super::super::periods::loader::Periods;
use super::super::periods::objects::Period;
use super::super::scalars::{BigInt, DateTime, Decimal};
use super::super::staff_reads;
use super::inputs::OperatorOrderFilter;
use super::objects::{Order, OrderTotals};
use crate::auth::visibility::Aspect;
use crate::domain::accounts::Scope;
use crate::domain::orders;
use crate::store::folding::{self, SetAside};
use crate::store::orders::list;

/// Volume that does not fit into the volumes of the lines above.
pub struct SetAsideVolume(SetAside);

/// Volume that does not fit into the volumes of the lines above, and is not counted there.
#[Object]
impl SetAsideVolume {
    /// The number of the order that it comes from.
    async fn order_number(&self) -> BigInt {
        BigInt(self.0.event.order_id)
    }

    /// The number of the partner who is credited.
    async fn partner_number(&self) -> BigInt {
        BigInt(self.0.event.partner_id)
    }

    /// The partner who is credited; null when hidden from the caller.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        find(ctx, self.0.event.partner_id).await
    }

    /// The period that it belongs to.
    async fn period(&self, ctx: &Context<'_>) -> Result<Option<Period>> {
        Ok(load::<Periods>(ctx, (), self.0.event.period_id).await?.map(Period))
    }

    /// Personal volume; negative where it is taken back.
    async fn personal_volume(&self) -> Decimal {
        self.0.event.pv.into()
    }

    /// Commissionable volume; negative where it is taken back.
    async fn commissionable_volume(&self) -> Decimal {
        self.0.event.cv.into()
    }

    /// When it arose.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.event.at)
    }

    /// Since when it is set aside.
    async fn set_aside_at(&self) -> DateTime {
        DateTime(self.0.since)
    }
}

/// What the list tells beside its page.
pub struct SetAsideTotals;

#[Object]
impl SetAsideTotals {
    /// How many there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        folding::set_aside_count(network(ctx)?.database.reader()).await.map(BigInt).map_err(fault)
    }
}

/// Orders, for operators.
#[derive(Default)]
pub struct OperatorOrders;

#[Object]
#[allow(clippy::too_many_arguments, reason = "the arguments are the API's")]
impl OperatorOrders {
    /// All orders, the latest first. Needs the scope `orders`, `payouts` or `periods`.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which orders.")] filter: Option<OperatorOrderFilter>,
    ) -> Result<Option<Connection<Cursor, Order, OrderTotals>>> {
        let caller = caller(ctx)?;
        // Who sees money of partners sees their orders anyway.
        if ![Scope::Payouts, Scope::Periods].iter().any(|scope| caller.has(*scope)) {
            operator(ctx, Scope::Orders)?;
        }
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let (partner_id, filter) = filter.unwrap_or_default().into_store();
        let slice = list(network.database.reader(), (partner_id, &filter), &page).await.map_err(fault)?;
        for order in slice.rows.iter().filter(|order| caller.partner_id != Some(order.partner_id)) {
            staff_reads::note(ctx, Aspect::Money, order.partner_id)?;
        }
        let edge = |order: orders::Order| Edge::new(Cursor::number(order.placed_at.nanos(), order.id), Order(order));
        Ok(Some(connect(slice, OrderTotals { partner_id, filter }, edge)))
    }

    /// Volume that was set aside because somebody's sum would be too large, the first ones first. Giving the order back takes it away; `upline rebuild` counts
    /// what fits by then. Needs the scope `network`.
    async fn set_aside_volumes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Cursor, SetAsideVolume, SetAsideTotals>>> {
        operator(ctx, Scope::Network)?;
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let slice = folding::set_aside_list(network.database.reader(), &page).await.map_err(fault)?;
        let edge = |volume: SetAside| Edge::new(Cursor::number(volume.since.nanos(), volume.event_id), SetAsideVolume(volume));
        Ok(Some(connect(slice, SetAsideTotals, edge)))
    }
}
