//! Slots of the placement tree.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

/// Which child of its placement parent a partner is (plans.md, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Position {
    /// The left leg of a binary tree.
    Left,
    /// The right leg of a binary tree.
    Right,
    /// A column of a forced matrix, counted from 1.
    Column(NonZeroU16),
}

/// The text is no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a position: give L or R (binary tree), or a number from 1 (matrix)")]
pub struct PositionError;

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "L" => Ok(Self::Left),
            "R" => Ok(Self::Right),
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().map(Self::Column).map_err(|_| PositionError),
            _ => Err(PositionError),
        }
    }
}

/// `L`, `R` or the number.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Left => f.write_str("L"),
            Self::Right => f.write_str("R"),
            Self::Column(column) => write!(f, "{column}"),
        }
    }
}
