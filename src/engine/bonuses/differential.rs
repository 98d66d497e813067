//! Differential: whoever stands above earns the difference between the own rate and the highest paid below
//! (plans.md, section 6), with breakaway and overrides. With own rates, without the seller and from zero it is an infinity bonus.

use crate::engine::explain::recorder::Recorder;
use crate::engine::explain::step::{Effect, Step, WalkEnd};
use crate::engine::plan::{RankIndex, Rate};
use crate::engine::refusal::Refusal;
use crate::engine::rounding::Minor;
use crate::engine::snapshot::Order;
use crate::engine::tree::NONE;

use super::walk::{Node, OrderWalk};
use super::{Line, Turn};

/// The rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differential {
    /// One rate per rank.
    pub rates: Vec<Rate>,
    /// Whether the partner of the order earns the own rate at level 0.
    pub include_self: bool,
    /// What counts as paid when the walk begins.
    pub start: Start,
    /// Where the differential ends and overrides begin.
    pub breakaway: Option<Breakaway>,
}

/// What counts as paid when the walk begins (plans.md, Q10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The rate of the order's partner, also where that partner earns nothing.
    Source,
    /// What the order's partner was paid at level 0, else nothing.
    Zero,
}

/// The end of the differential above a partner of high rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breakaway {
    /// Whoever holds it breaks away.
    pub rank: RankIndex,
    /// Rates for further partners of that rank, nearest first.
    pub overrides: Vec<Rate>,
}

pub(super) struct Walk<'a> {
    rule: &'a Differential,
    turn: Turn<'a>,
    nodes: Vec<Node>,
    /// Without a breakaway nothing can follow once this has been paid.
    top_rate: Rate,
    minor: Minor,
}

/// How far the walk of one order has come.
struct Progress<'w, R> {
    place: u32,
    order: &'w Order,
    paid: Rate,
    /// How many overrides have been paid, once a partner has broken away.
    overrides: Option<usize>,
    lines: &'w mut Vec<Line>,
    recorder: &'w mut R,
}

impl<'a> Walk<'a> {
    pub(super) fn new(rule: &'a Differential, turn: Turn<'a>) -> Self {
        Self {
            nodes: turn.nodes(&turn.standing.snapshot.network.sponsors),
            top_rate: rule.rates.iter().copied().max().unwrap_or_default(),
            minor: turn.standing.minor(4 + Rate::DIGITS),
            rule,
            turn,
        }
    }

    fn earn<R: Recorder>(&self, progress: &mut Progress<R>, beneficiary: u32, level: u32, rate: Rate) -> Result<(), Refusal> {
        let Progress { place, order, .. } = *progress;
        let amount = self.turn.amount(&self.minor, order, rate.units())?;
        let (base, rate) = (order.cv.units(), rate.units());
        let line = Line { base, rate, amount, beneficiary, order: place, source: order.partner, level };
        self.turn.earn(line, progress.lines, progress.recorder);
        Ok(())
    }

    /// The partner of the order, at level 0.
    fn start<R: Recorder>(&self, progress: &mut Progress<R>) -> Result<(), Refusal> {
        let seller = progress.order.partner;
        let node = self.nodes[seller as usize];
        let rate = self.rule.rates[usize::from(node.rank)];
        if self.rule.start == Start::Source {
            progress.paid = rate;
        }
        if self.rule.include_self && node.eligible {
            self.earn(progress, seller, 0, rate)?;
            progress.paid = rate;
        } else if self.rule.include_self {
            self.turn.note_ineligible(self.turn.about(seller, progress.place), Some(0), None, progress.recorder);
        }
        self.pass(progress, seller);
        Ok(())
    }

    /// One partner above, while the differential lasts.
    fn differ<R: Recorder>(&self, progress: &mut Progress<R>, at: u32, level: u32) -> Result<(), Refusal> {
        let node = self.nodes[at as usize];
        let rate = self.rule.rates[usize::from(node.rank)];
        let about = self.turn.about(at, progress.place);
        if !node.eligible {
            self.turn.note_ineligible(about, Some(level), Some(Effect::PassedOver), progress.recorder);
        } else if rate > progress.paid {
            let difference = Rate::from_units(rate.units() - progress.paid.units());
            self.earn(progress, at, level, difference)?;
            progress.paid = rate;
        } else {
            let (rank, already_paid) = (self.rank_code(node.rank), progress.paid);
            progress.recorder.note(about, || Step::NoDifferential {
                level,
                rank: rank.to_owned(),
                rate: rate.to_string(),
                already_paid: already_paid.to_string(),
            });
        }
        Ok(())
    }

    /// One partner above somebody who has broken away.
    fn overrides<R: Recorder>(&self, progress: &mut Progress<R>, at: u32, level: u32, rate: Rate) -> Result<(), Refusal> {
        let node = self.nodes[at as usize];
        let about = self.turn.about(at, progress.place);
        let required = self.rule.breakaway.as_ref().map_or(0, |breakaway| breakaway.rank);
        if node.rank < required {
            let (rank, required) = (self.rank_code(node.rank), self.rank_code(required));
            progress.recorder.note(about, || Step::BelowBreakaway { level, rank: rank.to_owned(), required: required.to_owned() });
        } else if !node.eligible {
            self.turn.note_ineligible(about, Some(level), Some(Effect::PassedOver), progress.recorder);
        } else {
            self.earn(progress, at, level, rate)?;
            progress.overrides = progress.overrides.map(|paid| paid + 1);
        }
        Ok(())
    }

    /// As soon as a partner of the breakaway rank has been passed, paid or not, only overrides follow.
    fn pass<R: Recorder>(&self, progress: &mut Progress<R>, at: u32) {
        let Some(breakaway) = &self.rule.breakaway else { return };
        let rank = self.nodes[at as usize].rank;
        if progress.overrides.is_none() && rank >= breakaway.rank {
            progress.overrides = Some(0);
            let step = || Step::BrokeAway { at: self.turn.standing.number(at), rank: self.rank_code(rank).to_owned() };
            progress.recorder.note(self.turn.about(NONE, progress.place), step);
        }
    }

    fn rank_code(&self, rank: RankIndex) -> &'a str {
        &self.turn.standing.plan.ranks[usize::from(rank)].code
    }
}

impl OrderWalk for Walk<'_> {
    fn pay<R: Recorder>(&self, place: u32, lines: &mut Vec<Line>, recorder: &mut R) -> Result<(), Refusal> {
        let order = self.turn.standing.snapshot.orders.order(place);
        if let Err(why) = self.turn.sees(order) {
            self.turn.note_unseen(place, why, recorder);
            return Ok(());
        }
        let mut progress = Progress { place, order, paid: Rate::ZERO, overrides: None, lines, recorder };
        self.start(&mut progress)?;
        let (mut at, mut level) = (order.partner, 0);
        let end = loop {
            let above = self.nodes[at as usize].parent;
            if above == NONE {
                break WalkEnd::TopReached;
            }
            let left = match (&self.rule.breakaway, progress.overrides) {
                (Some(breakaway), Some(paid)) => breakaway.overrides.get(paid).copied().ok_or(WalkEnd::OverridesUsedUp),
                (None, _) if progress.paid >= self.top_rate => Err(WalkEnd::TopRatePaid),
                _ => Ok(Rate::ZERO),
            };
            (at, level) = match left {
                Ok(_) => (above, level + 1),
                Err(end) => break end,
            };
            match (left, progress.overrides) {
                (Ok(rate), Some(_)) => self.overrides(&mut progress, at, level, rate)?,
                _ => self.differ(&mut progress, at, level)?,
            }
            self.pass(&mut progress, at);
        };
        self.turn.note_end(place, at, end, progress.recorder);
        Ok(())
    }
}
