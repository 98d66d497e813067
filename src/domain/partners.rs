//! Partners: the nodes of the network.

use super::amount::Amount;
use super::instant::Instant;
pub use super::partner_status::PartnerStatus;
use super::position::Position;
use super::trees::{PlacementPreference, Tree};

/// A partner as lists and cards show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// The partner number: unique, public, never reused.
    pub id: i64,
    /// The login.
    pub account_id: i64,
    /// The name that others see.
    pub display_name: String,
    /// The code that new partners name; unique.
    pub referral_code: String,
    /// Who brought the partner in; none for a root.
    pub sponsor_id: Option<i64>,
    /// Where the partner stands in the placement tree; none for a root.
    pub slot: Option<Slot>,
    /// Where the partner's new recruits go.
    pub placement_preference: PlacementPreference,
    /// Whether the partner takes part.
    pub status: PartnerStatus,
    /// Whether the sponsor may see the contact data.
    pub shares_contact: bool,
    /// The rank held now; none before the plan is known.
    pub rank_id: Option<i64>,
    /// The highest rank ever held.
    pub highest_rank_id: Option<i64>,
    /// Points earned before the running period.
    pub career_points: Amount,
    /// Left binary volume carried into the running period.
    pub carry_left: Amount,
    /// Right binary volume carried into the running period.
    pub carry_right: Amount,
    /// When the partner joined.
    pub joined_at: Instant,
}

/// A place under a placement parent; it has one occupant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The placement parent's number.
    pub parent_id: i64,
    /// Which child.
    pub position: Position,
}

impl Partner {
    /// The parent in a tree.
    #[must_use]
    pub fn parent_id(&self, tree: Tree) -> Option<i64> {
        match tree {
            Tree::Sponsor => self.sponsor_id,
            Tree::Placement => self.slot.map(|slot| slot.parent_id),
        }
    }
}

/// What a search among partners looks through: name and referral code in lower case, one line each. Made here and stored, because databases know the
/// lower case of ASCII letters only, or of those of their locale.
#[must_use]
pub fn search_name(display_name: &str, referral_code: &str) -> String {
    format!("{}\n{}", display_name.to_lowercase(), referral_code.to_lowercase())
}

/// The characters of referral codes: capitals and digits without `0 O 1 I`, which people confuse.
pub const REFERRAL_CODE_ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
