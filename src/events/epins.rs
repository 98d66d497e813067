//! What happened to e-pins.

use serde::{Deserialize, Serialize};

/// E-pins were made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpinsIssued {
    /// The batch.
    pub batch: i64,
    /// Whose they are, where they are somebody's.
    pub owner: Option<i64>,
}

/// An e-pin was used, passed on, blocked, opened, expired, or got a new code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpinChanged {
    /// Its number.
    pub epin: i64,
    /// Whose it is or was, where it is somebody's.
    pub owner: Option<i64>,
}
