//! From the steps of a run to the explanation of one partner.

use std::collections::{BTreeMap, HashMap};

use crate::engine::bonuses::Rule;
use crate::engine::bonuses::unilevel::TreeName;
use crate::engine::decimal::{fixed, plain};
use crate::engine::outcome::Outcome;
use crate::engine::plan::Bonus;
use crate::engine::rank::{Measure, Requirement};
use crate::engine::tree::NONE;

use super::explanation::{BonusExplanation, Calculation, Explanation, NextRank, Progress, Reason};
use super::recorder::Heard;
use super::step::{Step, Unseen, WalkEnd};

/// What the steps are explained with.
pub(super) struct Answer<'o> {
    outcome: &'o Outcome<'o>,
    partner: u32,
    order: Option<u32>,
}

/// The number of an order, its dense index, and the number of the partner it comes from, in output order; of what comes from an order
/// the partner is left open, and what comes from none stands behind.
type From = (i64, u32, i64);

/// The steps of one bonus.
type Grouped = BTreeMap<From, Vec<Step>>;

/// The partner who is left open.
const OPEN: i64 = 0;

impl<'o> Answer<'o> {
    pub(super) fn new(outcome: &'o Outcome<'o>, partner: u32, order: Option<u32>) -> Self {
        Self { outcome, partner, order }
    }

    pub(super) fn explain(&self, heard: Heard) -> Explanation {
        let standing = &self.outcome.standing;
        let count = standing.plan.bonuses.len();
        let (mut grouped, mut unpaid) = (vec![Grouped::new(); count], vec![Vec::new(); count]);
        for (about, step) in heard.steps {
            let Some(bonus) = about.bonus else { continue };
            grouped[bonus].entry(self.from(about.order, about.source)).or_default().push(step);
        }
        for ((bonus, reason), count) in heard.unpaid {
            unpaid[bonus].push(Reason { reason: reason.to_owned(), count });
        }
        for ((bonus, reason), count) in self.ended_below(&heard.ended) {
            unpaid[bonus].push(Reason { reason, count });
        }
        let bonuses = grouped.into_iter().zip(unpaid).enumerate();
        let bonuses: Vec<_> = bonuses.map(|(index, (steps, unpaid))| self.bonus(index, steps, unpaid)).collect();
        let place = self.partner as usize;
        // What a bonus pays on the whole period is not earned from one order.
        let from_order = |(bonus, _): &(&Bonus, &(BonusExplanation, i128))| self.order.is_none() || bonus.rule.walks_from_orders();
        let total = standing.plan.bonuses.iter().zip(&bonuses).filter(from_order).map(|(_, (_, amount))| amount).sum();
        Explanation {
            period: standing.period.to_string(),
            partner: standing.number(self.partner),
            status: standing.snapshot.network.statuses()[place],
            rank: standing.plan.ranks[usize::from(standing.ranks.paid[place])].code.clone(),
            active: standing.volumes.active[place],
            pv: plain(standing.volumes.pv[place].into(), 4),
            order: self.order.and_then(|order| standing.order_number(order)),
            next_rank: self.next_rank(),
            bonuses: bonuses.into_iter().map(|(bonus, _)| bonus).collect(),
            amount: self.money(total),
        }
    }

    /// How many walks from partners below ended before they came to the partner, by bonus and reason.
    fn ended_below(&self, ended: &[(usize, u32, WalkEnd)]) -> BTreeMap<(usize, String), usize> {
        let mut counts = BTreeMap::new();
        if ended.is_empty() {
            return counts;
        }
        let below = self.outcome.standing.snapshot.network.sponsors.below(self.partner);
        for (bonus, _, why) in ended.iter().filter(|(_, source, _)| *source != self.partner && below[*source as usize]) {
            *counts.entry((*bonus, format!("the walk upwards ended below: {why}"))).or_default() += 1;
        }
        counts
    }

    /// How far the partner has come with the rank above the paid one.
    fn next_rank(&self) -> Option<NextRank> {
        let standing = &self.outcome.standing;
        let next = usize::from(standing.ranks.paid[self.partner as usize]) + 1;
        let rank = standing.plan.ranks.get(next)?;
        let mut progress = self.outcome.progress(standing.number(self.partner))?;
        let progress = progress.swap_remove(next);
        let percentage = |hundredths: u32| plain(hundredths.into(), 2);
        let one = |(requirement, measure): (&Requirement, &Measure)| Progress {
            requirement: standing.plan.requirement_in_words(requirement),
            current: plain(measure.current, measure.digits),
            required: plain(measure.required, measure.digits),
            percentage: percentage(measure.percentage()),
            met: measure.is_met(),
        };
        Some(NextRank {
            rank: rank.code.clone(),
            percentage: percentage(progress.percentage()),
            requirements: rank.requires.iter().zip(&progress.requirements).map(one).collect(),
        })
    }

    fn bonus(&self, index: usize, mut steps: Grouped, unpaid: Vec<Reason>) -> (BonusExplanation, i128) {
        let bonus = &self.outcome.standing.plan.bonuses[index];
        let mut amounts = self.amounts(index);
        match self.order {
            Some(order) if bonus.rule.walks_from_orders() => {
                self.conclude(bonus, order, steps.entry(self.from(order, NONE)).or_default());
                steps.retain(|(_, of, _), _| *of == order);
            }
            Some(_) if matches!(bonus.rule, Rule::Matching(_)) => {
                let whole = self.from(NONE, self.partner);
                amounts = HashMap::from([(whole, amounts.values().sum())]);
                steps = Grouped::from([(whole, vec![Step::PaidOnPeriod])]);
            }
            _ => {}
        }
        let (mut calculations, mut total) = (Vec::new(), 0);
        for (of, mut steps) in steps {
            let amount = amounts.get(&of).copied().unwrap_or(0);
            total += amount;
            leave_out_what_happens_above(&mut steps);
            calculations.push(self.calculation(index, of, steps, amount));
        }
        let amount = self.money(total);
        (BonusExplanation { bonus: bonus.code.clone(), kind: bonus.rule.kind(), calculations, unpaid, amount }, total)
    }

    /// What the partner's lines of one bonus come to, by order and source.
    fn amounts(&self, bonus: usize) -> HashMap<From, i128> {
        let lines = &self.outcome.paid[bonus].lines;
        let mut amounts = HashMap::new();
        for line in lines.iter().filter(|line| line.beneficiary == self.partner) {
            let (order, source) = lines.place_of(&line);
            *amounts.entry(self.from(order, source)).or_default() += i128::from(line.amount);
        }
        amounts
    }

    fn from(&self, order: u32, source: u32) -> From {
        let standing = &self.outcome.standing;
        match standing.order_number(order) {
            Some(number) => (number, order, OPEN),
            None => (i64::MAX, NONE, standing.number(source)),
        }
    }

    fn calculation(&self, bonus: usize, (_, order, source): From, steps: Vec<Step>, amount: i128) -> Calculation {
        let standing = &self.outcome.standing;
        let source = if order == NONE { source } else { standing.number(self.source(bonus, order)) };
        Calculation { order: standing.order_number(order), source, steps, amount: self.money(amount) }
    }

    /// The partner an order comes from for the one who asks, as lines have it.
    fn source(&self, bonus: usize, order: u32) -> u32 {
        let partner = self.outcome.standing.snapshot.orders.order(order).partner;
        match self.outcome.paid[bonus].lines.seller(partner) {
            // The own order at level 0 is the own one, and an order that counts for nobody is still its partner's.
            seller if partner == self.partner || seller == NONE => partner,
            seller => seller,
        }
    }

    /// Where the walk of the order never came to the partner, says why.
    fn conclude(&self, bonus: &Bonus, place: u32, steps: &mut Vec<Step>) {
        let standing = &self.outcome.standing;
        let order = standing.snapshot.orders.order(place);
        let placed_at = standing.snapshot.orders.placed_at(place);
        if !standing.period.contains(placed_at) {
            let (placed_at, period) = (placed_at.to_string(), standing.period.to_string());
            steps.push(Step::OrderUnseen { why: Unseen::OutsidePeriod { placed_at, period } });
            return;
        }
        if steps.iter().any(|step| step.is_about_partner() || matches!(step, Step::OrderUnseen { .. })) {
            return;
        }
        let (tree, name) = match (&bonus.rule, &standing.placement) {
            (Rule::Unilevel(rule), Some(placement)) if rule.tree == TreeName::Placement => (&placement.tree, "placement"),
            _ => (&standing.snapshot.network.sponsors, "sponsor"),
        };
        let why = if order.partner == self.partner {
            Step::NotForOneself
        } else if tree.ancestors(order.partner).any(|above| above == self.partner) {
            return;
        } else {
            Step::NotAbove { of: standing.number(order.partner), tree: name }
        };
        // Whatever was heard happened above the partner, or where the partner does not stand.
        *steps = vec![why];
    }

    fn money(&self, amount: i128) -> String {
        fixed(amount, self.outcome.standing.plan.currency.exponent)
    }
}

/// Once a walk has come to the partner, it does not matter where it went on to and where it ended.
fn leave_out_what_happens_above(steps: &mut Vec<Step>) {
    let mut reached = false;
    steps.retain(|step| {
        reached |= step.is_about_partner();
        !(reached && matches!(step, Step::BrokeAway { .. } | Step::WalkEnded { .. }))
    });
}
