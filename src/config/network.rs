//! `[network]`: how deep one sees, and the second tree.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::rules::{Allowed, Rule};
use crate::domain::position::{Position, WIDEST_MATRIX};
use crate::domain::trees::PlacementPreference;

/// Settings of the two trees.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Levels of the own downline a partner may see.
    pub visible_depth: u32,
    /// Levels an operator may ask for.
    pub operator_max_depth: u32,
    /// The kind of the second tree.
    pub placement: Placement,
    /// Where a new partner goes when the sponsor has no preference.
    pub placement_policy: PlacementPolicy,
    /// Partners that a drawing of a tree may hold.
    pub genealogy_partners: u32,
    /// Places looked at for a free one.
    pub placement_search_nodes: u32,
    /// Length of new referral codes.
    pub referral_code_characters: u32,
}

pub(super) const RULES: &[Rule] = &[
    ("visible_depth", Allowed::Number(1..=1000)),
    ("operator_max_depth", Allowed::Number(1..=100_000)),
    ("genealogy_partners", Allowed::Number(1..=100_000)),
    ("placement", Allowed::Text(|text| Placement::parse(text).is_some(), Placement::FORMS)),
    ("placement_policy", Allowed::OneOf(&["weak_leg", "left", "right", "balanced"])),
    ("placement_search_nodes", Allowed::Number(1..=1_000_000)),
    ("referral_code_characters", Allowed::Number(6..=32)),
];

/// The kind of the second tree. Written "none", "binary", "matrix:3" or "matrix:3:9".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Placement {
    /// There is no second tree.
    None,
    /// Two places under each partner, left and right.
    Binary,
    /// `width` places under each partner; `depth` levels may be filled under a root.
    Matrix {
        /// Places under each partner, 2 to 20.
        width: u32,
        /// Levels under a root, 1 to 100; `None` is no bound.
        depth: Option<u32>,
    },
}

impl Placement {
    const FORMS: &str = "binary, matrix:WIDTH or matrix:WIDTH:DEPTH (WIDTH 2 to 20, DEPTH 1 to 100), or none";

    fn parse(text: &str) -> Option<Self> {
        match text {
            "none" => return Some(Self::None),
            "binary" => return Some(Self::Binary),
            _ => {}
        }
        let sizes = text.strip_prefix("matrix:")?;
        let (width, depth) = sizes.split_once(':').map_or((sizes, None), |(width, depth)| (width, Some(depth)));
        let number = |text: &str, range: std::ops::RangeInclusive<u32>| text.parse().ok().filter(|number| range.contains(number));
        let depth = match depth {
            Some(text) => Some(number(text, 1..=100)?),
            None => None,
        };
        Some(Self::Matrix { width: number(width, 2..=WIDEST_MATRIX)?, depth })
    }
}

impl Placement {
    /// The places under each partner, from the left.
    #[must_use]
    pub fn positions(self) -> Vec<Position> {
        match self {
            Self::None => Vec::new(),
            Self::Binary => vec![Position::Left, Position::Right],
            Self::Matrix { width, .. } => (1..=width).filter_map(NonZeroU32::new).map(Position::Slot).collect(),
        }
    }

    /// How many levels may be filled under a root; `None` is no bound.
    #[must_use]
    pub const fn depth(self) -> Option<u32> {
        match self {
            Self::Matrix { depth, .. } => depth,
            Self::None | Self::Binary => None,
        }
    }
}

impl TryFrom<String> for Placement {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("placement must be {}", Self::FORMS))
    }
}

impl From<Placement> for String {
    fn from(placement: Placement) -> Self {
        match placement {
            Placement::None => "none".to_owned(),
            Placement::Binary => "binary".to_owned(),
            Placement::Matrix { width, depth: None } => format!("matrix:{width}"),
            Placement::Matrix { width, depth: Some(depth) } => format!("matrix:{width}:{depth}"),
        }
    }
}

/// Where a new partner goes in the second tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacementPolicy {
    /// The leg with fewer partners.
    WeakLeg,
    /// Down the left side.
    Left,
    /// Down the right side.
    Right,
    /// The first free place, level by level.
    Balanced,
}

impl From<PlacementPolicy> for PlacementPreference {
    fn from(policy: PlacementPolicy) -> Self {
        match policy {
            PlacementPolicy::WeakLeg => Self::WeakLeg,
            PlacementPolicy::Left => Self::Left,
            PlacementPolicy::Right => Self::Right,
            PlacementPolicy::Balanced => Self::Balanced,
        }
    }
}
