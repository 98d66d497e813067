//! `Query.catalog`

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, InputObject, Object, Result};

use super::super::loader::fault;
use super::super::network::{facts, network};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::scalars::{BigInt, Money};
use super::objects::{Product, ProductKind};
use crate::auth::principal::Principal;
use crate::commands::Services;
use crate::domain::accounts::Scope;
use crate::domain::products;
use crate::store;

/// Which products; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProductFilter {
    /// Of this kind.
    kind: Option<ProductKind>,
    /// With what is not offered any more; passed over for everybody without the scope `catalog`.
    #[graphql(default)]
    inactive: bool,
}

/// What the company sells; open to everybody.
pub struct Catalog;

/// What the company sells; open to everybody.
#[Object]
impl Catalog {
    /// What joining with a membership package costs beside it.
    async fn sign_up_fee(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(Some(Money::new(ctx.data::<Services>()?.shop.sign_up_fee(), facts(ctx).await?.currency)))
    }

    /// Whether people join without buying a membership package.
    async fn free_join(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.data::<Services>()?.shop.free_join)
    }

    /// What is offered, by number; operators with the scope `catalog` may ask for what is not offered any more as well.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which products.")] filter: Option<ProductFilter>,
    ) -> Result<Option<Connection<Cursor, Product, ProductTotals>>> {
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let may = ctx.data::<Principal>()?.anyone().is_some_and(|caller| caller.has(Scope::Catalog));
        let ProductFilter { kind, inactive } = filter.unwrap_or_default();
        let (kind, all) = (kind.map(products::ProductKind::from), may && inactive);
        let slice = store::products::list(network.database.reader(), kind, all, &page).await.map_err(fault)?;
        let edge = |product: products::Product| Edge::new(Cursor::number(product.id, product.id), Product(product));
        Ok(Some(connect(slice, ProductTotals { kind, all }, edge)))
    }
}

/// What a list of products tells beside its page.
pub struct ProductTotals {
    kind: Option<products::ProductKind>,
    all: bool,
}

#[Object]
impl ProductTotals {
    /// How many there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(store::products::count(network(ctx)?.database.reader(), self.kind, self.all).await.map_err(fault)?))
    }
}

/// What is sold.
#[derive(Default)]
pub struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// What the company sells; open to everybody.
    async fn catalog(&self) -> Option<Catalog> {
        Some(Catalog)
    }
}
