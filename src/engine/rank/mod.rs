//! Ranks, from the leaves up (docs/plans.md, section 5).

mod requirement;

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

impl Ranks {
    /// Ranks children before their parents: the places go down the sponsor tree.
    pub(crate) fn of(plan: &Plan, snapshot: &Snapshot, volumes: &Volumes, placement: Option<&PlacementTree>) -> Self {
        let network = &snapshot.network;
        let count = network.len();
        let previous = previous(plan, network);
        let breakaway = plan.breakaway_rank().unwrap_or(RankIndex::MAX);
        let mut ranks = Self { paid: vec![0; count], pgv: volumes.pv.clone(), best: vec![0; count], previous };
        for partner in (0..count as u32).rev() {
            let place = partner as usize;
            let sight = Sight { network, volumes, placement, pgv: &ranks.pgv, best: &ranks.best };
            let qualified = qualified(plan, &sight, partner);
            let paid = match plan.rank_maintenance {
                RankMaintenance::Period => qualified,
                RankMaintenance::Lifetime => qualified.max(ranks.previous[place]),
            };
            ranks.paid[place] = paid;
            ranks.best[place] = ranks.best[place].max(paid);
            let sponsor = network.sponsors.parent[place];
            if sponsor != NONE {
                let sponsor = sponsor as usize;
                ranks.best[sponsor] = ranks.best[sponsor].max(ranks.best[place]);
                if paid < breakaway {
                    // Never above the group volume, which fits.
                    ranks.pgv[sponsor] += ranks.pgv[place];
                }
            }
        }
        ranks
    }

    /// How far a partner has come with each requirement of a rank, in the order of the plan.
    pub(crate) fn progress(&self, plan: &Plan, around: (&Network, &Volumes, Option<&PlacementTree>), partner: u32) -> Vec<Vec<Measure>> {
        let (network, volumes, placement) = around;
        let sight = Sight { network, volumes, placement, pgv: &self.pgv, best: &self.best };
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
    let partners = network.by_number().iter().map(|place| network.partner(*place));
    let unknown = partners.filter(|partner| partner.highest_rank != NONE && !known[partner.highest_rank as usize]);
    let Some(partner) = unknown.min_by_key(|partner| partner.line()) else { return Ok(()) };
    let code = &network.rank_codes()[partner.highest_rank as usize];
    let ranks: Vec<&str> = plan.ranks.iter().map(|rank| rank.code.as_str()).collect();
    let cause = format!("partner {}: highest_rank {code} is no rank of the plan; its ranks are {}", partner.number, ranks.join(", "));
    Err(Refusal::network(partner.line(), cause))
}

/// The codes have been checked.
fn previous(plan: &Plan, network: &Network) -> Vec<RankIndex> {
    let known: Vec<RankIndex> = network.rank_codes().iter().map(|code| plan.rank_index(code).unwrap_or(0)).collect();
    network.iter().map(|partner| known.get(partner.highest_rank as usize).copied().unwrap_or(0)).collect()
}
