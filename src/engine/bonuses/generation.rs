//! Generation: every leader above closes a generation and earns its rate (plans.md, section 6).

use crate::engine::explain::recorder::Recorder;
use crate::engine::explain::step::{Effect, Step, WalkEnd};
use crate::engine::plan::{RankIndex, Rate};
use crate::engine::refusal::Refusal;
use crate::engine::rounding::Minor;
use crate::engine::tree::NONE;

use super::walk::{Node, OrderWalk};
use super::{Line, Turn};

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
    minor: Minor,
}

impl<'a> Walk<'a> {
    pub(super) fn new(rule: &'a Generation, turn: Turn<'a>) -> Self {
        let nodes = turn.nodes(&turn.standing.snapshot.network.sponsors);
        Self { nodes, minor: turn.standing.minor(4 + Rate::DIGITS), rule, turn }
    }

    fn note_no_leader<R: Recorder>(&self, place: u32, at: u32, level: u32, recorder: &mut R) {
        let ranks = &self.turn.standing.plan.ranks;
        recorder.note(self.turn.about(at, place), || Step::NoLeader {
            level,
            rank: ranks[usize::from(self.nodes[at as usize].rank)].code.clone(),
            required: ranks[usize::from(self.rule.leader_rank)].code.clone(),
        });
    }
}

impl OrderWalk for Walk<'_> {
    fn pay<R: Recorder>(&self, place: u32, lines: &mut Vec<Line>, recorder: &mut R) -> Result<(), Refusal> {
        let order = self.turn.standing.snapshot.orders.order(place);
        if let Err(why) = self.turn.sees(order) {
            self.turn.note_unseen(place, why, recorder);
            return Ok(());
        }
        let mut at = order.partner;
        let mut rates = (1..).zip(&self.rule.rates);
        let mut generation = rates.next();
        while let Some((level, rate)) = generation {
            let above = self.nodes[at as usize].parent;
            if above == NONE {
                self.turn.note_end(place, at, WalkEnd::TopReached, recorder);
                return Ok(());
            }
            at = above;
            let node = self.nodes[at as usize];
            if node.rank < self.rule.leader_rank {
                self.note_no_leader(place, at, level, recorder);
            } else if !node.eligible {
                self.turn.note_ineligible(self.turn.about(at, place), Some(level), Some(Effect::PassedOver), recorder);
            } else {
                let amount = self.turn.amount(&self.minor, order, rate.units())?;
                let (base, rate) = (order.cv.units(), rate.units());
                let line = Line { base, rate, amount, beneficiary: at, order: place, source: order.partner, level };
                self.turn.earn(line, lines, recorder);
                generation = rates.next();
            }
        }
        self.turn.note_end(place, at, WalkEnd::GenerationsUsedUp, recorder);
        Ok(())
    }
}
