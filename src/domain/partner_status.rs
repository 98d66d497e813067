//! Whether a partner may earn.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The standing of a partner; only ACTIVE ones earn, all of them keep their place (plans.md, section 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PartnerStatus {
    /// In good standing.
    #[default]
    Active,
    /// Barred for a time.
    Suspended,
    /// Gone for good.
    Terminated,
}

/// The text names no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no status: give ACTIVE, SUSPENDED or TERMINATED")]
pub struct PartnerStatusError;

impl FromStr for PartnerStatus {
    type Err = PartnerStatusError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ACTIVE" => Ok(Self::Active),
            "SUSPENDED" => Ok(Self::Suspended),
            "TERMINATED" => Ok(Self::Terminated),
            _ => Err(PartnerStatusError),
        }
    }
}

/// The form that [`FromStr`] reads.
impl fmt::Display for PartnerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Terminated => "TERMINATED",
        })
    }
}
