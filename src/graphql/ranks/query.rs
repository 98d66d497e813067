//! `Query.ranks`

use async_graphql::{Context, Object, Result};

use super::super::network::facts;
use super::objects::Rank;

/// The plan's ranks.
#[derive(Default)]
pub struct RankQuery;

#[Object]
impl RankQuery {
    /// All ranks, the lowest first.
    async fn ranks(&self, ctx: &Context<'_>) -> Result<Option<Vec<Rank>>> {
        let mut ranks: Vec<_> = facts(ctx).await?.ranks.values().cloned().collect();
        ranks.sort_unstable_by_key(|rank| rank.level);
        Ok(Some(ranks.into_iter().map(Rank).collect()))
    }
}
