//! Unilevel: every order pays fixed rates to the levels above (plans.md, section 6).
//!
//! On the placement tree it is a forced matrix, with `within_days_of_join` a fast start, with `include_self` alone a retail bonus.

use crate::domain::instant::Instant;
use crate::engine::explain::recorder::Recorder;
use crate::engine::explain::step::{Effect, Step, Unseen, WalkEnd};
use crate::engine::plan::{RankIndex, Rate};
use crate::engine::refusal::Refusal;
use crate::engine::rounding::Minor;
use crate::engine::snapshot::Order;
use crate::engine::tree::{NONE, Tree};

use super::walk::{Node, OrderWalk};
use super::{Line, Turn};

/// Level rate times multiplier, both with six digits.
pub(super) const RATE_DIGITS: u32 = 2 * Rate::DIGITS;
const DAY: i64 = 86_400_000_000_000;

/// The rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unilevel {
    /// Which tree is walked.
    pub tree: TreeName,
    /// Rates from level 1 upwards.
    pub levels: Vec<Rate>,
    /// Who is passed over, and what that does to the levels.
    pub compression: Compression,
    /// Only orders placed less than so many days of 24 hours after their partner joined.
    pub within_days_of_join: Option<u32>,
    /// Only the first order of each partner.
    pub first_order_only: bool,
    /// The rate for the partner of the order, at level 0.
    pub include_self: Option<Rate>,
}

/// One of the two trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeName {
    /// Who enrolled whom.
    Sponsor,
    /// Who stands under whom.
    Placement,
}

/// Who is passed over (plans.md, the table of section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Nobody: every partner above uses up a level.
    None,
    /// Whoever is not eligible.
    Inactive,
    /// Whoever is not eligible, or whose rank is not paid on the level.
    Level,
    /// As `Inactive`, and orders of inactive partners count as orders of the nearest active one above.
    Volume,
}

pub(super) struct Walk<'a> {
    rule: &'a Unilevel,
    turn: Turn<'a>,
    nodes: Vec<Node>,
    /// Level rate times multiplier, by level and rank.
    rates: Vec<i64>,
    /// The deepest paid level by rank.
    max_levels: Vec<u32>,
    /// When each partner joined, where the rule asks for it.
    joined_at: Vec<Instant>,
    /// Each partner's first order in the whole input, where the rule asks for it.
    first_orders: Vec<u32>,
    minor: Minor,
    self_minor: Minor,
}

impl<'a> Walk<'a> {
    pub(super) fn new(rule: &'a Unilevel, turn: Turn<'a>) -> Self {
        let standing = turn.standing;
        let ranks = &standing.plan.ranks;
        let tree: &Tree = match (&standing.placement, rule.tree) {
            (Some(placement), TreeName::Placement) => &placement.tree,
            _ => &standing.snapshot.network.sponsors,
        };
        Self {
            nodes: turn.nodes(tree),
            rates: rule.levels.iter().flat_map(|level| ranks.iter().map(|rank| level.units() * rank.multiplier.units())).collect(),
            max_levels: ranks.iter().map(|rank| rank.max_levels.unwrap_or(u32::MAX)).collect(),
            joined_at: match rule.within_days_of_join {
                Some(_) => standing.snapshot.network.iter().map(|partner| partner.joined_at).collect(),
                None => Vec::new(),
            },
            first_orders: if rule.first_order_only { first_orders(turn) } else { Vec::new() },
            minor: standing.minor(4 + RATE_DIGITS),
            self_minor: standing.minor(4 + Rate::DIGITS),
            rule,
            turn,
        }
    }

    /// Whether the order counts; judged on its own partner, before it may move (plans.md, Q15).
    fn sees(&self, order: &Order, place: u32) -> Result<(), Unseen> {
        self.turn.sees(order)?;
        if let Some(days) = self.rule.within_days_of_join {
            let joined_at = self.joined_at[order.partner as usize];
            if i128::from(order.placed_at.nanos()) - i128::from(joined_at.nanos()) >= i128::from(days) * i128::from(DAY) {
                return Err(Unseen::TooLateAfterJoining { joined_at: joined_at.to_string(), days });
            }
        }
        if self.rule.first_order_only && self.first_orders[order.partner as usize] != place {
            let first = self.first_orders[order.partner as usize];
            return Err(Unseen::NotFirstOrder { first: self.turn.standing.snapshot.orders.order(first).number });
        }
        Ok(())
    }

    /// Under volume compression an order of an inactive partner counts as one of the nearest active partner above;
    /// `min_rank` does not matter for that (plans.md, Q1).
    fn seller(&self, partner: u32) -> Option<u32> {
        if self.rule.compression != Compression::Volume {
            return Some(partner);
        }
        let active = |partner: u32| self.turn.standing.active_for(self.turn.bonus, partner).is_ok();
        let mut seller = partner;
        while !active(seller) {
            seller = self.nodes[seller as usize].parent;
            if seller == NONE {
                return None;
            }
        }
        Some(seller)
    }

    fn pay_self<R: Recorder>(&self, order: (u32, &Order), rate: Rate, lines: &mut Vec<Line>, recorder: &mut R) -> Result<(), Refusal> {
        let (place, order) = order;
        let partner = order.partner;
        if !self.nodes[partner as usize].eligible {
            self.turn.note_ineligible(self.turn.about(partner, place), Some(0), None, recorder);
            return Ok(());
        }
        let amount = self.turn.amount(&self.self_minor, order, rate.units())?;
        let (base, rate) = (order.cv.units(), rate.units() * Rate::SCALE);
        let line = Line { base, rate, amount, beneficiary: partner, order: place, source: partner, level: 0 };
        self.turn.earn(line, lines, recorder);
        Ok(())
    }

    /// What becomes of the level at a partner above.
    fn visit(&self, node: &Node, level: u32) -> Visit {
        let passed_over = |passes: bool| if passes { Effect::PassedOver } else { Effect::LevelUsed };
        let compression = self.rule.compression;
        if !node.eligible {
            Visit::Ineligible(passed_over(compression != Compression::None))
        } else if level > self.max_levels[usize::from(node.rank)] {
            Visit::TooDeep(passed_over(compression == Compression::Level))
        } else {
            Visit::Earns
        }
    }

    fn rate(&self, level: u32, rank: RankIndex) -> i64 {
        self.rates[(level as usize - 1) * self.max_levels.len() + usize::from(rank)]
    }

    fn note_too_deep<R: Recorder>(&self, place: u32, partner: u32, level: u32, effect: Effect, recorder: &mut R) {
        let rank = self.nodes[partner as usize].rank;
        recorder.note(self.turn.about(partner, place), || Step::LevelTooDeep {
            level,
            rank: self.turn.standing.plan.ranks[usize::from(rank)].code.clone(),
            max_levels: self.max_levels[usize::from(rank)],
            effect,
        });
    }
}

enum Visit {
    Earns,
    Ineligible(Effect),
    TooDeep(Effect),
}

impl OrderWalk for Walk<'_> {
    fn pay<R: Recorder>(&self, place: u32, lines: &mut Vec<Line>, recorder: &mut R) -> Result<(), Refusal> {
        let order = self.turn.standing.snapshot.orders.order(place);
        if let Err(why) = self.sees(order, place) {
            self.turn.note_unseen(place, why, recorder);
            return Ok(());
        }
        if let Some(rate) = self.rule.include_self {
            self.pay_self((place, order), rate, lines, recorder)?;
        }
        let Some(source) = self.seller(order.partner) else {
            self.turn.note_unseen(place, Unseen::NobodyActiveAbove, recorder);
            return Ok(());
        };
        if source != order.partner {
            recorder.note(self.turn.about(NONE, place), || Step::VolumeMoved { to: self.turn.standing.number(source) });
        }
        let deepest = self.rule.levels.len() as u32;
        let (mut level, mut at) = (1, source);
        while level <= deepest {
            let above = self.nodes[at as usize].parent;
            if above == NONE {
                self.turn.note_end(place, at, WalkEnd::TopReached, recorder);
                return Ok(());
            }
            at = above;
            let node = &self.nodes[at as usize];
            let effect = match self.visit(node, level) {
                Visit::Earns => {
                    let rate = self.rate(level, node.rank);
                    let (base, amount) = (order.cv.units(), self.turn.amount(&self.minor, order, rate)?);
                    self.turn.earn(Line { base, rate, amount, beneficiary: at, order: place, source, level }, lines, recorder);
                    Effect::LevelUsed
                }
                Visit::Ineligible(effect) => {
                    self.turn.note_ineligible(self.turn.about(at, place), Some(level), Some(effect), recorder);
                    effect
                }
                Visit::TooDeep(effect) => {
                    self.note_too_deep(place, at, level, effect, recorder);
                    effect
                }
            };
            level += u32::from(effect == Effect::LevelUsed);
        }
        self.turn.note_end(place, at, WalkEnd::LevelsUsedUp, recorder);
        Ok(())
    }
}

/// Each partner's earliest order by time, then number, over all rows of the input (plans.md, Q15).
fn first_orders(turn: Turn) -> Vec<u32> {
    let orders = &turn.standing.snapshot.orders;
    let mut first = vec![NONE; turn.standing.len()];
    for (place, order) in (0..).zip(orders.iter()) {
        let known = &mut first[order.partner as usize];
        if *known == NONE || order.placed_at < orders.order(*known).placed_at {
            *known = place;
        }
    }
    first
}
