//! `ranks.csv` into the rank history of a period.

use std::collections::HashSet;

use crate::domain::period::Period;
use crate::offline::stored::ranks::{RankEntry, RankReader};
use crate::store::bulk::partners;
use crate::store::bulk::ranks::{self, RankHistoryRow};

use super::{BATCH, Error, Run, Source};

impl Run<'_> {
    /// Adds the ranks of a period; gives their number.
    pub(super) async fn ranks(&mut self, source: &Source, period: Period) -> Result<u64, Error> {
        let period_id = self.periods.row(self.transaction, period).await?.id;
        if ranks::any(self.transaction, period_id).await? {
            return Err(source.refuse(None, format!("ranks of the period {period} were imported already, from another file")).into());
        }
        let mut seen = HashSet::new();
        let mut batch = Vec::with_capacity(BATCH);
        for entry in RankReader::from_reader(source.name(), source.open()?)? {
            let RankEntry { line, row } = entry?;
            let refuse = |cause: String| source.refuse(Some(line), cause);
            if !self.network.has(row.partner) {
                return Err(refuse(format!("partner: partner {} does not exist", row.partner)).into());
            }
            if !seen.insert(row.partner) {
                return Err(refuse(format!("partner {} appears a second time", row.partner)).into());
            }
            batch.push(RankHistoryRow {
                partner_id: row.partner,
                rank_id: self.ground.rank(&row.rank).map_err(|cause| refuse(format!("rank: {cause}")))?,
                previous_rank_id: self.ground.rank(&row.previous).map_err(|cause| refuse(format!("previous: {cause}")))?,
                volumes: [row.pv, row.cv, row.gv, row.pgv],
                direct_active: row.direct_active,
                legs: [row.left, row.right],
            });
            if batch.len() == BATCH {
                ranks::add(self.transaction, period_id, std::mem::take(&mut batch)).await?;
            }
        }
        ranks::add(self.transaction, period_id, batch).await?;
        partners::take_ranks(self.transaction, period_id).await?;
        Ok(seen.len() as u64)
    }
}
