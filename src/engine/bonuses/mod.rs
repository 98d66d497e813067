//! The bonuses, one file per kind (docs/plans.md, section 6). A file holds the rule as the plan states it and how it pays. What kinds have in common
//! stands beside them: going up from orders or partners (`walk`), and lines in little memory (`lines`, `part`, `tally`).

pub mod binary;
pub mod differential;
pub mod generation;
mod lines;
pub mod matching;
mod part;
pub mod pool;
pub mod rank_advance;
pub mod stairstep;
mod tally;
pub mod unilevel;
mod walk;

use super::decimal::Exact;
use super::explain::recorder::{About, Recorder};
use super::explain::step::Formula;
use super::plan::Bonus;
use super::refusal::Refusal;
use super::standing::Standing;

pub(crate) use lines::{Book, Line, Lines, Origin, Rank, SourceAt, place_of, rank_of};
pub(crate) use part::{Change, Claim, Part, Sheet};
pub(crate) use tally::{Tally, add, add_all};
pub(crate) use walk::Overlooked;

/// The rule of a bonus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Levels upwards.
    Unilevel(unilevel::Unilevel),
    /// The difference between one's own rate and the highest paid below.
    Differential(differential::Differential),
    /// Brackets over the group volume.
    Stairstep(stairstep::Stairstep),
    /// Generations of leaders.
    Generation(generation::Generation),
    /// The two legs of the placement tree.
    Binary(binary::Binary),
    /// A share in what others earn.
    Matching(matching::Matching),
    /// Once for every new rank.
    RankAdvance(rank_advance::RankAdvance),
    /// Shares in the period's volume.
    Pool(pool::Pool),
}

impl Rule {
    /// The word for it in plans.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unilevel(_) => "unilevel",
            Self::Differential(_) => "differential",
            Self::Stairstep(_) => "stairstep",
            Self::Generation(_) => "generation",
            Self::Binary(_) => "binary",
            Self::Matching(_) => "matching",
            Self::RankAdvance(_) => "rank_advance",
            Self::Pool(_) => "pool",
        }
    }

    /// Whether its lines come from single orders.
    #[must_use]
    pub fn walks_from_orders(&self) -> bool {
        matches!(self, Self::Unilevel(_) | Self::Differential(_) | Self::Generation(_))
    }

    /// Digits behind the point of the rate in this bonus's lines.
    pub(crate) fn rate_digits(&self) -> u32 {
        match self {
            Self::Unilevel(_) => unilevel::RATE_DIGITS,
            Self::Binary(rule) => rule.rate_digits(),
            _ => super::plan::Rate::DIGITS,
        }
    }
}

/// What a bonus pays.
#[derive(Default)]
pub(crate) struct Paid {
    /// What it pays whom.
    pub lines: Lines,
    /// What of the pool nobody gets, in counts of 10^-10.
    pub breakage: i128,
    /// What each partner carries out, left and right, of a binary bonus; by dense index.
    pub carry: Option<Vec<[i64; 2]>>,
}

impl From<Lines> for Paid {
    fn from(lines: Lines) -> Self {
        Self { lines, ..Self::default() }
    }
}

/// A bonus of the plan that is being paid.
#[derive(Clone, Copy)]
pub(crate) struct Turn<'a> {
    /// Its place in the plan.
    pub index: usize,
    pub bonus: &'a Bonus,
    pub standing: &'a Standing<'a>,
}

impl Turn<'_> {
    /// Pays the bonus; `above` is what the bonuses before it have paid, after their caps.
    pub(crate) fn pay<R: Recorder>(self, above: &[Paid], recorder: &mut R) -> Result<Paid, Refusal> {
        let turn = self;
        match &turn.bonus.rule {
            Rule::Unilevel(rule) => walk::all(|listens| unilevel::Walk::new(rule, turn, listens), turn, recorder).map(Paid::from),
            Rule::Differential(rule) => walk::all(|listens| differential::Walk::new(rule, turn, listens), turn, recorder).map(Paid::from),
            Rule::Generation(rule) => walk::all(|listens| generation::Walk::new(rule, turn, listens), turn, recorder).map(Paid::from),
            Rule::Stairstep(rule) => rule.pay(turn, recorder).map(Paid::from),
            Rule::Binary(rule) => rule.pay(turn, recorder),
            Rule::Matching(rule) => rule.pay(turn, above, recorder).map(Paid::from),
            Rule::RankAdvance(rule) => rule.pay(turn, recorder).map(Paid::from),
            Rule::Pool(rule) => rule.pay(turn, recorder),
        }
    }

    /// Adds the line of a bonus that looks at the whole period, unless it comes to nothing.
    pub(crate) fn earn<R: Recorder>(
        self,
        award: &Award,
        formula: impl FnOnce() -> Formula,
        sheet: &mut Sheet,
        recorder: &mut R,
    ) -> Result<(), Refusal> {
        self.note_award(award, formula, recorder);
        if award.amount > 0 {
            let About { partner: beneficiary, source: from, .. } = award.about;
            let rate = self.place_of(award.rate, sheet.book)?;
            sheet.push(Line { amount: award.amount, beneficiary, from, level: award.level, rate });
        }
        Ok(())
    }

    /// The place of a rate among those that the rule has named.
    pub(crate) fn place_of(&self, rate: i64, book: &Book) -> Result<u32, Refusal> {
        book.rates.place(rate).ok_or_else(|| {
            let rate = Exact { units: i128::from(rate), digits: self.bonus.rule.rate_digits() };
            Refusal::plan(format!("bonus {}: the rate {rate} is none that its keys allow for", self.bonus.code))
        })
    }
}

/// What a rule gives somebody.
pub(crate) struct Award {
    /// Who earns, and what it comes from.
    pub about: About,
    pub level: u32,
    pub base: Exact,
    /// With as many digits as the bonus's rule says.
    pub rate: i64,
    /// What is rounded to the amount; none where it has no end behind the point.
    pub exact: Option<Exact>,
    /// In minor units of the currency.
    pub amount: i64,
}
