//! Volumes and activity of a period (docs/plans.md, section 4).

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::domain::partner_status::PartnerStatus;

use super::plan::{OrderFilter, Plan};
use super::refusal::Refusal;
use super::snapshot::{Counted, Order, Snapshot};
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
    pub(crate) fn of(snapshot: &Snapshot, counted: &Counted, filter: &OrderFilter) -> Result<Self, Refusal> {
        let (partners, orders) = (snapshot.network.len(), &snapshot.orders);
        // The orders stand in the order of their partners, so a share of them concerns the partners between two.
        let sum = |share: usize| {
            let places = share * Self::SHARE..orders.len().min((share + 1) * Self::SHARE);
            let [first, last] = [places.start, places.end - 1].map(|place| orders.order(place as u32).partner);
            let mut sums = vec![[0_i64; 2]; (last - first) as usize + 1];
            for (place, order) in admitted(snapshot, counted.among(places), filter) {
                add(&mut sums[(order.partner - first) as usize], [orders.pv(place).units(), order.cv.units()])?;
            }
            Some((first as usize, sums))
        };
        let shares: Option<Vec<(usize, Vec<[i64; 2]>)>> = (0..orders.len().div_ceil(Self::SHARE)).into_par_iter().map(sum).collect();
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

fn admitted<'a>(
    snapshot: &'a Snapshot,
    places: impl Iterator<Item = u32> + Clone + 'a,
    filter: &'a OrderFilter,
) -> impl Iterator<Item = (u32, &'a Order)> + Clone {
    let orders = places.map(|place| (place, snapshot.orders.order(place)));
    orders.filter(|(_, order)| filter.is_open() || filter.admits(order.kind, order.buyer))
}

/// None where a sum does not fit.
#[inline]
fn add(sums: &mut [i64; 2], more: [i64; 2]) -> Option<()> {
    *sums = [sums[0].checked_add(more[0])?, sums[1].checked_add(more[1])?];
    Some(())
}

/// The first partner whose PV, else whose CV, leaves the range.
fn first_too_large(snapshot: &Snapshot, counted: &Counted, filter: &OrderFilter) -> Refusal {
    let orders = admitted(snapshot, counted.by_number(&snapshot.orders), filter);
    for volume in [|snapshot: &Snapshot, place| snapshot.orders.pv(place), |snapshot: &Snapshot, place| snapshot.orders.order(place).cv] {
        let mut sums = vec![0_i64; snapshot.network.len()];
        for (place, order) in orders.clone() {
            let sum = &mut sums[order.partner as usize];
            match sum.checked_add(volume(snapshot, place).units()) {
                Some(more) => *sum = more,
                None => {
                    let (order, partner) = (snapshot.orders.number(place), snapshot.network.number(order.partner));
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
    let partner = snapshot.network.number(place);
    Refusal::orders(None, format!("the volumes of partner {partner} and the group below do not fit 64 bits"))
}
