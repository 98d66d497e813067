//! From the steps of a run to the explanation of one partner.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::engine::bonuses::unilevel::TreeName;
use crate::engine::bonuses::{Line, Rule};
use crate::engine::decimal::fixed;
use crate::engine::outcome::Outcome;
use crate::engine::plan::Bonus;
use crate::engine::tree::NONE;

use super::recorder::About;
use super::step::{Step, Unseen};

/// What a partner earned in a period, or from one order, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The period.
    pub period: String,
    /// The partner number.
    pub partner: i64,
    /// The code of the paid rank.
    pub rank: String,
    /// Whether the partner is active in the period.
    pub active: bool,
    /// Personal volume of the period.
    pub pv: String,
    /// The order, where the question names one.
    pub order: Option<i64>,
    /// One entry per bonus, in the order of the plan.
    pub bonuses: Vec<BonusExplanation>,
    /// The sum of what is explained here.
    pub amount: String,
}

/// What one bonus did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BonusExplanation {
    /// The bonus's code.
    pub bonus: String,
    /// Its kind.
    pub kind: &'static str,
    /// What was computed for the partner, in output order.
    pub calculations: Vec<Calculation>,
    /// How often orders brought the partner nothing, by reason; only where the question names no order.
    pub unpaid: Vec<Reason>,
    /// What the calculations come to.
    pub amount: String,
}

/// The steps from one source to the partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Calculation {
    /// The order, if it is about a single one.
    pub order: Option<i64>,
    /// The partner it comes from.
    pub source: i64,
    /// In the order in which they were computed.
    pub steps: Vec<Step>,
    /// What it comes to after all caps.
    pub amount: String,
}

/// Why orders brought nothing, and how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// In words.
    pub reason: String,
    /// How many orders.
    pub orders: usize,
}

/// What the steps are explained with.
pub(super) struct Answer<'o> {
    outcome: &'o Outcome<'o>,
    partner: u32,
    order: Option<u32>,
}

/// The steps of one bonus by order and source.
type Grouped = BTreeMap<(u32, u32), Vec<Step>>;

impl<'o> Answer<'o> {
    pub(super) fn new(outcome: &'o Outcome<'o>, partner: u32, order: Option<u32>) -> Self {
        Self { outcome, partner, order }
    }

    pub(super) fn explain(&self, steps: Vec<(About, Step)>) -> Explanation {
        let standing = &self.outcome.standing;
        let mut grouped: Vec<Grouped> = vec![Grouped::new(); standing.plan.bonuses.len()];
        for (about, step) in steps {
            let Some(bonus) = about.bonus else { continue };
            // All steps of one order belong together, whoever is their source.
            let source = if about.order == NONE { about.source } else { NONE };
            grouped[bonus].entry((about.order, source)).or_default().push(step);
        }
        let bonuses = standing.plan.bonuses.iter().enumerate().zip(grouped);
        let bonuses: Vec<_> = bonuses.map(|((index, bonus), steps)| self.bonus(index, bonus, steps)).collect();
        let place = self.partner as usize;
        let total = bonuses.iter().map(|(_, amount)| amount).sum();
        Explanation {
            period: standing.period.to_string(),
            partner: standing.number(self.partner),
            rank: standing.plan.ranks[usize::from(standing.ranks.paid[place])].code.clone(),
            active: standing.volumes.active[place],
            pv: crate::engine::decimal::plain(standing.volumes.pv[place].into(), 4),
            order: self.order.and_then(|order| standing.order_number(order)),
            bonuses: bonuses.into_iter().map(|(bonus, _)| bonus).collect(),
            amount: self.money(total),
        }
    }

    fn bonus(&self, index: usize, bonus: &Bonus, mut steps: Grouped) -> (BonusExplanation, i128) {
        if let (true, Some(order)) = (bonus.rule.walks_from_orders(), self.order) {
            let steps = steps.entry((order, NONE)).or_default();
            self.conclude(bonus, order, steps);
        }
        let lines = || self.outcome.paid[index].lines.iter().filter(|line| line.beneficiary == self.partner);
        let mut unpaid: BTreeMap<String, usize> = BTreeMap::new();
        let (mut calculations, mut total) = (Vec::new(), 0);
        for ((order, source), steps) in steps {
            let same = |line: &&Line| line.order == order && (order != NONE || line.source == source);
            let amount: i128 = lines().filter(same).map(|line| i128::from(line.amount)).sum();
            let asked = self.order.is_none_or(|asked| asked == order || (order == NONE && source == self.partner));
            let in_detail = self.order.is_some() || order == NONE || steps.iter().any(Step::is_about_money);
            if asked && in_detail {
                total += amount;
                calculations.push(self.calculation((order, source), steps, amount));
            } else if asked && let Some(step) = steps.last() {
                *unpaid.entry(step.reason().to_owned()).or_default() += 1;
            }
        }
        let unpaid = unpaid.into_iter().map(|(reason, orders)| Reason { reason, orders }).collect();
        let amount = self.money(total);
        (BonusExplanation { bonus: bonus.code.clone(), kind: bonus.rule.kind(), calculations, unpaid, amount }, total)
    }

    fn calculation(&self, (order, source): (u32, u32), steps: Vec<Step>, amount: i128) -> Calculation {
        let standing = &self.outcome.standing;
        let source = if order == NONE { source } else { standing.snapshot.orders.order(order).partner };
        Calculation { order: standing.order_number(order), source: standing.number(source), steps, amount: self.money(amount) }
    }

    /// Where the walk of the order never came to the partner, says why.
    fn conclude(&self, bonus: &Bonus, place: u32, steps: &mut Vec<Step>) {
        let standing = &self.outcome.standing;
        let order = standing.snapshot.orders.order(place);
        if !standing.period.contains(order.placed_at) {
            let (placed_at, period) = (order.placed_at.to_string(), standing.period.to_string());
            steps.push(Step::OrderUnseen { why: Unseen::OutsidePeriod { placed_at, period } });
            return;
        }
        if steps.iter().any(Step::is_about_partner) || steps.iter().any(|step| matches!(step, Step::OrderUnseen { .. })) {
            // The walk came by, so where it ended further up does not matter.
            steps.retain(|step| !matches!(step, Step::WalkEnded { .. }));
            return;
        }
        let tree = match (&bonus.rule, &standing.placement) {
            (Rule::Unilevel(rule), Some(placement)) if rule.tree == TreeName::Placement => &placement.tree,
            _ => &standing.snapshot.network.sponsors,
        };
        if order.partner != self.partner && !tree.ancestors(order.partner).any(|above| above == self.partner) {
            steps.retain(|step| !matches!(step, Step::WalkEnded { .. }));
            steps.push(Step::NotAbove { of: standing.number(order.partner) });
        } else if order.partner == self.partner {
            steps.retain(|step| !matches!(step, Step::WalkEnded { .. }));
            steps.push(Step::NotForOneself);
        }
    }

    fn money(&self, amount: i128) -> String {
        fixed(amount, self.outcome.standing.plan.currency.exponent)
    }
}

/// For people: one sentence per step.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let active = if self.active { "active" } else { "not active" };
        writeln!(f, "Partner {} in {}: rank {}, {active} with a PV of {}.", self.partner, self.period, self.rank, self.pv)?;
        for bonus in &self.bonuses {
            if bonus.calculations.is_empty() && bonus.unpaid.is_empty() {
                continue;
            }
            writeln!(f, "\n{} ({}): {}", bonus.bonus, bonus.kind, bonus.amount)?;
            for calculation in &bonus.calculations {
                match calculation.order {
                    Some(order) => writeln!(f, "  order {order} of partner {}: {}", calculation.source, calculation.amount)?,
                    None if calculation.source == self.partner => writeln!(f, "  the period: {}", calculation.amount)?,
                    None => writeln!(f, "  from partner {}: {}", calculation.source, calculation.amount)?,
                }
                for step in &calculation.steps {
                    writeln!(f, "    - {step}")?;
                }
            }
            for Reason { reason, orders } in &bonus.unpaid {
                writeln!(f, "  {orders} orders paid nothing: {reason}")?;
            }
        }
        writeln!(f, "\ntotal {}", self.amount)
    }
}
