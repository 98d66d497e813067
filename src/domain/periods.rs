//! Periods as the database keeps them.

use super::coded::coded_enum;
use super::period::Period;

coded_enum! {
    /// Whether a period still takes orders.
    PeriodState, "a period state", {
        /// Takes orders; its commissions may still change.
        Open = "OPEN",
        /// Computed and final.
        Closed = "CLOSED",
    }
}

/// A period that orders or commissions belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodRecord {
    /// Surrogate key.
    pub id: i64,
    /// From when to when.
    pub period: Period,
    /// Whether it still takes orders.
    pub state: PeriodState,
}
