//! `[payout]`: limits of payouts, and who must approve them.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule, some};
use super::wallet::{AN_AMOUNT, is_amount};
use crate::domain::amount::Amount;

/// Settings of payouts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Payout {
    minimum: String,
    fee: String,
    four_eyes_from: String,
    /// How long a payout takes, in words for its partner.
    pub estimated_time: String,
    /// Payouts handed to the bank in one batch.
    pub batch_payouts: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("minimum", Allowed::Text(is_amount, AN_AMOUNT)),
    ("fee", Allowed::Text(is_amount, AN_AMOUNT)),
    ("four_eyes_from", Allowed::Text(is_amount, AN_AMOUNT)),
    ("estimated_time", Allowed::Text(some, "a text")),
    ("batch_payouts", Allowed::Number(1..=100_000)),
];

impl Payout {
    /// The smallest payout, without its fee. The rules have made sure that it is an amount.
    #[must_use]
    pub fn minimum(&self) -> Amount {
        Amount::parse(&self.minimum).unwrap_or_default()
    }

    /// What a payout costs its partner.
    #[must_use]
    pub fn fee(&self) -> Amount {
        Amount::parse(&self.fee).unwrap_or_default()
    }

    /// From this amount on, two operators must approve.
    #[must_use]
    pub fn four_eyes_from(&self) -> Amount {
        Amount::parse(&self.four_eyes_from).unwrap_or_default()
    }
}
