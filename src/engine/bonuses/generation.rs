//! Generation: every leader above closes a generation and earns its rate (docs/plans.md, section 6).

use crate::engine::explain::step::{Effect, Formula, Step, WalkEnd};
use crate::engine::plan::{RankIndex, Rate};
use crate::engine::refusal::Refusal;
use crate::engine::snapshot::Order;
use crate::engine::tree::NONE;

use super::Turn;
use super::walk::{Node, OrderWalk, Overlooked, Stop, Way};

/// The rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// The paid rank from which a partner closes a generation.
    pub leader_rank: RankIndex,
    /// Rates of the generations, nearest first.
    pub rates: Vec<Rate>,
}

pub(super) struct Walk<'a> {
    rule: &'a Generation,
    turn: Turn<'a>,
    nodes: Vec<Node>,
}

impl<'a> Walk<'a> {
    /// `listens`: who is passed over is to be heard of.
    pub(super) fn new(rule: &'a Generation, turn: Turn<'a>, listens: bool) -> Self {
        let sponsors = &turn.standing.snapshot.network.sponsors;
        let closes = |node: Node| node.eligible && node.rank >= rule.leader_rank;
        Self { nodes: if listens { turn.nodes(sponsors) } else { turn.nodes_of_stops(sponsors, closes) }, rule, turn }
    }
}

impl OrderWalk for Walk<'_> {
    fn rates(&self) -> Vec<i64> {
        self.rule.rates.iter().map(|rate| rate.units()).collect()
    }

    fn sees(&self, order: &Order, _: u32) -> Result<(), Overlooked> {
        self.turn.sees(order)
    }

    fn walk(&self, partner: u32, way: &mut impl Way) -> Result<(), Refusal> {
        let turn = &self.turn;
        let mut at = partner;
        let mut rates = (1..).zip(&self.rule.rates);
        let mut generation = rates.next();
        while let Some((level, rate)) = generation {
            let above = self.nodes[at as usize].parent;
            if above == NONE {
                way.note(NONE, || turn.end(at, WalkEnd::TopReached));
                return Ok(());
            }
            at = above;
            let Node { rank, eligible, .. } = self.nodes[at as usize];
            if rank < self.rule.leader_rank {
                let required = self.rule.leader_rank;
                way.note(at, || Step::NoLeader { level, rank: turn.rank_code(rank), required: turn.rank_code(required) });
            } else if !eligible {
                way.note(at, || turn.ineligible(at, Some(level), Some(Effect::PassedOver)));
            } else {
                way.earns(Stop { beneficiary: at, level, rate: rate.units() }, || Formula::Product)?;
                generation = rates.next();
            }
        }
        let end = if self.rule.rates.is_empty() { WalkEnd::PaysNobodyAbove } else { WalkEnd::GenerationsUsedUp };
        way.note(NONE, || turn.end(at, end));
        Ok(())
    }
}
