//! Unilevel: every order pays fixed rates to the levels above (docs/plans.md, section 6).
//!
//! On the placement tree it is a forced matrix, with `within_days_of_join` a fast start, with `include_self` alone a retail bonus.

use crate::engine::explain::step::{Effect, Formula, Step, Unseen};
use crate::engine::plan::{RankIndex, Rate};
use crate::engine::refusal::Refusal;
use crate::engine::snapshot::{Order, Snapshot};
use crate::engine::tree::{NONE, Tree};

use super::Turn;
use super::walk::{Node, OrderWalk, Overlooked, Stop, Way, climb_by};

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

/// Who is passed over (docs/plans.md, the table of section 6).
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
    /// Under level compression, where nobody passed over is to be heard of: the nearest eligible ancestor who is paid on deeper levels.
    deeper: Option<Vec<u32>>,
    /// Under volume compression: as whose each partner's orders count; [`NONE`] where nobody above is active.
    sellers: Option<Vec<u32>>,
    /// Each partner's first order in the whole input, where the rule asks for it.
    first_orders: Vec<u32>,
}

impl<'a> Walk<'a> {
    /// `listens`: who is passed over is to be heard of.
    pub(super) fn new(rule: &'a Unilevel, turn: Turn<'a>, listens: bool) -> Self {
        let standing = turn.standing;
        let ranks = &standing.plan.ranks;
        let tree: &Tree = match (&standing.placement, rule.tree) {
            (Some(placement), TreeName::Placement) => &placement.tree,
            _ => &standing.snapshot.network.sponsors,
        };
        let nodes = match rule.compression {
            Compression::Inactive | Compression::Level | Compression::Volume if !listens => turn.nodes_of_stops(tree, |node| node.eligible),
            _ => turn.nodes(tree),
        };
        let max_levels: Vec<u32> = ranks.iter().map(|rank| rank.max_levels.unwrap_or(u32::MAX)).collect();
        let skips = rule.compression == Compression::Level && !listens;
        Self {
            deeper: skips.then(|| deeper(&nodes, tree, &max_levels)),
            nodes,
            rates: rule.levels.iter().flat_map(|level| ranks.iter().map(|rank| level.units() * rank.multiplier.units())).collect(),
            max_levels,
            sellers: (rule.compression == Compression::Volume).then(|| sellers(turn, tree)),
            first_orders: if rule.first_order_only { first_orders(turn) } else { Vec::new() },
            rule,
            turn,
        }
    }

    /// The partner of the order, at level 0: a plain rate.
    fn pay_self(&self, partner: u32, rate: Rate, way: &mut impl Way) -> Result<(), Refusal> {
        if self.nodes[partner as usize].eligible {
            let stop = Stop { beneficiary: partner, level: 0, rate: rate.units() * Rate::SCALE };
            way.earns(stop, || Formula::Product)
        } else {
            way.note(partner, || self.turn.ineligible(partner, Some(0), None));
            Ok(())
        }
    }

    /// The partner as whose the order counts, if there is one.
    fn seller<W: Way>(&self, partner: u32, way: &mut W) -> Option<u32> {
        let Some(sellers) = &self.sellers else { return Some(partner) };
        let seller = sellers[partner as usize];
        let mut at = partner;
        while W::LISTENS && at != seller && at != NONE {
            // Of the order's own partner level 0 has said so already.
            if at != partner || self.rule.include_self.is_none() {
                way.note(at, || self.turn.ineligible(at, None, Some(Effect::PassedOver)));
            }
            at = self.nodes[at as usize].parent;
        }
        if seller == NONE {
            way.note(NONE, || Step::OrderUnseen { why: Unseen::NobodyActiveAbove });
            return None;
        }
        if seller != partner {
            let [of, to] = [partner, seller].map(|partner| self.turn.standing.number(partner));
            way.note(NONE, || Step::VolumeMoved { of, to });
            way.note(seller, || Step::CountsAsOwn { of });
        }
        Some(seller)
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

    fn earn(&self, beneficiary: u32, level: u32, way: &mut impl Way) -> Result<(), Refusal> {
        let rank = usize::from(self.nodes[beneficiary as usize].rank);
        let rate = self.rates[(level as usize - 1) * self.max_levels.len() + rank];
        let multiplier = self.turn.standing.plan.ranks[rank].multiplier;
        way.earns(Stop { beneficiary, level, rate }, || match multiplier {
            Rate::ONE => Formula::Product,
            _ => Formula::Multiplied { rate: self.rule.levels[level as usize - 1].to_string(), multiplier: multiplier.to_string() },
        })
    }

    fn too_deep(&self, rank: RankIndex, level: u32, effect: Effect) -> Step {
        Step::LevelTooDeep { level, rank: self.turn.rank_code(rank), max_levels: self.max_levels[usize::from(rank)], effect }
    }
}

enum Visit {
    Earns,
    Ineligible(Effect),
    TooDeep(Effect),
}

impl OrderWalk for Walk<'_> {
    fn rates(&self) -> Vec<i64> {
        let own = self.rule.include_self.map(|rate| rate.units() * Rate::SCALE);
        self.rates.iter().copied().chain(own).collect()
    }

    /// Judged on the order's own partner, before it may move (docs/plans.md, Q15).
    fn sees(&self, order: &Order, place: u32) -> Result<(), Overlooked> {
        self.turn.sees(order)?;
        if let Some(days) = self.rule.within_days_of_join {
            let Snapshot { network, orders } = &*self.turn.standing.snapshot;
            let [joined, placed] = [network.joined_at()[order.partner as usize], orders.placed_at(place)].map(|at| i128::from(at.nanos()));
            let age = placed - joined;
            if age >= i128::from(days) * i128::from(DAY) {
                return Err(Overlooked::TooLateAfterJoining { days });
            }
        }
        match self.first_orders.get(order.partner as usize) {
            Some(first) if *first != place => Err(Overlooked::NotFirstOrder { first: *first }),
            _ => Ok(()),
        }
    }

    fn walk(&self, partner: u32, way: &mut impl Way) -> Result<(), Refusal> {
        if let Some(rate) = self.rule.include_self {
            self.pay_self(partner, rate, way)?;
        }
        let Some(seller) = self.seller(partner, way) else { return Ok(()) };
        let next = |at: u32, effect| match (effect, &self.deeper) {
            // Whoever was passed over stands too low for this level, and so does everybody up to the next who is paid on deeper ones.
            (Effect::PassedOver, Some(deeper)) => deeper[at as usize],
            _ => self.nodes[at as usize].parent,
        };
        let (at, end) = climb_by(next, seller, self.rule.levels.len(), |at, level| {
            let node = &self.nodes[at as usize];
            Ok(match self.visit(node, level) {
                Visit::Earns => {
                    self.earn(at, level, way)?;
                    Effect::LevelUsed
                }
                Visit::Ineligible(effect) => {
                    way.note(at, || self.turn.ineligible(at, Some(level), Some(effect)));
                    effect
                }
                Visit::TooDeep(effect) => {
                    way.note(at, || self.too_deep(node.rank, level, effect));
                    effect
                }
            })
        })?;
        way.note(NONE, || self.turn.end(at, end));
        Ok(())
    }

    fn into_sellers(self) -> Option<Vec<u32>> {
        self.sellers
    }
}

/// Of everybody the nearest eligible ancestor who is paid on deeper levels; the parent of each node is the nearest eligible ancestor. The way
/// up has at most as many steps as there are different numbers of levels.
fn deeper(nodes: &[Node], tree: &Tree, max_levels: &[u32]) -> Vec<u32> {
    let mut deeper = vec![NONE; nodes.len()];
    for &partner in &tree.top_down {
        let node = nodes[partner as usize];
        let levels = |node: Node| max_levels[usize::from(node.rank)];
        let mut at = node.parent;
        while at != NONE && levels(nodes[at as usize]) <= levels(node) {
            at = deeper[at as usize];
        }
        deeper[partner as usize] = at;
    }
    deeper
}

/// Under volume compression an order of an inactive partner counts as one of the nearest active partner above;
/// `min_rank` does not matter for that (docs/plans.md, Q1).
fn sellers(turn: Turn, tree: &Tree) -> Vec<u32> {
    let mut sellers = vec![NONE; tree.parent.len()];
    for &partner in &tree.top_down {
        let above = tree.parent[partner as usize];
        sellers[partner as usize] = match turn.standing.active_for(turn.bonus, partner) {
            Ok(()) => partner,
            Err(_) if above == NONE => NONE,
            Err(_) => sellers[above as usize],
        };
    }
    sellers
}

/// Each partner's earliest order by time, then number, over all rows of the input (docs/plans.md, Q15).
fn first_orders(turn: Turn) -> Vec<u32> {
    let orders = &turn.standing.snapshot.orders;
    let mut first = vec![NONE; turn.standing.len()];
    for (place, order) in (0..).zip(orders.iter()) {
        let known = &mut first[order.partner as usize];
        if *known == NONE || orders.placed_at(place) < orders.placed_at(*known) {
            *known = place;
        }
    }
    first
}
