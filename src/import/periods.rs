//! The periods that imported rows fall into.

use std::collections::HashMap;

use crate::domain::instant::Instant;
use crate::domain::period::{Period, PeriodKind};
use crate::store::bulk::periods::{self, PeriodRow};
use crate::store::database::Transaction;

use super::Error;

/// Rows of periods that were looked up already.
#[derive(Default)]
pub(super) struct Periods(HashMap<Period, PeriodRow>);

impl Periods {
    /// The row of a period, made where there is none.
    pub(super) async fn row(&mut self, transaction: &Transaction, period: Period) -> Result<PeriodRow, Error> {
        if let Some(row) = self.0.get(&period) {
            return Ok(*row);
        }
        let row = periods::ensure(transaction, period).await?;
        self.0.insert(period, row);
        Ok(row)
    }

    /// The keys of the periods that were asked for and were open then; what others hold was computed from the trees as they stood.
    pub(super) fn open_ids(&self) -> Vec<i64> {
        self.0.values().filter(|row| row.open).map(|row| row.id).collect()
    }

    /// The calendar month of an instant.
    pub(super) fn month(instant: Instant) -> Result<Period, String> {
        Period::containing(PeriodKind::Month, instant)
            .filter(|period| period.contains(instant))
            .ok_or_else(|| format!("placed_at: {instant} lies in no period"))
    }
}
