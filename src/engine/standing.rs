//! How everybody stands in a period: what all bonuses look at.

use std::borrow::Cow;

use crate::domain::partner_status::PartnerStatus;
use crate::domain::period::Period;

use super::plan::{Bonus, OrderFilter, Plan, RankIndex};
use super::rank::{Ranks, check_codes};
use super::refusal::Refusal;
use super::rounding::Minor;
use super::snapshot::{Counted, Snapshot};
use super::tree::NONE;
use super::tree::placement::PlacementTree;
use super::volume::{Personal, Volumes};

/// Orders that count, volumes, activity and ranks of a period.
pub(crate) struct Standing<'a> {
    pub plan: &'a Plan,
    /// What takes part in the period.
    pub snapshot: Cow<'a, Snapshot>,
    pub period: Period,
    /// The period's orders.
    pub counted: Counted,
    pub placement: Option<PlacementTree>,
    pub volumes: Volumes,
    pub ranks: Ranks,
}

/// Why a partner cannot earn a bonus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ineligible {
    Status(PartnerStatus),
    /// PV below what activity asks.
    Inactive,
    /// Paid rank below the bonus's.
    RankBelow(RankIndex),
}

impl<'a> Standing<'a> {
    /// Checks the whole input, also what the period ignores, then looks at what takes part.
    pub(crate) fn of(plan: &'a Plan, snapshot: Cow<'a, Snapshot>, period: Period) -> Result<Self, Refusal> {
        // The placement tree waits for memory most of the time, so the orders are looked at meanwhile.
        let look = |snapshot: &Snapshot| {
            let counted = || {
                let counted = snapshot.orders.placed_between(period.start(), period.end());
                let personal = Personal::of(snapshot, &counted, &OrderFilter::default());
                (counted, personal)
            };
            let placement = || plan.placement.map(|shape| PlacementTree::of(&snapshot.network, shape)).transpose();
            let (placement, counted) = rayon::join(placement, counted);
            placement.map(|placement| (placement, counted))
        };
        check_codes(plan, &snapshot.network)?;
        let whole = look(&snapshot)?;
        let (snapshot, (placement, (counted, personal))) = match snapshot.network.seats(period.end()) {
            None => (snapshot, whole),
            Some(seats) => {
                drop(whole);
                let partaking = snapshot.into_owned().partaking(&seats, plan.placement.is_some())?;
                let part = look(&partaking)?;
                (Cow::Owned(partaking), part)
            }
        };
        let volumes = Volumes::of(plan, &snapshot, personal?, placement.as_ref())?;
        let ranks = Ranks::of(plan, &snapshot, &volumes, placement.as_ref());
        Ok(Self { plan, snapshot, period, counted, placement, volumes, ranks })
    }

    /// How many partners take part.
    pub(crate) fn len(&self) -> usize {
        self.snapshot.network.len()
    }

    /// The dense indices in ascending order of number.
    pub(crate) fn by_number(&self) -> &[u32] {
        self.snapshot.network.by_number()
    }

    /// The partner number behind a dense index.
    pub(crate) fn number(&self, partner: u32) -> i64 {
        self.snapshot.network.number(partner)
    }

    /// The dense indices of the period's orders in ascending order of number.
    pub(crate) fn counted_by_number(&self) -> Vec<u32> {
        self.counted.by_number(&self.snapshot.orders).collect()
    }

    /// The order number behind a dense index; none for no order.
    pub(crate) fn order_number(&self, order: u32) -> Option<i64> {
        (order != NONE).then(|| self.snapshot.orders.number(order))
    }

    /// Whether a partner can earn a bonus (docs/plans.md, section 4).
    pub(crate) fn eligibility(&self, bonus: &Bonus, partner: u32) -> Result<(), Ineligible> {
        self.active_for(bonus, partner)?;
        match bonus.min_rank {
            Some(least) if self.ranks.paid[partner as usize] < least => Err(Ineligible::RankBelow(least)),
            _ => Ok(()),
        }
    }

    /// The same without a look at `min_rank`: roll-up is about inactivity (docs/plans.md, Q1).
    pub(crate) fn active_for(&self, bonus: &Bonus, partner: u32) -> Result<(), Ineligible> {
        if self.volumes.active[partner as usize] {
            return Ok(());
        }
        match self.snapshot.network.statuses()[partner as usize] {
            PartnerStatus::Active if bonus.requires_active => Err(Ineligible::Inactive),
            PartnerStatus::Active => Ok(()),
            status => Err(Ineligible::Status(status)),
        }
    }

    /// Rounds exact values with that many digits to the plan's currency.
    pub(crate) fn minor(&self, digits: u32) -> Minor {
        Minor::of(self.plan.rounding, digits, self.plan.currency.exponent)
    }
}
