//! What happened to referral links.

use serde::{Deserialize, Serialize};

/// A partner made a referral link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralLinkCreated {
    /// Number of the link.
    pub link: i64,
    /// Whose it is.
    pub partner: i64,
}

/// A partner deleted a referral link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralLinkDeleted {
    /// Number of the link.
    pub link: i64,
    /// Whose it was.
    pub partner: i64,
}

/// Somebody registered who came by a partner's link or code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralRegistered {
    /// Who registered.
    pub account: i64,
    /// Who is credited.
    pub partner: i64,
    /// Number of the link; none for the partner's own code.
    #[serde(default)]
    pub link: Option<i64>,
}

/// Somebody who came by a partner's link or code finished a first order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReferralConverted {
    /// Who ordered.
    pub account: i64,
    /// The order.
    pub order: i64,
    /// Who is credited.
    pub partner: i64,
    /// Number of the link; none for the partner's own code.
    #[serde(default)]
    pub link: Option<i64>,
}
