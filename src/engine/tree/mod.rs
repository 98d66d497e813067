//! Forests over dense indices: the parent pointer is the truth, everything else is derived from it.

pub(crate) mod placement;

/// No node: the parent of a root, an empty slot.
pub(crate) const NONE: u32 = u32::MAX;

/// A forest. Walks are loops over arrays, so chains may be as deep as there are nodes.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// The parent of each node, [`NONE`] for roots.
    pub parent: Vec<u32>,
    /// All nodes, parents before children, level by level.
    pub top_down: Vec<u32>,
    /// Where in `top_down` the parent of each node of `top_down` stands, [`NONE`] for roots. What is computed by these positions goes through
    /// memory in one direction, whatever the order of the nodes.
    pub above: Vec<u32>,
    /// Whether `top_down` is the order of the nodes.
    in_order: bool,
}

impl Tree {
    /// Derives the orders from the parents; the children of a node come in ascending order.
    ///
    /// # Errors
    /// The nodes of one cycle, in the direction of the parents.
    pub(crate) fn of(parent: Vec<u32>) -> Result<Self, Vec<u32>> {
        let count = parent.len();
        let first_child = first_children(&parent, 0);
        let mut free = first_child.clone();
        let mut children = vec![0; first_child[count] as usize];
        for (node, &above) in (0_u32..).zip(&parent).filter(|(_, above)| **above != NONE) {
            children[free[above as usize] as usize] = node;
            free[above as usize] += 1;
        }
        Self::down(parent, |node| &children[first_child[node as usize] as usize..first_child[node as usize + 1] as usize])
    }

    /// The same where the children of each node are known; empty places among them are [`NONE`].
    ///
    /// # Errors
    /// As [`Tree::of`].
    pub(crate) fn down<'c>(parent: Vec<u32>, children: impl Fn(u32) -> &'c [u32]) -> Result<Self, Vec<u32>> {
        let mut top_down: Vec<u32> = Vec::with_capacity(parent.len());
        top_down.extend((0..).zip(&parent).filter(|(_, above)| **above == NONE).map(|(node, _)| node));
        let mut above = Vec::with_capacity(parent.len());
        above.resize(top_down.len(), NONE);
        let mut next = 0;
        while let Some(&node) = top_down.get(next) {
            for &child in children(node).iter().filter(|child| **child != NONE) {
                top_down.push(child);
                above.push(next as u32);
            }
            next += 1;
        }
        let tree = Self { parent, top_down, above, in_order: false };
        if tree.top_down.len() < tree.parent.len() { Err(tree.cycle()) } else { Ok(tree) }
    }

    /// Of nodes that stand level by level already, the children of one behind those of the one before.
    pub(crate) fn level_by_level(parent: Vec<u32>) -> Self {
        Self { top_down: (0..parent.len() as u32).collect(), above: parent.clone(), parent, in_order: true }
    }

    /// The nodes above, nearest first.
    pub(crate) fn ancestors(&self, node: u32) -> impl Iterator<Item = u32> {
        let above = |node: u32| Some(self.parent[node as usize]).filter(|parent| *parent != NONE);
        std::iter::successors(above(node), move |node| above(*node))
    }

    /// Whether each node is `top` or stands below.
    pub(crate) fn below(&self, top: u32) -> Vec<bool> {
        let mut below = vec![false; self.parent.len()];
        for &node in &self.top_down {
            let above = self.parent[node as usize];
            below[node as usize] = node == top || (above != NONE && below[above as usize]);
        }
        below
    }

    /// Adds to every node what its descendants have; none where a sum does not fit.
    pub(crate) fn sum_up(&self, own: &[i64]) -> Result<Vec<i64>, u32> {
        let mut sums = if self.in_order { own.to_vec() } else { self.top_down.iter().map(|node| own[*node as usize]).collect() };
        for (position, above) in self.above.iter().enumerate().rev().filter(|(_, above)| **above != NONE) {
            let sum = sums[*above as usize].checked_add(sums[position]).ok_or(self.top_down[*above as usize])?;
            sums[*above as usize] = sum;
        }
        Ok(if self.in_order { sums } else { self.by_node(&sums) })
    }

    /// From values by position in `top_down` to values by node.
    pub(crate) fn by_node<T: Copy + Default>(&self, by_position: &[T]) -> Vec<T> {
        let mut by_node = vec![T::default(); by_position.len()];
        for (node, value) in self.top_down.iter().zip(by_position) {
            by_node[*node as usize] = *value;
        }
        by_node
    }

    /// Whoever is not reached from a root stands on a cycle or below one; going up from there ends on it.
    fn cycle(&self) -> Vec<u32> {
        let mut reached = vec![false; self.parent.len()];
        for &node in &self.top_down {
            reached[node as usize] = true;
        }
        let Some(start) = (0_u32..).zip(&reached).find(|(_, reached)| !**reached).map(|(node, _)| node) else { return Vec::new() };
        let mut seen = vec![false; self.parent.len()];
        let mut node = start;
        while !seen[node as usize] {
            seen[node as usize] = true;
            node = self.parent[node as usize];
        }
        let mut cycle = vec![node];
        let mut above = self.parent[node as usize];
        while above != node {
            cycle.push(above);
            above = self.parent[above as usize];
        }
        cycle
    }
}

/// Where the children of each node begin, all children standing one behind the other from `start` on; one entry more than nodes.
pub(crate) fn first_children(parent: &[u32], start: u32) -> Vec<u32> {
    let mut first = vec![0_u32; parent.len() + 1];
    first[0] = start;
    for &above in parent.iter().filter(|above| **above != NONE) {
        first[above as usize + 1] += 1;
    }
    for node in 0..parent.len() {
        first[node + 1] += first[node];
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_a_hundred_thousand_is_summed() {
        let parent = (0..100_000_u32).map(|node| if node == 0 { NONE } else { node - 1 }).collect();
        let tree = Tree::of(parent).unwrap();
        let sums = tree.sum_up(&vec![1; 100_000]).unwrap();
        assert_eq!((sums[0], sums[99_999]), (100_000, 1));
    }

    #[test]
    fn a_cycle_is_named() {
        let mut cycle = Tree::of(vec![NONE, 2, 3, 1, 3, 0]).unwrap_err();
        cycle.sort_unstable();
        assert_eq!(cycle, [1, 2, 3]);
    }
}
