//! What one may ask of commissions.

use async_graphql::{Enum, InputObject, Result};

use super::super::errors::bad_user_input;
use super::super::partners::inputs::MAX_CODES;
use super::super::scalars::DateTime;
use crate::domain::commissions;
use crate::store::commissions::Filter;

/// Where a commission line stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "commissions::CommissionStatus")]
pub enum CommissionStatus {
    /// Accrued, not yet final.
    Pending,
    /// Final: its period was closed.
    Approved,
    /// Paid out.
    Paid,
    /// Kept back by an operator.
    Held,
    /// Its order was refunded before the close.
    Reversed,
    /// Taken back after the close; the amount is negative.
    Clawback,
    /// Fell away at the close.
    Cancelled,
}

/// What a commission line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "commissions::SourceType")]
pub enum CommissionSourceType {
    /// An order of goods.
    Order,
    /// An order that is an investment.
    Investment,
    /// A bonus that pays on sums.
    Bonus,
    /// A rank advance.
    RankBonus,
    /// A refund after the close.
    Clawback,
}

/// Which commission lines; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CommissionFilter {
    /// Any of these states.
    #[graphql(default)]
    statuses: Vec<CommissionStatus>,
    /// Any of these sources.
    #[graphql(default)]
    source_types: Vec<CommissionSourceType>,
    /// Any of these bonuses, by the plan's code; at most 50.
    #[graphql(default)]
    bonuses: Vec<String>,
    /// Arisen then or later.
    created_from: Option<DateTime>,
    /// Arisen before.
    created_before: Option<DateTime>,
    /// Earned in the period with this code, such as 2026-01.
    pub(in crate::graphql) period: Option<String>,
}

impl CommissionFilter {
    /// The store's filter; the period's id was looked up by its code.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`: too many bonuses.
    pub(in crate::graphql) fn into_store(self, period_id: Option<i64>) -> Result<Filter> {
        if self.bonuses.len() > MAX_CODES {
            return Err(bad_user_input(format!("`filter.bonuses` may name {MAX_CODES} bonuses at most.")));
        }
        Ok(Filter {
            statuses: self.statuses.into_iter().map(Into::into).collect(),
            source_types: self.source_types.into_iter().map(Into::into).collect(),
            bonuses: self.bonuses,
            from: self.created_from.map(|time| time.0),
            before: self.created_before.map(|time| time.0),
            period_id,
        })
    }
}
