//! `[wallet]`: currency and limits.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};
use crate::domain::amount::Amount;
use crate::domain::currency::Currency;

/// Settings of wallets.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Wallet {
    currency: String,
    /// Whether partners may pay into each other's wallets.
    pub transfers: bool,
    transfer_minimum: String,
    transfer_maximum: String,
    transfer_fee: String,
}

pub(super) const RULES: &[Rule] = &[
    ("currency", Allowed::Text(is_currency, "an ISO 4217 code with a minor unit, such as USD")),
    ("transfers", Allowed::Switch),
    ("transfer_minimum", Allowed::Text(is_amount, AN_AMOUNT)),
    ("transfer_maximum", Allowed::Text(is_amount, AN_AMOUNT)),
    ("transfer_fee", Allowed::Text(is_amount, AN_AMOUNT)),
];

pub(super) const AN_AMOUNT: &str = "a sum such as 10 or 2.50, in quotes";

fn is_currency(text: &str) -> bool {
    text.parse::<Currency>().is_ok()
}

pub(super) fn is_amount(text: &str) -> bool {
    Amount::parse(text).is_ok_and(|amount| amount >= Amount::ZERO)
}

impl Wallet {
    /// The configured currency. The rules have made sure that it is one.
    #[must_use]
    pub fn currency(&self) -> Option<Currency> {
        self.currency.parse().ok()
    }

    /// The least and the most that a transfer may move.
    #[must_use]
    pub fn transfer_limits(&self) -> [Amount; 2] {
        [&self.transfer_minimum, &self.transfer_maximum].map(|text| Amount::parse(text).unwrap_or_default())
    }

    /// What a transfer costs.
    #[must_use]
    pub fn transfer_fee(&self) -> Amount {
        Amount::parse(&self.transfer_fee).unwrap_or_default()
    }
}
