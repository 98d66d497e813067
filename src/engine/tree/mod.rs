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
    /// Where in `children` the children of each node begin; one entry more than nodes.
    first_child: Vec<u32>,
    children: Vec<u32>,
}

impl Tree {
    /// Derives the orders from the parents.
    ///
    /// # Errors
    /// The nodes of one cycle, in the direction of the parents.
    pub(crate) fn of(parent: Vec<u32>) -> Result<Self, Vec<u32>> {
        let count = parent.len();
        let mut first_child = vec![0_u32; count + 1];
        for &above in parent.iter().filter(|above| **above != NONE) {
            first_child[above as usize + 1] += 1;
        }
        for node in 0..count {
            first_child[node + 1] += first_child[node];
        }
        let mut free = first_child.clone();
        let mut children = vec![0; first_child[count] as usize];
        let mut top_down = Vec::with_capacity(count);
        for (node, &above) in (0_u32..).zip(&parent) {
            if above == NONE {
                top_down.push(node);
            } else {
                children[free[above as usize] as usize] = node;
                free[above as usize] += 1;
            }
        }
        let mut next = 0;
        while let Some(&node) = top_down.get(next) {
            let node = node as usize;
            top_down.extend_from_slice(&children[first_child[node] as usize..first_child[node + 1] as usize]);
            next += 1;
        }
        let tree = Self { parent, top_down, first_child, children };
        if tree.top_down.len() < count { Err(tree.cycle()) } else { Ok(tree) }
    }

    /// The children of a node, ascending.
    pub(crate) fn children(&self, node: u32) -> &[u32] {
        let node = node as usize;
        &self.children[self.first_child[node] as usize..self.first_child[node + 1] as usize]
    }

    /// The nodes above, nearest first.
    pub(crate) fn ancestors(&self, node: u32) -> impl Iterator<Item = u32> {
        let above = |node: u32| Some(self.parent[node as usize]).filter(|parent| *parent != NONE);
        std::iter::successors(above(node), move |node| above(*node))
    }

    /// Adds to every node what its descendants have; none where a sum does not fit.
    pub(crate) fn sum_up(&self, own: &[i64]) -> Result<Vec<i64>, u32> {
        let mut sums = own.to_vec();
        for &node in self.top_down.iter().rev() {
            let above = self.parent[node as usize];
            if above != NONE {
                let sum = sums[above as usize].checked_add(sums[node as usize]).ok_or(above)?;
                sums[above as usize] = sum;
            }
        }
        Ok(sums)
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
