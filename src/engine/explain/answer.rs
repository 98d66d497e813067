//! From the steps of a run to the explanation of one partner.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Serialize;

use crate::engine::bonuses::Rule;
use crate::engine::bonuses::unilevel::TreeName;
use crate::engine::decimal::{fixed, plain};
use crate::engine::outcome::Outcome;
use crate::engine::plan::Bonus;
use crate::engine::rank::{Measure, Requirement};
use crate::engine::tree::NONE;

use super::recorder::Heard;
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
    /// How far the partner has come with the rank above the paid one; none at the top.
    pub next_rank: Option<NextRank>,
    /// One entry per bonus, in the order of the plan.
    pub bonuses: Vec<BonusExplanation>,
    /// What the partner earns from the order, or, where the question names none, in the period.
    pub amount: String,
}

/// How far a partner has come with a rank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NextRank {
    /// The rank's code.
    pub rank: String,
    /// The lowest of the requirements' percentages.
    pub percentage: String,
    /// In the order of the plan; all must be met.
    pub requirements: Vec<Progress>,
}

/// How far a partner has come with a requirement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// The requirement in words.
    pub requirement: String,
    /// What is there.
    pub current: String,
    /// What is needed.
    pub required: String,
    /// At most 100, with at most two digits behind the point.
    pub percentage: String,
    /// Whether the requirement holds.
    pub met: bool,
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
        for ((bonus, reason), orders) in heard.unpaid {
            unpaid[bonus].push(Reason { reason: reason.to_owned(), orders });
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
            rank: standing.plan.ranks[usize::from(standing.ranks.paid[place])].code.clone(),
            active: standing.volumes.active[place],
            pv: plain(standing.volumes.pv[place].into(), 4),
            order: self.order.and_then(|order| standing.order_number(order)),
            next_rank: self.next_rank(),
            bonuses: bonuses.into_iter().map(|(bonus, _)| bonus).collect(),
            amount: self.money(total),
        }
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
        if let (true, Some(order)) = (bonus.rule.walks_from_orders(), self.order) {
            let steps = steps.entry(self.from(order, NONE)).or_default();
            self.conclude(bonus, order, steps);
        }
        let (amounts, own) = (self.amounts(index), self.outcome.standing.number(self.partner));
        let (mut calculations, mut total) = (Vec::new(), 0);
        for (of, steps) in steps {
            let (_, order, source) = of;
            if self.order.is_some_and(|asked| asked != order && (order != NONE || source != own)) {
                continue;
            }
            let amount = amounts.get(&of).copied().unwrap_or(0);
            total += amount;
            calculations.push(self.calculation(of, steps, amount));
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

    fn calculation(&self, (_, order, source): From, steps: Vec<Step>, amount: i128) -> Calculation {
        let standing = &self.outcome.standing;
        let source = if order == NONE { source } else { standing.number(standing.snapshot.orders.order(order).partner) };
        Calculation { order: standing.order_number(order), source, steps, amount: self.money(amount) }
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
        if let Some(next) = &self.next_rank {
            writeln!(f, "Next rank {}: {} %.", next.rank, next.percentage)?;
            for Progress { requirement, current, required, percentage, met } in &next.requirements {
                let met = if *met { "met" } else { "not met" };
                writeln!(f, "  - {requirement}: {current} of {required}, {percentage} %, {met}")?;
            }
        }
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
        match self.order {
            Some(order) => writeln!(f, "\ntotal of order {order}: {}", self.amount),
            None => writeln!(f, "\ntotal {}", self.amount),
        }
    }
}
