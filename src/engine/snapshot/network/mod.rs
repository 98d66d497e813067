//! The partners of a snapshot.

mod columns;
mod index;

use std::collections::HashMap;
use std::ops::Range;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use crate::domain::amount::Amount;
use crate::domain::instant::Instant;
use crate::domain::partner_status::PartnerStatus;
use crate::engine::input::NetworkRow;
use crate::engine::refusal::Refusal;
use crate::engine::tree::{NONE, Tree, first_children};

use super::keep;

pub(crate) use columns::Slot;
use columns::{Columns, Row, line_of_file};
use index::Index;

/// A placement parent that does not exist; refused as soon as a plan looks at placement.
const UNKNOWN: u32 = u32::MAX - 1;

/// All partners, and the sponsor tree. The places go down the sponsor tree level by level, on each level in ascending order of number
/// below the same sponsor: whoever is near in the tree is near in memory, and a loop over all places is a walk down the tree.
#[derive(Clone, Debug)]
pub struct Network {
    columns: Columns,
    pub(crate) sponsors: Tree,
    rank_codes: Vec<String>,
    index: Index,
    /// The places in ascending order of number.
    by_number: Vec<u32>,
    /// Where those begin whom each partner sponsors; one entry more than partners.
    recruits: Vec<u32>,
    /// The placement parents that were given but do not exist: partner and parent number.
    unknown_parents: Vec<(u32, i64)>,
}

/// Collects partners in any order.
#[derive(Default)]
pub struct NetworkBuilder {
    rows: Vec<(Row, Option<i64>, Option<i64>)>,
    rank_codes: Vec<String>,
    /// The place of each code. A file may name as many different ones as it has partners, before a plan refuses them.
    code_places: HashMap<String, u32>,
}

impl NetworkBuilder {
    /// Makes room for so many more partners, where there is as much memory: a list that grows is copied over and over.
    pub fn reserve(&mut self, partners: usize) {
        // Without it the list grows as it is filled.
        let _ = self.rows.try_reserve(partners);
    }

    /// Adds a partner; `line` is named in refusals.
    ///
    /// # Errors
    /// The number is not positive, points or carry are negative, or there are more partners than a run can hold.
    pub fn add(&mut self, row: &NetworkRow, line: Option<u64>) -> Result<(), Refusal> {
        if self.rows.len() >= UNKNOWN as usize - 1 {
            return Err(Refusal::network(line, format!("there are more than {} partners", self.rows.len())));
        }
        if row.partner < 1 {
            return Err(Refusal::network(line, format!("the partner number {} is not positive", row.partner)));
        }
        for (name, amount) in [("career_points", row.career_points), ("carry_left", row.carry_left), ("carry_right", row.carry_right)] {
            if amount < Amount::ZERO {
                return Err(Refusal::network(line, format!("partner {}: {name} must not be negative, it is {amount}", row.partner)));
            }
        }
        let partner = Row {
            number: row.partner,
            joined_at: row.joined_at,
            career_points: row.career_points,
            carry: [row.carry_left, row.carry_right],
            sponsor: NONE,
            slot: Slot { parent: NONE, position: row.position },
            highest_rank: row.highest_rank.as_deref().map_or(NONE, |code| self.rank_code(code)),
            line: line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0),
            status: row.status,
        };
        self.rows.push((partner, row.sponsor, row.placement_parent));
        Ok(())
    }

    /// Checks that numbers are unique, sponsors exist and nobody sponsors himself in a circle.
    ///
    /// # Errors
    /// The first of these that does not hold.
    pub fn build(self) -> Result<Network, Refusal> {
        let Self { mut rows, rank_codes, .. } = self;
        rows.par_sort_unstable_by_key(|(partner, ..)| (partner.number, partner.line));
        if let Some(pair) = rows.windows(2).find(|pair| pair[0].0.number == pair[1].0.number) {
            let second = &pair[1].0;
            return Err(Refusal::network(second.line(), format!("partner {} appears a second time", second.number)));
        }
        let index = Index::of(rows.iter().zip(0..).map(|((partner, ..), place)| (partner.number, place)).collect());
        let mut unknown_parents = Vec::new();
        let mut partners = Vec::with_capacity(rows.len());
        for (place, (mut partner, sponsor, parent)) in (0..).zip(rows) {
            if let Some(sponsor) = sponsor {
                let found = index.find(sponsor);
                partner.sponsor = found.ok_or_else(|| {
                    Refusal::network(partner.line(), format!("partner {}: the sponsor {sponsor} does not exist", partner.number))
                })?;
            }
            if let Some(parent) = parent {
                partner.slot.parent = index.find(parent).unwrap_or(UNKNOWN);
                if partner.slot.parent == UNKNOWN {
                    unknown_parents.push((place, parent));
                }
            }
            partners.push(partner);
        }
        let sponsors = Tree::of(partners.iter().map(|partner| partner.sponsor).collect()).map_err(|cycle| {
            let partner = |place: u32| (partners[place as usize].number, partners[place as usize].line());
            refuse_cycle(&cycle, "sponsor each other in a circle", partner)
        })?;
        Ok(down_the_tree(&partners, &sponsors, index, rank_codes, unknown_parents))
    }

    fn rank_code(&mut self, code: &str) -> u32 {
        if let Some(place) = self.code_places.get(code) {
            return *place;
        }
        let place = self.rank_codes.len() as u32;
        self.rank_codes.push(code.to_owned());
        self.code_places.insert(code.to_owned(), place);
        place
    }
}

/// From places in ascending order of number to places down the sponsor tree.
fn down_the_tree(rows: &[Row], sponsors: &Tree, mut index: Index, rank_codes: Vec<String>, unknown_parents: Vec<(u32, i64)>) -> Network {
    let mut by_number = vec![NONE; rows.len()];
    for (place, &of) in (0..).zip(&sponsors.top_down) {
        by_number[of as usize] = place;
    }
    let seat = |above: u32| by_number.get(above as usize).copied().unwrap_or(above);
    let (mut columns, mut sponsor) = (Columns::default(), Vec::with_capacity(rows.len()));
    columns.reserve(rows.len());
    for of in &sponsors.top_down {
        let row = &rows[*of as usize];
        sponsor.push(seat(row.sponsor));
        columns.push(&Row { slot: Slot { parent: seat(row.slot.parent), ..row.slot }, ..*row });
    }
    let unknown_parents = unknown_parents.into_iter().map(|(of, parent)| (seat(of), parent)).collect();
    index.reseat(&by_number);
    let (sponsors, recruits) = sponsor_tree(sponsor);
    Network { columns, sponsors, rank_codes, index, by_number, recruits, unknown_parents }
}

impl Network {
    /// The places in ascending order of number.
    pub(crate) fn by_number(&self) -> &[u32] {
        &self.by_number
    }

    /// Whom a partner sponsors, in ascending order of number.
    pub(crate) fn recruits(&self, place: u32) -> Range<u32> {
        self.recruits[place as usize]..self.recruits[place as usize + 1]
    }

    /// The places of each level of the sponsor tree, the roots first.
    pub(crate) fn levels(&self) -> Vec<Range<u32>> {
        let mut levels = Vec::new();
        let mut level = 0..self.recruits[0];
        while !level.is_empty() {
            let below = level.end..self.recruits[level.end as usize];
            levels.push(level);
            level = below;
        }
        levels
    }

    /// The status of each partner.
    pub(crate) fn statuses(&self) -> &[PartnerStatus] {
        &self.columns.statuses
    }

    /// How many partners there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns.numbers.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.columns.numbers.is_empty()
    }

    pub(crate) fn number(&self, place: u32) -> i64 {
        self.columns.numbers[place as usize]
    }

    /// When each partner joined.
    pub(crate) fn joined_at(&self) -> &[Instant] {
        &self.columns.joined_at
    }

    pub(crate) fn career_points(&self, place: u32) -> Amount {
        self.columns.career_points[place as usize]
    }

    /// What a partner carries in of binary volume, left and right.
    pub(crate) fn carry(&self, place: u32) -> [Amount; 2] {
        self.columns.carry[place as usize]
    }

    /// Where each partner stands in the placement tree.
    pub(crate) fn slots(&self) -> &[Slot] {
        &self.columns.slots
    }

    /// The highest rank of each partner: the place of its code in [`Network::rank_codes`]; [`NONE`] for the lowest one.
    pub(crate) fn highest_ranks(&self) -> &[u32] {
        &self.columns.highest_ranks
    }

    /// The line of the file, where the partner came from one.
    pub(crate) fn line(&self, place: u32) -> Option<u64> {
        line_of_file(self.columns.lines[place as usize])
    }

    /// The dense index of a partner number.
    pub(crate) fn find(&self, number: i64) -> Option<u32> {
        self.index.find(number)
    }

    /// The distinct codes in `highest_rank`.
    pub(crate) fn rank_codes(&self) -> &[String] {
        &self.rank_codes
    }

    /// The placement parent of each partner; refuses unknown ones.
    pub(crate) fn placement_parents(&self) -> Result<Vec<u32>, Refusal> {
        if let Some((place, parent)) = self.unknown_parents.first() {
            let cause = format!("partner {}: the placement parent {parent} does not exist", self.number(*place));
            return Err(Refusal::network(self.line(*place), cause));
        }
        Ok(self.slots().iter().map(|slot| slot.parent).collect())
    }

    pub(crate) fn refuse_cycle(&self, cycle: &[u32], what: &str) -> Refusal {
        refuse_cycle(cycle, what, |place| (self.number(place), self.line(place)))
    }

    /// The new place of each partner who joined before an instant, [`NONE`] for the others; none where everybody did.
    pub(crate) fn seats(&self, end: Instant) -> Option<Vec<u32>> {
        if self.joined_at().par_iter().all(|joined_at| *joined_at < end) {
            return None;
        }
        let mut next = 0;
        let seat = |joined_at: &Instant| {
            let seat = if *joined_at < end { next } else { NONE };
            next += u32::from(seat != NONE);
            seat
        };
        Some(self.joined_at().iter().map(seat).collect())
    }

    /// The partners who have a new seat.
    pub(super) fn partaking(mut self, seats: &[u32], placed: bool) -> Result<Self, Refusal> {
        let mut sponsor = std::mem::take(&mut self.sponsors.parent);
        for place in self.by_number.iter().map(|place| *place as usize).filter(|place| seats[*place] != NONE) {
            let seat = |above: u32, what: &str| match above {
                NONE | UNKNOWN => Ok(above),
                _ if seats[above as usize] == NONE => Err(Refusal::network(
                    self.line(place as u32),
                    format!(
                        "partner {}: the {what} {} joins only at or after the period's end and so takes no part",
                        self.number(place as u32),
                        self.number(above)
                    ),
                )),
                _ => Ok(seats[above as usize]),
            };
            sponsor[place] = seat(sponsor[place], "sponsor")?;
            let parent = if placed { seat(self.columns.slots[place].parent, "placement parent")? } else { NONE };
            self.columns.slots[place].parent = parent;
        }
        let Self { mut columns, rank_codes, mut by_number, .. } = self;
        by_number.retain_mut(|place| {
            *place = seats[*place as usize];
            *place != NONE
        });
        keep(&mut sponsor, seats);
        columns.keep(seats);
        // Nobody stays whose sponsor goes, so the others keep their order down the tree.
        let (sponsors, recruits) = sponsor_tree(sponsor);
        let index = Index::of(by_number.iter().map(|place| (columns.numbers[*place as usize], *place)).collect());
        Ok(Self { columns, sponsors, rank_codes, index, by_number, recruits, unknown_parents: Vec::new() })
    }
}

/// Of the sponsors of partners who stand level by level, and where the recruits of each begin.
fn sponsor_tree(parent: Vec<u32>) -> (Tree, Vec<u32>) {
    let roots = parent.iter().take_while(|sponsor| **sponsor == NONE).count() as u32;
    let recruits = first_children(&parent, roots);
    (Tree::level_by_level(parent), recruits)
}

/// `partner` tells the number and the line of the file.
fn refuse_cycle(cycle: &[u32], what: &str, partner: impl Fn(u32) -> (i64, Option<u64>)) -> Refusal {
    const NAMED: usize = 10;
    let mut numbers: Vec<i64> = cycle.iter().map(|place| partner(*place).0).collect();
    numbers.sort_unstable();
    let named: Vec<String> = numbers.iter().take(NAMED).map(i64::to_string).collect();
    let more = if numbers.len() > NAMED { format!(" and {} more", numbers.len() - NAMED) } else { String::new() };
    let line = cycle.first().and_then(|place| partner(*place).1);
    Refusal::network(line, format!("the partners {}{more} {what}", named.join(", ")))
}
