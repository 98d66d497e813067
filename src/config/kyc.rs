//! `[kyc]`: for what it must be known who a partner is.

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};

/// Settings of identity checks.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Kyc {
    /// Whether the owner of a wallet must be approved before money is spent from it.
    pub required_for_spending: bool,
    /// Whether a partner must be approved to ask for a payout.
    pub required_for_payouts: bool,
    /// Bytes of a document as it is sent.
    pub document_bytes: u32,
    /// Pixels on the longer side of a document's picture as it is kept.
    pub kept_side: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("required_for_spending", Allowed::Switch),
    ("required_for_payouts", Allowed::Switch),
    ("document_bytes", Allowed::Number(1_024..=104_857_600)),
    ("kept_side", Allowed::Number(500..=10_000)),
];
