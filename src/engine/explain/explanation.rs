//! The explanation itself, for programs and for people.

use std::fmt;

use serde::Serialize;

use crate::domain::partner_status::PartnerStatus;

use super::step::Step;

/// What a partner earned in a period, or from one order, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The period.
    pub period: String,
    /// The partner number.
    pub partner: i64,
    /// The status.
    pub status: PartnerStatus,
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
    /// How often orders, or what others earn, brought the partner nothing, by reason; only where the question names no order.
    pub unpaid: Vec<Reason>,
    /// What the calculations come to.
    pub amount: String,
}

/// The steps from one source to the partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Calculation {
    /// The order, if it is about a single one.
    pub order: Option<i64>,
    /// The partner it comes from; where an order counts as one of another partner, that one.
    pub source: i64,
    /// In the order in which they were computed.
    pub steps: Vec<Step>,
    /// What it comes to after all caps.
    pub amount: String,
}

/// Why orders, or what others earn, brought nothing, and how many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// In words.
    pub reason: String,
    /// How many orders; of a matching bonus, how many partners whose earnings are matched.
    pub count: usize,
}

/// For people: one sentence per step.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let active = if self.active { "active" } else { "not active" };
        let Self { partner, period, status, rank, pv, .. } = self;
        writeln!(f, "Partner {partner} in {period}: status {status}, rank {rank}, {active} with a PV of {pv}.")?;
        if let Some(next) = &self.next_rank {
            let NextRank { rank, percentage, .. } = next;
            match status {
                PartnerStatus::Active => writeln!(f, "Next rank {rank}: {percentage} %.")?,
                _ => writeln!(f, "Next rank {rank}: {percentage} %, but only partners with status ACTIVE qualify.")?,
            }
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
            for Reason { reason, count } in &bonus.unpaid {
                match bonus.kind {
                    "matching" => writeln!(f, "  what {count} partners earn paid nothing: {reason}")?,
                    _ => writeln!(f, "  {count} orders paid nothing: {reason}")?,
                }
            }
        }
        match self.order {
            Some(order) => writeln!(f, "\ntotal of order {order}: {}", self.amount),
            None => writeln!(f, "\ntotal {}", self.amount),
        }
    }
}
