//! `[payout]`: limits of payouts, and who must approve them.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule, any, some};
use super::wallet::{AN_AMOUNT, is_amount};
use crate::domain::amount::Amount;

/// Settings of payouts.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Payout {
    minimum: String,
    fee: String,
    four_eyes_from: String,
    transaction_password: String,
    /// How long a payout takes, in words for its partner.
    pub estimated_time: String,
    /// Payouts handed to the bank in one batch.
    pub batch_payouts: u32,
    /// What carries payouts by itself: `off` or `folder`.
    pub rail: String,
    /// The folder shared with the bank's program; empty: `payouts` beside the embedded database.
    pub rail_folder: PathBuf,
    /// Seconds between two looks at what waits for the rail.
    pub rail_pause_seconds: u32,
    /// How long one process has a payout to itself.
    pub rail_lease_seconds: u32,
    /// Seconds until the rail is first asked what became of a payout.
    pub rail_ask_seconds: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("minimum", Allowed::Text(is_amount, AN_AMOUNT)),
    ("fee", Allowed::Text(is_amount, AN_AMOUNT)),
    ("four_eyes_from", Allowed::Text(is_amount, AN_AMOUNT)),
    ("transaction_password", Allowed::OneOf(&["details", "always", "never"])),
    ("estimated_time", Allowed::Text(some, "a text")),
    ("batch_payouts", Allowed::Number(1..=100_000)),
    ("rail", Allowed::OneOf(&["off", "folder"])),
    ("rail_folder", Allowed::Text(any, "a folder, or empty")),
    ("rail_pause_seconds", Allowed::Number(1..=3600)),
    ("rail_lease_seconds", Allowed::Number(2..=3600)),
    ("rail_ask_seconds", Allowed::Number(1..=21_600)),
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

    /// [`Payout::rail_pause_seconds`] as a duration.
    #[must_use]
    pub const fn rail_pause(&self) -> Duration {
        Duration::from_secs(self.rail_pause_seconds as u64)
    }

    /// [`Payout::rail_lease_seconds`] as a duration.
    #[must_use]
    pub const fn rail_lease(&self) -> Duration {
        Duration::from_secs(self.rail_lease_seconds as u64)
    }

    /// Whether asking for a payout, or saving where to pay, needs the partner's transaction password; `are_new` says whether details are given that were
    /// not saved before.
    #[must_use]
    pub fn needs_transaction_password(&self, are_new: bool) -> bool {
        match self.transaction_password.as_str() {
            "never" => false,
            "details" => are_new,
            _ => true,
        }
    }

    /// From this amount on, two operators must approve.
    #[must_use]
    pub fn four_eyes_from(&self) -> Amount {
        Amount::parse(&self.four_eyes_from).unwrap_or_default()
    }
}
