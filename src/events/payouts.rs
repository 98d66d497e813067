//! What happened to payouts.

use serde::{Deserialize, Serialize};

use super::as_code;
use crate::domain::payouts::PayoutStatus;

/// A payout was asked for, or took a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutStatusChanged {
    /// Number of the payout.
    pub payout: i64,
    /// Whose it is.
    pub partner: i64,
    /// Where it stands now.
    #[serde(with = "as_code")]
    pub status: PayoutStatus,
}
