//! `orders.csv` into orders and volume events.

use std::collections::HashSet;

use crate::domain::orders::Order;
use crate::offline::orders::{OrderEntry, OrderReader};
use crate::store;
use crate::store::bulk::orders;

use super::periods::Periods;
use super::{BATCH, Error, Run, Source};

impl Run<'_> {
    /// Adds the orders of a file; gives their number.
    pub(super) async fn orders(&mut self, source: &Source) -> Result<u64, Error> {
        let others = orders::any(self.transaction).await?;
        let mut seen = HashSet::new();
        let mut batch = Vec::with_capacity(BATCH);
        for entry in OrderReader::from_reader(source.name(), source.open()?)? {
            let entry = entry?;
            if !seen.insert(entry.row.order) {
                return Err(source.refuse(Some(entry.line), format!("order {} appears a second time", entry.row.order)).into());
            }
            let line = entry.line;
            batch.push((line, self.order(source, entry).await?));
            if batch.len() == BATCH {
                self.add_orders(source, &mut batch, others).await?;
            }
        }
        self.add_orders(source, &mut batch, others).await?;
        Ok(seen.len() as u64)
    }

    async fn order(&mut self, source: &Source, entry: OrderEntry) -> Result<Order, Error> {
        let OrderEntry { line, row } = entry;
        let refuse = |cause: String| source.refuse(Some(line), cause);
        if !self.network.has(row.partner) {
            return Err(refuse(format!("partner: partner {} does not exist", row.partner)).into());
        }
        let month = Periods::month(row.placed_at).map_err(refuse)?;
        let period = self.periods.row(self.transaction, month).await?;
        if !period.open {
            return Err(refuse(format!("placed_at: {} falls into the period {month}, which is closed", row.placed_at)).into());
        }
        Ok(Order {
            id: row.order,
            partner_id: row.partner,
            period_id: period.id,
            buyer: row.buyer,
            kind: row.kind,
            placed_at: row.placed_at,
            cv: row.cv,
            pv: row.pv,
            amount: row.amount,
        })
    }

    async fn add_orders(&self, source: &Source, batch: &mut Vec<(u64, Order)>, others: bool) -> Result<(), Error> {
        let (lines, rows): (Vec<u64>, Vec<Order>) = batch.drain(..).unzip();
        if others {
            let numbers: Vec<i64> = rows.iter().map(|order| order.id).collect();
            let taken: HashSet<i64> = store::orders::by_numbers(self.transaction, &numbers).await?.iter().map(|order| order.id).collect();
            if let Some((line, number)) = lines.iter().zip(&numbers).find(|(_, number)| taken.contains(number)) {
                return Err(source.refuse(Some(*line), format!("order {number} exists in the database already")).into());
            }
        }
        Ok(orders::add(self.transaction, &rows).await?)
    }
}
