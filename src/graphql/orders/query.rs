//! One order, by number.

use async_graphql::{Context, Result};

use super::super::loader::load;
use super::super::network::caller;
use super::super::partners::seen::may_see_money_of;
use super::super::staff_reads;
use super::loader::{OrderStates, Orders};
use super::objects::Order;
use crate::auth::principal::Principal;
use crate::auth::visibility::Aspect;
use crate::domain::accounts::Scope;

/// An order that the caller may see: who is credited with it, staff that sees money, operators with the scope `orders`, who see no more of the partner for
/// that, and the application that recorded it. Who recorded no more than a payment of it gets that
/// by the payload of recordPayment: otherwise a payment of a cent would open every order.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn order(ctx: &Context<'_>, number: i64) -> Result<Option<Order>> {
    let caller = caller(ctx)?;
    let Some(order) = load::<Orders>(ctx, (), number).await? else { return Ok(None) };
    let may = match ctx.data::<Principal>()?.application() {
        Some(id) => load::<OrderStates>(ctx, (), number).await?.is_some_and(|state| state.application_id == Some(id)),
        None if may_see_money_of(ctx, order.partner_id).await? => true,
        None if caller.has(Scope::Orders) => {
            staff_reads::note(ctx, Aspect::Money, order.partner_id)?;
            true
        }
        None => false,
    };
    Ok(may.then_some(Order(order)))
}
