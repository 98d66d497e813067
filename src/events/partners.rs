//! What happened in the network.

use serde::{Deserialize, Serialize};

use super::as_code;
use crate::domain::partners::{PartnerStatus, Slot};
use crate::domain::position::Position;
use crate::domain::trees::PlacementPreference;

/// A place in the placement tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Number of the placement parent.
    pub parent: i64,
    /// Which child.
    #[serde(with = "as_code")]
    pub position: Position,
}

impl From<Slot> for Place {
    fn from(slot: Slot) -> Self {
        Self { parent: slot.parent_id, position: slot.position }
    }
}

/// An account became a partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerJoined {
    /// The new partner's number.
    pub partner: i64,
    /// The sponsor's number; none at the top.
    #[serde(default)]
    pub sponsor: Option<i64>,
    /// Where the partner stands in the placement tree; none at the top.
    #[serde(default)]
    pub place: Option<Place>,
}

/// A partner without a place was given one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerPlaced {
    /// The partner's number.
    pub partner: i64,
    /// The place.
    pub place: Place,
}

/// A partner chose where new recruits go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacementPreferenceSet {
    /// The partner's number.
    pub partner: i64,
    /// The choice.
    #[serde(with = "as_code")]
    pub preference: PlacementPreference,
}

/// A partner was moved under another sponsor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SponsorMoved {
    /// The partner's number.
    pub partner: i64,
    /// The old sponsor's number; none at the top.
    #[serde(default)]
    pub from: Option<i64>,
    /// The new sponsor's number.
    pub to: i64,
}

/// A partner paid the membership, and takes part from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerActivated {
    /// Who.
    pub partner: i64,
}

/// An operator decided whether a partner takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerStatusSet {
    /// Who.
    pub partner: i64,
    /// Until then.
    #[serde(with = "as_code")]
    pub from: PartnerStatus,
    /// From then on.
    #[serde(with = "as_code")]
    pub to: PartnerStatus,
}

/// A partner said whether the sponsor may see the contact data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactSharingSet {
    /// The partner's number.
    pub partner: i64,
    /// Whether the sponsor may.
    pub shared: bool,
}
