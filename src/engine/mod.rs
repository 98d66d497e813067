//! PURE: (Snapshot, Plan, Period) -> Outcome. No clock, no database, no randomness: the same input gives the same bytes.

pub mod bonuses;
mod caps;
pub mod decimal;
pub mod explain;
pub mod input;
pub mod outcome;
pub mod plan;
pub mod rank;
pub mod refusal;
pub mod rounding;
pub mod snapshot;
mod standing;
pub mod tree;
pub mod volume;

use std::borrow::Cow;

use crate::domain::period::Period;

use bonuses::{Paid, Turn};
use explain::recorder::{Recorder, Silent};
pub use outcome::Outcome;
pub use plan::Plan;
pub use refusal::Refusal;
pub use snapshot::Snapshot;
use standing::Standing;

/// Computes a period: ranks, lines, statements, carry (plans.md). A snapshot that is given away is cut down in place where some of its
/// partners take no part in the period; of a borrowed one the rest is copied.
///
/// # Errors
/// Input that breaks a rule which depends on the plan or the period, or numbers that leave the range of 64 bits.
pub fn run<'a>(plan: &'a Plan, snapshot: impl Into<Cow<'a, Snapshot>>, period: Period) -> Result<Outcome<'a>, Refusal> {
    pay(Standing::of(plan, snapshot.into(), period)?, &mut Silent)
}

/// What the bonuses that walk up from orders pay on one order at this moment, before caps (plans.md, section 9, live).
/// The close computes the period anew, so these lines are a preview. No lines where the order does not count in the period.
///
/// # Errors
/// As [`run`].
pub fn accrue<'a>(plan: &'a Plan, snapshot: &'a Snapshot, period: Period, order: i64) -> Result<Outcome<'a>, Refusal> {
    let mut standing = Standing::of(plan, snapshot.into(), period)?;
    let place = standing.snapshot.orders.find(order);
    standing.counted.retain(|counted| Some(*counted) == place);
    let pay = |(index, bonus): (usize, &'a plan::Bonus)| match bonus.rule.walks_from_orders() {
        true => Turn { index, bonus, standing: &standing }.pay(&[], &mut Silent),
        false => Ok(Paid::default()),
    };
    let paid = plan.bonuses.iter().enumerate().map(pay).collect::<Result<Vec<Paid>, Refusal>>()?;
    Outcome::of(standing, paid, 0)
}

/// Pays all bonuses, then applies the caps in their order.
fn pay<'a, R: Recorder>(standing: Standing<'a>, recorder: &mut R) -> Result<Outcome<'a>, Refusal> {
    let bonuses = &standing.plan.bonuses;
    let mut paid: Vec<Paid> = Vec::with_capacity(bonuses.len());
    let mut owed = 0;
    for (index, bonus) in bonuses.iter().enumerate() {
        let turn = Turn { index, bonus, standing: &standing };
        let mut earned = turn.pay(&paid, recorder)?;
        owed += earned.lines.total();
        caps::bonus(turn, &mut earned, recorder);
        paid.push(earned);
    }
    caps::partner(&standing, &mut paid, recorder);
    caps::payout(&standing, &mut paid, recorder)?;
    let left: i128 = paid.iter().map(|paid| paid.lines.total()).sum();
    Outcome::of(standing, paid, owed - left)
}
