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

use bonuses::{Paid, Turn, add_all};
use explain::recorder::{Recorder, Silent};
pub use outcome::Outcome;
pub use plan::Plan;
pub use refusal::Refusal;
pub use snapshot::Snapshot;
use standing::Standing;

/// Computes a period: ranks, lines, statements, carry (docs/plans.md). A snapshot that is given away is cut down in place where some of its
/// partners take no part in the period; a borrowed one is copied first.
///
/// # Errors
/// Input that breaks a rule which depends on the plan or the period, or numbers that leave the range of 64 bits.
pub fn run<'a>(plan: &'a Plan, snapshot: impl Into<Cow<'a, Snapshot>>, period: Period) -> Result<Outcome<'a>, Refusal> {
    pay(Standing::of(plan, snapshot.into(), period)?, &mut Silent)
}

/// Pays all bonuses, then applies the caps in their order.
fn pay<'a, R: Recorder>(standing: Standing<'a>, recorder: &mut R) -> Result<Outcome<'a>, Refusal> {
    let bonuses = &standing.plan.bonuses;
    let clock = caps::Clock::new(&standing);
    let mut paid: Vec<Paid> = Vec::with_capacity(bonuses.len());
    let mut owed = 0;
    for (index, bonus) in bonuses.iter().enumerate() {
        let turn = Turn { index, bonus, standing: &standing };
        let mut earned = turn.pay(&paid, recorder)?;
        owed += earned.lines.total();
        caps::bonus(turn, &clock, &mut earned, recorder);
        paid.push(earned);
    }
    caps::partner(&clock, &mut paid, recorder);
    drop(clock);
    let earned = caps::payout(&standing, &mut paid, recorder)?;
    let left: i128 = paid.iter().map(|paid| paid.lines.total()).sum();
    let earned = earned.unwrap_or_else(|| {
        let mut all = Vec::new();
        paid.iter().for_each(|paid| add_all(&mut all, paid.lines.sums()));
        all
    });
    Outcome::of(standing, paid, earned, owed - left)
}
