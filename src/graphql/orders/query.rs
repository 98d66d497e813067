//! One order, by number.

use async_graphql::{Context, Result};

use super::super::loader::load;
use super::super::network::caller;
use super::super::partners::seen::may_see_money_of;
use super::super::staff_reads;
use super::loader::Orders;
use super::objects::Order;
use crate::auth::visibility::Aspect;
use crate::domain::accounts::Scope;

/// An order that the caller may see: who is credited with it, staff that sees money, and whoever has the scope `orders`, who sees no more of the partner
/// for that.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn order(ctx: &Context<'_>, number: i64) -> Result<Option<Order>> {
    let caller = caller(ctx)?;
    let Some(order) = load::<Orders>(ctx, (), number).await? else { return Ok(None) };
    if may_see_money_of(ctx, order.partner_id).await? {
        return Ok(Some(Order(order)));
    }
    if !caller.has(Scope::Orders) {
        return Ok(None);
    }
    staff_reads::note(ctx, Aspect::Money, order.partner_id)?;
    Ok(Some(Order(order)))
}
