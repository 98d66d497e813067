//! The placement tree: who stands in which slot under whom.

use std::sync::OnceLock;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::domain::position::Position;
use crate::engine::plan::Placement;
use crate::engine::refusal::Refusal;
use crate::engine::snapshot::{Network, Slot};

use super::{NONE, Tree};

/// The placement tree of a network, checked against the plan's shape.
pub(crate) struct PlacementTree {
    pub tree: Tree,
    /// The child in the left and the right slot of each node; empty slots are [`NONE`]. No entries in a matrix.
    legs: Vec<[u32; 2]>,
    /// Made when it is first read.
    subtrees: OnceLock<Vec<Subtree>>,
}

/// The numbers of the nodes of a subtree, which are one range, and begin with that of its top.
#[derive(Clone, Copy, Default)]
pub(crate) struct Subtree {
    first: u32,
    size: u32,
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
        Ok(Self { tree, legs: legs.unwrap_or_default(), subtrees: OnceLock::new() })
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

    /// Finds out once who stands below whom; whoever asks by many threads calls it before, so that they need not wait for one of them.
    pub(crate) fn know_subtrees(&self) -> &[Subtree] {
        self.subtrees.get_or_init(|| subtrees(&self.tree))
    }

    fn contains(&self, top: u32, node: u32) -> bool {
        let subtrees = self.know_subtrees();
        let Subtree { first, size } = subtrees[top as usize];
        (first..first + size).contains(&subtrees[node as usize].first)
    }
}

/// The child in the left and the right slot of each node; none where a slot is taken twice.
fn legs(network: &Network) -> Option<Vec<[u32; 2]>> {
    let mut legs = vec![[NONE; 2]; network.len()];
    for (node, slot) in (0..).zip(network.slots()).filter(|(_, slot)| slot.parent != NONE) {
        let leg = if slot.position == Some(Position::Right) { Leg::Right } else { Leg::Left };
        let slot = &mut legs[slot.parent as usize][leg as usize];
        if *slot != NONE {
            return None;
        }
        *slot = node;
    }
    Some(legs)
}

/// Refuses the slot that two share, the first one by the number of the parent.
fn check_taken(network: &Network) -> Result<(), Refusal> {
    let placed = (0..).zip(network.slots()).filter(|(_, slot)| slot.parent != NONE);
    let slot =
        |(node, slot): (u32, &Slot)| slot.position.map(|position| (network.number(slot.parent), position, network.number(node), node));
    let mut slots: Vec<(i64, Position, i64, u32)> = placed.filter_map(slot).collect();
    slots.par_sort_unstable();
    let taken = slots.windows(2).find(|pair| (pair[0].0, pair[0].1) == (pair[1].0, pair[1].1));
    taken.map_or(Ok(()), |pair| Err(refuse_taken(network, [pair[0].3, pair[1].3], pair[0].1)))
}

fn check_slot(network: &Network, node: u32, shape: Placement) -> Result<(), Refusal> {
    let refuse = |cause: String| Err(Refusal::network(network.line(node), format!("partner {}: {cause}", network.number(node))));
    let Slot { parent, position } = network.slots()[node as usize];
    match (parent != NONE, position, shape) {
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
    let [mut first, mut second] = children;
    if network.line(first) > network.line(second) {
        std::mem::swap(&mut first, &mut second);
    }
    let [first_number, second_number, parent] =
        [first, second, network.slots()[second as usize].parent].map(|partner| network.number(partner));
    let cause = format!("the position {position} under partner {parent} is already taken by partner {first_number}");
    Refusal::network(network.line(second), format!("partner {second_number}: {cause}"))
}

fn check_depth(network: &Network, tree: &Tree, shape: Placement) -> Result<(), Refusal> {
    let Placement::Matrix { depth: Some(depth), .. } = shape else { return Ok(()) };
    let mut level = vec![0_u32; tree.above.len()];
    for (position, above) in tree.above.iter().enumerate().filter(|(_, above)| **above != NONE) {
        level[position] = level[*above as usize] + 1;
    }
    let too_deep = tree.top_down.iter().zip(level).filter(|(_, level)| *level > depth);
    too_deep.min_by_key(|(node, _)| network.number(**node)).map_or(Ok(()), |(node, level)| {
        let cause = format!("partner {} is placed on level {level} of the matrix, which has {depth} levels", network.number(*node));
        Err(Refusal::network(network.line(*node), cause))
    })
}

/// Of each node.
fn subtrees(tree: &Tree) -> Vec<Subtree> {
    let count = tree.above.len();
    let mut subtrees = vec![Subtree { first: 0, size: 1 }; count];
    for (position, above) in tree.above.iter().enumerate().rev().filter(|(_, above)| **above != NONE) {
        subtrees[*above as usize].size += subtrees[position].size;
    }
    // The number of the next child of each node.
    let mut free = vec![0_u32; count];
    let mut next_root = 0;
    for (position, above) in tree.above.iter().enumerate() {
        let next = if *above == NONE { &mut next_root } else { &mut free[*above as usize] };
        let subtree = &mut subtrees[position];
        subtree.first = *next;
        *next += subtree.size;
        free[position] = subtree.first + 1;
    }
    tree.by_node(&subtrees)
}
