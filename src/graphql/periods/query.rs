//! `Query.periods`

use async_graphql::connection::Connection;
use async_graphql::{Context, Object, Result};

use super::super::loader::fault;
use super::super::network::{caller, network};
use super::super::paging::{Cursor, CursorKind, Paging, connect, plain_edge};
use super::objects::Period;
use crate::store::periods;

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
    ) -> Result<Connection<Cursor, Period>> {
        caller(ctx)?;
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let slice = periods::list(network.database.reader(), &page).await.map_err(fault)?;
        Ok(connect(slice, Default::default(), |period| {
            plain_edge(Cursor::number(period.period.start().nanos(), period.id), Period(period))
        }))
    }
}
