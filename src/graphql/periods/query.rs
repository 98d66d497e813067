//! `Query.periods`

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object, Result};

use super::super::loader::fault;
use super::super::network::{caller, network};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::scalars::BigInt;
use super::objects::Period;
use crate::domain::periods::PeriodRecord;
use crate::store::periods;

/// What the list of all periods tells beside its page.
pub struct PeriodTotals;

#[Object]
impl PeriodTotals {
    /// How many there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(periods::count(network(ctx)?.database.reader()).await.map_err(fault)?))
    }
}

/// Commission periods.
#[derive(Default)]
pub struct PeriodQuery;

#[Object]
impl PeriodQuery {
    /// Commission periods, the latest first.
    async fn periods(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Cursor, Period, PeriodTotals>>> {
        caller(ctx)?;
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let slice = periods::list(network.database.reader(), &page).await.map_err(fault)?;
        let edge = |period: PeriodRecord| Edge::new(Cursor::number(period.period.start().nanos(), period.id), Period(period));
        Ok(Some(connect(slice, PeriodTotals, edge)))
    }
}
