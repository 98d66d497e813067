//! Partners.

use async_graphql::connection::{Connection, Edge};
use async_graphql::{Context, ID, Object, Result};

use super::super::accounts::objects::Contact;
use super::super::errors::bad_user_input;
use super::super::ids::{NodeKind, encode};
use super::super::kyc::objects::Likeness;
use super::super::loader::load;
use super::super::network::{caller, facts, network};
use super::super::paging::{Cursor, CursorKind, Paging, connect};
use super::super::periods::loader::PeriodIds;
use super::super::profiles::objects::{BankDetails, Profile};
use super::super::ranks::loader::RankHistories;
use super::super::ranks::objects::{Rank, RankRecord, RankTotals, rank};
use super::super::scalars::{BigInt, DateTime, Decimal};
use super::super::staff_reads;
use super::connections::{self, DirectTotals, Directs, DownlinePartners};
use super::inputs::{DownlineOrder, PartnerFilter, PartnerStatus, PlacementPreference, Tree};
use super::loader::{ChildCounts, Children, Downlines, LevelCounts, Partners, Reaches, Uplines, VolumesOf};
use super::money::PartnerMoney;
use super::seen::{Reach, find, see_all};
use super::trees::{DownlineArgs, Genealogy, GenealogyNode, NetworkSummary, PartnerVolumes, Placement, PlacementSlot, UplineStep, bounded};
use crate::auth::visibility::{Aspect, Standing, can};
use crate::domain::pages::{Page, Slice};
use crate::domain::partners;
use crate::domain::position::WIDEST_MATRIX;
use crate::domain::trees as domain_trees;
use crate::store;

/// A partner: a node of the network. What the caller may not see is null.
#[derive(Clone)]
pub struct Partner {
    pub(in crate::graphql) partner: partners::Partner,
    pub(in crate::graphql) standing: Standing,
    pub(in crate::graphql) reach: Reach,
}

impl Partner {
    pub(in crate::graphql) fn shows(&self, ctx: &Context<'_>, aspect: Aspect) -> Result<bool> {
        let shows = can(caller(ctx)?, self.standing, &self.partner, aspect);
        if shows && self.standing == Standing::Staff {
            staff_reads::note(ctx, aspect, self.partner.id)?;
        }
        Ok(shows)
    }

    /// How far below the caller the partner stands in a tree; `None` when not below, or too deep to see. The path may have shown only the other tree.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, or the database's, to be masked.
    pub(super) async fn level(&self, ctx: &Context<'_>, tree: domain_trees::Tree) -> Result<Option<u32>> {
        match (self.reach.level(tree), caller(ctx)?.partner_id) {
            (None, Some(own)) => {
                let reach = load::<Reaches>(ctx, (own, network(ctx)?.visible_depth), self.partner.id).await?;
                Ok(reach.level(tree))
            }
            (known, _) => Ok(known),
        }
    }

    fn shown<T>(&self, ctx: &Context<'_>, aspect: Aspect, value: impl FnOnce() -> T) -> Result<Option<T>> {
        Ok(self.shows(ctx, aspect)?.then(value))
    }
}

impl Partner {
    /// A partner above this one. Everybody sees the own sponsor, also a caller whom this very request has made a partner.
    async fn above(&self, ctx: &Context<'_>, number: i64) -> Result<Option<Self>> {
        let seen = find(ctx, number).await?;
        if seen.is_some() || self.standing != Standing::Myself || self.partner.sponsor_id != Some(number) {
            return Ok(seen);
        }
        let sponsor = load::<Partners>(ctx, (), number).await?;
        Ok(sponsor.map(|partner| Self { partner, standing: Standing::SponsoredBy, reach: Reach::default() }))
    }
}

/// The period with a code, for arguments.
pub(super) async fn period_id(ctx: &Context<'_>, code: &str) -> Result<i64> {
    load::<PeriodIds>(ctx, code.to_owned(), PeriodIds::ALONE)
        .await?
        .ok_or_else(|| bad_user_input(format!("There is no period {code:?}: give a code that `periods` lists, such as 2026-01.")))
}

/// A partner: a node of the network. What the caller may not see is null.
#[Object]
#[allow(clippy::too_many_arguments, reason = "the arguments are the API's")]
impl Partner {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Partner, self.partner.id)
    }

    /// The partner number: public and never reused.
    async fn number(&self) -> BigInt {
        BigInt(self.partner.id)
    }

    /// The name that others see.
    async fn display_name(&self) -> &str {
        &self.partner.display_name
    }

    #[graphql(flatten)]
    async fn likeness(&self) -> Likeness<'_> {
        Likeness(self)
    }

    /// The rank held now; null before a plan is in force.
    async fn rank(&self, ctx: &Context<'_>) -> Result<Option<Rank>> {
        rank(ctx, self.partner.rank_id).await
    }

    /// The highest rank ever held.
    async fn highest_rank(&self, ctx: &Context<'_>) -> Result<Option<Rank>> {
        if !self.shows(ctx, Aspect::Network)? {
            return Ok(None);
        }
        // What was imported as the highest rank was held before the rank held now, which may be higher.
        let facts = facts(ctx).await?;
        let held = [self.partner.highest_rank_id, self.partner.rank_id].into_iter().flatten();
        let level = |id: &i64| facts.ranks.get(id).map(|rank| rank.level);
        rank(ctx, held.max_by_key(level)).await
    }

    /// The code that new partners name when they join.
    async fn referral_code(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        self.shown(ctx, Aspect::Network, || self.partner.referral_code.as_str())
    }

    /// Whether the partner takes part.
    async fn status(&self, ctx: &Context<'_>) -> Result<Option<PartnerStatus>> {
        self.shown(ctx, Aspect::Network, || self.partner.status.into())
    }

    /// When the partner joined.
    async fn joined_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        self.shown(ctx, Aspect::Network, || DateTime(self.partner.joined_at))
    }

    /// User name, e-mail address and telephone number; for the partner, for staff with the scope `network`, and for the sponsor where the partner consented.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        if !self.shows(ctx, Aspect::Contact)? {
            return Ok(None);
        }
        Contact::of(ctx, self).await
    }

    /// Who the person is and how to reach them; shown to those who see `contact`.
    async fn profile(&self, ctx: &Context<'_>) -> Result<Option<Profile>> {
        if self.shows(ctx, Aspect::Contact)? { Profile::of(ctx, self.partner.account_id).await } else { Ok(None) }
    }

    /// The person's bank, masked; for the partner, and for staff with the scope `payouts`.
    async fn bank_details(&self, ctx: &Context<'_>) -> Result<Option<BankDetails>> {
        if self.shows(ctx, Aspect::Bank)? { BankDetails::of(ctx, self.partner.account_id).await } else { Ok(None) }
    }

    /// Whether the sponsor may see the contact data; for whoever may see them.
    async fn shares_contact(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        self.shown(ctx, Aspect::Contact, || self.partner.shares_contact)
    }

    /// Career points earned before the running period; for the partner, and for staff with the scope `payouts` or `periods`.
    async fn career_points(&self, ctx: &Context<'_>) -> Result<Option<Decimal>> {
        self.shown(ctx, Aspect::Money, || self.partner.career_points.into())
    }

    /// Who brought the partner in; null for a root, and when hidden from the caller.
    async fn sponsor(&self, ctx: &Context<'_>) -> Result<Option<Partner>> {
        match self.partner.sponsor_id {
            Some(sponsor) if self.shows(ctx, Aspect::Network)? => self.above(ctx, sponsor).await,
            _ => Ok(None),
        }
    }

    /// Where the partner stands in the placement tree; null for a root, and when hidden from the caller.
    async fn placement(&self, ctx: &Context<'_>) -> Result<Option<Placement>> {
        match self.partner.slot {
            Some(slot) if self.shows(ctx, Aspect::Network)? => {
                let parent = self.above(ctx, slot.parent_id).await?;
                let parent_number = parent.as_ref().map(|parent| BigInt(parent.partner.id));
                Ok(Some(Placement { parent_number, parent, position: slot.position.to_string() }))
            }
            _ => Ok(None),
        }
    }

    /// The taken slots under the partner in the placement tree, in their order.
    async fn placement_slots(&self, ctx: &Context<'_>) -> Result<Option<Vec<PlacementSlot>>> {
        if !self.shows(ctx, Aspect::Network)? {
            return Ok(None);
        }
        let tree = domain_trees::Tree::Placement;
        let page = Page { limit: WIDEST_MATRIX, after: None, before: None, from_end: false };
        let mut children = load::<Children>(ctx, (tree, store::partners::Filter::default(), page), self.partner.id).await?.rows;
        children.sort_by_key(|child| child.slot.map(|slot| slot.position));
        let positions: Vec<_> = children.iter().map(|child| child.slot.map(|slot| slot.position.to_string()).unwrap_or_default()).collect();
        let seen = see_all(ctx, children.into_iter().map(|child| (child, self.reach.below(tree, 1)))).await?;
        Ok(Some(positions.into_iter().zip(seen).map(|(position, partner)| PlacementSlot { position, partner }).collect()))
    }

    /// Where new recruits go when no slot is named; for the partner, for staff with the scope `network`, and for the sponsor where the partner shares
    /// contact data.
    async fn placement_preference(&self, ctx: &Context<'_>) -> Result<Option<PlacementPreference>> {
        self.shown(ctx, Aspect::Contact, || self.partner.placement_preference.into())
    }

    /// How many partners this one sponsored himself, in any state.
    async fn direct_count(&self, ctx: &Context<'_>) -> Result<Option<BigInt>> {
        if !self.shows(ctx, Aspect::Volumes)? {
            return Ok(None);
        }
        let counted = load::<ChildCounts>(ctx, (domain_trees::Tree::Sponsor, store::partners::Filter::default()), self.partner.id).await?;
        Ok(Some(BigInt(counted)))
    }

    /// The children in a tree, by number.
    async fn directs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which tree; SPONSOR when left out.")] tree: Option<Tree>,
        #[graphql(desc = "Which partners.")] filter: Option<PartnerFilter>,
    ) -> Result<Option<Directs>> {
        if !self.shows(ctx, Aspect::Network)? {
            return Ok(None);
        }
        let page = Paging { first, after, last, before }.page(network(ctx)?.page_sizes, CursorKind::Number)?;
        let tree = tree.map_or(domain_trees::Tree::Sponsor, Into::into);
        let filter = filter.unwrap_or_default().into_store()?;
        let slice = load::<Children>(ctx, (tree, filter.clone(), page), self.partner.id).await?;
        connections::directs(ctx, self, DirectTotals { parent: self.partner.id, tree, filter }, slice).await.map(Some)
    }

    /// Everybody below, as far as the caller sees.
    async fn downline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which tree; SPONSOR when left out.")] tree: Option<Tree>,
        #[graphql(
            desc = "Levels below this partner: 1 to the visible depth, for staff to `network.operator_max_depth`; the visible depth when left out."
        )]
        depth: Option<i32>,
        #[graphql(desc = "Only this level, at most `depth`.")] level: Option<i32>,
        #[graphql(desc = "Which partners.")] filter: Option<PartnerFilter>,
        #[graphql(desc = "The order; by level, ascending, when left out.")] order_by: Option<DownlineOrder>,
    ) -> Result<Option<DownlinePartners>> {
        if !self.shows(ctx, Aspect::Network)? {
            return Ok(None);
        }
        let wanted = DownlineArgs { tree, depth, level, filter, order_by }.resolve(ctx, self).await?;
        let page = Paging { first, after, last, before }.page(network(ctx)?.page_sizes, connections::cursor_kind(wanted.order))?;
        let slice =
            if wanted.depth == 0 { Slice::default() } else { load::<Downlines>(ctx, (wanted.clone(), page), self.partner.id).await? };
        connections::downline(ctx, self, wanted, slice).await.map(Some)
    }

    /// The line of parents above, nearest first, as far as the caller sees.
    async fn upline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tree; SPONSOR when left out.")] tree: Option<Tree>,
        #[graphql(desc = "Steps up: 1 to the visible depth, for staff to `network.operator_max_depth`; the visible depth when left out.")]
        height: Option<i32>,
    ) -> Result<Option<Vec<UplineStep>>> {
        if !self.shows(ctx, Aspect::Network)? {
            return Ok(None);
        }
        let wanted = DownlineArgs { tree, depth: height, ..DownlineArgs::default() };
        let (tree, height) = wanted.height(ctx, self)?;
        let line = load::<Uplines>(ctx, (tree, height), self.partner.id).await?;
        let distances: Vec<_> = line.iter().map(|step| i32::try_from(step.distance).unwrap_or(i32::MAX)).collect();
        let seen = see_all(ctx, line.into_iter().map(|step| (step.partner, Reach::default()))).await?;
        Ok(Some(
            distances.into_iter().zip(seen).filter_map(|(distance, partner)| Some(UplineStep { distance, partner: partner? })).collect(),
        ))
    }

    /// Everybody below, counted level by level.
    async fn network_summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tree; SPONSOR when left out.")] tree: Option<Tree>,
        #[graphql(
            desc = "Levels below this partner: 1 to the visible depth, for staff to `network.operator_max_depth`; the visible depth when left out."
        )]
        depth: Option<i32>,
        #[graphql(desc = "Which partners.")] filter: Option<PartnerFilter>,
    ) -> Result<Option<NetworkSummary>> {
        if !self.shows(ctx, Aspect::Volumes)? {
            return Ok(None);
        }
        let wanted = DownlineArgs { tree, depth, filter, ..DownlineArgs::default() }.resolve(ctx, self).await?;
        let levels = if wanted.depth == 0 { Vec::new() } else { load::<LevelCounts>(ctx, wanted, self.partner.id).await? };
        Ok(Some(NetworkSummary::of(&levels)))
    }

    /// The partner and everybody below in one flat list, for drawing.
    async fn genealogy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tree; PLACEMENT when left out.")] tree: Option<Tree>,
        #[graphql(
            desc = "Levels below this partner: 1 to the visible depth, for staff to `network.operator_max_depth`; the visible depth when left out."
        )]
        depth: Option<i32>,
        #[graphql(desc = "So many partners below at most, the nearest first; as many as a drawing may hold when left out.")] limit: Option<
            i32,
        >,
    ) -> Result<Option<Genealogy>> {
        if !self.shows(ctx, Aspect::Network)? {
            return Ok(None);
        }
        let tree = Some(tree.unwrap_or(Tree::Placement));
        let wanted = DownlineArgs { tree, depth, ..DownlineArgs::default() }.resolve(ctx, self).await?;
        let largest = network(ctx)?.genealogy_partners;
        let limit = bounded("limit", limit, largest)?.unwrap_or(largest);
        let page = Page { limit, after: None, before: None, from_end: false };
        let tree = wanted.tree;
        let slice = if wanted.depth == 0 { Slice::default() } else { load::<Downlines>(ctx, (wanted, page), self.partner.id).await? };
        let node = |level: i64, partner: Partner| GenealogyNode {
            level: i32::try_from(level).unwrap_or(i32::MAX),
            parent_number: if level == 0 { None } else { partner.partner.parent_id(tree).map(BigInt) },
            position: match (tree, partner.partner.slot) {
                (domain_trees::Tree::Placement, Some(slot)) if level > 0 => Some(slot.position.to_string()),
                _ => None,
            },
            partner,
        };
        let levels: Vec<_> = slice.rows.iter().map(|row| row.distance).collect();
        let below = |levels: i64| self.reach.below(tree, u32::try_from(levels).unwrap_or(u32::MAX));
        let seen = see_all(ctx, slice.rows.into_iter().map(|row| (row.partner, below(row.distance)))).await?;
        let rest = levels.into_iter().zip(seen).filter_map(|(level, partner)| Some(node(level, partner?)));
        Ok(Some(Genealogy { nodes: std::iter::once(node(0, self.clone())).chain(rest).collect(), truncated: slice.has_next }))
    }

    /// Volumes of a period.
    async fn volumes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The period's code, such as 2026-01.")] period: String,
    ) -> Result<Option<PartnerVolumes>> {
        if !self.shows(ctx, Aspect::Volumes)? {
            return Ok(None);
        }
        let period = period_id(ctx, &period).await?;
        Ok(Some(load::<VolumesOf>(ctx, period, self.partner.id).await?.into()))
    }

    /// The ranks held in earlier periods, the latest first.
    async fn rank_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning.")] first: Option<i32>,
        #[graphql(desc = "Behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<Option<Connection<Cursor, RankRecord, RankTotals>>> {
        if !self.shows(ctx, Aspect::Volumes)? {
            return Ok(None);
        }
        let page = Paging { first, after, last, before }.page(network(ctx)?.page_sizes, CursorKind::Number)?;
        let slice = load::<RankHistories>(ctx, page, self.partner.id).await?;
        let edge = |record: crate::domain::ranks::RankRecord| {
            Edge::new(Cursor::number(record.period_start.nanos(), record.id), RankRecord(record))
        };
        Ok(Some(connect(slice, RankTotals { partner_id: self.partner.id }, edge)))
    }

    #[graphql(flatten)]
    async fn money(&self) -> PartnerMoney<'_> {
        PartnerMoney(self)
    }
}
