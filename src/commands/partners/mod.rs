//! Acts on the network.

mod active;
mod become_partner;
mod join;
mod move_sponsor;
mod place_partner;
mod set_contact_sharing;
mod set_placement_preference;
mod set_status;
mod slots;
mod sponsor;

pub use become_partner::{BecomePartner, become_partner};
pub use join::{Joining, Membership, MembershipPayment};
pub use move_sponsor::{MoveSponsor, move_sponsor};
pub use place_partner::{PlacePartner, place_partner};
pub use set_contact_sharing::set_contact_sharing;
pub use set_placement_preference::set_placement_preference;
pub use set_status::{SetPartnerStatus, set_partner_status};

pub(super) use active::{active, active_or_joining};
pub(super) use join::{join, referral_code};
