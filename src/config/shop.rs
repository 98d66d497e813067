//! `[shop]`: orders, and what joining costs.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};
use super::wallet::{AN_AMOUNT, is_amount};
use crate::domain::amount::Amount;
use crate::domain::instant::Instant;

/// Settings of the shop.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// Whether an order is finished as soon as it is paid.
    pub complete_when_paid: bool,
    /// After how many hours the server finishes a paid order by itself; 0: never.
    complete_after_hours: u32,
    /// Whether people join without buying a membership package.
    pub free_join: bool,
    sign_up_fee: String,
}

pub(super) const RULES: &[Rule] = &[
    ("complete_when_paid", Allowed::Switch),
    ("complete_after_hours", Allowed::Number(0..=8_760)),
    ("free_join", Allowed::Switch),
    ("sign_up_fee", Allowed::Text(is_amount, AN_AMOUNT)),
];

impl Shop {
    /// What was paid by then, and is not finished, the server finishes by itself now; `None` where it leaves that to others.
    #[must_use]
    pub fn paid_before(&self, now: Instant) -> Option<Instant> {
        let nanos = i64::from(self.complete_after_hours) * 3_600_000_000_000;
        (nanos > 0).then(|| Instant::from_nanos(now.nanos().saturating_sub(nanos)))
    }

    /// What joining costs beside the membership package. The rules have made sure that it is an amount.
    #[must_use]
    pub fn sign_up_fee(&self) -> Amount {
        Amount::parse(&self.sign_up_fee).unwrap_or_default()
    }
}
