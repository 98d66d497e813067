//! `Query.viewer`: the caller.

use async_graphql::{Context, Object, Result};

use super::accounts::loader::Accounts;
use super::accounts::objects::Account;
use super::carts::objects::{Cart, ShippingAddress, addresses};
use super::loader::load;
use super::network::caller;
use super::partners::objects::Partner;
use super::partners::seen::find;

/// The signed-in caller.
pub struct Viewer;

/// The signed-in caller.
#[Object]
impl Viewer {
    /// The caller's login.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        Ok(load::<Accounts>(ctx, (), caller(ctx)?.account_id).await?.map(Account))
    }

    /// The caller's partner; null before the caller became one.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        match caller(ctx)?.partner_id {
            Some(number) => find(ctx, number).await,
            None => Ok(None),
        }
    }

    /// What the caller is about to order.
    async fn cart(&self, ctx: &Context<'_>) -> Result<Option<Cart>> {
        Cart::of_caller(ctx).await.map(Some)
    }

    /// Where the caller's orders may go, the default address first.
    async fn shipping_addresses(&self, ctx: &Context<'_>) -> Result<Option<Vec<ShippingAddress>>> {
        addresses(ctx).await.map(Some)
    }
}

/// The caller.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// The signed-in caller.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        caller(ctx)?;
        Ok(Some(Viewer))
    }
}
