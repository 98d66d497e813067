//! The placement tree: who stands in which slot under whom.

use crate::domain::position::Position;
use crate::engine::plan::Placement;
use crate::engine::refusal::Refusal;
use crate::engine::snapshot::Network;

use super::{NONE, Tree};

/// The placement tree of a network, checked against the plan's shape.
pub(crate) struct PlacementTree {
    pub tree: Tree,
    /// The child in the left and the right slot of each node; empty slots are [`NONE`].
    legs: Vec<[u32; 2]>,
    /// Each node's number in preorder.
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
        for node in 0..network.len() {
            check_slot(network, node, shape)?;
        }
        let tree = Tree::of(parent).map_err(|cycle| network.refuse_cycle(&cycle, "are placed under each other in a circle"))?;
        let mut legs = vec![[NONE; 2]; network.len()];
        let mut slots: Vec<(Position, u32)> = Vec::new();
        for (node, legs) in legs.iter_mut().enumerate() {
            slots.clear();
            let children = tree.children(node as u32);
            slots.extend(children.iter().filter_map(|child| network.partner(*child).position.map(|position| (position, *child))));
            slots.sort_unstable();
            if let Some(taken) = slots.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                let [(position, first), (_, second)] = [taken[0], taken[1]];
                return Err(refuse_taken(network, [first, second], position));
            }
            for (position, child) in &slots {
                match position {
                    Position::Left => legs[0] = *child,
                    Position::Right => legs[1] = *child,
                    Position::Slot(_) => {}
                }
            }
        }
        check_depth(network, &tree, shape)?;
        let (entry, size) = preorder(&tree);
        Ok(Self { tree, legs, entry, size })
    }

    /// The child in that slot.
    pub(crate) fn leg(&self, node: u32, leg: Leg) -> u32 {
        self.legs[node as usize][leg as usize]
    }

    /// In which leg below `top` a node stands, if it stands in one of them.
    pub(crate) fn leg_of(&self, top: u32, node: u32) -> Option<Leg> {
        [Leg::Left, Leg::Right].into_iter().find(|leg| {
            let child = self.leg(top, *leg);
            child != NONE && self.contains(child, node)
        })
    }

    fn contains(&self, top: u32, node: u32) -> bool {
        let first = self.entry[top as usize];
        (first..first + self.size[top as usize]).contains(&self.entry[node as usize])
    }
}

fn check_slot(network: &Network, node: usize, shape: Placement) -> Result<(), Refusal> {
    let partner = network.partner(node as u32);
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
    let mut level = vec![0_u32; tree.parent.len()];
    for &node in &tree.top_down {
        let above = tree.parent[node as usize];
        if above == NONE {
            continue;
        }
        level[node as usize] = level[above as usize] + 1;
        if level[node as usize] > depth {
            let partner = network.partner(node);
            let cause = format!("partner {} is placed on level {} of the matrix, which has {depth} levels", partner.number, depth + 1);
            return Err(Refusal::network(partner.line(), cause));
        }
    }
    Ok(())
}

/// Numbers the nodes so that every subtree is one range.
fn preorder(tree: &Tree) -> (Vec<u32>, Vec<u32>) {
    let count = tree.parent.len();
    let mut size = vec![1_u32; count];
    for &node in tree.top_down.iter().rev() {
        let above = tree.parent[node as usize];
        if above != NONE {
            size[above as usize] += size[node as usize];
        }
    }
    let (mut entry, mut free) = (vec![0_u32; count], vec![0_u32; count]);
    let mut root_entry = 0;
    for &node in &tree.top_down {
        let (above, node) = (tree.parent[node as usize], node as usize);
        let next = if above == NONE { &mut root_entry } else { &mut free[above as usize] };
        entry[node] = *next;
        *next += size[node];
        free[node] = entry[node] + 1;
    }
    (entry, size)
}
