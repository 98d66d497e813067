//! What one may ask of e-pins.

use async_graphql::{Enum, InputObject};

use super::super::scalars::BigInt;
use crate::domain::epins;
use crate::store::epins::Filter;

/// Where an e-pin stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "epins::EpinStatus")]
pub enum EpinStatus {
    /// May be used.
    Active,
    /// Nothing is left on it.
    Used,
    /// Barred by an operator; what is left stays on it until its time runs out.
    Blocked,
    /// Its time ran out; what was left fell to the company.
    Expired,
}

/// What stands behind new e-pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "epins::Funding")]
pub enum EpinFunding {
    /// They are sold: the money came in outside.
    Sold,
    /// They are given away.
    Gift,
}

/// Which e-pins; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct EpinFilter {
    /// Any of these states. Those that have expired a moment ago may still count as active.
    #[graphql(default, validator(max_items = 4))]
    statuses: Vec<EpinStatus>,
    /// Of the batch with this number.
    batch_number: Option<BigInt>,
}

impl From<EpinFilter> for Filter {
    fn from(filter: EpinFilter) -> Self {
        Self { statuses: filter.statuses.into_iter().map(Into::into).collect(), batch: filter.batch_number.map(|number| number.0) }
    }
}
