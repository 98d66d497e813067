//! Ranks and the record of who held them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::super::ids::{NodeKind, encode};
use super::super::loader::load;
use super::super::network::facts;
use super::super::periods::loader::Periods;
use super::super::periods::objects::Period;
use super::super::scalars::{BigInt, Decimal};
use super::loader::RankCounts;
use crate::domain::ranks;

/// A rank of the compensation plan.
pub struct Rank(pub Arc<ranks::Rank>);

/// A rank of the compensation plan.
#[Object]
impl Rank {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Rank, self.0.id)
    }

    /// The code that the plan uses.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// The name for people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Place in the order of ranks, from 0, the rank that everybody holds.
    async fn level(&self) -> i32 {
        self.0.level
    }
}

/// The rank of an id, from the plan's facts.
///
/// # Errors
/// The database's, to be masked.
pub async fn rank(ctx: &Context<'_>, id: Option<i64>) -> Result<Option<Rank>> {
    let Some(id) = id else { return Ok(None) };
    Ok(facts(ctx).await?.ranks.get(&id).cloned().map(Rank))
}

/// The rank that a partner held in a period, with the figures it came from.
pub struct RankRecord(pub ranks::RankRecord);

/// The rank that a partner held in a period, with the figures it came from.
#[Object]
impl RankRecord {
    /// The period.
    async fn period(&self, ctx: &Context<'_>) -> Result<Option<Period>> {
        Ok(load::<Periods>(ctx, (), self.0.period_id).await?.map(Period))
    }

    /// The rank that was paid on.
    async fn rank(&self, ctx: &Context<'_>) -> Result<Option<Rank>> {
        rank(ctx, Some(self.0.rank_id)).await
    }

    /// The highest rank that had been held before.
    async fn previous_rank(&self, ctx: &Context<'_>) -> Result<Option<Rank>> {
        rank(ctx, Some(self.0.previous_rank_id)).await
    }

    /// Personal volume.
    async fn personal_volume(&self) -> Decimal {
        self.0.pv.into()
    }

    /// Personal commissionable volume.
    async fn personal_commissionable_volume(&self) -> Decimal {
        self.0.cv.into()
    }

    /// Personal volume of the partner and everybody below in the sponsor tree.
    async fn group_volume(&self) -> Decimal {
        self.0.gv.into()
    }

    /// Group volume without the groups of partners who broke away.
    async fn personal_group_volume(&self) -> Decimal {
        self.0.pgv.into()
    }

    /// Directly sponsored partners who were active.
    async fn active_directs(&self) -> BigInt {
        BigInt(self.0.direct_active)
    }

    /// Commissionable volume of the left placement leg.
    async fn left_volume(&self) -> Decimal {
        self.0.left.into()
    }

    /// Commissionable volume of the right placement leg.
    async fn right_volume(&self) -> Decimal {
        self.0.right.into()
    }
}

/// What a rank history tells beside its page.
pub struct RankTotals {
    pub(in crate::graphql) partner_id: i64,
}

#[Object]
impl RankTotals {
    /// How many there are on all pages.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<BigInt> {
        Ok(BigInt(load::<RankCounts>(ctx, (), self.partner_id).await?))
    }
}
