//! Lists of partners: what they tell beside their pages.

use async_graphql::connection::{Connection, ConnectionNameType, Edge, EdgeNameType, EmptyFields};
use async_graphql::{Context, Object, OutputType, Result, SimpleObject};

use super::super::loader::load;
use super::super::paging::{Cursor, CursorKind, connect};
use super::super::scalars::BigInt;
use super::loader::{ChildCounts, LevelCounts};
use super::objects::Partner;
use super::seen::{Reach, see_all};
use crate::domain::pages::Slice;
use crate::domain::trees::Tree;
use crate::store::partners::Filter;
use crate::store::trees::{Downline, DownlineOrder, Relative};

/// What a list of directs tells beside its page.
pub struct DirectTotals {
    pub(super) parent: i64,
    pub(super) tree: Tree,
    pub(super) filter: Filter,
}

#[Object]
impl DirectTotals {
    /// How many there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(load::<ChildCounts>(ctx, (self.tree, self.filter.clone()), self.parent).await?))
    }
}

/// What a downline tells beside its page.
pub struct DownlineTotals {
    pub(super) root: i64,
    pub(super) wanted: Downline,
}

#[Object]
impl DownlineTotals {
    /// How many there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        if self.wanted.depth == 0 {
            return Ok(BigInt(0));
        }
        let levels = load::<LevelCounts>(ctx, self.wanted.clone(), self.root).await?;
        Ok(BigInt(levels.iter().map(|level| level.partners).sum()))
    }
}

/// What a place in a downline tells beside the partner.
#[derive(SimpleObject)]
pub struct DownlinePlace {
    /// Distance from where the list begins: 1 for the directs.
    level: i32,
}

/// Names the type of a list of directs.
pub struct DirectsName;

impl ConnectionNameType for DirectsName {
    fn type_name<T: OutputType>() -> String {
        "DirectConnection".to_owned()
    }
}

/// Names the types of a downline.
pub struct DownlineName;

impl ConnectionNameType for DownlineName {
    fn type_name<T: OutputType>() -> String {
        "DownlineConnection".to_owned()
    }
}

impl EdgeNameType for DownlineName {
    fn type_name<T: OutputType>() -> String {
        "DownlineEdge".to_owned()
    }
}

/// A list of directs.
pub type Directs = Connection<Cursor, Partner, DirectTotals, EmptyFields, DirectsName>;
/// A list of a downline.
pub type DownlinePartners = Connection<Cursor, Partner, DownlineTotals, DownlinePlace, DownlineName, DownlineName>;

/// The cursors that fit an order.
pub(super) const fn cursor_kind(order: DownlineOrder) -> CursorKind {
    match order {
        DownlineOrder::DisplayName => CursorKind::Text,
        DownlineOrder::Level | DownlineOrder::Number | DownlineOrder::JoinedAt => CursorKind::Number,
    }
}

fn cursor(order: DownlineOrder, relative: &Relative) -> Cursor {
    let partner = &relative.partner;
    match order {
        DownlineOrder::Level => Cursor::number(relative.distance, partner.id),
        DownlineOrder::Number => Cursor::number(partner.id, partner.id),
        DownlineOrder::JoinedAt => Cursor::number(partner.joined_at.nanos(), partner.id),
        DownlineOrder::DisplayName => Cursor::text(partner.display_name.clone(), partner.id),
    }
}

/// A page of a downline as the caller sees it.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub(super) async fn downline(ctx: &Context<'_>, from: &Partner, wanted: Downline, slice: Slice<Relative>) -> Result<DownlinePartners> {
    let places: Vec<_> =
        slice.rows.iter().map(|row| (cursor(wanted.order, row), i32::try_from(row.distance).unwrap_or(i32::MAX))).collect();
    let below = |levels: i64| from.reach.below(wanted.tree, u32::try_from(levels).unwrap_or(u32::MAX));
    let Slice { rows, has_next, has_previous } = slice;
    let seen = see_all(ctx, rows.into_iter().map(|row| (row.partner, below(row.distance)))).await?;
    let rows = places.into_iter().zip(seen).filter_map(|(place, partner)| Some((place, partner?))).collect();
    let slice = Slice { rows, has_next, has_previous };
    let totals = DownlineTotals { root: from.partner.id, wanted };
    Ok(connect(slice, totals, |((cursor, level), partner)| Edge::with_additional_fields(cursor, partner, DownlinePlace { level })))
}

/// A page of children as the caller sees them.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub(super) async fn directs(
    ctx: &Context<'_>,
    from: &Partner,
    totals: DirectTotals,
    slice: Slice<crate::domain::partners::Partner>,
) -> Result<Directs> {
    let Slice { rows, has_next, has_previous } = slice;
    let reach: Reach = from.reach.below(totals.tree, 1);
    let rows: Vec<Partner> = see_all(ctx, rows.into_iter().map(|partner| (partner, reach))).await?.into_iter().flatten().collect();
    // A page without rows has no cursor to go on from.
    let has_next = has_next && !rows.is_empty();
    let edge = |partner: Partner| Edge::new(Cursor::number(partner.partner.id, partner.partner.id), partner);
    Ok(connect(Slice { rows, has_next, has_previous }, totals, edge))
}
