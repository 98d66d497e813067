//! `Query.commission`

use async_graphql::{Context, ID, Object, Result};

use super::super::ids::{NodeKind, decode};
use super::super::loader::load;
use super::super::network::caller;
use super::super::partners::seen::may_see_money_of;
use super::loader::Commissions;
use super::objects::Commission;

/// Commission lines.
#[derive(Default)]
pub struct CommissionQuery;

#[Object]
impl CommissionQuery {
    /// A commission line; null when it does not exist or is hidden from the caller.
    async fn commission(&self, ctx: &Context<'_>, #[graphql(desc = "Its global id.")] id: ID) -> Result<Option<Commission>> {
        caller(ctx)?;
        match decode(&id) {
            Some((NodeKind::Commission, number)) => commission(ctx, number).await,
            _ => Ok(None),
        }
    }
}

/// A commission line that the caller may see.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn commission(ctx: &Context<'_>, number: i64) -> Result<Option<Commission>> {
    caller(ctx)?;
    let Some(line) = load::<Commissions>(ctx, (), number).await? else { return Ok(None) };
    Ok(may_see_money_of(ctx, line.beneficiary_id).await?.then_some(Commission(line)))
}
