//! What an order is and who placed it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What was ordered; bonuses may pay on one kind only (plans.md, section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderKind {
    /// Goods.
    #[default]
    Order,
    /// A starter package or other investment.
    Investment,
}

/// Who bought; bonuses may pay on customers' orders only (plans.md, section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Buyer {
    /// The partner who is credited.
    #[default]
    Partner,
    /// A retail customer of that partner.
    Customer,
}

/// The text names no kind of order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no kind of order: give ORDER or INVESTMENT")]
pub struct OrderKindError;

/// The text names no buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no buyer: give PARTNER or CUSTOMER")]
pub struct BuyerError;

impl FromStr for OrderKind {
    type Err = OrderKindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "ORDER" => Ok(Self::Order),
            "INVESTMENT" => Ok(Self::Investment),
            _ => Err(OrderKindError),
        }
    }
}

impl FromStr for Buyer {
    type Err = BuyerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "PARTNER" => Ok(Self::Partner),
            "CUSTOMER" => Ok(Self::Customer),
            _ => Err(BuyerError),
        }
    }
}

impl fmt::Display for OrderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Order => "ORDER",
            Self::Investment => "INVESTMENT",
        })
    }
}

impl fmt::Display for Buyer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Partner => "PARTNER",
            Self::Customer => "CUSTOMER",
        })
    }
}
