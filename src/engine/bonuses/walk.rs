//! Bonuses that walk up from every order.

use rayon::iter::ParallelIterator;
use rayon::slice::ParallelSlice;

use crate::engine::decimal::{Exact, fixed};
use crate::engine::explain::describe;
use crate::engine::explain::recorder::{About, Recorder};
use crate::engine::explain::step::{Effect, Step, Unseen, WalkEnd};
use crate::engine::plan::RankIndex;
use crate::engine::refusal::Refusal;
use crate::engine::rounding::Minor;
use crate::engine::snapshot::Order;
use crate::engine::tree::{NONE, Tree};

use super::{Line, Lines, Turn};

/// Enough orders that handing them to a thread costs nothing in comparison.
const PART: usize = 8192;

/// Pays one order.
pub(crate) trait OrderWalk: Sync {
    /// Appends the order's lines, lower levels first.
    fn pay<R: Recorder>(&self, order: u32, lines: &mut Vec<Line>, recorder: &mut R) -> Result<(), Refusal>;
}

/// Pays all orders, in parallel; the lines come in the order of the orders, whatever the number of threads.
pub(crate) fn all<R: Recorder>(walk: &impl OrderWalk, orders: &[u32], recorder: &mut R) -> Result<Lines, Refusal> {
    let heard = &*recorder;
    let pay = |scratch: &mut Vec<Line>, part: &[u32]| {
        scratch.clear();
        let mut fork = heard.fork();
        for order in part {
            walk.pay(*order, scratch, &mut fork)?;
        }
        // A copy of exact size: what the scratch holds in reserve would add up over thousands of parts.
        Ok((scratch.as_slice().to_vec(), fork))
    };
    let paid: Vec<Result<(Vec<Line>, R), Refusal>> = orders.par_chunks(PART).map_init(Vec::new, pay).collect();
    let mut parts = Vec::with_capacity(paid.len());
    for part in paid {
        let (lines, fork) = part?;
        parts.push(lines);
        recorder.join(fork);
    }
    Ok(Lines::of_parts(parts))
}

/// What walks look at, in one place for the processor's cache.
#[derive(Clone, Copy)]
pub(crate) struct Node {
    pub parent: u32,
    pub rank: RankIndex,
    /// Can earn this bonus.
    pub eligible: bool,
}

impl Turn<'_> {
    /// Everybody as this bonus sees them.
    pub(crate) fn nodes(&self, tree: &Tree) -> Vec<Node> {
        let ranks = &self.standing.ranks.paid;
        let node = |(place, (parent, rank)): (u32, (&u32, &RankIndex))| Node {
            parent: *parent,
            rank: *rank,
            eligible: self.standing.eligibility(self.bonus, place).is_ok(),
        };
        (0..).zip(tree.parent.iter().zip(ranks)).map(node).collect()
    }

    /// Whether the bonus looks at the order at all.
    pub(crate) fn sees(&self, order: &Order) -> Result<(), Unseen> {
        if order.cv.units() == 0 {
            return Err(Unseen::NoVolume);
        }
        let filter = &self.bonus.orders;
        if filter.is_open() || filter.admits(order.kind, order.buyer) {
            return Ok(());
        }
        match &filter.kinds {
            Some(kinds) if !kinds.contains(&order.kind) => Err(Unseen::Kind { kind: order.kind.to_string() }),
            _ => Err(Unseen::Buyer { buyer: order.buyer.to_string() }),
        }
    }

    /// A step about a partner on an order.
    pub(crate) fn about(&self, partner: u32, order: u32) -> About {
        About { bonus: Some(self.index), partner, order, source: NONE }
    }

    /// Reports that the partner cannot earn, and why.
    pub(crate) fn note_ineligible<R: Recorder>(&self, about: About, level: Option<u32>, effect: Option<Effect>, recorder: &mut R) {
        recorder.note(about, || describe::ineligible(self.standing, self.bonus, about.partner, level, effect));
    }

    /// Reports where and why a walk ended.
    pub(crate) fn note_end<R: Recorder>(&self, order: u32, at: u32, why: WalkEnd, recorder: &mut R) {
        recorder.note(self.about(NONE, order), || Step::WalkEnded { at: self.standing.number(at), why });
    }

    /// Reports that the bonus does not look at the order.
    pub(crate) fn note_unseen<R: Recorder>(&self, order: u32, why: Unseen, recorder: &mut R) {
        recorder.note(self.about(NONE, order), || Step::OrderUnseen { why });
    }

    /// Adds a line, unless it comes to nothing.
    pub(crate) fn earn<R: Recorder>(&self, line: Line, lines: &mut Vec<Line>, recorder: &mut R) {
        self.earn_of(Exact { units: i128::from(line.base), digits: 4 }, line, lines, recorder);
    }

    /// The same for a base that a line has no room for.
    pub(crate) fn earn_of<R: Recorder>(&self, base: Exact, line: Line, lines: &mut Vec<Line>, recorder: &mut R) {
        let about = About { bonus: Some(self.index), partner: line.beneficiary, order: line.order, source: line.source };
        let rate = Exact { units: i128::from(line.rate), digits: self.bonus.rule.rate_digits() };
        let (level, exponent) = (line.level, self.standing.plan.currency.exponent);
        if line.amount > 0 {
            let amount = line.amount.into();
            recorder.note(about, || Step::Earned {
                level,
                base: base.to_string(),
                rate: rate.to_string(),
                amount: fixed(amount, exponent),
            });
            lines.push(line);
        } else {
            recorder.note(about, || Step::RoundedToZero { level, base: base.to_string(), rate: rate.to_string() });
        }
    }

    /// What a partner earns, or the volume behind it, leaves the range of numbers.
    pub(crate) fn too_large(&self, partner: u32) -> Refusal {
        let number = self.standing.number(partner);
        Refusal::orders(None, format!("what bonus {} computes for partner {number} does not fit 64 bits", self.bonus.code))
    }

    /// The amount of an order's line.
    pub(crate) fn amount(&self, minor: &Minor, order: &Order, rate: i64) -> Result<i64, Refusal> {
        minor.product(order.cv.units(), rate).ok_or_else(|| {
            let cause = format!("order {}: what bonus {} pays on it does not fit 64 bits", order.number, self.bonus.code);
            Refusal::orders(None, cause)
        })
    }
}
