//! Volumes and activity of a period (plans.md, section 4).

use crate::domain::amount::Amount;
use crate::domain::partner_status::PartnerStatus;

use super::plan::{OrderFilter, Plan};
use super::refusal::Refusal;
use super::snapshot::{Order, Snapshot};
use super::tree::placement::{Leg, PlacementTree};
use super::tree::{NONE, Tree};

/// Volumes by dense index of partner, in counts of 1/10000.
pub(crate) struct Volumes {
    /// Personal volume.
    pub pv: Vec<i64>,
    /// Commissionable volume.
    pub cv: Vec<i64>,
    /// Group volume: PV of the partner and all descendants in the sponsor tree.
    pub gv: Vec<i64>,
    /// CV of the two legs; empty without a binary placement.
    pub legs: Option<LegVolumes>,
    /// CV of all orders that count.
    pub total_cv: i64,
    /// Status ACTIVE and PV at least what the plan asks.
    pub active: Vec<bool>,
}

/// CV of the placement subtrees of the children in slot L and R.
pub(crate) struct LegVolumes {
    sums: Vec<i64>,
}

impl LegVolumes {
    pub(crate) fn of(placement: &PlacementTree, cv: &[i64], snapshot: &Snapshot) -> Result<Self, Refusal> {
        Ok(Self { sums: group(&placement.tree, cv, snapshot)? })
    }

    /// The volume of one leg of a partner.
    pub(crate) fn leg(&self, placement: &PlacementTree, partner: u32, leg: Leg) -> i64 {
        match placement.leg(partner, leg) {
            NONE => 0,
            child => self.sums[child as usize],
        }
    }
}

impl Volumes {
    /// Sums the orders that count, the sponsor groups, and the placement legs where there are any.
    pub(crate) fn of(plan: &Plan, snapshot: &Snapshot, counted: &[u32], placement: Option<&PlacementTree>) -> Result<Self, Refusal> {
        let all = OrderFilter::default();
        let (pv, cv) =
            rayon::join(|| personal(snapshot, counted, &all, |order| order.pv), || personal(snapshot, counted, &all, |order| order.cv));
        let (pv, cv) = (pv?, cv?);
        let (gv, legs) = rayon::join(
            || group(&snapshot.network.sponsors, &pv, snapshot),
            || placement.map(|placement| LegVolumes::of(placement, &cv, snapshot)).transpose(),
        );
        let least = plan.active_volume.units();
        let partners = snapshot.network.iter();
        let active = partners.zip(&pv).map(|(partner, pv)| partner.status == PartnerStatus::Active && *pv >= least).collect();
        let total_cv = total(&cv)?;
        Ok(Self { gv: gv?, legs: legs?, pv, cv, total_cv, active })
    }
}

/// What each partner's own orders bring, of those that the filter admits.
pub(crate) fn personal(
    snapshot: &Snapshot,
    counted: &[u32],
    filter: &OrderFilter,
    value: fn(&Order) -> Amount,
) -> Result<Vec<i64>, Refusal> {
    let mut sums = vec![0_i64; snapshot.network.len()];
    for &place in counted {
        let order = snapshot.orders.order(place);
        if !filter.is_open() && !filter.admits(order.kind, order.buyer) {
            continue;
        }
        let sum = &mut sums[order.partner as usize];
        *sum = sum.checked_add(value(order).units()).ok_or_else(|| too_large(snapshot, order.partner))?;
    }
    Ok(sums)
}

/// Own volume and that of everybody below.
pub(crate) fn group(tree: &Tree, own: &[i64], snapshot: &Snapshot) -> Result<Vec<i64>, Refusal> {
    tree.sum_up(own).map_err(|place| too_large(snapshot, place))
}

/// The sum over all partners.
pub(crate) fn total(own: &[i64]) -> Result<i64, Refusal> {
    let sum: i128 = own.iter().map(|volume| i128::from(*volume)).sum();
    i64::try_from(sum).map_err(|_| Refusal::orders(None, "the volume of all orders together does not fit 64 bits".to_owned()))
}

fn too_large(snapshot: &Snapshot, place: u32) -> Refusal {
    let partner = snapshot.network.partner(place).number;
    Refusal::orders(None, format!("the volumes of partner {partner} and the group below do not fit 64 bits"))
}
