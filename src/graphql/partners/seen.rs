//! Partners as a caller sees them. No resolver makes a [`Partner`] in another way, so every path obeys the same rule.

use async_graphql::{Context, Result};

use super::super::loader::load;
use super::super::network::{caller, network};
use super::loader::{Partners, Reaches};
use super::objects::Partner;
use crate::auth::visibility::{Aspect, Standing, standing};
use crate::domain::partners;
use crate::domain::trees::Tree;
use crate::store::trees::Ancestor;

/// How many levels below the viewer a partner stands in each tree, as far as the path to it has shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// In the sponsor tree.
    pub sponsor: Option<u32>,
    /// In the placement tree.
    pub placement: Option<u32>,
}

impl Reach {
    /// The viewer itself.
    pub const ZERO: Self = Self { sponsor: Some(0), placement: Some(0) };

    /// From a look at the trees.
    #[must_use]
    pub fn of(above: &[Ancestor]) -> Self {
        let nearest = |tree| above.iter().filter(|above| above.tree == tree).filter_map(|above| u32::try_from(above.distance).ok()).min();
        Self { sponsor: nearest(Tree::Sponsor), placement: nearest(Tree::Placement) }
    }

    /// So many levels further down one tree; nothing is known of the other one any more.
    #[must_use]
    pub fn below(self, tree: Tree, levels: u32) -> Self {
        let deeper = |from: Option<u32>| from.and_then(|from| from.checked_add(levels));
        match tree {
            Tree::Sponsor => Self { sponsor: deeper(self.sponsor), placement: None },
            Tree::Placement => Self { sponsor: None, placement: deeper(self.placement) },
        }
    }

    /// The level in a tree.
    #[must_use]
    pub const fn level(self, tree: Tree) -> Option<u32> {
        match tree {
            Tree::Sponsor => self.sponsor,
            Tree::Placement => self.placement,
        }
    }

    /// Whether the partner stands within so many levels below the viewer.
    #[must_use]
    pub fn within(self, depth: u32) -> bool {
        [self.sponsor, self.placement].into_iter().flatten().any(|level| level <= depth)
    }
}

/// A partner as the caller sees it; `None` when it is hidden. `shown` is what the path has shown already.
///
/// # Errors
/// `UNAUTHENTICATED`, or the database's, to be masked.
pub async fn see(ctx: &Context<'_>, partner: partners::Partner, shown: Reach) -> Result<Option<Partner>> {
    let caller = caller(ctx)?;
    let depth = network(ctx)?.visible_depth;
    if let Some(standing) = standing(caller, &partner) {
        let reach = match standing {
            Standing::Myself => Reach::ZERO,
            Standing::SponsorOf => Reach { sponsor: Some(1), ..shown },
            _ => shown,
        };
        return Ok(Some(Partner { partner, standing, reach }));
    }
    if shown.within(depth) {
        return Ok(Some(Partner { partner, standing: Standing::Upline, reach: shown }));
    }
    let Some(own) = caller.partner_id else { return Ok(None) };
    let reach = load::<Reaches>(ctx, (own, depth), partner.id).await?;
    Ok(reach.within(depth).then_some(Partner { partner, standing: Standing::Upline, reach }))
}

/// Those of some partners that the caller sees, each with what the path has shown of it.
///
/// # Errors
/// As [`see`].
pub async fn see_all(ctx: &Context<'_>, partners: impl IntoIterator<Item = (partners::Partner, Reach)>) -> Result<Vec<Option<Partner>>> {
    futures_util::future::try_join_all(partners.into_iter().map(|(partner, shown)| see(ctx, partner, shown))).await
}

/// A partner by number, as the caller sees it.
///
/// # Errors
/// As [`see`].
pub async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Partner>> {
    match load::<Partners>(ctx, (), number).await? {
        Some(partner) => see(ctx, partner, Reach::default()).await,
        None => Ok(None),
    }
}

/// Whether the caller may see orders and commissions of a partner.
///
/// # Errors
/// As [`see`].
pub async fn may_see_money_of(ctx: &Context<'_>, number: i64) -> Result<bool> {
    let caller = caller(ctx)?;
    if caller.partner_id == Some(number) {
        return Ok(true);
    }
    Ok(match find(ctx, number).await? {
        Some(partner) => partner.shows(ctx, Aspect::Money)?,
        None => false,
    })
}
