//! Commission periods.

use async_graphql::{Enum, ID, Object};

use super::super::ids::{NodeKind, encode};
use super::super::scalars::DateTime;
use crate::domain::period;
use crate::domain::periods::{self, PeriodRecord};

/// A period that commissions are computed for.
pub struct Period(pub PeriodRecord);

/// A period that commissions are computed for.
#[Object]
impl Period {
    /// Opaque global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        encode(NodeKind::Period, self.0.id)
    }

    /// Its name: 2026-01 for a month, 2026-W05 for an ISO week, 2026-01-15 for a day.
    async fn code(&self) -> String {
        self.0.period.to_string()
    }

    /// How long it is.
    async fn kind(&self) -> PeriodKind {
        self.0.period.kind().into()
    }

    /// The first instant.
    async fn starts_at(&self) -> DateTime {
        DateTime(self.0.period.start())
    }

    /// The first instant after it.
    async fn ends_at(&self) -> DateTime {
        DateTime(self.0.period.end())
    }

    /// Whether it still takes orders.
    async fn state(&self) -> PeriodState {
        self.0.state.into()
    }
}

/// How long a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "period::PeriodKind")]
pub enum PeriodKind {
    /// A day in UTC.
    Day,
    /// An ISO week, from Monday.
    Week,
    /// A calendar month.
    Month,
}

/// Whether a period still takes orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "periods::PeriodState")]
pub enum PeriodState {
    /// Takes orders; its commissions may still change.
    Open,
    /// Computed and final.
    Closed,
}
