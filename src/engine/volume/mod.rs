//! Volumes and activity of a period (docs/plans.md, section 4).

use rayon::iter::ParallelIterator;
use rayon::slice::{ParallelSlice, ParallelSliceMut};

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
    /// From what the orders that count bring, sums the sponsor groups, and the placement legs where there are any.
    pub(crate) fn of(plan: &Plan, snapshot: &Snapshot, own: Personal, placement: Option<&PlacementTree>) -> Result<Self, Refusal> {
        let Personal { pv, cv } = own;
        let (gv, legs) = rayon::join(
            || group(&snapshot.network.sponsors, &pv, snapshot),
            || placement.map(|placement| LegVolumes::of(placement, &cv, snapshot)).transpose(),
        );
        let least = plan.active_volume.units();
        let statuses = snapshot.network.statuses().iter();
        let active = statuses.zip(&pv).map(|(status, pv)| *status == PartnerStatus::Active && *pv >= least).collect();
        let total_cv = total(&cv)?;
        Ok(Self { gv: gv?, legs: legs?, pv, cv, total_cv, active })
    }
}

/// What each partner's own orders bring.
pub(crate) struct Personal {
    pub pv: Vec<i64>,
    pub cv: Vec<i64>,
}

impl Personal {
    /// So many orders are summed at a time.
    const SHARE: usize = 1 << 16;

    /// Sums the orders that the filter admits.
    pub(crate) fn of(snapshot: &Snapshot, counted: &[u32], filter: &OrderFilter) -> Result<Self, Refusal> {
        let partners = snapshot.network.len();
        // The orders stand in the order of their partners, so a share of them concerns the partners between two.
        let sum = |places: &[u32]| {
            let [first, last] = [places.first(), places.last()].map(|place| place.map_or(0, |place| snapshot.orders.order(*place).partner));
            let mut sums = vec![[0_i64; 2]; (last - first) as usize + 1];
            let mut own = admitted(snapshot, places, filter);
            own.try_for_each(|order| add(&mut sums[(order.partner - first) as usize], [order.pv.units(), order.cv.units()]))?;
            Some((first as usize, sums))
        };
        let shares: Option<Vec<(usize, Vec<[i64; 2]>)>> = counted.par_chunks(Self::SHARE).map(sum).collect();
        let (mut pv, mut cv) = (vec![0_i64; partners], vec![0_i64; partners]);
        let mut fits = shares.is_some();
        for (first, sums) in shares.into_iter().flatten() {
            for ((pv, cv), more) in pv[first..].iter_mut().zip(&mut cv[first..]).zip(sums) {
                let mut both = [*pv, *cv];
                fits &= add(&mut both, more).is_some();
                [*pv, *cv] = both;
            }
        }
        // Nothing is negative, so what leaves the range in some order of adding leaves it in every order.
        if fits { Ok(Self { pv, cv }) } else { Err(first_too_large(snapshot, counted, filter)) }
    }
}

fn admitted<'a>(snapshot: &'a Snapshot, places: &'a [u32], filter: &'a OrderFilter) -> impl Iterator<Item = &'a Order> + Clone {
    let orders = places.iter().map(|place| snapshot.orders.order(*place));
    orders.filter(|order| filter.is_open() || filter.admits(order.kind, order.buyer))
}

/// None where a sum does not fit.
#[inline]
fn add(sums: &mut [i64; 2], more: [i64; 2]) -> Option<()> {
    *sums = [sums[0].checked_add(more[0])?, sums[1].checked_add(more[1])?];
    Some(())
}

/// The first partner whose PV, else whose CV, leaves the range.
fn first_too_large(snapshot: &Snapshot, counted: &[u32], filter: &OrderFilter) -> Refusal {
    let mut by_number = counted.to_vec();
    by_number.par_sort_unstable_by_key(|place| snapshot.orders.order(*place).number);
    let orders = admitted(snapshot, &by_number, filter);
    for volume in [|order: &Order| order.pv, |order: &Order| order.cv] {
        let mut sums = vec![0_i64; snapshot.network.len()];
        for order in orders.clone() {
            let sum = &mut sums[order.partner as usize];
            match sum.checked_add(volume(order).units()) {
                Some(more) => *sum = more,
                None => {
                    let (order, partner) = (order.number, snapshot.network.partner(order.partner).number);
                    return Refusal::orders(None, format!("order {order}: with it the volume of partner {partner} does not fit 64 bits"));
                }
            }
        }
    }
    Refusal::orders(None, "the volumes of the orders do not fit 64 bits".to_owned())
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
