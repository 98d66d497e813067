//! Ranks, from the leaves up (docs/plans.md, section 5).

mod requirement;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::domain::partner_status::PartnerStatus;

use super::plan::{Plan, RankIndex, RankMaintenance};
use super::refusal::Refusal;
use super::snapshot::{Network, Snapshot};
use super::tree::NONE;
use super::tree::placement::PlacementTree;
use super::volume::Volumes;

use requirement::Sight;
pub use requirement::{LegCap, Measure, Requirement};

/// Ranks and what they were found by, by dense index of partner.
pub(crate) struct Ranks {
    /// The highest rank held before the period.
    pub previous: Vec<RankIndex>,
    /// The rank that bonuses look at.
    pub paid: Vec<RankIndex>,
    /// Personal group volume: PV and the PGV of the children below the breakaway rank, in counts of 1/10000.
    pub pgv: Vec<i64>,
    /// The highest paid rank in each subtree.
    best: Vec<RankIndex>,
}

/// What ranks follow from.
type Around<'a> = (&'a Network, &'a Volumes, Option<&'a PlacementTree>);

/// Of one partner: paid rank, personal group volume, and the highest paid rank in the subtree.
struct Ranked {
    paid: RankIndex,
    pgv: i64,
    best: RankIndex,
}

/// So many partners, of a level and of the one below, are worth a second thread.
const PARTNERS_AT_ONCE: usize = 1 << 12;

impl Ranks {
    /// Ranks children before their parents: the places go down the sponsor tree.
    pub(crate) fn of(plan: &Plan, snapshot: &Snapshot, volumes: &Volumes, placement: Option<&PlacementTree>) -> Self {
        let network = &snapshot.network;
        let count = network.len();
        let previous = previous(plan, network);
        let breakaway = plan.breakaway_rank().unwrap_or(RankIndex::MAX);
        let mut ranks = Self { paid: vec![0; count], pgv: vec![0; count], best: vec![0; count], previous };
        let mut below = 0;
        for level in network.levels().into_iter().rev() {
            let partners = level.len();
            // A tree may have as many levels as partners, so those with few of them, and few below, are not handed to other threads.
            if level.len() + below < PARTNERS_AT_ONCE {
                for partner in level {
                    let ranked = ranks.ranked(plan, (network, volumes, placement), breakaway, partner);
                    ranks.set(partner, ranked);
                }
            } else {
                let (start, rank) = (level.start, |partner| ranks.ranked(plan, (network, volumes, placement), breakaway, partner));
                let ranked: Vec<Ranked> = level.into_par_iter().map(rank).collect();
                (start..).zip(ranked).for_each(|(partner, ranked)| ranks.set(partner, ranked));
            }
            below = partners;
        }
        ranks
    }

    /// Ranks a partner after all recruits.
    fn ranked(&self, plan: &Plan, (network, volumes, placement): Around, breakaway: RankIndex, partner: u32) -> Ranked {
        let place = partner as usize;
        let recruits = || network.recruits(partner).map(|recruit| recruit as usize);
        // Never above the group volume, which fits.
        let below: i64 = recruits().filter(|recruit| self.paid[*recruit] < breakaway).map(|recruit| self.pgv[recruit]).sum();
        let pgv = volumes.pv[place] + below;
        let qualified = qualified(plan, &Sight { network, volumes, placement, pgv, best: &self.best }, partner);
        let paid = match plan.rank_maintenance {
            RankMaintenance::Period => qualified,
            RankMaintenance::Lifetime => qualified.max(self.previous[place]),
        };
        let best = recruits().map(|recruit| self.best[recruit]).fold(paid, RankIndex::max);
        Ranked { paid, pgv, best }
    }

    fn set(&mut self, partner: u32, Ranked { paid, pgv, best }: Ranked) {
        let place = partner as usize;
        (self.paid[place], self.pgv[place], self.best[place]) = (paid, pgv, best);
    }

    /// How far a partner has come with each requirement of a rank, in the order of the plan.
    pub(crate) fn progress(&self, plan: &Plan, (network, volumes, placement): Around, partner: u32) -> Vec<Vec<Measure>> {
        let sight = Sight { network, volumes, placement, pgv: self.pgv[partner as usize], best: &self.best };
        plan.ranks.iter().map(|rank| rank.requires.iter().map(|requirement| requirement.measure(&sight, partner)).collect()).collect()
    }
}

/// The highest rank whose own requirements all hold; the requirements of lower ranks are not implied.
fn qualified(plan: &Plan, sight: &Sight, partner: u32) -> RankIndex {
    if sight.network.statuses()[partner as usize] != PartnerStatus::Active {
        return 0;
    }
    let holds = |rank: &usize| plan.ranks[*rank].requires.iter().all(|requirement| requirement.measure(sight, partner).is_met());
    (1..plan.ranks.len()).rev().find(holds).unwrap_or(0) as RankIndex
}

/// Refuses codes in `highest_rank` that the plan does not know, also of partners whom the period ignores.
pub(crate) fn check_codes(plan: &Plan, network: &Network) -> Result<(), Refusal> {
    let known: Vec<bool> = network.rank_codes().iter().map(|code| plan.rank_index(code).is_some()).collect();
    if known.iter().all(|known| *known) {
        return Ok(());
    }
    let highest = |partner: u32| network.highest_ranks()[partner as usize];
    let unknown = network.by_number().iter().copied().filter(|partner| highest(*partner) != NONE && !known[highest(*partner) as usize]);
    let Some(partner) = unknown.min_by_key(|partner| network.line(*partner)) else { return Ok(()) };
    let code = &network.rank_codes()[highest(partner) as usize];
    let ranks: Vec<&str> = plan.ranks.iter().map(|rank| rank.code.as_str()).collect();
    let cause =
        format!("partner {}: highest_rank {code} is no rank of the plan; its ranks are {}", network.number(partner), ranks.join(", "));
    Err(Refusal::network(network.line(partner), cause))
}

/// The codes have been checked.
fn previous(plan: &Plan, network: &Network) -> Vec<RankIndex> {
    let known: Vec<RankIndex> = network.rank_codes().iter().map(|code| plan.rank_index(code).unwrap_or(0)).collect();
    network.highest_ranks().iter().map(|rank| known.get(*rank as usize).copied().unwrap_or(0)).collect()
}
