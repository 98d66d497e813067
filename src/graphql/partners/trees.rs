//! What the trees tell of a partner: places, levels, lines.

use async_graphql::{Context, Result, SimpleObject};

use super::super::errors::bad_user_input;
use super::super::network::network;
use super::super::scalars::{BigInt, Decimal};
use super::inputs::{DownlineOrder, PartnerFilter, Tree};
use super::objects::Partner;
use crate::auth::visibility::Standing;
use crate::domain::{trees, volumes};
use crate::store::trees::{Downline, LevelCount};

/// Where a partner stands in the placement tree.
#[derive(SimpleObject)]
pub struct Placement {
    /// The number of the placement parent; null when hidden from the caller.
    pub parent_number: Option<BigInt>,
    /// The placement parent; null when hidden from the caller.
    pub parent: Option<Partner>,
    /// L or R in a binary tree, a column from 1 in a matrix.
    pub position: String,
}

/// A slot under a partner.
#[derive(SimpleObject)]
pub struct PlacementSlot {
    /// L or R in a binary tree, a column from 1 in a matrix.
    pub position: String,
    /// Who stands there; null when hidden from the caller.
    pub partner: Option<Partner>,
}

/// A partner above.
#[derive(SimpleObject)]
pub struct UplineStep {
    /// Edges between the two: 1 for the parent.
    pub distance: i32,
    /// The partner above.
    pub partner: Partner,
}

/// A downline counted.
#[derive(SimpleObject)]
pub struct NetworkSummary {
    /// Partners in any state.
    pub total: BigInt,
    /// Partners in state ACTIVE.
    pub active: BigInt,
    /// Level by level; levels without partners are left out.
    pub by_level: Vec<NetworkLevel>,
}

/// One level of a downline, counted.
#[derive(SimpleObject)]
pub struct NetworkLevel {
    /// Distance from the partner: 1 for the directs.
    pub level: i32,
    /// Partners in any state.
    pub partners: BigInt,
    /// Partners in state ACTIVE.
    pub active: BigInt,
}

impl NetworkSummary {
    /// Adds levels up.
    #[must_use]
    pub fn of(levels: &[LevelCount]) -> Self {
        let level = |count: &LevelCount| NetworkLevel {
            level: i32::try_from(count.level).unwrap_or(i32::MAX),
            partners: BigInt(count.partners),
            active: BigInt(count.active),
        };
        Self {
            total: BigInt(levels.iter().map(|count| count.partners).sum()),
            active: BigInt(levels.iter().map(|count| count.active).sum()),
            by_level: levels.iter().map(level).collect(),
        }
    }
}

/// A part of a tree for drawing: a flat list, parents before children.
#[derive(SimpleObject)]
pub struct Genealogy {
    /// The partners, level by level; the first one is the root.
    pub nodes: Vec<GenealogyNode>,
    /// Whether there are more partners within the depth than the drawing may hold.
    pub truncated: bool,
}

/// A partner in a drawing.
#[derive(SimpleObject)]
pub struct GenealogyNode {
    /// Distance from the root.
    pub level: i32,
    /// The number of the parent in this tree; null for the root.
    pub parent_number: Option<BigInt>,
    /// The slot under the placement parent; null in the sponsor tree.
    pub position: Option<String>,
    /// The partner.
    pub partner: Partner,
}

/// Volumes of a partner in a period.
#[derive(SimpleObject)]
pub struct PartnerVolumes {
    /// Personal volume: of the orders credited to the partner.
    personal_volume: Decimal,
    /// Commissionable volume of the same orders.
    personal_commissionable_volume: Decimal,
    /// Personal volume of the partner and everybody below in the sponsor tree.
    group_volume: Decimal,
    /// Commissionable volume of the same.
    group_commissionable_volume: Decimal,
    /// Commissionable volume below the left placement slot.
    left_volume: Decimal,
    /// Commissionable volume below the right placement slot.
    right_volume: Decimal,
}

impl From<volumes::Volumes> for PartnerVolumes {
    fn from(volumes: volumes::Volumes) -> Self {
        Self {
            personal_volume: volumes.personal_pv.into(),
            personal_commissionable_volume: volumes.personal_cv.into(),
            group_volume: volumes.group_pv.into(),
            group_commissionable_volume: volumes.group_cv.into(),
            left_volume: volumes.left_cv.into(),
            right_volume: volumes.right_cv.into(),
        }
    }
}

/// What a client says about the part of a downline it wants.
#[derive(Default)]
pub struct DownlineArgs {
    /// Which tree.
    pub tree: Option<Tree>,
    /// Levels below the partner.
    pub depth: Option<i32>,
    /// Only this level.
    pub level: Option<i32>,
    /// Which partners.
    pub filter: Option<PartnerFilter>,
    /// In which order.
    pub order_by: Option<DownlineOrder>,
}

impl DownlineArgs {
    /// The tree, and how far up a walk may go.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`: a height outside its limits.
    pub fn height(&self, ctx: &Context<'_>, from: &Partner) -> Result<(trees::Tree, u32)> {
        let network = network(ctx)?;
        let allowed = if from.standing == Standing::Staff { network.operator_depth } else { network.visible_depth };
        let height = bounded("height", self.depth, allowed)?.unwrap_or_else(|| allowed.min(network.visible_depth));
        Ok((self.tree.map_or(trees::Tree::Sponsor, Into::into), height))
    }

    /// What the store is asked for. Below a partner the caller sees as many levels as lie within the visible depth from the caller, not from there.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`: a depth or level outside its limits.
    pub async fn resolve(self, ctx: &Context<'_>, from: &Partner) -> Result<Downline> {
        let network = network(ctx)?;
        let tree = self.tree.map_or(trees::Tree::Sponsor, Into::into);
        let allowed = if from.standing == Standing::Staff { network.operator_depth } else { network.visible_depth };
        let visible = match from.standing {
            Standing::Staff => allowed,
            _ => allowed.saturating_sub(from.level(ctx, tree).await?.unwrap_or(allowed)),
        };
        let depth = bounded("depth", self.depth, allowed)?.unwrap_or_else(|| allowed.min(network.visible_depth));
        let level = bounded("level", self.level, depth)?;
        let order = self.order_by.unwrap_or_default();
        Ok(Downline {
            tree,
            level,
            depth: depth.min(visible),
            filter: self.filter.unwrap_or_default().into_store()?,
            order: order.field.into(),
            direction: order.direction.into(),
        })
    }
}

/// A number of levels or partners within its limits.
///
/// # Errors
/// `BAD_USER_INPUT`: a number outside its limits.
pub(super) fn bounded(name: &str, value: Option<i32>, max: u32) -> Result<Option<u32>> {
    let Some(value) = value else { return Ok(None) };
    let fits = u32::try_from(value).ok().filter(|value| (1..=max).contains(value));
    fits.map(Some).ok_or_else(|| bad_user_input(format!("`{name}` is {value}: it must lie between 1 and {max}.")))
}
