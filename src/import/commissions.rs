//! `commissions.csv` into the commission lines of a period, which is closed with it.

use std::collections::{HashMap, HashSet};

use crate::domain::commissions::{Commission, CommissionStatus, SourceType};
use crate::domain::instant::Instant;
use crate::domain::order_kind::OrderKind;
use crate::domain::orders::Order;
use crate::domain::period::Period;
use crate::engine::bonuses::Rule;
use crate::offline::stored::commissions::{CommissionEntry, CommissionReader, CommissionRow};
use crate::store;
use crate::store::bulk::{commissions, periods};

use super::{BATCH, Error, Run, Source};

/// What makes a line that line: place of the bonus, beneficiary, order (0 for none), source, level.
type Key = (u32, i64, i64, i64, i32);

impl Run<'_> {
    /// Adds the lines of a period; gives their number.
    pub(super) async fn commissions(&mut self, source: &Source, period: Period) -> Result<u64, Error> {
        let period_id = self.periods.row(self.transaction, period).await?.id;
        if commissions::any(self.transaction, period_id).await? {
            return Err(source
                .refuse(None, format!("commissions of the period {period} exist already, from another file or a run"))
                .into());
        }
        let mut seen = HashSet::new();
        let mut batch = Vec::with_capacity(BATCH);
        for entry in CommissionReader::from_reader(source.name(), source.open()?)? {
            let entry = entry?;
            let key = self.check_line(&entry.row).map_err(|cause| source.refuse(Some(entry.line), cause))?;
            if !seen.insert(key) {
                let cause = "bonus, beneficiary, order, source and level are those of an earlier line";
                return Err(source.refuse(Some(entry.line), cause).into());
            }
            batch.push(entry);
            if batch.len() == BATCH {
                self.add_lines(source, (period, period_id), &mut batch).await?;
            }
        }
        self.add_lines(source, (period, period_id), &mut batch).await?;
        periods::close(self.transaction, period_id).await?;
        Ok(seen.len() as u64)
    }

    fn check_line(&self, row: &CommissionRow) -> Result<Key, String> {
        let place = self.ground.bonus(&row.bonus).map_err(|cause| format!("bonus: {cause}"))?.0;
        for (column, number) in [("beneficiary", row.beneficiary), ("source", row.source)] {
            if !self.network.has(number) {
                return Err(format!("{column}: partner {number} does not exist"));
            }
        }
        self.ground.check_money(row.amount).map_err(|cause| format!("amount: {cause}"))?;
        Ok((place, row.beneficiary, row.order.unwrap_or(0), row.source, row.level))
    }

    async fn add_lines(&self, source: &Source, period: (Period, i64), batch: &mut Vec<CommissionEntry>) -> Result<(), Error> {
        let numbers: HashSet<i64> = batch.iter().filter_map(|entry| entry.row.order).collect();
        let numbers: Vec<i64> = numbers.into_iter().collect();
        let found = store::orders::by_numbers(self.transaction, &numbers).await?;
        let found: HashMap<i64, Order> = found.into_iter().map(|order| (order.id, order)).collect();
        let mut lines = Vec::with_capacity(batch.len());
        for entry in batch.drain(..) {
            let line = entry.line;
            lines.push(self.line(entry.row, period, &found).map_err(|cause| source.refuse(Some(line), cause))?);
        }
        Ok(commissions::add(self.transaction, lines).await?)
    }

    fn line(&self, row: CommissionRow, period: (Period, i64), orders: &HashMap<i64, Order>) -> Result<Commission, String> {
        let (period, period_id) = period;
        let (source_type, created_at) = match row.order {
            Some(number) => {
                let order = orders.get(&number).ok_or_else(|| format!("order: order {number} does not exist"))?;
                if !period.contains(order.placed_at) {
                    return Err(format!("order: order {number} was placed at {}, outside the period {period}", order.placed_at));
                }
                let source_type = match order.kind {
                    OrderKind::Order => SourceType::Order,
                    OrderKind::Investment => SourceType::Investment,
                };
                (source_type, order.placed_at)
            }
            None => {
                let advance = matches!(self.ground.bonus(&row.bonus)?.1.rule, Rule::RankAdvance(_));
                let source_type = if advance { SourceType::RankBonus } else { SourceType::Bonus };
                (source_type, Instant::from_nanos(period.end().nanos().saturating_sub(1)))
            }
        };
        Ok(Commission {
            id: 0,
            period_id,
            bonus: row.bonus,
            beneficiary_id: row.beneficiary,
            order_id: row.order,
            source_id: row.source,
            source_type,
            level: row.level,
            base: row.base,
            rate: row.rate,
            amount: row.amount,
            points: row.points,
            status: CommissionStatus::Approved,
            created_at,
            processed_at: Some(period.end()),
        })
    }
}
