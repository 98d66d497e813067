//! What happened to payouts.

use serde::{Deserialize, Serialize};

use super::as_code;
use crate::domain::payouts::{PayoutStatus, ProblemKind};

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

/// The first of two operators approved a payout, which stays where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutFirstApproved {
    /// Number of the payout.
    pub payout: i64,
    /// Whose it is.
    pub partner: i64,
}

/// Something is the matter with a payout, or it is not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutProblemChanged {
    /// Number of the payout.
    pub payout: i64,
    /// Whose it is.
    pub partner: i64,
    /// What; nothing any more where it is left out.
    #[serde(default, with = "as_code::optional", skip_serializing_if = "Option::is_none")]
    pub problem: Option<ProblemKind>,
}
