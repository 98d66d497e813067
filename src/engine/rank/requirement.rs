//! What it takes to hold a rank (docs/plans.md, section 5).

use crate::domain::amount::Amount;
use crate::domain::partner_status::PartnerStatus;
use crate::engine::plan::{RankIndex, Rate};
use crate::engine::snapshot::Network;
use crate::engine::tree::placement::{Leg, PlacementTree};
use crate::engine::volume::Volumes;

/// One requirement of a rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// PV(p) >= min.
    PersonalVolume {
        /// PV.
        min: Amount,
    },
    /// PV(p) and the legs' GV, each leg counted up to a cap, >= min.
    GroupVolume {
        /// Volume.
        min: Amount,
        /// What a single leg may contribute; none: all of it.
        leg_cap: Option<LegCap>,
    },
    /// PGV(p) >= min.
    PersonalGroupVolume {
        /// Volume.
        min: Amount,
    },
    /// At least `legs` legs with GV >= min.
    LegVolume {
        /// How many legs.
        legs: u32,
        /// GV of each.
        min: Amount,
    },
    /// The smaller placement leg's CV of this period, without carry, >= min.
    WeakLegVolume {
        /// CV.
        min: Amount,
    },
    /// At least `min` personally sponsored partners with status ACTIVE.
    DirectReferrals {
        /// How many.
        min: u32,
        /// Whether they must be active in the period.
        active: bool,
    },
    /// At least `min` legs that hold, at any depth, a partner of that paid rank or above.
    QualifiedLegs {
        /// How many legs.
        min: u32,
        /// The rank.
        rank: RankIndex,
    },
    /// Career points carried in >= min.
    CareerPointsTotal {
        /// Points.
        min: Amount,
    },
}

/// The most that one leg may contribute: a share of the requirement or of the partner's own GV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegCap {
    /// The share.
    pub share: Rate,
    /// Of GV(p) instead of the requirement's `min`.
    pub of_actual: bool,
}

/// How far a partner has come with a requirement, as a count of 1/10^digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What is there.
    pub current: i128,
    /// What is needed.
    pub required: i128,
    /// Digits behind the point of both.
    pub digits: u32,
}

impl Measure {
    /// Whether the requirement holds.
    #[must_use]
    pub fn is_met(&self) -> bool {
        self.current >= self.required
    }

    /// min(100, current / required * 100), half-up, as a count of 1/100 percent; 10000 where nothing is required.
    #[must_use]
    pub fn percentage(&self) -> u32 {
        if self.current >= self.required {
            return 10_000;
        }
        u32::try_from((self.current * 20_000 + self.required) / (2 * self.required)).unwrap_or(10_000)
    }
}

/// What requirements look at; children are ranked before their parents.
pub(super) struct Sight<'a> {
    pub network: &'a Network,
    pub volumes: &'a Volumes,
    pub placement: Option<&'a PlacementTree>,
    /// Personal group volume of the partner being ranked.
    pub pgv: i64,
    /// The highest paid rank in each partner's subtree, complete for those already ranked.
    pub best: &'a [RankIndex],
}

impl LegCap {
    /// Whether whoever reaches a volume under this cap reaches it, or a smaller one, under another cap too.
    fn implies(self, other: Self) -> bool {
        self.of_actual == other.of_actual && self.share <= other.share
    }
}

impl Requirement {
    /// Whether everybody who meets this meets the other one too. It may be so where the answer is no.
    pub(crate) fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::PersonalVolume { min }, Self::PersonalVolume { min: other })
            // Own volume is a part of every group's.
            | (Self::PersonalVolume { min }, Self::PersonalGroupVolume { min: other } | Self::GroupVolume { min: other, .. })
            | (Self::PersonalGroupVolume { min }, Self::PersonalGroupVolume { min: other } | Self::GroupVolume { min: other, leg_cap: None })
            | (Self::GroupVolume { min, .. }, Self::GroupVolume { min: other, leg_cap: None })
            | (Self::WeakLegVolume { min }, Self::WeakLegVolume { min: other })
            | (Self::CareerPointsTotal { min }, Self::CareerPointsTotal { min: other }) => min >= other,
            (Self::GroupVolume { min, leg_cap: Some(cap) }, Self::GroupVolume { min: other, leg_cap: Some(of) }) => {
                min >= other && cap.implies(*of)
            }
            (Self::LegVolume { legs, min }, Self::LegVolume { legs: other_legs, min: other }) => legs >= other_legs && min >= other,
            (Self::DirectReferrals { min, active }, Self::DirectReferrals { min: other, active: asked }) => min >= other && active >= asked,
            (Self::QualifiedLegs { min, rank }, Self::QualifiedLegs { min: other, rank: asked }) => min >= other && rank >= asked,
            _ => false,
        }
    }

    /// How far a partner has come.
    pub(super) fn measure(&self, sight: &Sight, partner: u32) -> Measure {
        let volumes = sight.volumes;
        let place = partner as usize;
        let legs = || sight.network.recruits(partner).map(|child| child as usize);
        let volume = |current: i64, min: &Amount| Measure { current: i128::from(current), required: i128::from(min.units()), digits: 4 };
        let count = |current: usize, min: u32| Measure { current: current as i128, required: i128::from(min), digits: 0 };
        match self {
            Self::PersonalVolume { min } => volume(volumes.pv[place], min),
            Self::GroupVolume { min, leg_cap: None } => volume(volumes.gv[place], min),
            Self::GroupVolume { min, leg_cap: Some(cap) } => {
                let whole = if cap.of_actual { volumes.gv[place] } else { min.units() };
                let most = i128::from(whole) * i128::from(cap.share.units());
                let scale = i128::from(Rate::SCALE);
                let capped = legs().map(|leg| (i128::from(volumes.gv[leg]) * scale).min(most)).sum::<i128>();
                Measure {
                    current: i128::from(volumes.pv[place]) * scale + capped,
                    required: i128::from(min.units()) * scale,
                    digits: 4 + Rate::DIGITS,
                }
            }
            Self::PersonalGroupVolume { min } => volume(sight.pgv, min),
            Self::LegVolume { legs: needed, min } => count(legs().filter(|leg| volumes.gv[*leg] >= min.units()).count(), *needed),
            Self::WeakLegVolume { min } => {
                let weak = match (&volumes.legs, sight.placement) {
                    (Some(legs), Some(placement)) => legs.leg(placement, partner, Leg::Left).min(legs.leg(placement, partner, Leg::Right)),
                    _ => 0,
                };
                volume(weak, min)
            }
            Self::DirectReferrals { min, active: true } => count(legs().filter(|leg| volumes.active[*leg]).count(), *min),
            Self::DirectReferrals { min, active: false } => {
                let standing = |leg: &usize| sight.network.statuses()[*leg] == PartnerStatus::Active;
                count(legs().filter(standing).count(), *min)
            }
            Self::QualifiedLegs { min, rank } => count(legs().filter(|leg| sight.best[*leg] >= *rank).count(), *min),
            Self::CareerPointsTotal { min } => volume(sight.network.career_points(partner).units(), min),
        }
    }
}
