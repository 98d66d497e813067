//! Whether a partner takes part.

use std::fmt;
use std::str::FromStr;

/// The state of a partner (plans.md, sections 2 and 4): only ACTIVE ones earn and qualify, all keep their place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PartnerStatus {
    /// Takes part.
    #[default]
    Active,
    /// Barred for a time.
    Suspended,
    /// Left for good.
    Terminated,
}

/// The text is no status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a status: give ACTIVE, SUSPENDED or TERMINATED")]
pub struct PartnerStatusError;

impl PartnerStatus {
    /// The code in files, the database and the API.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Terminated => "TERMINATED",
        }
    }
}

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

impl fmt::Display for PartnerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
