//! The placement tree: who stands in which slot under whom.

use std::sync::OnceLock;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::domain::position::Position;
use crate::engine::plan::Placement;
use crate::engine::refusal::Refusal;
use crate::engine::snapshot::{Network, Partner};

use super::{NONE, Tree};

/// The placement tree of a network, checked against the plan's shape.
pub(crate) struct PlacementTree {
    pub tree: Tree,
    /// The child in the left and the right slot of each node; empty slots are [`NONE`]. No entries in a matrix.
    legs: Vec<[u32; 2]>,
    /// Made when it is first read.
    preorder: OnceLock<Preorder>,
}

/// Numbers of the nodes by which every subtree is one range.
struct Preorder {
    /// Each node's number.
    entry: Vec<u32>,
    /// The size of each node's subtree, itself included.
    size: Vec<u32>,
}

/// Left or right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Leg {
    /// The child in slot L with everything under it.
    Left,
    /// The child in slot R with everything under it.
    Right,
}

impl std::fmt::Display for Leg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Left => "left",
            Self::Right => "right",
        })
    }
}

impl PlacementTree {
    /// Checks parents, slots, cycles and depth, and derives the orders.
    pub(crate) fn of(network: &Network, shape: Placement) -> Result<Self, Refusal> {
        let parent = network.placement_parents()?;
        let places = network.by_number();
        if !(0..network.len() as u32).into_par_iter().all(|node| check_slot(network, node, shape).is_ok()) {
            // The first one by number is named.
            places.iter().try_for_each(|node| check_slot(network, *node, shape))?;
        }
        let legs = if shape == Placement::Binary { legs(network) } else { None };
        let tree = match &legs {
            Some(legs) => Tree::down(parent, |node| &legs[node as usize]),
            None => Tree::of(parent),
        };
        let tree = tree.map_err(|cycle| network.refuse_cycle(&cycle, "are placed under each other in a circle"))?;
        if legs.is_none() {
            check_taken(network)?;
        }
        check_depth(network, &tree, shape)?;
        Ok(Self { tree, legs: legs.unwrap_or_default(), preorder: OnceLock::new() })
    }

    /// The child in that slot.
    pub(crate) fn leg(&self, node: u32, leg: Leg) -> u32 {
        self.legs.get(node as usize).map_or(NONE, |legs| legs[leg as usize])
    }

    /// In which leg below `top` a node stands, if it stands in one of them.
    pub(crate) fn leg_of(&self, top: u32, node: u32) -> Option<Leg> {
        [Leg::Left, Leg::Right].into_iter().find(|leg| {
            let child = self.leg(top, *leg);
            child != NONE && self.contains(child, node)
        })
    }

    fn contains(&self, top: u32, node: u32) -> bool {
        let Preorder { entry, size } = self.preorder.get_or_init(|| preorder(&self.tree));
        let first = entry[top as usize];
        (first..first + size[top as usize]).contains(&entry[node as usize])
    }
}

/// The child in the left and the right slot of each node; none where a slot is taken twice.
fn legs(network: &Network) -> Option<Vec<[u32; 2]>> {
    let mut legs = vec![[NONE; 2]; network.len()];
    for (node, partner) in (0..).zip(network.iter()).filter(|(_, partner)| partner.placement_parent != NONE) {
        let leg = if partner.position == Some(Position::Right) { Leg::Right } else { Leg::Left };
        let slot = &mut legs[partner.placement_parent as usize][leg as usize];
        if *slot != NONE {
            return None;
        }
        *slot = node;
    }
    Some(legs)
}

/// Refuses the slot that two share, the first one by the number of the parent.
fn check_taken(network: &Network) -> Result<(), Refusal> {
    let placed = (0..).zip(network.iter()).filter(|(_, partner)| partner.placement_parent != NONE);
    let slot = |(node, partner): (u32, &Partner)| {
        let parent = network.partner(partner.placement_parent).number;
        partner.position.map(|position| (parent, position, partner.number, node))
    };
    let mut slots: Vec<(i64, Position, i64, u32)> = placed.filter_map(slot).collect();
    slots.par_sort_unstable();
    let taken = slots.windows(2).find(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1));
    taken.map_or(Ok(()), |pair| Err(refuse_taken(network, [pair[0].3, pair[1].3], pair[0].1)))
}

fn check_slot(network: &Network, node: u32, shape: Placement) -> Result<(), Refusal> {
    let partner = network.partner(node);
    let refuse = |cause: String| Err(Refusal::network(partner.line(), format!("partner {}: {cause}", partner.number)));
    match (partner.placement_parent != NONE, partner.position, shape) {
        (false, None, _) => Ok(()),
        (false, Some(position), _) => refuse(format!("the position {position} needs a placement_parent")),
        (true, None, _) => refuse("a placement_parent needs a position under it".to_owned()),
        (true, Some(Position::Left | Position::Right), Placement::Binary) => Ok(()),
        (true, Some(position), Placement::Binary) => refuse(format!("{position} is no position in a binary tree: give L or R")),
        (true, Some(Position::Slot(slot)), Placement::Matrix { width, .. }) if slot.get() <= width => Ok(()),
        (true, Some(position), Placement::Matrix { width, .. }) => {
            refuse(format!("{position} is no position in this matrix: give a number from 1 to {width}"))
        }
    }
}

fn refuse_taken(network: &Network, children: [u32; 2], position: Position) -> Refusal {
    let [mut first, mut second] = children.map(|child| network.partner(child));
    if first.line() > second.line() {
        std::mem::swap(&mut first, &mut second);
    }
    let parent = network.partner(second.placement_parent).number;
    Refusal::network(
        second.line(),
        format!("partner {}: the position {position} under partner {parent} is already taken by partner {}", second.number, first.number),
    )
}

fn check_depth(network: &Network, tree: &Tree, shape: Placement) -> Result<(), Refusal> {
    let Placement::Matrix { depth: Some(depth), .. } = shape else { return Ok(()) };
    let mut level = vec![0_u32; tree.above.len()];
    for (position, above) in tree.above.iter().enumerate().filter(|(_, above)| **above != NONE) {
        level[position] = level[*above as usize] + 1;
    }
    let too_deep = tree.top_down.iter().zip(level).filter(|(_, level)| *level > depth).map(|(node, level)| (network.partner(*node), level));
    too_deep.min_by_key(|(partner, _)| partner.number).map_or(Ok(()), |(partner, level)| {
        let cause = format!("partner {} is placed on level {level} of the matrix, which has {depth} levels", partner.number);
        Err(Refusal::network(partner.line(), cause))
    })
}

fn preorder(tree: &Tree) -> Preorder {
    let count = tree.above.len();
    let mut size = vec![1_u32; count];
    for (position, above) in tree.above.iter().enumerate().rev().filter(|(_, above)| **above != NONE) {
        size[*above as usize] += size[position];
    }
    let (mut entry, mut free) = (vec![0_u32; count], vec![0_u32; count]);
    let mut root_entry = 0;
    for (position, above) in tree.above.iter().enumerate() {
        let next = if *above == NONE { &mut root_entry } else { &mut free[*above as usize] };
        entry[position] = *next;
        *next += size[position];
        free[position] = entry[position] + 1;
    }
    Preorder { entry: tree.by_node(&entry), size: tree.by_node(&size) }
}
