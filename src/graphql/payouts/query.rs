//! Payouts of a partner, by number, and the operators' list.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Object, Result};

use super::super::loader::{fault, load};
use super::super::network::{caller, network, operator};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::partners::seen::may_see_money_of;
use super::inputs::{OperatorPayoutFilter, PayoutFilter};
use super::loader::{Payouts, PayoutsOf};
use super::objects::{Payout, PayoutTotals};
use crate::domain::accounts::Scope;
use crate::domain::payouts;
use crate::store::payouts::{Statuses, list};

/// A list of payouts.
pub type PayoutList = Connection<Cursor, Payout, PayoutTotals>;

/// A payout that the caller may see.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn payout(ctx: &Context<'_>, number: i64) -> Result<Option<Payout>> {
    caller(ctx)?;
    let Some(payout) = load::<Payouts>(ctx, (), number).await? else { return Ok(None) };
    Ok(may_see_money_of(ctx, payout.partner_id).await?.then_some(Payout(payout)))
}

/// A page of a partner's payouts, the latest first.
///
/// # Errors
/// `BAD_USER_INPUT`, or the database's, to be masked.
pub async fn payouts_of(ctx: &Context<'_>, partner_id: i64, paging: &Paging, filter: Option<PayoutFilter>) -> Result<PayoutList> {
    let page = paging.page(network(ctx)?.page_sizes, CursorKind::Number)?;
    let statuses: Statuses = filter.unwrap_or_default().into();
    let slice = load::<PayoutsOf>(ctx, (statuses.clone(), page), partner_id).await?;
    Ok(connect(slice, PayoutTotals { partner_id: Some(partner_id), statuses, with_problem: false }, edge))
}

fn edge(payout: payouts::Payout) -> Edge<Cursor, Payout, EmptyFields> {
    Edge::new(Cursor::number(payout.created_at.nanos(), payout.id), Payout(payout))
}

/// Payouts, for operators.
#[derive(Default)]
pub struct OperatorPayouts;

#[Object]
impl OperatorPayouts {
    /// All payouts, the latest first. Needs the scope `payouts`.
    async fn payouts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which payouts.")] filter: Option<OperatorPayoutFilter>,
    ) -> Result<Option<PayoutList>> {
        operator(ctx, Scope::Payouts)?;
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let filter = filter.unwrap_or_default();
        let (statuses, with_problem) = (filter.statuses(), filter.with_problem);
        let slice = list(network.database.reader(), (&statuses, with_problem), &page).await.map_err(fault)?;
        for payout in &slice.rows {
            super::super::staff_reads::note(ctx, crate::auth::visibility::Aspect::Money, payout.partner_id)?;
        }
        Ok(Some(connect(slice, PayoutTotals { partner_id: None, statuses, with_problem }, edge)))
    }
}
