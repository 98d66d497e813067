//! What one may ask of the network.

use async_graphql::{Enum, InputObject, Result};

use super::super::errors::bad_user_input;
use crate::domain::pages;
use crate::domain::{partner_status, trees};
use crate::store::partners::Filter;
use crate::store::trees as walks;

/// Codes of a plan that one filter may name; each is a value of the statement.
pub const MAX_CODES: usize = 50;

/// Whether a partner takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "partner_status::PartnerStatus")]
pub enum PartnerStatus {
    /// Takes part and may earn.
    Active,
    /// Has a place, and has not paid the membership yet.
    PendingPayment,
    /// Barred for a time; keeps its place.
    Suspended,
    /// Left for good; keeps its place.
    Terminated,
}

/// One of the two trees that every partner stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "trees::Tree")]
pub enum Tree {
    /// Who brought whom in.
    Sponsor,
    /// Who stands under whom: the binary tree or the forced matrix.
    Placement,
}

/// Where new partners go when no slot is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "trees::PlacementPreference")]
pub enum PlacementPreference {
    /// The leg with fewer partners.
    WeakLeg,
    /// The bottom of the outer left edge.
    Left,
    /// The bottom of the outer right edge.
    Right,
    /// The first free slot, level by level from the left.
    Balanced,
}

/// Which partners; what is left out does not restrict.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PartnerFilter {
    /// Any of these states.
    #[graphql(default)]
    statuses: Vec<PartnerStatus>,
    /// Any of these ranks, by the plan's code; at most 50.
    #[graphql(default)]
    ranks: Vec<String>,
    /// Part of the name or of the referral code, ignoring case; at most 100 characters.
    search: Option<String>,
}

impl PartnerFilter {
    /// The store's filter.
    ///
    /// # Errors
    /// `BAD_USER_INPUT`: too many ranks, or a search text that is empty or too long.
    pub fn into_store(self) -> Result<Filter> {
        if self.ranks.len() > MAX_CODES {
            return Err(bad_user_input(format!("`filter.ranks` may name {MAX_CODES} ranks at most.")));
        }
        if self.search.as_ref().is_some_and(|text| !(1..=100).contains(&text.chars().count())) {
            return Err(bad_user_input("`filter.search` must have 1 to 100 characters."));
        }
        Ok(Filter { statuses: self.statuses.into_iter().map(Into::into).collect(), ranks: self.ranks, search: self.search })
    }
}

/// What a downline is ordered by; ties are settled by the partner number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "walks::DownlineOrder")]
pub enum DownlineOrderField {
    /// Level by level.
    Level,
    /// By partner number.
    Number,
    /// By the time of joining.
    JoinedAt,
    /// By name.
    DisplayName,
}

/// Ascending or descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "pages::Direction")]
pub enum OrderDirection {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// The order of a downline.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct DownlineOrder {
    /// By what.
    pub field: DownlineOrderField,
    /// Which way.
    #[graphql(default_with = "OrderDirection::Ascending")]
    pub direction: OrderDirection,
}

impl Default for DownlineOrder {
    fn default() -> Self {
        Self { field: DownlineOrderField::Level, direction: OrderDirection::Ascending }
    }
}
