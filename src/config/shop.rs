//! `[shop]`: orders, and what joining costs.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};
use super::wallet::{AN_AMOUNT, is_amount};
use crate::domain::amount::Amount;

/// Settings of the shop.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// Whether an order is finished as soon as it is paid.
    pub complete_when_paid: bool,
    /// Whether people join without buying a membership package.
    pub free_join: bool,
    sign_up_fee: String,
}

pub(super) const RULES: &[Rule] =
    &[("complete_when_paid", Allowed::Switch), ("free_join", Allowed::Switch), ("sign_up_fee", Allowed::Text(is_amount, AN_AMOUNT))];

impl Shop {
    /// What joining costs beside the membership package. The rules have made sure that it is an amount.
    #[must_use]
    pub fn sign_up_fee(&self) -> Amount {
        Amount::parse(&self.sign_up_fee).unwrap_or_default()
    }
}
