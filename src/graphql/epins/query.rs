//! E-pins of a partner, by number, and the operators' list.

use async_graphql::connection::{Connection, Edge, EmptyFields};
use async_graphql::{Context, Object, Result};

use super::super::loader::{fault, load};
use super::super::network::{caller, network, operator};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::partners::seen::may_see_money_of;
use super::inputs::EpinFilter;
use super::loader::{Epins, EpinsOf};
use super::objects::{Epin, EpinTotals};
use crate::domain::accounts::Scope;
use crate::domain::epins;
use crate::store::epins::{Filter, list};

/// A list of e-pins.
pub type EpinList = Connection<Cursor, Epin, EpinTotals>;

/// An e-pin that the caller may see: its owner, and staff that sees money. Pins of nobody are for the scope `payouts`.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn epin(ctx: &Context<'_>, number: i64) -> Result<Option<Epin>> {
    let caller = caller(ctx)?;
    let Some(pin) = load::<Epins>(ctx, (), number).await? else { return Ok(None) };
    let may = match pin.owner_id {
        Some(owner) => may_see_money_of(ctx, owner).await?,
        None => caller.has(Scope::Payouts),
    };
    Ok(may.then_some(Epin(pin)))
}

/// A page of a partner's e-pins, the latest first.
///
/// # Errors
/// `BAD_USER_INPUT`, or the database's, to be masked.
pub async fn epins_of(ctx: &Context<'_>, partner_id: i64, paging: &Paging, filter: Option<EpinFilter>) -> Result<EpinList> {
    let page = paging.page(network(ctx)?.page_sizes, CursorKind::Number)?;
    let filter: Filter = filter.unwrap_or_default().into();
    let slice = load::<EpinsOf>(ctx, (filter.clone(), page), partner_id).await?;
    Ok(connect(slice, EpinTotals { partner_id: Some(partner_id), filter }, edge))
}

fn edge(pin: epins::Epin) -> Edge<Cursor, Epin, EmptyFields> {
    Edge::new(Cursor::number(pin.id, pin.id), Epin(pin))
}

/// E-pins, for operators.
#[derive(Default)]
pub struct OperatorEpins;

#[Object]
impl OperatorEpins {
    /// All e-pins, the latest first. Needs the scope `payouts`.
    async fn epins(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which e-pins.")] filter: Option<EpinFilter>,
    ) -> Result<Option<EpinList>> {
        operator(ctx, Scope::Payouts)?;
        let network = network(ctx)?;
        let page = Paging { first, after, last, before }.page(network.page_sizes, CursorKind::Number)?;
        let filter: Filter = filter.unwrap_or_default().into();
        let slice = list(network.database.reader(), &filter, &page).await.map_err(fault)?;
        for owner in slice.rows.iter().filter_map(|pin| pin.owner_id) {
            super::super::staff_reads::note(ctx, crate::auth::visibility::Aspect::Money, owner)?;
        }
        Ok(Some(connect(slice, EpinTotals { partner_id: None, filter }, edge)))
    }
}
