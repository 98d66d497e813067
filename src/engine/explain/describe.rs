//! From the engine's indices to the codes and decimals of a step.

use crate::engine::bonuses::Overlooked;
use crate::engine::decimal::plain;
use crate::engine::plan::Bonus;
use crate::engine::snapshot::Order;
use crate::engine::standing::{Ineligible, Standing};

use super::step::{Effect, NotEligible, Step, Unseen};

/// Why a partner cannot earn a bonus, and what that does to the level of a walk.
pub(crate) fn ineligible(standing: &Standing, bonus: &Bonus, partner: u32, level: Option<u32>, effect: Option<Effect>) -> Step {
    Step::Ineligible { level, why: not_eligible(standing, bonus, partner), effect }
}

/// Why a partner cannot earn a bonus.
pub(crate) fn not_eligible(standing: &Standing, bonus: &Bonus, partner: u32) -> NotEligible {
    let rank = |rank: u16| standing.plan.ranks[usize::from(rank)].code.clone();
    match standing.eligibility(bonus, partner) {
        Err(Ineligible::Status(status)) => NotEligible::Status { status: status.to_string() },
        Err(Ineligible::RankBelow(least)) => {
            NotEligible::RankTooLow { rank: rank(standing.ranks.paid[partner as usize]), required: rank(least) }
        }
        Err(Ineligible::Inactive) | Ok(()) => NotEligible::Inactive {
            pv: plain(i128::from(standing.volumes.pv[partner as usize]), 4),
            required: standing.plan.active_volume.to_string(),
        },
    }
}

/// Why a bonus does not look at an order.
pub(crate) fn overlooked(standing: &Standing, order: &Order, why: Overlooked) -> Unseen {
    match why {
        Overlooked::NoVolume => Unseen::NoVolume,
        Overlooked::Kind => Unseen::Kind { kind: order.kind.to_string() },
        Overlooked::Buyer => Unseen::Buyer { buyer: order.buyer.to_string() },
        Overlooked::TooLateAfterJoining { days } => {
            Unseen::TooLateAfterJoining { joined_at: standing.snapshot.network.joined_at()[order.partner as usize].to_string(), days }
        }
        Overlooked::NotFirstOrder { first } => Unseen::NotFirstOrder { first: standing.snapshot.orders.number(first) },
    }
}
