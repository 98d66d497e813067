//! The network in memory, by which rows are judged: numbers, parents, slots, names.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt as _;

use crate::config::network::Placement;
use crate::domain::partners::Slot;
use crate::domain::position::Position;
use crate::domain::trees::Tree;
use crate::engine::input::NetworkRow;
use crate::store::bulk::partners;
use crate::store::database::Transaction;

use super::Error;

/// Partner numbers in a circle that a message names at most.
const NAMED_IN_CIRCLE: usize = 8;

/// Partners by dense index, those of the database before those of the file.
pub(super) struct Network {
    placement: Placement,
    index: HashMap<i64, u32>,
    numbers: Vec<i64>,
    /// The line of the file; 0 for partners of the database.
    lines: Vec<u64>,
    sponsors: Vec<Option<i64>>,
    parents: Vec<Option<i64>>,
    slots: HashSet<(i64, Position)>,
}

impl Network {
    /// What the database holds.
    pub(super) async fn load(transaction: &Transaction, placement: Placement) -> Result<Self, Error> {
        let mut network = Self {
            placement,
            index: HashMap::new(),
            numbers: Vec::new(),
            lines: Vec::new(),
            sponsors: Vec::new(),
            parents: Vec::new(),
            slots: HashSet::new(),
        };
        let mut links = partners::links(transaction).await?;
        while let Some(links) = links.try_next().await? {
            network.push(links.number, 0, links.sponsor, links.slot);
        }
        Ok(network)
    }

    /// Whether a partner exists.
    pub(super) fn has(&self, number: i64) -> bool {
        self.index.contains_key(&number)
    }

    /// How many partners there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Takes a row in, judged by what can be known before the last row; gives the place in the placement tree.
    pub(super) fn add(&mut self, row: &NetworkRow, line: u64) -> Result<Option<Slot>, String> {
        let number = row.partner;
        if let Some(before) = self.index.get(&number) {
            return Err(match self.lines[*before as usize] {
                0 => format!("partner {number} exists in the database already"),
                line => format!("partner {number} appears a second time, the first is on line {line}"),
            });
        }
        for (tree, parent) in [(Tree::Sponsor, row.sponsor), (Tree::Placement, row.placement_parent)] {
            if parent == Some(number) {
                return Err(format!("{}: partner {number} names itself", column(tree)));
            }
        }
        let slot = match (row.placement_parent, row.position) {
            (None, None) => None,
            (None, Some(position)) => return Err(format!("position: {position} is given without a placement_parent")),
            (Some(parent), None) => return Err(format!("position: is empty, but a placement_parent ({parent}) is given")),
            (Some(parent_id), Some(position)) => Some(Slot { parent_id, position }),
        };
        if let Some(Slot { parent_id, position }) = slot {
            self.check_position(position)?;
            if self.slots.contains(&(parent_id, position)) {
                return Err(format!("position {position} under partner {parent_id} is taken by another partner"));
            }
        }
        self.push(number, line, row.sponsor, slot);
        Ok(slot)
    }

    /// Judges the whole: parents exist, no circles, no matrix deeper than it may be. A refusal comes with its line.
    pub(super) fn check(&self) -> Result<(), (u64, String)> {
        self.check_tree(Tree::Sponsor, &self.sponsors)?;
        let depths = self.check_tree(Tree::Placement, &self.parents)?;
        let Placement::Matrix { depth: Some(deepest), .. } = self.placement else { return Ok(()) };
        match depths.iter().position(|depth| *depth > deepest) {
            None => Ok(()),
            Some(place) => {
                let (number, depth) = (self.numbers[place], depths[place]);
                Err((self.lines[place], format!("partner {number} stands {depth} levels below a root, the matrix has {deepest}")))
            }
        }
    }

    fn push(&mut self, number: i64, line: u64, sponsor: Option<i64>, slot: Option<Slot>) {
        // More than 2^32 partners would not fit into the memory of any machine this runs on.
        self.index.insert(number, u32::try_from(self.numbers.len()).unwrap_or(u32::MAX));
        self.numbers.push(number);
        self.lines.push(line);
        self.sponsors.push(sponsor);
        self.parents.push(slot.map(|slot| slot.parent_id));
        self.slots.extend(slot.map(|slot| (slot.parent_id, slot.position)));
    }

    fn check_position(&self, position: Position) -> Result<(), String> {
        let fits = match (self.placement, position) {
            (Placement::Binary, Position::Left | Position::Right) => true,
            (Placement::Matrix { width, .. }, Position::Slot(slot)) => slot.get() <= width,
            _ => false,
        };
        let kind = String::from(self.placement);
        if fits { Ok(()) } else { Err(format!("position: {position} does not exist in this network's placement tree ({kind})")) }
    }

    /// The depth of every partner below its root. Iterative, because a line of a hundred thousand partners is legal.
    fn check_tree(&self, tree: Tree, parents: &[Option<i64>]) -> Result<Vec<u32>, (u64, String)> {
        const UNKNOWN: u32 = u32::MAX;
        const ON_THE_WAY: u32 = u32::MAX - 1;
        let mut depths = vec![UNKNOWN; parents.len()];
        let mut way = Vec::new();
        for start in 0..parents.len() {
            let mut at = start;
            let mut depth = loop {
                match depths[at] {
                    UNKNOWN => {}
                    ON_THE_WAY => return Err(self.circle(tree, &way, at)),
                    depth => break depth + 1,
                }
                depths[at] = ON_THE_WAY;
                way.push(at);
                let Some(parent) = parents[at] else { break 0 };
                at = *self.index.get(&parent).ok_or_else(|| (self.lines[at], unknown(tree, parent)))? as usize;
            };
            while let Some(place) = way.pop() {
                depths[place] = depth;
                depth += 1;
            }
        }
        Ok(depths)
    }

    fn circle(&self, tree: Tree, way: &[usize], at: usize) -> (u64, String) {
        let circle: Vec<usize> = way.iter().copied().skip_while(|place| *place != at).collect();
        let mut named: Vec<String> = circle.iter().take(NAMED_IN_CIRCLE).map(|place| self.numbers[*place].to_string()).collect();
        if circle.len() > NAMED_IN_CIRCLE {
            named.push("…".to_owned());
        }
        named.push(self.numbers[at].to_string());
        let column = column(tree);
        (self.lines[at], format!("{column}: {} partners stand in a circle: {}", circle.len(), named.join(" under ")))
    }
}

fn unknown(tree: Tree, parent: i64) -> String {
    format!("{}: partner {parent} does not exist", column(tree))
}

const fn column(tree: Tree) -> &'static str {
    match tree {
        Tree::Sponsor => "sponsor",
        Tree::Placement => "placement_parent",
    }
}
