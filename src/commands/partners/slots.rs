//! Which slot of the placement tree a partner gets. The caller holds the tree lock, so what is found free stays free.
//!
//! The rules, by the sponsor's preference:
//! - LEFT, RIGHT: the bottom of the sponsor's outer left or right edge;
//! - BALANCED: the first free slot under the sponsor, level by level from the left;
//! - `WEAK_LEG`: the sponsor's leg with fewer partners, an empty one first; in a binary tree the bottom of that leg's outer edge, in a matrix its first
//!   free slot level by level. Counting stops at a bound, and legs beyond it are equal; of equal legs the one with the shorter outer edge, then the
//!   left one. So the legs of large networks, too, grow by turns.

use crate::commands::{Error, Services};
use crate::config::network::Placement;
use crate::domain::partners::Slot;
use crate::domain::position::Position;
use crate::domain::refusal::Refusal;
use crate::domain::trees::PlacementPreference;
use crate::store::database::Transaction;
use crate::store::placements::{self, Leg, Line};
use crate::store::settings;

/// The shape of the placement tree: what the network has recorded, else what is configured.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub placement: Placement,
    recorded: bool,
}

impl Shape {
    /// Final only while the tree lock is held: an import may record another one.
    pub(super) async fn of_network(services: &Services, transaction: &Transaction) -> Result<Self, Error> {
        let recorded = settings::placement(transaction).await?;
        Ok(Self { placement: recorded.unwrap_or(services.network.placement), recorded: recorded.is_some() })
    }

    /// Records the shape with the first partner who takes a place; from then on the configuration says nothing any more.
    pub(super) async fn record(self, transaction: &Transaction) -> Result<(), Error> {
        if !self.recorded {
            settings::record_placement(transaction, self.placement).await?;
        }
        Ok(())
    }
}

/// A free slot under a sponsor.
pub(super) async fn search(
    services: &Services,
    transaction: &Transaction,
    placement: Placement,
    sponsor: i64,
    preference: PlacementPreference,
) -> Result<Slot, Error> {
    let positions = placement.positions();
    let search = Search { transaction, placement, places: services.network.placement_search_nodes };
    match (preference, &*positions) {
        (_, []) => Err(search.nothing()),
        (PlacementPreference::Left, [left, ..]) => search.bottom(sponsor, *left).await,
        (PlacementPreference::Right, [.., right]) => search.bottom(sponsor, *right).await,
        (PlacementPreference::Balanced, _) => search.by_level(sponsor).await,
        (PlacementPreference::WeakLeg, _) => search.weak_leg(sponsor).await,
    }
}

/// Checks a slot that somebody named: it exists, its parent stands under `within` (where given) or is that partner, and nobody holds it.
pub(super) async fn check(transaction: &Transaction, placement: Placement, slot: Slot, within: Option<i64>) -> Result<(), Error> {
    let unknown = || Refusal::PositionUnknown { position: slot.position, kind: placement.into() };
    if !placement.positions().contains(&slot.position) {
        return Err(unknown().into());
    }
    let above = within.unwrap_or(slot.parent_id);
    if !placements::is_within(transaction, Line::Parents, slot.parent_id, above).await? {
        return Err(Refusal::PartnerUnknown.into());
    }
    if let Some(depth) = placement.depth()
        && placements::level(transaction, slot.parent_id, depth).await? >= depth
    {
        return Err(unknown().into());
    }
    match placements::occupant(transaction, slot).await? {
        Some(_) => Err(Refusal::SlotTaken { parent: slot.parent_id, position: slot.position }.into()),
        None => Ok(()),
    }
}

struct Search<'a> {
    transaction: &'a Transaction,
    placement: Placement,
    /// How many places may be looked at.
    places: u32,
}

impl Search<'_> {
    fn nothing(&self) -> Error {
        Refusal::NoFreeSlot { searched: self.places }.into()
    }

    /// How many levels may be filled below a partner.
    async fn levels_below(&self, partner: i64) -> Result<u32, Error> {
        match self.placement.depth() {
            Some(depth) => Ok(depth.saturating_sub(placements::level(self.transaction, partner, depth).await?)),
            None => Ok(u32::MAX),
        }
    }

    async fn bottom(&self, from: i64, position: Position) -> Result<Slot, Error> {
        let far = self.places.min(self.levels_below(from).await?);
        let end = placements::edge_end(self.transaction, from, position, far).await?;
        if end.distance >= far { Err(self.nothing()) } else { Ok(Slot { parent_id: end.partner, position }) }
    }

    async fn by_level(&self, from: i64) -> Result<Slot, Error> {
        let positions = self.placement.positions();
        let width = u32::try_from(positions.len()).unwrap_or(u32::MAX);
        let Some(below) = self.levels_below(from).await?.checked_sub(1) else { return Err(self.nothing()) };
        let levels = full_levels(width, self.places).min(below);
        let parent = placements::first_gap(self.transaction, from, width, levels).await?.ok_or_else(|| self.nothing())?;
        let taken = placements::taken(self.transaction, parent).await?;
        let free = positions.into_iter().find(|position| !taken.contains(position)).ok_or_else(|| self.nothing())?;
        Ok(Slot { parent_id: parent, position: free })
    }

    async fn weak_leg(&self, sponsor: i64) -> Result<Slot, Error> {
        let positions = self.placement.positions();
        let bound = self.places / u32::try_from(positions.len()).unwrap_or(u32::MAX).max(1);
        let legs = placements::legs(self.transaction, sponsor, bound.max(1)).await?;
        if let Some(free) = positions.iter().find(|position| legs.iter().all(|leg| leg.position != **position)) {
            // Through `bottom`, which knows how deep a matrix may be.
            return self.bottom(sponsor, *free).await;
        }
        let leg = self.weakest(legs).await?;
        match self.placement {
            Placement::Matrix { .. } => self.by_level(leg.partner).await,
            Placement::Binary | Placement::None => self.bottom(leg.partner, leg.position).await,
        }
    }

    async fn weakest(&self, mut legs: Vec<Leg>) -> Result<Leg, Error> {
        legs.sort_by_key(|leg| (leg.partners, leg.position));
        match (&*legs, self.placement) {
            ([left, right], Placement::Binary) if left.partners == right.partners => {
                let mut lengths = [0, 0];
                for (length, leg) in lengths.iter_mut().zip([left, right]) {
                    *length = placements::edge_end(self.transaction, leg.partner, leg.position, self.places).await?.distance;
                }
                Ok(if lengths[1] < lengths[0] { *right } else { *left })
            }
            ([least, ..], _) => Ok(*least),
            ([], _) => Err(self.nothing()),
        }
    }
}

/// How many levels below a partner can be full before more than so many partners stand there.
fn full_levels(width: u32, places: u32) -> u32 {
    let (mut levels, mut level, mut all) = (0, 1_u64, 1_u64);
    loop {
        level *= u64::from(width);
        all += level;
        if all > u64::from(places) || width < 2 {
            return levels;
        }
        levels += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::full_levels;

    #[test]
    fn as_many_levels_are_walked_as_fit_the_bound() {
        for (width, places, levels) in [(2, 1, 0), (2, 2, 0), (2, 3, 1), (2, 10_000, 12), (3, 13, 2), (20, 1_000_000, 4)] {
            assert_eq!(full_levels(width, places), levels, "{width} {places}");
        }
    }
}
