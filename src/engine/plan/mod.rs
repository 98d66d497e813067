//! The compensation plan: what the language of docs/plans.md, section 3, says once it has been read.

mod check;
mod key;
mod kinds;
mod parse;
mod rate;
mod requirements;
mod schema;
mod words;

use std::fmt;

use crate::domain::amount::Amount;
use crate::domain::order_kind::{Buyer, OrderKind};

use super::bonuses::Rule;
use super::rank::Requirement;
use super::refusal::Refusal;
use super::rounding::Rounding;

pub use rate::Rate;
pub use schema::SCHEMA;

/// The place of a rank in the plan's list; the first is 0. Higher ranks have higher numbers.
pub type RankIndex = u16;

/// A compensation plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The plan's name in reports.
    pub code: String,
    /// What amounts are paid in.
    pub currency: Currency,
    /// How a line's amount is brought to the minor unit.
    pub rounding: Rounding,
    /// Career points per unit of commission.
    pub career_points_rate: Rate,
    /// Whether a rank once reached is kept.
    pub rank_maintenance: RankMaintenance,
    /// The share of the period's CV that all lines together may reach.
    pub payout_cap: Option<Rate>,
    /// What a partner may earn in a period, over all bonuses.
    pub partner_cap: Option<Amount>,
    /// Period PV from which a partner counts as active.
    pub active_volume: Amount,
    /// The second tree.
    pub placement: Option<Placement>,
    /// Ranks, lowest first; never empty.
    pub ranks: Vec<Rank>,
    /// Bonuses in the order they run.
    pub bonuses: Vec<Bonus>,
}

/// An ISO 4217 currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currency {
    /// Three letters.
    pub code: String,
    /// Digits of the minor unit: 0 to 4.
    pub exponent: u32,
}

/// What becomes of a rank in the next period (docs/plans.md, section 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankMaintenance {
    /// The paid rank is what the period qualifies.
    Period,
    /// The paid rank never falls.
    Lifetime,
}

/// The shape of the placement tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Two legs.
    Binary,
    /// A fixed number of children per partner.
    Matrix {
        /// Children per partner.
        width: u32,
        /// Levels that may be filled below a root.
        depth: Option<u32>,
    },
}

/// A rank and what it takes and gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rank {
    /// Unique in the plan.
    pub code: String,
    /// For people.
    pub name: String,
    /// The rate of differential bonuses.
    pub rate: Rate,
    /// Multiplies the level rates of unilevel bonuses.
    pub multiplier: Rate,
    /// The deepest level of unilevel bonuses that is paid; none: no limit.
    pub max_levels: Option<u32>,
    /// Paid once by rank_advance bonuses.
    pub bonus: Amount,
    /// All must hold.
    pub requires: Vec<Requirement>,
}

/// A bonus: the keys that all kinds have, and the rule of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bonus {
    /// Unique in the plan.
    pub code: String,
    /// For people.
    pub name: String,
    /// Who is below earns nothing.
    pub min_rank: Option<RankIndex>,
    /// Whether the period's PV must reach the plan's activity; status ACTIVE is needed in any case.
    pub requires_active: bool,
    /// What one partner may earn from this bonus in a period.
    pub cap: Option<Amount>,
    /// The orders it sees.
    pub orders: OrderFilter,
    /// The rule.
    pub rule: Rule,
}

/// Which orders a bonus sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// None: all kinds.
    pub kinds: Option<Vec<OrderKind>>,
    /// None: all buyers.
    pub buyers: Option<Vec<Buyer>>,
}

impl OrderFilter {
    /// Whether every order passes.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.kinds.is_none() && self.buyers.is_none()
    }

    /// Whether an order of that kind and buyer passes.
    #[must_use]
    pub fn admits(&self, kind: OrderKind, buyer: Buyer) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind)) && self.buyers.as_ref().is_none_or(|buyers| buyers.contains(&buyer))
    }
}

impl Plan {
    /// Reads a plan (TOML).
    ///
    /// # Errors
    /// The first thing that is wrong, with its line, the path of the key and what is allowed.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        parse::plan(text)
    }

    /// The plan in words: ranks, bonuses and caps in the order they run.
    #[must_use]
    pub fn in_words(&self) -> String {
        words::plan(self)
    }

    /// One requirement of a rank of this plan in words.
    #[must_use]
    pub fn requirement_in_words(&self, requirement: &Requirement) -> String {
        words::requirement(self, requirement)
    }

    /// What is legal but odd: a bonus that nobody can earn, a cap below what the rates owe, ranks out of reach.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        check::warnings(self)
    }

    /// The rank from which a subtree leaves its upline's group, if a differential has a breakaway (docs/plans.md, section 4).
    #[must_use]
    pub fn breakaway_rank(&self) -> Option<RankIndex> {
        self.bonuses.iter().find_map(|bonus| match &bonus.rule {
            Rule::Differential(rule) => rule.breakaway.as_ref().map(|breakaway| breakaway.rank),
            _ => None,
        })
    }

    /// The index of the rank with that code.
    #[must_use]
    pub fn rank_index(&self, code: &str) -> Option<RankIndex> {
        self.ranks.iter().position(|rank| rank.code == code).and_then(|index| RankIndex::try_from(index).ok())
    }
}

impl fmt::Display for RankMaintenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Period => "period",
            Self::Lifetime => "lifetime",
        })
    }
}
