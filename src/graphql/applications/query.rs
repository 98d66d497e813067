//! Applications, for operators.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, Object, Result};

use super::super::loader::{fault, load};
use super::super::network::{caller, network, operator};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::scalars::BigInt;
use super::loader::Applications;
use super::objects::Application;
use crate::domain::accounts::Scope;
use crate::domain::applications;
use crate::store::applications::{count, list};

/// An application, for the scope `applications`.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn application(ctx: &Context<'_>, number: i64) -> Result<Option<Application>> {
    if !caller(ctx)?.has(Scope::Applications) {
        return Ok(None);
    }
    Ok(load::<Applications>(ctx, (), number).await?.map(Application))
}

/// What the list tells beside its page.
pub struct ApplicationTotals;

#[Object]
impl ApplicationTotals {
    /// How many applications there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        count(network(ctx)?.database.reader()).await.map(BigInt).map_err(fault)
    }
}

/// Applications, for operators.
#[derive(Default)]
pub struct OperatorApplications;

#[Object]
impl OperatorApplications {
    /// All applications, the latest first. Needs the scope `applications`.
    async fn applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Cursor, Application, ApplicationTotals>>> {
        operator(ctx, Scope::Applications)?;
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let slice = list(network.database.reader(), &page).await.map_err(fault)?;
        let edge = |found: applications::Application| Edge::new(Cursor::number(found.id, found.id), Application(found));
        Ok(Some(connect(slice, ApplicationTotals, edge)))
    }
}
