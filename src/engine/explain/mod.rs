//! Why somebody earned what, or nothing. The steps come from the calculators themselves, which report them while they compute.

mod answer;
pub(crate) mod describe;
mod explanation;
pub(crate) mod recorder;
mod sentence;
pub mod step;

use std::borrow::Cow;

use crate::domain::period::Period;

use super::plan::Plan;
use super::refusal::Refusal;
use super::snapshot::Snapshot;
use super::standing::Standing;

pub use explanation::{BonusExplanation, Calculation, Explanation, NextRank, Progress, Reason};

/// What is to be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The partner number.
    pub partner: i64,
    /// The order number; none: everything the partner earns in the period.
    pub order: Option<i64>,
}

/// Why there is no explanation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unexplained {
    /// The input is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The partner is not in the network, or joins only at or after the period's end.
    #[error("partner {0} takes no part in the period: not in the network, or joined at or after the period's end")]
    UnknownPartner(i64),
    /// The order is not among the orders of those who take part.
    #[error("order {0} is not among the orders of the partners who take part in the period")]
    UnknownOrder(i64),
}

/// Explains every line of a partner; with an order, what each bonus did with that order on the way to the partner, paid or not.
///
/// # Errors
/// Refused input, or a partner or order that takes no part.
pub fn explain<'a>(
    plan: &'a Plan,
    snapshot: impl Into<Cow<'a, Snapshot>>,
    period: Period,
    question: Question,
) -> Result<Explanation, Unexplained> {
    let standing = Standing::of(plan, snapshot.into(), period)?;
    let partner = standing.snapshot.network.find(question.partner).ok_or(Unexplained::UnknownPartner(question.partner))?;
    let order = question.order.map(|number| standing.snapshot.orders.find(number).ok_or(Unexplained::UnknownOrder(number))).transpose()?;
    let mut below = standing.snapshot.network.sponsors.below(partner);
    if let Some(placement) = &standing.placement {
        below.iter_mut().zip(placement.tree.below(partner)).for_each(|(below, placed)| *below |= placed);
    }
    let mut trace = recorder::Trace::new(partner, order, &below);
    let outcome = super::pay(standing, &mut trace)?;
    Ok(answer::Answer::new(&outcome, partner, order).explain(trace.into_heard()))
}
