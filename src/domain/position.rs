//! The place under a placement parent.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Places under one partner that a matrix may have at most.
pub const WIDEST_MATRIX: u32 = 20;

/// Which of the places under a placement parent a partner holds (docs/plans.md, section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Position {
    /// `L`: the left leg of a binary tree.
    Left,
    /// `R`: the right leg of a binary tree.
    Right,
    /// `1` to the width: the slots of a matrix, counted from the left.
    Slot(NonZeroU32),
}

/// The text names no position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no position: give L or R (binary) or a number from 1 (matrix)")]
pub struct PositionError;

impl FromStr for Position {
    type Err = PositionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "L" => Ok(Self::Left),
            "R" => Ok(Self::Right),
            _ if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().map(Self::Slot).map_err(|_| PositionError),
            _ => Err(PositionError),
        }
    }
}

/// The form that [`FromStr`] reads.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Left => f.write_str("L"),
            Self::Right => f.write_str("R"),
            Self::Slot(slot) => slot.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_as_they_are_written() {
        for text in ["L", "R", "1", "17"] {
            assert_eq!(text.parse::<Position>().map(|position| position.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "l", "0", "-1", "+1", "1.5", "M", "99999999999"] {
            assert_eq!(text.parse::<Position>(), Err(PositionError), "{text}");
        }
    }
}
