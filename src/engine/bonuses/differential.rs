//! Differential: whoever stands above earns the difference between the own rate and the highest paid below
//! (docs/plans.md, section 6), with breakaway and overrides. With own rates, without the seller and from zero it is an infinity bonus.

use crate::engine::explain::step::{Effect, Formula, Step, WalkEnd};
use crate::engine::plan::{RankIndex, Rate};
use crate::engine::refusal::Refusal;
use crate::engine::snapshot::Order;
use crate::engine::tree::{NONE, Tree};

use super::Turn;
use super::walk::{Node, OrderWalk, Overlooked, Stop, Way};

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

/// What counts as paid when the walk begins (docs/plans.md, Q10).
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
    /// Rates for further partners of that rank or above, nearest first.
    pub overrides: Vec<Rate>,
}

pub(super) struct Walk<'a> {
    rule: &'a Differential,
    turn: Turn<'a>,
    nodes: Vec<Node>,
    /// No difference is left once this has been paid.
    top_rate: Rate,
    /// The short way up, where nothing else is to be heard of.
    ladder: Option<Ladder>,
}

/// Of those above, only some matter: who is eligible and has a higher rate than everybody paid below, who ends the differential by breaking
/// away, and who may earn an override. The way leads from one of them to the next, so it has at most as many steps as there are rates and
/// overrides, however deep the tree is.
struct Ladder {
    rungs: Vec<Rung>,
    leaders: Option<Leaders>,
}

/// A partner on the ladder.
#[derive(Clone, Copy)]
struct Rung {
    /// Of who is eligible, the nearest eligible ancestor with a higher rate; of the others, the nearest eligible ancestor.
    next: u32,
    /// How many stand above.
    depth: u32,
}

/// Partners of the breakaway rank.
struct Leaders {
    /// The nearest one above.
    next: Vec<u32>,
    /// The nearest eligible one above.
    eligible: Vec<u32>,
}

impl Ladder {
    /// The parent of each node is the nearest eligible ancestor.
    fn of(rule: &Differential, nodes: &[Node], sponsors: &Tree) -> Self {
        let mut rungs = vec![Rung { next: NONE, depth: 0 }; nodes.len()];
        for &partner in &sponsors.top_down {
            let place = partner as usize;
            let (node, above) = (nodes[place], sponsors.parent[place]);
            let depth = if above == NONE { 0 } else { rungs[above as usize].depth + 1 };
            let rate = |rank: RankIndex| rule.rates[usize::from(rank)];
            let mut at = node.parent;
            // Between somebody and the next on the ladder nobody has a higher rate than the lower of the two.
            while node.eligible && at != NONE && rate(nodes[at as usize].rank) <= rate(node.rank) {
                at = rungs[at as usize].next;
            }
            rungs[place] = Rung { next: at, depth };
        }
        Self { rungs, leaders: rule.breakaway.as_ref().map(|breakaway| Leaders::of(breakaway.rank, nodes, sponsors)) }
    }
}

impl Leaders {
    fn of(rank: RankIndex, nodes: &[Node], sponsors: &Tree) -> Self {
        let [next, eligible] = [false, true].map(|eligible| {
            let leads = |node: &Node| node.rank >= rank && (node.eligible || !eligible);
            let mut nearest = vec![NONE; nodes.len()];
            for &partner in &sponsors.top_down {
                let above = sponsors.parent[partner as usize];
                if above != NONE {
                    nearest[partner as usize] = if leads(&nodes[above as usize]) { above } else { nearest[above as usize] };
                }
            }
            nearest
        });
        Self { next, eligible }
    }
}

/// How far a walk has come.
struct Progress {
    paid: Rate,
    /// How many overrides have been paid, once a partner has broken away.
    overrides: Option<usize>,
}

impl<'a> Walk<'a> {
    /// `listens`: who is passed over is to be heard of.
    pub(super) fn new(rule: &'a Differential, turn: Turn<'a>, listens: bool) -> Self {
        let sponsors = &turn.standing.snapshot.network.sponsors;
        let nodes = if listens { turn.nodes(sponsors) } else { turn.nodes_of_stops(sponsors, |node| node.eligible) };
        let ladder = (!listens).then(|| Ladder::of(rule, &nodes, sponsors));
        Self { nodes, top_rate: rule.rates.iter().copied().max().unwrap_or_default(), ladder, rule, turn }
    }

    /// The same as a walk past everybody above.
    fn climb(&self, ladder: &Ladder, seller: u32, mut progress: Progress, way: &mut impl Way) -> Result<(), Refusal> {
        let depth = |at: u32| ladder.rungs[at as usize].depth;
        let level = |at: u32| depth(seller) - depth(at);
        let leader = ladder.leaders.as_ref().map_or(NONE, |leaders| match progress.overrides {
            Some(_) => seller,
            None => leaders.next[seller as usize],
        });
        // The leader still earns the own difference, nobody further up does.
        let last = if leader == NONE { 0 } else { depth(leader) };
        let mut at = self.nodes[seller as usize].parent;
        while at != NONE && depth(at) >= last && progress.paid < self.top_rate {
            self.differ(at, level(at), &mut progress, way)?;
            at = ladder.rungs[at as usize].next;
        }
        let (Some(leaders), Some(breakaway)) = (&ladder.leaders, &self.rule.breakaway) else { return Ok(()) };
        at = leader;
        for rate in &breakaway.overrides {
            at = leaders.eligible.get(at as usize).copied().unwrap_or(NONE);
            if at == NONE {
                break;
            }
            self.overrides(at, level(at), *rate, &mut progress, way)?;
        }
        Ok(())
    }

    /// The partner of the order, at level 0.
    fn start(&self, seller: u32, progress: &mut Progress, way: &mut impl Way) -> Result<(), Refusal> {
        let node = self.nodes[seller as usize];
        let rate = self.rule.rates[usize::from(node.rank)];
        if self.rule.start == Start::Source {
            progress.paid = rate;
        }
        if self.rule.include_self && node.eligible {
            way.earns(Stop { beneficiary: seller, level: 0, rate: rate.units() }, || Formula::Product)?;
            progress.paid = rate;
        } else if self.rule.include_self {
            way.note(seller, || self.turn.ineligible(seller, Some(0), None));
        }
        self.pass(seller, progress, way);
        Ok(())
    }

    /// One partner above, while the differential lasts.
    fn differ(&self, at: u32, level: u32, progress: &mut Progress, way: &mut impl Way) -> Result<(), Refusal> {
        let node = self.nodes[at as usize];
        let (rate, paid) = (self.rule.rates[usize::from(node.rank)], progress.paid);
        if !node.eligible {
            way.note(at, || self.turn.ineligible(at, Some(level), Some(Effect::PassedOver)));
        } else if rate > paid {
            let stop = Stop { beneficiary: at, level, rate: rate.units() - paid.units() };
            way.earns(stop, || Formula::Difference { own_rate: rate.to_string(), already_paid: paid.to_string() })?;
            progress.paid = rate;
        } else {
            way.note(at, || Step::NoDifferential {
                level,
                rank: self.turn.rank_code(node.rank),
                rate: rate.to_string(),
                already_paid: paid.to_string(),
            });
        }
        Ok(())
    }

    /// One partner above somebody who has broken away.
    fn overrides(&self, at: u32, level: u32, rate: Rate, progress: &mut Progress, way: &mut impl Way) -> Result<(), Refusal> {
        let node = self.nodes[at as usize];
        let required = self.rule.breakaway.as_ref().map_or(0, |breakaway| breakaway.rank);
        if node.rank < required {
            way.note(at, || {
                let [rank, required] = [node.rank, required].map(|rank| self.turn.rank_code(rank));
                Step::BelowBreakaway { level, rank, required }
            });
        } else if !node.eligible {
            way.note(at, || self.turn.ineligible(at, Some(level), Some(Effect::PassedOver)));
        } else {
            way.earns(Stop { beneficiary: at, level, rate: rate.units() }, || Formula::Product)?;
            progress.overrides = progress.overrides.map(|paid| paid + 1);
        }
        Ok(())
    }

    /// As soon as a partner of the breakaway rank has been passed, paid or not, only overrides follow.
    fn pass(&self, at: u32, progress: &mut Progress, way: &mut impl Way) {
        let Some(breakaway) = &self.rule.breakaway else { return };
        let rank = self.nodes[at as usize].rank;
        if progress.overrides.is_none() && rank >= breakaway.rank {
            progress.overrides = Some(0);
            way.note(NONE, || Step::BrokeAway { at: self.turn.standing.number(at), rank: self.turn.rank_code(rank) });
        }
    }
}

impl OrderWalk for Walk<'_> {
    fn rates(&self) -> Vec<i64> {
        let mut own: Vec<i64> = self.rule.rates.iter().map(|rate| rate.units()).chain([0]).collect();
        own.sort_unstable();
        own.dedup();
        let differences = own.iter().flat_map(|above| own.iter().map(move |below| above - below)).filter(|difference| *difference >= 0);
        let overrides = self.rule.breakaway.iter().flat_map(|breakaway| breakaway.overrides.iter().map(|rate| rate.units()));
        differences.chain(overrides).collect()
    }

    fn sees(&self, order: &Order, _: u32) -> Result<(), Overlooked> {
        self.turn.sees(order)
    }

    fn walk(&self, partner: u32, way: &mut impl Way) -> Result<(), Refusal> {
        let mut progress = Progress { paid: Rate::ZERO, overrides: None };
        self.start(partner, &mut progress, way)?;
        if let Some(ladder) = &self.ladder {
            return self.climb(ladder, partner, progress, way);
        }
        let (mut at, mut level) = (partner, 0);
        let end = loop {
            let above = self.nodes[at as usize].parent;
            if above == NONE {
                break WalkEnd::TopReached;
            }
            let left = match (&self.rule.breakaway, progress.overrides) {
                (Some(breakaway), Some(paid)) => breakaway.overrides.get(paid).copied().ok_or(match paid {
                    0 => WalkEnd::PaysNobodyAbove,
                    _ => WalkEnd::OverridesUsedUp,
                }),
                (None, _) if progress.paid >= self.top_rate => Err(WalkEnd::TopRatePaid),
                _ => Ok(Rate::ZERO),
            };
            (at, level) = match left {
                Ok(_) => (above, level + 1),
                Err(end) => break end,
            };
            match (left, progress.overrides) {
                (Ok(rate), Some(_)) => self.overrides(at, level, rate, &mut progress, way)?,
                _ => self.differ(at, level, &mut progress, way)?,
            }
            self.pass(at, &mut progress, way);
        };
        way.note(NONE, || self.turn.end(at, end));
        Ok(())
    }
}
