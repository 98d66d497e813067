//! From the engine's indices to the codes and decimals of a step.

use crate::engine::decimal::plain;
use crate::engine::plan::Bonus;
use crate::engine::standing::{Ineligible, Standing};

use super::step::{Effect, NotEligible, Step};

/// Why a partner cannot earn a bonus.
pub(crate) fn ineligible(standing: &Standing, bonus: &Bonus, partner: u32, level: Option<u32>, effect: Option<Effect>) -> Step {
    let rank = |rank: u16| standing.plan.ranks[usize::from(rank)].code.clone();
    let why = match standing.eligibility(bonus, partner) {
        Err(Ineligible::Status(status)) => NotEligible::Status { status: status.to_string() },
        Err(Ineligible::RankBelow(least)) => {
            NotEligible::RankTooLow { rank: rank(standing.ranks.paid[partner as usize]), required: rank(least) }
        }
        Err(Ineligible::Inactive) | Ok(()) => NotEligible::Inactive {
            pv: plain(i128::from(standing.volumes.pv[partner as usize]), 4),
            required: standing.plan.active_volume.to_string(),
        },
    };
    Step::Ineligible { level, why, effect }
}
