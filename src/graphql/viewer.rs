//! `Query.viewer`: the caller.

use async_graphql::{Context, Object, Result};

use super::accounts::loader::Accounts;
use super::accounts::objects::Account;
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
