//! What happened to identity checks.

use serde::{Deserialize, Serialize};

use super::as_code;
use crate::domain::kyc::KycStatus;

/// Documents were sent, or decided about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KycStatusChanged {
    /// Number of the submission.
    pub submission: i64,
    /// Whose it is.
    pub partner: i64,
    /// Where it stands now.
    #[serde(with = "as_code")]
    pub status: KycStatus,
}
